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
};

/// Gives every row of `text` to `take`, in order. Lines may end in CRLF; the fifth column may be
/// missing, as kernels before 5.4 wrote it. `path` is for messages. Throws Error with file and line
/// for a row that has fewer columns, no name, or a first column that is no hexadecimal number.
void read_symvers(std::string_view text, const std::string& path,
                  const std::function<void(const SymversRow&)>& take);

/// Adds `row` to `text` as modpost writes it, always with five columns.
void append_symvers_row(std::string& text, const SymversRow& row);

}  // namespace kbx::symbols
