#include "kbx/kernel/config.h"

#include <cctype>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/tree.h"

namespace kbx::kernel {
namespace {

constexpr std::string_view prefix = "CONFIG_";

/// The size of the symbol's name that `line` begins with; 0 if there is none.
size_t name_size(std::string_view line) {
  if (!line.starts_with(prefix)) return 0;
  size_t size = prefix.size();
  while (size < line.size() && is_name_character(line[size])) ++size;
  return size > prefix.size() ? size : 0;
}

/// Whether what follows "=" is a value: one in quotes has to end with them.
bool is_value(std::string_view written) {
  if (!written.starts_with('"')) return true;
  for (size_t at = 1; at < written.size(); ++at) {
    if (written[at] == '"') return at + 1 == written.size();
    if (written[at] == '\\') ++at;
  }
  return false;
}

/// A value without its quotes, with \x meaning x.
std::string value_of(std::string_view written) {
  if (!written.starts_with('"')) return std::string(written);
  std::string result;
  for (size_t at = 1; at + 1 < written.size(); ++at) {
    if (written[at] == '\\') ++at;
    result += written[at];
  }
  return result;
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

ConfigText::ConfigText(std::string_view text, const std::string& file) {
  constexpr size_t usual_line = 32;
  lines_.reserve(text.size() / usual_line);
  const bool has_nul = text.find('\0') != std::string_view::npos;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view content = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (content.empty() || content[0] == '#') continue;
    const size_t size = name_size(content);
    const std::string_view rest = content.substr(size);
    if (size == 0 || !rest.starts_with('=') || !is_value(rest.substr(1)) ||
        (has_nul && content.find('\0') != std::string_view::npos))
      throw Error({file, number}, "found " + shown(content) + ", expected CONFIG_NAME=value",
                  "the file is damaged: reinstall the kernel's header package");
    if (const std::string_view written = rest.substr(1); written != "n")
      lines_.push_back({content.substr(0, size), written});
  }
}

std::optional<std::string> ConfigText::find(std::string_view name) const {
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line)
    if (line->name == name) return value_of(line->written);
  return std::nullopt;
}

bool ConfigText::is_y(std::string_view name) const {
  return find(name) == "y";
}

Config parse_config(std::string_view text, const std::string& file) {
  Config config;
  const ConfigText parsed(text, file);
  for (const ConfigText::Line& line : parsed.lines())
    config.values.insert_or_assign(std::string(line.name), value_of(line.written));
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
