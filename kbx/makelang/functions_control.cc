// GNU make manual, "Functions for Conditionals" to "Functions That Control Make".
#include <algorithm>

#include "kbx/base/text.h"
#include "kbx/makelang/functions.h"
#include "kbx/makelang/reader.h"

namespace kbx::makelang::functions {
namespace {

/// An integer of any length: sign and digits without leading zeros.
struct Integer {
  bool negative = false;
  std::string_view digits;  // empty for zero
};

Integer parse_integer(Expander& expander, std::string_view text, const char* which) {
  std::string_view digits = kbx::trim(text);
  Integer result;
  if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) {
    result.negative = digits[0] == '-';
    digits.remove_prefix(1);
  }
  const bool plain = !digits.empty() && std::ranges::all_of(digits, kbx::is_digit);
  if (!plain)
    throw expander.error(std::string("non-numeric ") + which + " argument to 'intcmp' function: '" +
                         std::string(text) + "'");
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) result.negative = false;
  result.digits = digits;
  return result;
}

int compare(const Integer& a, const Integer& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  int order = a.digits.size() != b.digits.size() ? (a.digits.size() < b.digits.size() ? -1 : 1)
                                                 : a.digits.compare(b.digits);
  if (a.negative) order = -order;
  return order;
}

Variable& add_local(Frame& frame, std::string name) {
  auto& [key, variable] = frame.variables.emplace_back(std::move(name), Variable{});
  variable.flavor = Flavor::simple;
  variable.origin = Origin::automatic;
  return variable;
}

}  // namespace

void if_(Expander& expander, std::string& out, const Arguments& arguments) {
  const bool holds = !expander.expand(kbx::trim(arguments[0])).empty();
  const size_t chosen = holds ? 1 : 2;
  if (chosen < arguments.size()) expander.append(out, arguments[chosen]);
}

void or_(Expander& expander, std::string& out, const Arguments& arguments) {
  for (std::string_view condition : arguments) {
    const size_t before = out.size();
    expander.append(out, kbx::trim(condition));
    if (out.size() > before) return;
  }
}

void and_(Expander& expander, std::string& out, const Arguments& arguments) {
  const size_t before = out.size();
  for (std::string_view condition : arguments) {
    out.resize(before);
    expander.append(out, kbx::trim(condition));
    if (out.size() == before) return;
  }
}

void intcmp(Expander& expander, std::string& out, const Arguments& arguments) {
  const std::string left = expander.expand(arguments[0]);
  const std::string right = expander.expand(arguments[1]);
  const Integer a = parse_integer(expander, left, "first");
  const Integer b = parse_integer(expander, right, "second");
  const int order = compare(a, b);
  if (arguments.size() == 2) {
    if (order == 0) {
      if (a.negative) out += '-';
      out += a.digits.empty() ? "0" : a.digits;
    }
    return;
  }
  // Fewer branches: "greater" falls back to "equal".
  size_t chosen = order < 0 ? 2 : order == 0 ? 3 : 4;
  if (chosen == 4 && arguments.size() == 4) chosen = 3;
  if (chosen < arguments.size()) expander.append(out, arguments[chosen]);
}

void foreach (Expander& expander, std::string & out, const Arguments& arguments) {
  const std::string name(kbx::trim(expander.expand(arguments[0])));
  const std::string list = expander.expand(arguments[1]);
  Frame frame;
  Variable& variable = add_local(frame, name);
  const FrameGuard guard(expander, frame, false);
  std::string_view rest = list;
  bool first = true;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    variable.value = word;
    if (!first) out += ' ';
    first = false;
    expander.append(out, arguments[2]);
  }
}

void let(Expander& expander, std::string& out, const Arguments& arguments) {
  const std::string names = expander.expand(arguments[0]);
  const std::string list = expander.expand(arguments[1]);
  Frame frame;
  std::string_view names_left = names;
  std::string_view list_left = list;
  for (std::string_view name = next_word(names_left); !name.empty();) {
    const std::string_view next = next_word(names_left);
    Variable& variable = add_local(frame, std::string(name));
    // The last name gets all that is left.
    variable.value = next.empty() ? kbx::trim(list_left) : next_word(list_left);
    name = next;
  }
  const FrameGuard guard(expander, frame, false);
  expander.append(out, arguments[2]);
}

void call(Expander& expander, std::string& out, const Arguments& arguments) {
  expander.call(out, arguments);
}

void value(Expander& expander, std::string& out, const Arguments& arguments) {
  if (const Variable* variable = expander.find(arguments[0])) out += variable->value;
}

void eval(Expander& expander, std::string&, const Arguments& arguments) {
  read_eval(expander, arguments[0]);
}

void origin(Expander& expander, std::string& out, const Arguments& arguments) {
  const Variable* variable = expander.find(arguments[0]);
  if (!variable) {
    out += "undefined";
    return;
  }
  switch (variable->origin) {
    case Origin::default_:
      out += "default";
      break;
    case Origin::environment:
      out += "environment";
      break;
    case Origin::file:
      out += "file";
      break;
    case Origin::environment_override:
      out += "environment override";
      break;
    case Origin::command_line:
      out += "command line";
      break;
    case Origin::override_:
      out += "override";
      break;
    case Origin::automatic:
      out += "automatic";
      break;
  }
}

void flavor(Expander& expander, std::string& out, const Arguments& arguments) {
  const Variable* variable = expander.find(arguments[0]);
  if (!variable)
    out += "undefined";
  else
    out += variable->flavor == Flavor::recursive ? "recursive" : "simple";
}

void error(Expander& expander, std::string&, const Arguments& arguments) {
  throw expander.state().error(expander.reading(), std::string(arguments[0]));
}

void warning(Expander& expander, std::string&, const Arguments& arguments) {
  expander.state().complain(expander.reading(), arguments[0]);
}

void info(Expander& expander, std::string&, const Arguments& arguments) {
  expander.state().print(Stream::output, std::string(arguments[0]) + '\n');
}

void shell(Expander& expander, std::string& out, const Arguments& arguments) {
  out += expander.shell(arguments[0], true);
}

}  // namespace kbx::makelang::functions
