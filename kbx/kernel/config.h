#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kbx::kernel {

struct Tree;

/// The values of a kernel configuration, by full name (CONFIG_X86): "y", "m", a number as it is
/// written, or a string without its quotes. What "is not set" is not in it.
struct Config {
  std::map<std::string, std::string, std::less<>> values;

  /// The value of a symbol, "" if it is not set.
  const std::string& get(std::string_view name) const;
  /// True if the symbol is y.
  bool is_y(std::string_view name) const;
  /// The value as a decimal number, or nothing.
  std::optional<unsigned long> number(std::string_view name) const;
};

/// Reads a .config or include/config/auto.conf, as scripts/kconfig/confdata.c writes them. `file`
/// names the text in errors. Throws Error with the line of what is neither an assignment nor a
/// comment.
Config parse_config(std::string_view text, const std::string& file);
Config read_config(const std::string& path);

/// The configuration that a tree's modules are built with: include/config/auto.conf, else .config,
/// else nothing at all.
Config config_of(const Tree& tree);

}  // namespace kbx::kernel
