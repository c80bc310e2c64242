#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kbx::ninja {

/// How a kernel tree finds out whether an object exports symbols: a text that occurs in what nm(1)
/// or `objdump -h` lists of it.
struct ExportCheck {
  enum class Among { symbols, sections };
  Among among = Among::symbols;
  /// A leading space stands for the one before the name: the name begins with what follows.
  std::string pattern;
};

/// A command that makes symbol versions if the object has exports to make them for.
struct GuardedCommand {
  ExportCheck check;
  std::string body;
};

/// Reads "if nm OBJECT | grep -q PATTERN; then BODY; fi", as gen_symversions and modversions_c of
/// scripts/Makefile.build write it. Nothing for any other text.
std::optional<GuardedCommand> guarded_by_exports(std::string_view text);

/// Answers `check` for the ELF file with this content. Throws Error if it is not one.
bool exports_symbols(std::string_view content, const std::string& path, const ExportCheck& check);

}  // namespace kbx::ninja
