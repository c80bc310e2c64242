#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kbx::symbols {

/// Memory that is given out in order and returned all at once. For values that need no destructor.
class Arena {
 public:
  template <typename Value, typename... Arguments>
  Value* make(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<Value>);
    static_assert(alignof(Value) <= alignment);
    void* place = take(sizeof(Value));
    return new (place) Value{std::forward<Arguments>(arguments)...};
  }

  /// A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* place = static_cast<char*>(take(text.size()));
    text.copy(place, text.size());
    return {place, text.size()};
  }

  template <typename Value>
  Value* copy(const std::vector<Value>& values) {
    static_assert(std::is_trivially_destructible_v<Value> && alignof(Value) <= alignment);
    auto* place = static_cast<Value*>(take(values.size() * sizeof(Value)));
    return std::uninitialized_copy(values.begin(), values.end(), place) - values.size();
  }

 private:
  static constexpr std::size_t alignment = alignof(void*);
  static constexpr std::size_t block_size = std::size_t{1} << 18;

  void* take(std::size_t size) {
    size = (size + alignment - 1) & ~(alignment - 1);
    if (size > left_) {
      const std::size_t block = size > block_size ? size : block_size;
      blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block));
      next_ = blocks_.back().get();
      left_ = block;
    }
    void* place = next_;
    next_ += size;
    left_ -= size;
    return place;
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace kbx::symbols
