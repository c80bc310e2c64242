#include "kbx/link/layout/section_checks.h"

#include <algorithm>

#include <fmt/format.h>

/// Whether the addresses of a final link make sense, in GNU ld 2.40's words. Two sections at the
/// very same address are taken for overlays; then only load addresses are looked at.
namespace kbx::link {
namespace {

/// A section on its way through the checks, by load address or by address.
struct Range {
  const OutputSection* section = nullptr;
  std::size_t number = 0;  // in the output, for ties
  std::uint64_t start = 0;
  std::uint64_t end = 0;  // its last byte
  bool is_told = false;
};

class Checks {
 public:
  Checks(const Plan& plan, const LayoutRules& rules, LayoutFaults& faults)
      : plan_(plan), rules_(rules), faults_(faults) {}

  void run() {
    for (OutputSection* section = plan_.sections.first(); section; section = section->next) {
      check_end(*section);
      if ((section->traits & trait_alloc) && !is_thread_local_bss(*section) && section->size != 0)
        ranges_.push_back({section, ranges_.size(), 0, 0, false});
    }
    if (ranges_.size() > 1) {
      check_load_addresses();
      check_addresses();
    }
    for (const MemoryRegion& region : plan_.regions.all())
      if (region.overflows) {
        const std::uint64_t over = region.next - (region.origin + region.length);
        faults_.errors.push_back(fmt::format("region `{}' overflowed by {} byte{}", region.name(),
                                             over, over == 1 ? "" : "s"));
      }
  }

 private:
  bool wraps(std::uint64_t start, std::uint64_t size) const {
    const std::uint64_t mask = address_mask(rules_);
    const std::uint64_t end = (start + size) & mask;
    return end != 0 && end < (start & mask);
  }

  void check_end(const OutputSection& section) {
    if (!(section.traits & trait_alloc)) return;
    const char* which = nullptr;
    if (wraps(section.address, section.size))
      which = "VMA";
    else if (wraps(section.load_address, section.size))
      which = "LMA";
    if (which)
      faults_.errors.push_back(
          fmt::format("section {} {} wraps around address space", section.name, which));
  }

  template <typename Start>
  void sort(const Start& start) {
    for (Range& range : ranges_) {
      range.start = start(*range.section);
      range.end = range.start + range.section->size - 1;
    }
    std::ranges::sort(ranges_, [](const Range& a, const Range& b) {
      return a.start != b.start ? a.start < b.start : a.number < b.number;
    });
  }

  static bool overlap(const Range& range, const Range& before) {
    return range.start <= before.end || before.end < before.start;
  }

  void tell(const char* which, const Range& range, const Range& before) {
    faults_.errors.push_back(
        fmt::format("section {} {} [{:016x},{:016x}] overlaps section {} {} [{:016x},{:016x}]",
                    range.section->name, which, range.start, range.end, before.section->name, which,
                    before.start, before.end));
  }

  void check_load_addresses() {
    sort([](const OutputSection& section) { return section.load_address; });
    const Range* before = nullptr;
    for (Range& range : ranges_) {
      if (!(range.section->traits & trait_load)) continue;
      if (before && overlap(range, *before)) {
        tell("LMA", range, *before);
        range.is_told = true;
      }
      before = &range;
    }
  }

  void check_addresses() {
    sort([](const OutputSection& section) { return section.address; });
    for (std::size_t i = 1; i < ranges_.size(); ++i)
      if (ranges_[i].start == ranges_[i - 1].start) return;
    for (std::size_t i = 1; i < ranges_.size(); ++i)
      if (!ranges_[i].is_told && overlap(ranges_[i], ranges_[i - 1]))
        tell("VMA", ranges_[i], ranges_[i - 1]);
  }

  const Plan& plan_;
  const LayoutRules& rules_;
  LayoutFaults& faults_;
  std::vector<Range> ranges_;
};

std::string largest_in(const Plan& plan, const MemoryRegion& region) {
  std::vector<const OutputSection*> sections;
  for (const Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    const bool is_there =
        slot->region == &region ||
        (slot->load_region == &region && slot->section && (slot->section->traits & trait_load));
    if (is_there && slot->section && !slot->section->is_removed && slot->section->size != 0)
      sections.push_back(slot->section);
  }
  std::ranges::stable_sort(
      sections, [](const OutputSection* a, const OutputSection* b) { return a->size > b->size; });
  constexpr std::size_t most = 5;
  std::string text = fmt::format("`{}' has {} bytes; in it are", region.name(), region.length);
  for (std::size_t i = 0; i < std::min(sections.size(), most); ++i)
    text += fmt::format("{} {} with {}", i == 0 ? "" : ",", sections[i]->name, sections[i]->size);
  if (sections.size() > most) text += fmt::format(" and {} smaller ones", sections.size() - most);
  return text;
}

}  // namespace

void check_section_addresses(const Plan& plan, const LayoutRules& rules, LayoutFaults& faults) {
  Checks(plan, rules, faults).run();
}

std::string largest_in_full_regions(const Plan& plan) {
  std::string text;
  for (const MemoryRegion& region : plan.regions.all())
    if (region.overflows) text += (text.empty() ? "" : "; ") + largest_in(plan, region);
  return text;
}

}  // namespace kbx::link
