#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/elf/object.h"

namespace kbx::elf {

/// The entries of a module's .modinfo section in their order: "tag=value" strings, each ended by a
/// NUL (MODULE_INFO in include/linux/moduleparam.h). Empty if the file has no such section. `path`
/// is for messages. Throws Error if `content` is no sound ELF file.
std::vector<std::pair<std::string, std::string>> module_info(std::string_view content,
                                                             const std::string& path);

/// The same of an object that was read before.
std::vector<std::pair<std::string, std::string>> module_info(const Object& object);

}  // namespace kbx::elf
