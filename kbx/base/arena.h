#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <sys/mman.h>

namespace kbx {

/// Memory that is given out in order and returned all at once. For values that need no destructor.
class Arena {
 public:
  template <typename Value, typename... Arguments>
  Value* make(Arguments&&... arguments) {
    return new (room_for<Value>(1)) Value{std::forward<Arguments>(arguments)...};
  }

  /// Room for `number` values, which are not made yet.
  template <typename Value>
  Value* room_for(std::size_t number) {
    static_assert(std::is_trivially_destructible_v<Value> && alignof(Value) <= alignment);
    // Values may be pointers, and it is their own size that is meant.
    // NOLINTNEXTLINE(bugprone-sizeof-expression)
    return static_cast<Value*>(take(number * sizeof(Value)));
  }

  /// Room for `size` characters.
  char* room(std::size_t size) { return room_for<char>(size); }

  /// A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* place = room(text.size());
    text.copy(place, text.size());
    return {place, text.size()};
  }

  template <typename Value>
  Value* copy(const std::vector<Value>& values) {
    auto* place = room_for<Value>(values.size());
    return std::uninitialized_copy(values.begin(), values.end(), place) - values.size();
  }

 private:
  static constexpr std::size_t alignment = alignof(void*);
  static constexpr std::size_t first_block = std::size_t{1} << 16;
  static constexpr std::size_t large_page = std::size_t{1} << 21;
  static constexpr std::size_t largest_block = std::size_t{1} << 23;

  void* take(std::size_t size) {
    size = (size + alignment - 1) & ~(alignment - 1);
    if (size > left_) add_block(size);
    void* place = next_;
    next_ += size;
    left_ -= size;
    return place;
  }

  /// Where the system gives large pages on request, a large file costs a handful of page faults
  /// instead of thousands; a small one would pay for clearing a page that it does not need.
  void add_block(std::size_t size) {
    block_size_ =
        blocks_.empty() ? first_block : std::clamp(block_size_ * 2, large_page, largest_block);
    left_ = std::max(size, block_size_);
    const bool is_large = left_ >= large_page;
    if (is_large) left_ = (left_ + large_page - 1) & ~(large_page - 1);
    void* block = is_large ? std::aligned_alloc(large_page, left_) : std::malloc(left_);
    if (!block) throw std::bad_alloc();
    next_ = static_cast<std::byte*>(block);
    blocks_.emplace_back(next_);
    if (is_large) ::madvise(next_, left_, MADV_HUGEPAGE);
  }

  struct Free {
    void operator()(std::byte* block) const { std::free(block); }
  };

  std::vector<std::unique_ptr<std::byte, Free>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t block_size_ = 0;
};

}  // namespace kbx
