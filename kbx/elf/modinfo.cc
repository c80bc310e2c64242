#include "kbx/elf/modinfo.h"

#include "kbx/base/text.h"

namespace kbx::elf {

std::vector<std::pair<std::string, std::string>> module_info(std::string_view content,
                                                             const std::string& path) {
  return module_info(read_object(content, path));
}

std::vector<std::pair<std::string, std::string>> module_info(const Object& object) {
  std::vector<std::pair<std::string, std::string>> entries;
  const Section* section = object.find_section(".modinfo");
  if (!section) return entries;
  for (const std::string_view entry : split(section->content, '\0')) {
    const size_t equals = entry.find('=');
    if (equals != std::string_view::npos)
      entries.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return entries;
}

}  // namespace kbx::elf
