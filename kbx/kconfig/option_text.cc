#include "kbx/kconfig/option_text.h"

namespace kbx::kconfig {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string named(const Symbol& symbol, std::string_view prefix) {
  return std::string(prefix) + std::string(symbol.name);
}

std::string assignment(const Symbol& symbol, const Solver& solver, std::string_view prefix,
                       bool quotes) {
  const std::string_view value = solver.text_of(symbol);
  return named(symbol, prefix) + "=" +
         (symbol.type == Type::string && quotes ? quoted(value) : std::string(value)) + "\n";
}

/// Hexadecimal numbers always have their "0x" where programs read them.
std::string number_text(const Symbol& symbol, std::string_view value) {
  const bool bare =
      symbol.type == Type::hex && !value.starts_with("0x") && !value.starts_with("0X");
  return (bare ? "0x" : "") + std::string(value);
}

}  // namespace

std::string config_line(const Symbol& symbol, const Solver& solver, std::string_view prefix) {
  if (symbol.type == Type::unknown) return {};
  if (is_logical(symbol.type) && solver.text_of(symbol) == "n")
    return "# " + named(symbol, prefix) + " is not set\n";
  return assignment(symbol, solver, prefix, true);
}

std::string listed_line(const Symbol& symbol, const Solver& solver, std::string_view prefix) {
  return symbol.type == Type::unknown ? "" : assignment(symbol, solver, prefix, true);
}

std::string auto_conf_line(const Symbol& symbol, const Solver& solver, std::string_view prefix) {
  if (symbol.type == Type::unknown) return {};
  if (is_logical(symbol.type) && solver.text_of(symbol) == "n") return {};
  return assignment(symbol, solver, prefix, solver.model().dialect.quoted_auto_conf);
}

std::string header_line(const Symbol& symbol, const Solver& solver, std::string_view prefix) {
  if (symbol.type == Type::unknown) return {};
  const std::string_view value = solver.text_of(symbol);
  const std::string define = "#define " + named(symbol, prefix);
  if (is_logical(symbol.type)) {
    if (value == "n") return {};
    return define + (value == "m" ? "_MODULE 1\n" : " 1\n");
  }
  if (symbol.type == Type::string) return define + " " + quoted(value) + "\n";
  return define + " " + number_text(symbol, value) + "\n";
}

std::string rust_lines(const Symbol& symbol, const Solver& solver, std::string_view prefix) {
  if (symbol.type == Type::unknown) return {};
  const std::string_view value = solver.text_of(symbol);
  const std::string option = "--cfg=" + named(symbol, prefix);
  if (is_logical(symbol.type) && value == "n") return {};
  return (is_logical(symbol.type) ? option + "\n" : "") + option + "=" +
         quoted(number_text(symbol, value)) + "\n";
}

}  // namespace kbx::kconfig
