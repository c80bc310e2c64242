// The macro language of Kconfig.
//
// It looks like make's and is simpler: "$(name)" is a variable, "$(name,a,b)" a call of a function,
// which is a built-in one or a variable with $(1), $(2), … in it. There are no single-letter
// references, and a "$" in front of anything else than "(" is itself. Variables are expanded where
// they stand while files are parsed, so nothing of this is left in the model. What is neither a
// variable nor a function is looked up in the environment; such variables are remembered, since
// what was made from them is stale when they change.

#include "kbx/kconfig/macros.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "kbx/base/text.h"

namespace kbx::kconfig {
namespace {

constexpr std::size_t most_arguments = 16;
constexpr int deepest_expansion = 1000;
constexpr std::size_t longest_shell_output = 4096;

bool is_word_character(char c) {
  return is_name_character(c) || c == '-';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The parts of `text` between commas that are in no parentheses.
std::vector<std::string_view> split_arguments(std::string_view text) {
  std::vector<std::string_view> parts;
  int nesting = 0;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (nesting == 0 && text[at] == ',') {
      parts.push_back(text.substr(start, at - start));
      start = at + 1;
    } else if (text[at] == '(') {
      ++nesting;
    } else if (text[at] == ')') {
      --nesting;
    }
  }
  parts.push_back(text.substr(start));
  return parts;
}

}  // namespace

Macros::Macros(const Environment& environment, Shell shell, const Console& console,
               const Place& position)
    : environment_(environment), shell_(std::move(shell)), console_(console), position_(position) {}

void Macros::fail(const std::string& message) const {
  std::fprintf(console_.err, "%.*s:%d: %s\n", static_cast<int>(position_.file.size()),
               position_.file.data(), position_.line, message.c_str());
  throw Stop{};
}

void Macros::assign(std::string_view name, std::string_view value, Flavour flavour) {
  const auto [found, is_new] = variables_.try_emplace(std::string(name));
  Variable& variable = found->second;
  const bool appends = flavour == Flavour::append && !is_new;
  if (flavour == Flavour::append) flavour = is_new ? Flavour::recursive : variable.flavour;
  variable.flavour = flavour;
  std::string text = flavour == Flavour::simple ? expand(value, {}) : std::string(value);
  // Its own expansion may have made the table larger, but elements stay in their places.
  variable.value = appends ? variable.value + " " + text : std::move(text);
}

std::string Macros::expand_dollar(std::string_view text, std::size_t& at) {
  return dollar(text, at, {});
}

std::string Macros::expand_word(std::string_view text, std::size_t& at) {
  std::string result;
  while (at < text.size() && (text[at] == '$' || is_word_character(text[at]))) {
    if (text[at] == '$')
      result += dollar(text, ++at, {});
    else
      result += text[at++];
  }
  return result;
}

std::string Macros::expand(std::string_view text, const Arguments& arguments) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find('$', at), text.size());
    result += text.substr(at, next - at);
    at = next;
    if (at < text.size()) result += dollar(text, ++at, arguments);
  }
  return result;
}

std::string Macros::dollar(std::string_view text, std::size_t& at, const Arguments& arguments) {
  if (at == text.size() || text[at] != '(') return "$";
  const std::size_t start = ++at;
  int nesting = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '(') ++nesting;
    if (text[at] == ')' && nesting-- == 0) break;
  }
  if (at == text.size())
    fail("unterminated reference to '" + std::string(text.substr(start)) + "': missing ')'");
  return clause(text.substr(start, at++ - start), arguments);
}

const std::string* Macros::local_argument(std::string_view name, const Arguments& arguments) const {
  if (!name.empty() && is_letter(name.front())) return nullptr;
  const std::string digits(name);
  char* end = nullptr;
  const unsigned long number = std::strtoul(digits.c_str(), &end, 10);
  if (*end != '\0' || number == 0 || number > arguments.size()) return nullptr;
  return &arguments[number - 1];
}

std::string Macros::clause(std::string_view text, const Arguments& arguments) {
  if (const std::string* argument = local_argument(text, arguments)) return *argument;
  const std::vector<std::string_view> parts = split_arguments(text);
  if (parts.size() > most_arguments) fail("too many function arguments");
  const std::string name = expand(parts[0], arguments);
  Arguments own;
  for (std::size_t i = 1; i < parts.size(); ++i) own.push_back(expand(parts[i], arguments));

  if (const auto variable = variables_.find(name); variable != variables_.end())
    return expand_variable(name, variable->second, own);
  std::string result;
  if (call(name, own, result)) return result;
  return own.empty() ? from_environment(name) : std::string();
}

std::string Macros::expand_variable(const std::string& name, Variable& variable,
                                    const Arguments& arguments) {
  if (arguments.empty() && variable.depth > 0)
    fail("Recursive variable '" + name + "' references itself (eventually)");
  if (variable.depth > deepest_expansion) fail("Too deep recursive expansion");
  ++variable.depth;
  std::string result =
      variable.flavour == Flavour::recursive ? expand(variable.value, arguments) : variable.value;
  --variable.depth;
  return result;
}

bool Macros::call(const std::string& name, const Arguments& arguments, std::string& result) {
  struct Function {
    std::string_view name;
    std::size_t arguments;
  };
  static constexpr Function functions[] = {{"error-if", 2}, {"filename", 0}, {"info", 1},
                                           {"lineno", 0},   {"shell", 1},    {"warning-if", 2}};
  const auto* function = std::ranges::find(functions, name, &Function::name);
  if (function == std::end(functions)) return false;
  if (arguments.size() < function->arguments)
    fail("too few function arguments passed to '" + name + "'");
  if (arguments.size() > function->arguments)
    fail("too many function arguments passed to '" + name + "'");
  if (name == "error-if") {
    if (arguments[0] == "y") fail(arguments[1]);
  } else if (name == "warning-if") {
    if (arguments[0] == "y")
      std::fprintf(console_.err, "%.*s:%d: %s\n", static_cast<int>(position_.file.size()),
                   position_.file.data(), position_.line, arguments[1].c_str());
  } else if (name == "info") {
    std::fprintf(console_.out, "%s\n", arguments[0].c_str());
  } else if (name == "filename") {
    result = position_.file;
  } else if (name == "lineno") {
    result = std::to_string(position_.line);
  } else {
    result = shell_output(arguments[0]);
  }
  return true;
}

/// Of long output only the first bytes count; newlines at its end go, others are spaces.
std::string Macros::shell_output(const std::string& command) const {
  std::string output = shell_(command);
  if (output.size() >= longest_shell_output) output.resize(longest_shell_output - 1);
  while (!output.empty() && output.back() == '\n') output.pop_back();
  std::ranges::replace(output, '\n', ' ');
  return output.substr(0, output.find('\0'));
}

std::string Macros::from_environment(const std::string& name) {
  const auto found = environment_.find(name);
  if (name.empty() || found == environment_.end()) return {};
  if (std::ranges::find(used_, name, &UsedVariable::first) == used_.end())
    used_.emplace_back(name, found->second);
  return found->second;
}

}  // namespace kbx::kconfig
