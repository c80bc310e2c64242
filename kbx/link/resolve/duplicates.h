#pragma once
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/resolve/same_symbols.h"

namespace kbx::link {

/// The COMDAT groups and .gnu.linkonce sections that were met so far: of each the first one stays.
class Duplicates {
 public:
  /// Discards what `file` has once more. Its symbols are references from then on.
  void discard_in(InputFile& file);

 private:
  void discard_if_known(InputSection& section);
  bool discard_by_twin(InputSection& section, const std::vector<InputSection*>& known);

  std::unordered_map<std::string_view, std::vector<InputSection*>> known_;  // by signature
  SectionSymbols section_symbols_;
};

}  // namespace kbx::link
