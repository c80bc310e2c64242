#pragma once
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/link/layout/slot.h"

namespace kbx::link {

/// Finds for a section the first pattern of the script that takes it. Plain names, of which there
/// are many, cost one look-up for all of them; wildcards are tried one by one.
class PatternTable {
 public:
  /// Where a pattern stands.
  struct Place {
    Slot* slot = nullptr;
    std::size_t item = 0;      // of Slot::items
    std::size_t pattern = 0;   // of InputSections::sections
  };

  explicit PatternTable(Slots& slots);

  /// The first pattern that takes the section; null if none does. With `only_discarding`, only
  /// those of /DISCARD/ count.
  const Place* find(const InputSection& section, bool only_discarding) const;
  /// How many patterns there are in front of this one.
  std::size_t order(const Place& place) const {
    return static_cast<std::size_t>(&place - places_.data());
  }

 private:
  bool takes(const Place& place, const InputSection& section, bool only_discarding) const;

  std::vector<Place> places_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> plain_;
  std::vector<std::size_t> wildcards_;
};

/// Sorts what one pattern took as SORT and its relatives ask.
void sort_input(std::vector<InputSection*>& inputs, script::Sort sort);

/// True for the place that takes input away.
bool is_discarding(const Slot& slot);

}  // namespace kbx::link
