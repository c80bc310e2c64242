#pragma once
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include "kbx/base/arena.h"

namespace kbx {

/// Values that stay where they were made, close to one another, until the pool ends.
template <typename Value>
class Pool {
 public:
  Pool() = default;
  ~Pool() {
    for (Value* value : values_) value->~Value();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  Value& emplace_back() {
    static_assert(alignof(Value) <= alignof(void*));
    values_.push_back(new (arena_.room(sizeof(Value))) Value());
    return *values_.back();
  }

  Value& front() { return *values_.front(); }
  const Value& front() const { return *values_.front(); }
  Value& operator[](std::size_t index) { return *values_[index]; }
  const Value& operator[](std::size_t index) const { return *values_[index]; }
  std::size_t size() const { return values_.size(); }

  /// The values in the order in which they were made.
  template <typename Item>
  class Iterator {
   public:
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(Value* const* place) : place_(place) {}
    Item& operator*() const { return **place_; }
    Item* operator->() const { return *place_; }
    Iterator& operator++() {
      ++place_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(place_++); }
    bool operator==(const Iterator&) const = default;

   private:
    Value* const* place_ = nullptr;
  };
  Iterator<Value> begin() { return Iterator<Value>(values_.data()); }
  Iterator<Value> end() { return Iterator<Value>(values_.data() + values_.size()); }
  Iterator<const Value> begin() const { return Iterator<const Value>(values_.data()); }
  Iterator<const Value> end() const {
    return Iterator<const Value>(values_.data() + values_.size());
  }

 private:
  Arena arena_;
  std::vector<Value*> values_;
};

}  // namespace kbx
