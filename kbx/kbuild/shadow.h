#pragma once
#include <set>
#include <string>
#include <vector>

namespace kbx::kbuild {

/// Which folder above `source` its shadow begins at, so that `$(src)/../include` leads somewhere:
/// the root of the work tree if there is one (.git, .hg, .svn, debian/, dkms.conf), else up to two
/// folders above.
std::string shadow_anchor(const std::string& source);

/// Makes or brings up to date `root`, the shadow of the folder `anchor`: a folder for every folder
/// of the `sources` (real folders or links to some, all at or below `anchor`) and on the way to
/// them, a link for every file, and one link each for what lies beside the way. Files that are not
/// links (outputs) are left alone, dangling links are removed. `leave_out` are real folders that
/// get no image (the output folder itself). Gives the real folders that were read: the shadow is
/// stale when one of them changes.
std::set<std::string> update_shadow(const std::string& root, const std::string& anchor,
                                    const std::vector<std::string>& sources,
                                    const std::set<std::string>& leave_out);

/// Where a link of the shadow `root` leads from `folder` (in the shadow) to real folders, so that
/// what is made there would lie among the sources: the real folder to mirror as well, else "".
std::string folder_behind_link(const std::string& root, const std::string& folder);

}  // namespace kbx::kbuild
