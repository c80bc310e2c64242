#include "kbx/link/command/option.h"

#include <cctype>
#include <cerrno>
#include <cstdlib>

namespace kbx::link::command {

void Reading::say(const std::string& text) {
  if (options.no_warnings) return;
  messages.push_back(text);
  failed = failed || options.fatal_warnings;
}

void Reading::add_input(Input::Kind kind, const std::string& name) {
  Input input = current;
  input.kind = kind;
  input.name = name;
  options.inputs.push_back(input);
}

void ignore(Reading&, const std::string&) {}

std::optional<std::uint64_t> number(const std::string& text, int base) {
  if (text.empty() || !std::isxdigit(static_cast<unsigned char>(text[0]))) return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const std::uint64_t value = std::strtoull(text.c_str(), &end, base);
  if (*end != '\0' || errno != 0) return std::nullopt;
  return value;
}

std::span<const OptionGroup> option_groups() {
  static const OptionGroup groups[] = {
      {"Inputs", input_options()},
      {"Output", output_options()},
      {"Symbols", symbol_options()},
      {"Sections and addresses", layout_options()},
      {"Dynamic linking", dynamic_options()},
      {"Messages and reports", report_options()},
      // Others know these for one machine or not at all: no name that is cut short may come to mean
      // something else by them.
      {"Options of some machines", machine_options(), false},
      {"Options that GNU ld has not", own_options(), false},
      {"Accepted for others' sake", other_options()},
  };
  return groups;
}

}  // namespace kbx::link::command
