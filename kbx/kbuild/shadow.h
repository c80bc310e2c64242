#pragma once
#include <set>
#include <string>

namespace kbx::kbuild {

/// Where a build keeps its files: a folder that looks like the driver's own, made of links, so that
/// sources stay untouched while `$(src)`, `$(obj)` and `$(PWD)` are one place for the driver's
/// Makefiles.
struct Shadow {
  std::string root;    // folder of the shadow
  std::string anchor;  // real folder that `root` stands for: the driver's folder or one above it
  std::string folder;  // the driver's folder inside `root`; the value of M=
};

/// Which folder above `source` the shadow begins at, so that `$(src)/../include` leads somewhere:
/// the root of the work tree if there is one (.git, .hg, .svn, debian/, dkms.conf), else up to two
/// folders above.
std::string shadow_anchor(const std::string& source);

/// Makes or brings up to date the links below `root`: a folder for every folder of the driver, a
/// link for every file; what lies beside the driver's folder on the way up to the anchor becomes
/// one link each. Files that are not links (outputs) are left alone, dangling links are removed.
/// `leave_out` are real folders that get no image (the output folder itself). Gives the real
/// folders that were read: the shadow is stale when one of them changes.
std::set<std::string> update_shadow(const Shadow& shadow, const std::string& source,
                                    const std::set<std::string>& leave_out);

}  // namespace kbx::kbuild
