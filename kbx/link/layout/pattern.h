#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/link/layout/slot.h"
#include "kbx/link/script/pattern.h"

namespace kbx::link {

/// Finds for a section the first pattern of the script that takes it. Plain names, of which there
/// are many, cost one look-up for all of them; wildcards are tried one by one.
class PatternTable {
 public:
  /// Where a pattern stands.
  struct Place {
    Slot* slot = nullptr;
    std::size_t item = 0;     // of Slot::items
    std::size_t pattern = 0;  // of InputSections::sections
    script::SectionNamePattern name;
    std::uint64_t flags_set = 0;    // INPUT_SECTION_FLAGS: SHF_* that a section has to have
    std::uint64_t flags_unset = 0;  // … and those that it may not have
  };

  /// Throws Error if INPUT_SECTION_FLAGS names a flag that is not known.
  explicit PatternTable(Slots& slots);

  /// The first pattern that takes the section; null if none does. With `only_discarding`, only
  /// those of /DISCARD/ count.
  const Place* find(const InputSection& section, bool only_discarding) const;
  /// All patterns that take it, in their order.
  std::vector<const Place*> find_all(const InputSection& section, bool only_discarding) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  bool takes(const Place& place, const InputSection& section, bool only_discarding) const;

  std::vector<Place> places_;
  std::unordered_map<std::string, std::vector<std::size_t>, Hash, std::equal_to<>> plain_;
  std::vector<std::size_t> wildcards_;
};

/// How a pattern sorts.
struct SortOrder {
  script::Sort sort = script::Sort::unsorted;
  bool reverse = false;

  bool operator==(const SortOrder&) const = default;
};

/// Sorts what a list of patterns took that do not all sort alike; `orders` has one for each. As GNU
/// ld does: what a sorting pattern took goes before the first that it sorts before, whichever
/// pattern took that one; everything else to the end.
void sort_mixed(std::vector<InputSection*>& inputs, const script::InputSections& patterns,
                const std::vector<SortOrder>& orders);

/// The same where files are sorted by their names (SORT of the file pattern): those come first, and
/// `orders` count inside of a file.
void sort_files(std::vector<InputSection*>& inputs, const script::InputSections& patterns,
                const std::vector<SortOrder>& orders);

/// Marks what patterns in KEEP match, so that --gc-sections starts from it.
void mark_kept(Slots& slots, const std::vector<InputFile*>& files);

/// Sorts what one pattern took as SORT and its relatives ask.
void sort_input(std::vector<InputSection*>& inputs, script::Sort sort, bool reverse);

/// True for the place that takes input away.
bool is_discarding(const Slot& slot);

}  // namespace kbx::link
