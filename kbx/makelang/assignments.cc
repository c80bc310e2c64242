// GNU make manual, "Setting Variables", "Appending More Text to Variables", "Defining Multi-Line
// Variables" and "Communicating Variables to a Sub-make".
#include "kbx/base/text.h"
#include "kbx/makelang/reader.h"
#include "kbx/makelang/scan.h"

namespace kbx::makelang {
namespace {

/// The operator at text[at], or nothing; `end` becomes the place after it.
std::optional<Operator> operator_at(std::string_view text, size_t at, size_t& end) {
  const auto is = [&](std::string_view op) { return text.substr(at).starts_with(op); };
  end = at + 2;
  if (is("=")) {
    end = at + 1;
    return Operator::recursive;
  }
  if (is(":=")) return Operator::simple;
  if (is("+=")) return Operator::append;
  if (is("?=")) return Operator::conditional;
  if (is("!=")) return Operator::shell;
  if (is("::=")) {
    end = at + 3;
    return Operator::simple;
  }
  return {};
}

std::string_view take_word(std::string_view& text) {
  size_t end = 0;
  while (end < text.size() && !is_space(text[end])) ++end;
  const std::string_view word = text.substr(0, end);
  text = skip_space(text.substr(end));
  return word;
}

/// True if `line` begins with `word`, alone or before a blank.
bool begins_with_word(std::string_view line, std::string_view word) {
  return line.starts_with(word) && (line.size() == word.size() || is_blank(line[word.size()]));
}

}  // namespace

std::optional<AssignmentText> parse_assignment(std::string_view text) {
  text = skip_space(text);
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '$') {
      if (at + 1 >= text.size()) return {};
      at = skip_reference(text, at);
      continue;
    }
    if (c == '#') return {};
    const size_t name_end = at;
    const bool spaced = is_blank(c);
    if (spaced) {
      at = text.size() - skip_space(text.substr(at)).size();
      if (at == text.size()) return {};
    }
    size_t end = 0;
    if (const auto op = operator_at(text, at, end))
      return AssignmentText{text.substr(0, name_end), skip_space(text.substr(end)), *op};
    if (spaced || text[at] == ':') return {};
    ++at;
  }
  return {};
}

std::optional<AssignmentLine> parse_assignment_line(std::string_view line, bool after_target) {
  AssignmentLine result;
  std::string_view rest = skip_space(line);
  while (!rest.empty()) {
    if (parse_assignment(rest)) {
      result.text = rest;
      return result;
    }
    const std::string_view word = take_word(rest);
    if (word == "export") {
      result.modifiers.exports = true;
    } else if (word == "override") {
      result.modifiers.overrides = true;
    } else if (word == "private") {
      result.modifiers.is_private = true;
    } else if (!after_target && (word == "define" || word == "undefine")) {
      (word == "define" ? result.modifiers.defines : result.modifiers.undefines) = true;
      result.text = rest;
      return result;
    } else {
      return {};
    }
  }
  return {};
}

Variable& assign_global(Expander& expander, std::string_view name, Operator op,
                        std::string_view value, Origin origin, SourceRef where) {
  EvaluationState& state = expander.state();
  Definition definition{name, {}, Flavor::recursive, origin, where};
  switch (op) {
    case Operator::recursive:
      definition.value = value;
      break;
    case Operator::simple:
      definition.flavor = Flavor::simple;
      expander.append(definition.value, value);
      break;
    case Operator::shell:
      definition.value = expander.shell(expander.expand(value), false);
      break;
    case Operator::conditional:
      if (const Variable* present = expander.find(name)) {
        Variable* global = state.globals.find(name);
        return global ? *global : const_cast<Variable&>(*present);
      }
      definition.value = value;
      break;
    case Operator::append: {
      const Variable* old = expander.find(name);
      if (!old) {
        definition.value = value;
        break;
      }
      definition.flavor = old->flavor;
      std::string added;
      if (old->flavor == Flavor::simple)
        expander.append(added, value);
      else
        added = value;
      Variable* global = state.globals.find(name);
      if (global) strengthen_environment(state, *global);
      if (added.empty() && global) return *global;
      if (global && global == old && !old->expanding && origin >= old->origin)
        return append_global(*global, added, origin, where);
      definition.value = old->value;
      if (!definition.value.empty()) definition.value += ' ';
      definition.value += added;
      break;
    }
  }
  return define_global(state, std::move(definition));
}

void Reader::handle_assignment(const AssignmentLine& line) {
  finish_rule();
  const Origin origin = line.modifiers.overrides ? Origin::override_ : options_.origin;
  if (line.modifiers.undefines) {
    const std::string name(trim(expander_.expand(line.text)));
    if (name.empty()) fail("empty variable name");
    undefine_global(state_, name, origin);
    return;
  }
  Variable* variable = nullptr;
  if (line.modifiers.defines) {
    variable = &read_define(line.text, origin);
  } else {
    const auto assignment = parse_assignment(line.text);
    const std::string name = expander_.expand(assignment->name);
    if (name.empty()) fail("empty variable name");
    variable = &assign_global(expander_, name, assignment->op, assignment->value, origin, place_);
  }
  if (line.modifiers.exports) variable->exported = Export::yes;
  if (line.modifiers.is_private) variable->is_private = true;
}

Variable& Reader::read_define(std::string_view text, Origin origin) {
  const SourceRef start = place_;
  Operator op = Operator::recursive;
  std::string_view written = text;
  if (const auto assignment = parse_assignment(text)) {
    if (!assignment->value.empty())
      state_.complain(start, "extraneous text after 'define' directive");
    op = assignment->op;
    written = assignment->name;
  }
  const std::string name(trim(expander_.expand(written)));
  if (name.empty()) fail("empty variable name");

  std::string body;
  int depth = 1;
  while (true) {
    if (!next_line()) throw state_.error(start, "missing 'endef', unterminated 'define'");
    const std::string line = collapse_continuations(raw_, state_.posix);
    if (line.empty() || line[0] != state_.recipe_prefix) {
      const std::string_view content = skip_space(line);
      if (begins_with_word(content, "define")) {
        ++depth;
      } else if (begins_with_word(content, "endef")) {
        std::string rest(content.substr(5));
        remove_comment(rest);
        if (!skip_space(rest).empty())
          state_.complain(place_, "extraneous text after 'endef' directive");
        if (--depth == 0) break;
      }
    }
    body += line;
    body += '\n';
  }
  if (!body.empty()) body.pop_back();
  expander_.set_reading(place_);
  return assign_global(expander_, name, op, body, origin, start);
}

void Reader::handle_export(std::string_view names, bool exports) {
  if (names.empty()) {
    state_.export_all = exports || state_.book.special.contains(".EXPORT_ALL_VARIABLES");
    return;
  }
  const std::string expanded = expander_.expand(names);
  for (std::string_view name : split_words(expanded)) {
    Variable* variable = state_.globals.find(name);
    if (!variable) {
      state_.environment_names.emplace(name);
      variable = &define_global(state_, {name, "", Flavor::simple, Origin::file, place_});
    }
    variable->exported = exports ? Export::yes : Export::no;
  }
}

}  // namespace kbx::makelang
