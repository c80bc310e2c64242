#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/script/script.h"

namespace kbx::link {

/// NOCROSSREFS, NOCROSSREFS_TO, and NOCROSSREFS of an OVERLAY: output sections whose contents must
/// not refer to one another.
class CrossSectionRules {
 public:
  void add(const script::NoCrossReferences& command);
  void add(std::vector<std::string> sections);
  bool empty() const { return rules_.empty(); }

  /// True if a relocation in the output section `from` must not refer to a symbol in `to`. The core
  /// asks it for every relocation of a final link unless `empty()`; GNU ld says "prohibited cross
  /// reference from FROM to `SYMBOL' in TO".
  bool forbids(std::string_view from, std::string_view to) const;

 private:
  struct Rule {
    bool only_to_first = false;
    std::vector<std::string> sections;
  };
  std::vector<Rule> rules_;
};

}  // namespace kbx::link
