#pragma once
#include <map>
#include <optional>
#include <string>

namespace kbx::kernel {

/// A folder that stands in for a folder of a kernel tree: links to what is there, and a Makefile of
/// its own where the tree's leads elsewhere.
struct StandIn {
  std::map<std::string, std::string> links;  // name to target
  std::optional<std::string> makefile;
  bool differs = false;  // a link had to be led elsewhere
};

/// Links to all that is in `folder`; those that are absolute links themselves lead to the same path
/// below `root` if it is there (path_in_root).
StandIn links_of(const std::string& folder, const std::string& root);

/// All that the stand-in is made of, as bytes for a hash.
std::string described(const StandIn& folder);

/// Has `folder` hold the stand-ins, by names below it. It is made aside and renamed; another
/// process may do the same. What stands already is left alone, what else is there is replaced.
/// Throws Error if the folder cannot be made.
void ensure(const std::string& folder, const std::map<std::string, StandIn>& wanted);

}  // namespace kbx::kernel
