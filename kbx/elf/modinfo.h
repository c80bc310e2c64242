#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kbx::elf {

/// The entries of a module's .modinfo section in their order: "tag=value" strings, each ended by a
/// NUL (MODULE_INFO in include/linux/moduleparam.h). Empty if the file has no such section. `path`
/// is for messages. Throws Error if `content` is no sound ELF file.
std::vector<std::pair<std::string, std::string>> module_info(std::string_view content,
                                                             const std::string& path);

}  // namespace kbx::elf
