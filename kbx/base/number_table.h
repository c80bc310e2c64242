#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace kbx {

/// Finds numbered things by a hash. Hashes lie beside the numbers, so that hardly a thing is
/// touched that is not the one.
class NumberTable {
 public:
  /// The number with `hash` of which `is_it(number)` is true; if there is none, the one that
  /// `make()` gives is put in.
  template <typename IsIt, typename Make>
  std::uint32_t find_or_make(std::uint32_t hash, const IsIt& is_it, const Make& make) {
    if (used_ * 4 >= slots_.size() * 3) grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at].next_number != 0; at = (at + 1) & mask)
      if (slots_[at].hash == hash && is_it(slots_[at].next_number - 1))
        return slots_[at].next_number - 1;
    ++used_;
    const std::uint32_t number = make();
    slots_[at] = {hash, number + 1};
    return number;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t next_number = 0;  // the number and 1; 0: nothing
  };

  void grow() {
    constexpr std::size_t first_size = 256;  // a power of two
    std::vector<Slot> larger(slots_.empty() ? first_size : slots_.size() * 4);
    const std::size_t mask = larger.size() - 1;
    for (const Slot& slot : slots_) {
      if (slot.next_number == 0) continue;
      std::size_t at = slot.hash & mask;
      while (larger[at].next_number != 0) at = (at + 1) & mask;
      larger[at] = slot;
    }
    slots_ = std::move(larger);
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace kbx
