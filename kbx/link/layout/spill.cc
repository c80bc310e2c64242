#include "kbx/link/layout/spill.h"

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/memory_regions.h"

namespace kbx::link {
namespace {

bool fits(const MemoryRegion* region, const InputSection& input, std::uint64_t dot) {
  if (!region || region->length == ~std::uint64_t{0}) return true;
  const std::uint64_t mask = (std::uint64_t{1} << input.alignment_power) - 1;
  const std::uint64_t end = region->origin + region->length;
  const std::uint64_t start = (dot + mask) & ~mask;
  return start <= end && input.size <= end - start;
}

}  // namespace

std::uint64_t Spill::place(
    const Slot& slot, Item& item, std::uint64_t dot,
    const std::function<std::uint64_t(InputSection& input, std::uint64_t dot)>& place) {
  std::erase_if(item.inputs, [&](InputSection* input) {
    const auto known = taken_.find(input);
    if (known != taken_.end() && known->second != slot.section) return true;
    const bool is_sized = !input->is_discarded && !slot.is_ignored;
    if (is_sized && !fits(slot.region, *input, dot)) {
      if (input->traits & trait_linker_created)
        throw Error(fmt::format("Output section `{}' not large enough for the linker-created "
                                "stubs section `{}'.",
                                slot.name, input->name),
                    "its memory region has to hold that, too");
      dot = slot.region->origin + slot.region->length;
      input->output = nullptr;
      return true;
    }
    dot = place(*input, dot);
    if (is_sized) {
      taken_.insert_or_assign(input, slot.section);
      input->output = slot.section;
    }
    return false;
  });
  return dot;
}

std::vector<InputSection*> Spill::discard_rest(const std::vector<InputFile*>& files) const {
  std::vector<InputSection*> rest;
  for (InputFile* file : files)
    for (InputSection* section : file->sections) {
      if (section->output || section->is_discarded) continue;
      section->is_discarded = true;
      rest.push_back(section);
    }
  return rest;
}

}  // namespace kbx::link
