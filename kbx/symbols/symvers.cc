#include "kbx/symbols/symvers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/symbols/module_object.h"

/// Module.symvers: one line per exported symbol, columns separated by single tabs:
///
///     0x12345678 <tab> symbol <tab> module <tab> EXPORT_SYMBOL_GPL <tab> namespace
///
/// The last column is empty for most symbols, but its tab is there. A distribution's file has some
/// 30,000 lines, and every modpost run reads it: nothing is copied here.
namespace kbx::symbols {
namespace {

constexpr size_t most_columns = 5;

/// The columns of `line`; what follows the fourth tab is one column.
size_t split_columns(std::string_view line, std::array<std::string_view, most_columns>& columns) {
  size_t count = 0;
  while (count + 1 < most_columns) {
    const size_t tab = line.find('\t');
    if (tab == std::string_view::npos) break;
    columns[count++] = line.substr(0, tab);
    line.remove_prefix(tab + 1);
  }
  columns[count++] = line;
  return count;
}

/// A number as strtoul(3) with base 16 reads it, to the end of `text`.
bool parse_crc(std::string_view text, std::uint32_t& crc) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, crc, 16);
  return fault == std::errc() && stop == end;
}

[[noreturn]] void fail(const std::string& path, int line, const std::string& what) {
  throw Error(Location{path, line}, what,
              "a row is: CRC, symbol, module, EXPORT_SYMBOL or EXPORT_SYMBOL_GPL, namespace, "
              "separated by tabs; the file may be cut off or edited");
}

}  // namespace

SymversRow parse_symvers_row(std::string_view line, const std::string& path, int number) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find('\0') != std::string_view::npos)
    fail(path, number, "a NUL byte in a row of exported symbols; text was expected");
  std::array<std::string_view, most_columns> columns;
  const size_t count = split_columns(line, columns);
  if (count < most_columns - 1)
    fail(path, number,
         fmt::format("a row of exported symbols has {} column{}; 5 were expected", count,
                     count == 1 ? "" : "s"));
  SymversRow row;
  if (!parse_crc(columns[0], row.crc))
    fail(path, number,
         fmt::format("\"{}\" is not a CRC, 0x and eight digits", shown_value(columns[0])));
  row.line = number;
  row.symbol = columns[1];
  row.module = columns[2];
  row.license = columns[3];
  row.name_space = columns[4];
  if (row.symbol.empty() || row.module.empty())
    fail(path, number, "a row of exported symbols lacks the name of the symbol or of the module");
  return row;
}

std::string shown_value(std::string_view value) {
  constexpr size_t most = 40;
  std::string text;
  for (const char c : value.substr(0, most)) {
    const bool is_control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    text +=
        is_control ? fmt::format("\\x{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return value.size() > most ? text + "…" : text;
}

bool is_export_macro(std::string_view license) {
  constexpr std::array<std::string_view, 5> macros = {
      "EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL", "EXPORT_UNUSED_SYMBOL", "EXPORT_UNUSED_SYMBOL_GPL",
      "EXPORT_SYMBOL_GPL_FUTURE"};
  return std::find(macros.begin(), macros.end(), license) != macros.end();
}

bool is_usual_license(std::string_view license) {
  return license == plain_export || license == gpl_export;
}

void read_symvers(std::string_view text, const std::string& path,
                  const std::function<void(const SymversRow&)>& take) {
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    take(parse_symvers_row(line, path, number));
  }
}

void append_symvers_row(std::string& text, const SymversRow& row) {
  fmt::format_to(std::back_inserter(text), "0x{:08x}\t{}\t{}\t{}\t{}\n", row.crc, row.symbol,
                 row.module, row.license, row.name_space);
}

}  // namespace kbx::symbols
