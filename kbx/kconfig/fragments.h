#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kbx::kconfig {

/// A file with lines of a .config.
struct Fragment {
  std::string name;
  std::string text;
};

struct MergedFragments {
  std::string text;    // of a .config; each option is in it as its last fragment has it
  std::string report;  // which fragment gave an option another value than those before it
};

/// All fragments as one, the later ones on top of the earlier. `prefix` is that of options,
/// "CONFIG_".
MergedFragments merge_fragments(const std::vector<Fragment>& fragments, std::string_view prefix);

/// What fragments ask for and a configuration made of them does not have: for each such option what
/// was asked for and what it got. "" if all is as asked.
std::string unmet_requests(std::string_view asked, std::string_view got, std::string_view prefix);

}  // namespace kbx::kconfig
