#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// A configuration for a few questions: its values stay in the text, which must outlive it.
class ConfigText {
 public:
  /// Takes the same as parse_config, and throws the same.
  ConfigText(std::string_view text, const std::string& file);

  bool empty() const { return lines_.empty(); }
  /// The value of a symbol, as in Config; nothing if it is not set.
  std::optional<std::string> find(std::string_view name) const;
  /// True if the symbol is y.
  bool is_y(std::string_view name) const;

  /// An assignment, its value as it is written.
  struct Line {
    std::string_view name;
    std::string_view written;
  };
  const std::vector<Line>& lines() const { return lines_; }

 private:
  std::vector<Line> lines_;
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
