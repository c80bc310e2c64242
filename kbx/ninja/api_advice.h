#pragma once
#include <string>
#include <vector>

namespace kbx::ninja {

/// What compilers' errors about the kernel's interfaces come from and what this kernel has instead:
/// a sentence for each, from the known changes (rules/api-changes.json, or the file of this name in
/// `rules_folder`, unless that is "") and from the headers at hand, which have the last word. For a
/// name that is declared in a header which the source does not include, that header. Nothing for
/// what neither explains.
///
/// `lines` is what the command printed; `headers` are the folders of kernel::header_folders. Throws
/// Error if `rules_folder` has a file that cannot be read as such changes.
std::vector<std::string> api_advice(const std::vector<std::string>& lines,
                                    const std::vector<std::string>& headers,
                                    const std::string& rules_folder);

}  // namespace kbx::ninja
