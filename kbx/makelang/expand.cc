// Expansion of text (GNU make manual, "Basics of Variable References", "Substitution References",
// "Computed Names", "Functions"). Text is walked once from dollar to dollar; what lies between and
// the values of variables go straight into the result. Only names and arguments that contain
// references of their own are expanded into a buffer first.
#include "kbx/makelang/expand.h"

#include <algorithm>
#include <cstdint>

#include <pthread.h>

#include "kbx/base/text.h"
#include "kbx/makelang/functions.h"
#include "kbx/makelang/pattern.h"

namespace kbx::makelang {
namespace {

constexpr std::uint16_t most_calls = 32767;  // GNU make's bound for one variable in $(call)s
constexpr size_t stack_reserve = size_t{384} << 10;
constexpr size_t most_stack = size_t{256} << 20;

/// The address below which this thread's stack should not grow.
std::uintptr_t find_stack_floor() {
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  size_t size = 0;
  ::pthread_attr_getstack(&attributes, &lowest, &size);
  ::pthread_attr_destroy(&attributes);
  const std::uintptr_t top = reinterpret_cast<std::uintptr_t>(lowest) + size;
  return top - std::min(size, most_stack) + std::min(stack_reserve, size / 4);
}

}  // namespace

bool stack_is_low(size_t reserve) {
  thread_local const std::uintptr_t stack_floor = find_stack_floor();
  const char here = 0;
  return reinterpret_cast<std::uintptr_t>(&here) < stack_floor + reserve;
}

namespace {

/// Marks a variable as being expanded and makes its definition the place of errors; also the place
/// of messages, known or not, where no makefile line is at work.
class Expanding {
 public:
  Expanding(const Variable& variable, ReadingPlaces& places)
      : variable_(variable), places_(places), saved_(places) {
    variable_.expanding = true;
    if (variable.where) places_.expanding = variable.where;
    if (!places_.is_set) places_.reading = variable.where;
    places_.is_set = true;
  }
  ~Expanding() {
    variable_.expanding = false;
    for (Variable* next = variable_.replacement; next; next = next->replacement)
      next->expanding = false;
    places_ = saved_;
  }
  Expanding(const Expanding&) = delete;
  Expanding& operator=(const Expanding&) = delete;

 private:
  const Variable& variable_;
  ReadingPlaces& places_;
  const ReadingPlaces saved_;
};

char closing(char open) {
  return open == '(' ? ')' : '}';
}

/// The place of the bracket that closes the one before `begin`, or npos.
size_t find_close(std::string_view text, size_t begin, char open) {
  const char close = closing(open);
  int depth = 0;
  for (size_t at = begin; at < text.size(); ++at) {
    if (text[at] == open) {
      ++depth;
    } else if (text[at] == close && --depth < 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// The end of the argument that begins at `begin`: a comma outside brackets, or `end`.
size_t find_comma(std::string_view text, size_t begin, size_t end, char open) {
  const char close = closing(open);
  int depth = 0;
  for (size_t at = begin; at < end; ++at) {
    const char c = text[at];
    if (c == open)
      ++depth;
    else if (c == close)
      --depth;
    else if (c == ',' && depth == 0)
      return at;
  }
  return end;
}

bool is_function_letter(char c) {
  return (c >= 'a' && c <= 'z') || c == '-';
}

/// Newlines of a program's output become spaces; those at the end go: all of them, or one for !=.
std::string fold_newlines(std::string_view output, bool all) {
  std::string folded;
  folded.reserve(output.size());
  size_t end = 0;  // after the last character that is no newline
  for (size_t at = 0; at < output.size(); ++at) {
    const char c = output[at];
    if (c == '\r' && at + 1 < output.size() && output[at + 1] == '\n') continue;
    folded += c == '\n' ? ' ' : c;
    if (c != '\n') end = folded.size();
  }
  if (!all && !folded.empty()) end = std::max(end, folded.size() - 1);
  folded.resize(end);
  return folded;
}

}  // namespace

void Expander::append(std::string& out, std::string_view text) {
  size_t begin = 0;
  while (true) {
    const size_t dollar = text.find('$', begin);
    if (dollar == std::string_view::npos) {
      out.append(text.substr(begin));
      return;
    }
    out.append(text, begin, dollar - begin);
    if (dollar + 1 == text.size()) {
      out += '$';
      return;
    }
    const char c = text[dollar + 1];
    begin = dollar + 2;
    if (c == '$') {
      out += '$';
    } else if (c == '(' || c == '{') {
      begin = append_reference(out, text, dollar + 1);
    } else {
      append_variable(out, text.substr(dollar + 1, 1));
    }
  }
}

void Expander::refuse_depth(const std::string& message) const {
  throw error(message,
              "a $(call), an include or a chain of references has no end; look for the one that "
              "leads to itself without a condition that stops it");
}

/// Expands the reference whose bracket is text[open]; gives the place after it.
size_t Expander::append_reference(std::string& out, std::string_view text, size_t open) {
  if (stack_is_low()) refuse_depth("references are nested too deeply");
  const size_t begin = open + 1;
  size_t word_end = begin;
  while (word_end < text.size() && is_function_letter(text[word_end])) ++word_end;
  if (word_end > begin && (word_end == text.size() || is_space(text[word_end])))
    if (const size_t end = append_function(out, text, open)) return end;

  const size_t close = text.find(closing(text[open]), begin);
  if (close == std::string_view::npos) throw error("unterminated variable reference");
  const std::string_view name = text.substr(begin, close - begin);
  if (name.find('$') == std::string_view::npos) {
    append_named(out, name);
    return close + 1;
  }
  const size_t balanced = find_close(text, begin, text[open]);
  if (balanced == std::string_view::npos) {
    // As GNU make has it: a name that holds an unbalanced bracket swallows the rest of the text.
    append_named(out, name);
    return text.size();
  }
  Buffer computed(state_);
  append(*computed, text.substr(begin, balanced - begin));
  append_named(out, *computed);
  return balanced + 1;
}

/// Appends what a name in brackets stands for: a variable, or a substitution reference.
void Expander::append_named(std::string& out, std::string_view name) {
  const size_t colon = name.find(':');
  const size_t equals =
      colon == std::string_view::npos ? std::string_view::npos : name.find('=', colon + 1);
  if (equals == std::string_view::npos)
    append_variable(out, name);
  else
    append_substitution(out, name.substr(0, colon), name.substr(colon + 1, equals - colon - 1),
                        name.substr(equals + 1));
}

/// Runs the function called at text[open], if it is one; gives the place after it, or 0.
size_t Expander::append_function(std::string& out, std::string_view text, size_t open) {
  size_t begin = open + 1;
  size_t name_end = begin;
  while (name_end < text.size() && is_function_letter(text[name_end])) ++name_end;
  const Function* function = find_function(text.substr(begin, name_end - begin));
  if (!function) return 0;
  begin = name_end;
  while (begin < text.size() && is_space(text[begin])) ++begin;
  const size_t end = find_close(text, begin, text[open]);
  if (end == std::string_view::npos)
    throw error("unterminated call to function '" + std::string(function->name) + "': missing '" +
                closing(text[open]) + "'");

  Arguments arguments;
  Buffer buffer(state_);
  std::vector<size_t> ends;
  for (size_t at = begin; at <= end;) {
    const size_t count = function->expands ? ends.size() : arguments.size();
    const bool is_last = count + 1 == static_cast<size_t>(function->maximum);
    const size_t stop = is_last ? end : find_comma(text, at, end, text[open]);
    const std::string_view argument = text.substr(at, stop - at);
    if (function->expands) {
      append(*buffer, argument);
      ends.push_back(buffer->size());
    } else {
      arguments.push_back(argument);
    }
    at = stop + 1;
  }
  const std::string_view expanded = *buffer;
  for (size_t i = 0; i < ends.size(); ++i) {
    const size_t from = i == 0 ? 0 : ends[i - 1];
    arguments.push_back(expanded.substr(from, ends[i] - from));
  }
  run_function(*function, *this, out, arguments);
  return end + 1;
}

void Expander::append_variable(std::string& out, std::string_view name) {
  if (const Variable* variable = find(name)) {
    append_value(out, name, *variable);
  } else if (state_.setup.warn_undefined) {
    state_.complain(places_.reading, "warning: undefined variable '" + std::string(name) + "'");
  }
}

void Expander::append_value(std::string& out, std::string_view name, const Variable& variable) {
  if (state_.hooks.trace) state_.hooks.trace(name, variable);
  if (variable.flavor == Flavor::simple && !variable.is_append) {
    out += variable.value;
    return;
  }
  if (variable.expanding) {
    if (variable.calls_left == 0) {
      throw state_.error(
          variable.where ? variable.where : places_.expanding,
          "Recursive variable '" + std::string(name) + "' references itself (eventually)");
    }
    --variable.calls_left;
  }
  // Before references run out of stack, so that the message has a name to give.
  constexpr size_t for_the_rest = size_t{64} << 10;
  if (stack_is_low(for_the_rest))
    refuse_depth("variable '" + std::string(name) + "' is nested too deeply");
  const Expanding guard(variable, places_);
  if (variable.is_append)
    append_joined(out, name, scope_, true, out.size());
  else
    append(out, variable.value);
}

/// Appends the value of a variable with target-specific += parts: the outer value first.
void Expander::append_joined(std::string& out, std::string_view name, const Scope* scope,
                             bool local, size_t begin) {
  const bool next_local = local && scope && !scope->outer_is_other_target;
  const Variable* found = nullptr;
  if (!scope)
    found = state_.globals.find(name);
  else if (const auto own = scope->table.find(name); own != scope->table.end())
    found = &own->second;
  if (!found || (!local && found->is_private)) {
    if (scope) append_joined(out, name, scope->outer, next_local, begin);
    return;
  }
  const Variable& variable = *found;
  if (variable.is_append && scope) append_joined(out, name, scope->outer, next_local, begin);
  if (out.size() > begin) out += ' ';
  if (variable.flavor == Flavor::simple)
    out += variable.value;
  else
    append(out, variable.value);
}

void Expander::append_substitution(std::string& out, std::string_view name, std::string_view from,
                                   std::string_view to) {
  Buffer words(state_);
  append_variable(*words, name);
  Pattern match(from);
  Pattern replacement;
  if (match.wild) {
    replacement = Pattern(to);
  } else {
    match = Pattern::ending_with(from);
    replacement = Pattern::ending_with(to);
  }
  append_all_substituted(out, *words, match, replacement);
}

const Variable* Expander::find_in_frames(std::string_view name) const {
  if (!name.empty() && name[0] >= '0' && name[0] <= '9') {
    for (const Frame* frame = frames_; frame; frame = frame->outer)
      for (const auto& [key, variable] : frame->variables)
        if (key == name) return &variable;
  } else {
    for (const Frame* frame = named_frames_; frame; frame = frame->outer_named)
      for (const auto& [key, variable] : frame->variables)
        if (key == name) return &variable;
  }
  return nullptr;
}

const Variable* Expander::find_shell_status() const {
  for (const Frame* frame = frames_; frame; frame = frame->outer)
    if (frame->shell_status) return &*frame->shell_status;
  for (const Scope* scope = scope_; scope; scope = scope->outer)
    if (scope->shell_status) return &*scope->shell_status;
  return nullptr;
}

void Expander::set_shell_status(int status) {
  Variable variable;
  variable.value = std::to_string(status);
  variable.flavor = Flavor::simple;
  variable.origin = Origin::override_;
  const Scope* own = scope_ && scope_->is_automatic && scope_->outer ? scope_->outer : scope_;
  if (frames_)
    frames_->shell_status = std::move(variable);
  else if (own)
    own->shell_status = std::move(variable);
  else
    define_global(
        state_,
        {shell_status_name, std::move(variable.value), Flavor::simple, Origin::override_, {}});
}

const Variable* Expander::look_up(std::string_view name) const {
  if (name == shell_status_name)
    if (const Variable* variable = find_shell_status()) return variable;
  if (const Variable* variable = find_in_frames(name)) return variable;
  bool other_target = false;
  for (const Scope* scope = scope_; scope; scope = scope->outer) {
    const auto found = scope->table.find(name);
    if (found != scope->table.end() && !(other_target && found->second.is_private))
      return &found->second;
    other_target = other_target || scope->outer_is_other_target;
  }
  const Variable* found = state_.globals.find(name);
  return found && other_target && found->is_private ? nullptr : found;
}

const Variable* Expander::find(std::string_view name) {
  const Variable* variable = look_up(name);
  if (!variable) {
    if (!state_.environment_names.contains(name)) state_.environment_names.emplace(name);
    return nullptr;
  }
  if (variable->origin == Origin::environment || variable->origin == Origin::environment_override) {
    if (!state_.environment_names.contains(name)) state_.environment_names.emplace(name);
  } else if (name == ".VARIABLES" && variable->origin == Origin::default_) {
    std::vector<std::string> names;
    for (const auto& [key, value] : state_.globals.all()) names.push_back(key);
    std::sort(names.begin(), names.end());
    state_.globals.find(name)->value = kbx::join(names, " ");
  }
  return variable;
}

std::string Expander::value(std::string_view name) {
  std::string out;
  append_variable(out, name);
  return out;
}

void Expander::call(std::string& out, const std::vector<std::string_view>& arguments) {
  const std::string name(strip(arguments[0]));
  if (name.empty()) return;
  if (const Function* function = find_function(name)) {
    run_function(*function, *this, out, Arguments(arguments.begin() + 1, arguments.end()));
    return;
  }
  const Variable* variable = find(name);
  if (!variable) {
    if (state_.setup.warn_undefined)
      state_.complain(places_.reading, "warning: undefined variable '" + name + "'");
    return;
  }
  if (variable->value.empty() && !variable->is_append) return;

  // Numbers that this call does not give but one around it does are empty in here.
  const size_t count = std::max(arguments.size(), state_.call_arguments);
  Frame frame;
  frame.variables.resize(count);
  for (size_t i = 0; i < count; ++i) {
    frame.variables[i].first = std::to_string(i);
    Variable& argument = frame.variables[i].second;
    argument.flavor = Flavor::simple;
    argument.origin = Origin::automatic;
    if (i == 0)
      argument.value = name;
    else if (i < arguments.size())
      argument.value = arguments[i];
  }
  const FrameGuard guard(*this, frame, true);
  const size_t saved = state_.call_arguments;
  state_.call_arguments = arguments.size() > saved ? arguments.size() : saved;
  variable->calls_left = most_calls;
  append_value(out, name, *variable);
  variable->calls_left = 0;
  state_.call_arguments = saved;
}

std::string Expander::shell(std::string_view command, bool trims_all) {
  ShellCall call;
  call.shell = value("SHELL");
  call.flags = value(".SHELLFLAGS");
  call.command = command;
  call.folder = state_.setup.folder;
  call.environment = &state_.setup.environment;
  call.where = places_.expanding ? places_.expanding : places_.reading;
  call.files = &state_.files;
  const ShellResult result = state_.hooks.shell ? state_.hooks.shell(call) : run_shell(call);
  if (!result.failure.empty()) state_.complain({}, result.failure);
  state_.observations.shell_calls.push_back(std::move(call));
  set_shell_status(result.status);
  return fold_newlines(result.output, trims_all);
}

}  // namespace kbx::makelang
