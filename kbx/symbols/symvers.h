#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kbx::symbols {

/// A row of a Module.symvers file: an exported symbol (Documentation/kbuild/modules.rst, "Module
/// Versioning"). The views live as long as the text that was read.
struct SymversRow {
  std::uint32_t crc = 0;  // 0 if the kernel was built without CONFIG_MODVERSIONS
  std::string_view symbol;
  std::string_view module;   // its path without suffix; "vmlinux" for the kernel itself
  std::string_view license;  // EXPORT_SYMBOL or EXPORT_SYMBOL_GPL; others of older kernels
  std::string_view name_space;
  int line = 0;  // of the file, from 1
};

/// How often a fault that many rows share is told for one file.
constexpr std::size_t most_symvers_faults = 10;

/// The start of a value that may be of any length and content, fit for a message.
std::string shown_value(std::string_view value);

/// True for the macros that export a symbol, those of older kernels too.
bool is_export_macro(std::string_view license);

/// True for the two macros that current kernels export symbols with.
bool is_usual_license(std::string_view license);

/// A row by itself, `line` without its "\n". Throws Error as read_symvers does.
SymversRow parse_symvers_row(std::string_view line, const std::string& path, int number);

/// Gives every row of `text` to `take`, in order. Lines may end in CRLF; the fifth column may be
/// missing, as kernels before 5.4 wrote it. `path` is for messages. Throws Error with file and line
/// for a row that has fewer columns, no name, a NUL byte, or a first column that is no hexadecimal
/// number.
void read_symvers(std::string_view text, const std::string& path,
                  const std::function<void(const SymversRow&)>& take);

/// Adds `row` to `text` as modpost writes it, always with five columns.
void append_symvers_row(std::string& text, const SymversRow& row);

}  // namespace kbx::symbols
