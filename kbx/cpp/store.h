#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

#include "kbx/cpp/token.h"

namespace kbx::cpp::detail {

/// More than this many live tokens are an attack, or a mistake.
constexpr std::size_t most_live_tokens = std::size_t{1} << 22;

/// Values in a row, of which the last ones come and go. Plain values only: nothing is constructed.
template <typename Value>
class Stack {
 public:
  static_assert(std::is_trivially_copyable_v<Value> && std::is_trivially_destructible_v<Value>);

  void push_back(const Value& value) {
    if (size_ == room_) grow();
    values_[size_++] = value;
  }
  void pop_back() { --size_; }
  /// Gives up all but the first `size` values.
  void shrink(std::size_t size) { size_ = size; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  Value* data() { return values_.get(); }
  Value& back() { return values_[size_ - 1]; }
  Value& operator[](std::size_t at) { return values_[at]; }

 private:
  void grow() {
    if (size_ > most_live_tokens) throw Unsure{"an expansion that is too long"};
    const std::size_t room = room_ == 0 ? 1024 : room_ * 2;
    auto larger = std::make_unique_for_overwrite<Value[]>(room);
    std::copy_n(values_.get(), size_, larger.get());
    values_ = std::move(larger);
    room_ = room;
  }

  std::unique_ptr<Value[]> values_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

/// Runs of values that stay where they are, until all are given up at once.
template <typename Value>
class Store {
 public:
  /// Room for `count` values.
  Value* take(std::size_t count) {
    live_ += count;
    if (live_ > most_live_tokens) throw Unsure{"an expansion that is too long"};
    if (count > left_) {
      const std::size_t size = std::max(block_size, count);
      blocks_.push_back({std::make_unique_for_overwrite<Value[]>(size), size});
      next_ = blocks_.back().values.get();
      left_ = size;
    }
    Value* place = next_;
    next_ += count;
    left_ -= count;
    return place;
  }
  Value* copy(const Value* values, std::size_t count) {
    Value* place = take(count);
    std::copy_n(values, count, place);
    return place;
  }
  void clear() {
    live_ = 0;
    if (blocks_.empty()) return;
    if (blocks_.size() > 1) blocks_.erase(blocks_.begin() + 1, blocks_.end());
    next_ = blocks_[0].values.get();
    left_ = blocks_[0].size;
  }

 private:
  static constexpr std::size_t block_size = std::size_t{1} << 12;
  struct Block {
    std::unique_ptr<Value[]> values;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::size_t left_ = 0;
  Value* next_ = nullptr;
  std::size_t live_ = 0;
};

}  // namespace kbx::cpp::detail
