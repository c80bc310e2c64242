#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "kbx/base/arena.h"

namespace kbx {

/// A list that lies in an arena, for values of which there are many, each with a list of few: it
/// asks for no memory of its own and needs no destructor. A list that grows leaves what it
/// outgrows to the arena.
template <typename Value>
class ArenaList {
 public:
  /// `arena` has to be the same each time.
  void push_back(Arena& arena, const Value& value) {
    if (size_ == capacity_) grow(arena);
    std::construct_at(values_ + size_++, value);
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const Value& operator[](std::size_t index) const { return values_[index]; }
  const Value& front() const { return *values_; }
  const Value* begin() const { return values_; }
  const Value* end() const { return values_ + size_; }

 private:
  void grow(Arena& arena) {
    capacity_ = std::max(1U, capacity_ * 2);
    auto* larger = arena.room_for<Value>(capacity_);
    std::uninitialized_copy(begin(), end(), larger);
    values_ = larger;
  }

  Value* values_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace kbx
