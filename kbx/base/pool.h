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

 private:
  Arena arena_;
  std::vector<Value*> values_;
};

}  // namespace kbx
