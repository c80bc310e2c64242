#pragma once
#include <bit>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "kbx/base/arena.h"

namespace kbx {

/// Values that are numbered in the order in which they are made and stay where they are, close to
/// one another, in an arena that others share. No destructor is run.
template <typename Value>
class Records {
 public:
  explicit Records(Arena& arena) : arena_(&arena) {}
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  template <typename... Arguments>
  Value& emplace_back(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<Value>);
    static_assert(alignof(Value) <= alignof(void*));
    const std::size_t slot = size_ % per_chunk;
    if (slot == 0) chunks_.push_back(arena_->template room_for<Value>(per_chunk));
    ++size_;
    return *new (chunks_.back() + slot) Value{std::forward<Arguments>(arguments)...};
  }

  Value& operator[](std::size_t index) { return chunks_[index / per_chunk][index % per_chunk]; }
  const Value& operator[](std::size_t index) const {
    return chunks_[index / per_chunk][index % per_chunk];
  }
  Value& front() { return *chunks_.front(); }
  const Value& front() const { return *chunks_.front(); }
  std::size_t size() const { return size_; }

  /// The values in the order of their numbers.
  template <typename Item, typename Owner>
  class Iterator {
   public:
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(Owner* owner, std::size_t index) : owner_(owner), index_(index) {}
    Item& operator*() const { return (*owner_)[index_]; }
    Item* operator->() const { return &(*owner_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(owner_, index_++); }
    bool operator==(const Iterator&) const = default;

   private:
    Owner* owner_ = nullptr;
    std::size_t index_ = 0;
  };
  auto begin() { return Iterator<Value, Records>(this, 0); }
  auto end() { return Iterator<Value, Records>(this, size_); }
  auto begin() const { return Iterator<const Value, const Records>(this, 0); }
  auto end() const { return Iterator<const Value, const Records>(this, size_); }

 private:
  static constexpr std::size_t chunk_bytes = std::size_t{1} << 13;
  static constexpr std::size_t per_chunk = std::bit_floor(chunk_bytes / sizeof(Value));
  static_assert(per_chunk > 0);

  Arena* arena_;
  std::vector<Value*> chunks_;
  std::size_t size_ = 0;
};

}  // namespace kbx
