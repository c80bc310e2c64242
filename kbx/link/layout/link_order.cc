#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/sizing.h"

/// SHF_LINK_ORDER, after the System V gABI: such sections lie as what they belong to does.
namespace kbx::link {
namespace {

/// What has no order goes before what has; two sections that what they belong to shares a load
/// address go by its size, since one is empty.
struct OrderKey {
  bool is_ordered = false;
  std::uint64_t load_address = 0;
  std::uint64_t size = 0;
  std::uint64_t address = 0;

  bool operator<(const OrderKey& other) const {
    return std::tie(is_ordered, load_address, size, address) <
           std::tie(other.is_ordered, other.load_address, other.size, other.address);
  }
};

OrderKey key_of(const InputSection& input, bool is_relocatable) {
  const InputSection* to = input.linked_to;
  if (!to) return {};
  OrderKey key{true, to->output_offset, is_relocatable ? 0 : to->size, to->output_offset};
  if (to->output) {
    key.load_address += is_relocatable ? to->output->address : to->output->load_address;
    key.address += to->output->address;
  }
  return key;
}

/// True if something moved.
bool sort_by_link(std::vector<InputSection*>& inputs, bool is_relocatable) {
  const auto is_before = [&](const InputSection* a, const InputSection* b) {
    return key_of(*a, is_relocatable) < key_of(*b, is_relocatable);
  };
  if (std::is_sorted(inputs.begin(), inputs.end(), is_before)) return false;
  std::stable_sort(inputs.begin(), inputs.end(), is_before);
  return true;
}

}  // namespace

bool order_linked(Plan& plan, bool is_relocatable) {
  bool has_moved = false;
  for (Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (!slot->section || !has_content(*slot->section)) continue;
    std::size_t ordered = 0;
    std::size_t count = 0;
    for (const Item& item : slot->items)
      for (const InputSection* input : item.inputs) {
        ++count;
        if (input->linked_to) ++ordered;
      }
    if (ordered == 0) continue;
    if (ordered != count && is_relocatable)
      throw Error(fmt::format("{} has both ordered and unordered sections", slot->name),
                  "some objects have it with SHF_LINK_ORDER, others without");
    for (Item& item : slot->items)
      if (sort_by_link(item.inputs, is_relocatable)) has_moved = true;
  }
  return has_moved;
}

}  // namespace kbx::link
