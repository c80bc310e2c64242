#include "kbx/kernel/config.h"

#include <cctype>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/tree.h"

namespace kbx::kernel {
namespace {

bool is_name(std::string_view text) {
  constexpr std::string_view prefix = "CONFIG_";
  if (text.size() <= prefix.size() || text.substr(0, prefix.size()) != prefix) return false;
  for (char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  return true;
}

/// The text between the quotes of `value`, with \x meaning x; nothing if the quotes do not close at
/// the end.
std::optional<std::string> unquoted(std::string_view value) {
  std::string result;
  for (size_t at = 1; at < value.size(); ++at) {
    if (value[at] == '"') return at + 1 == value.size() ? std::optional(result) : std::nullopt;
    if (value[at] == '\\' && ++at == value.size()) return std::nullopt;
    result += value[at];
  }
  return std::nullopt;
}

std::string shown(std::string_view line) {
  std::string text;
  for (char c : line.substr(0, 60)) text += std::isprint(static_cast<unsigned char>(c)) ? c : '?';
  return "\"" + text + (line.size() > 60 ? "…\"" : "\"");
}

}  // namespace

const std::string& Config::get(std::string_view name) const {
  static const std::string nothing;
  const auto found = values.find(name);
  return found == values.end() ? nothing : found->second;
}

bool Config::is_y(std::string_view name) const {
  return get(name) == "y";
}

std::optional<unsigned long> Config::number(std::string_view name) const {
  return parse_number(get(name));
}

Config parse_config(std::string_view text, const std::string& file) {
  Config config;
  int number = 0;
  for (std::string_view line : split_lines(text)) {
    ++number;
    const std::string_view content = trim(line);
    if (content.empty() || content[0] == '#') continue;
    const size_t equals = content.find('=');
    const bool assigns = equals != std::string_view::npos && is_name(content.substr(0, equals));
    std::optional<std::string> value;
    if (assigns) {
      const std::string_view written = content.substr(equals + 1);
      value = !written.empty() && written[0] == '"' ? unquoted(written) : std::string(written);
    }
    if (!value || value->find('\0') != std::string::npos)
      throw Error({file, number}, "found " + shown(content) + ", expected CONFIG_NAME=value",
                  "the file is damaged: reinstall the kernel's header package");
    if (*value != "n")
      config.values.insert_or_assign(std::string(content.substr(0, equals)), *value);
  }
  return config;
}

Config read_config(const std::string& path) {
  return parse_config(MappedFile(path).content(), path);
}

Config config_of(const Tree& tree) {
  for (const char* name : {"include/config/auto.conf", ".config"})
    if (const std::string path = join_path(tree.objtree, name); is_regular_file(path))
      return read_config(path);
  return {};
}

}  // namespace kbx::kernel
