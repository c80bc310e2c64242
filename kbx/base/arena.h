#pragma once
#include <algorithm>
#include <cstddef>
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
    static_assert(std::is_trivially_destructible_v<Value>);
    static_assert(alignof(Value) <= alignment);
    void* place = take(sizeof(Value));
    return new (place) Value{std::forward<Arguments>(arguments)...};
  }

  /// Room for `size` characters.
  char* room(std::size_t size) { return static_cast<char*>(take(size)); }

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
  static constexpr std::size_t large_page = std::size_t{1} << 21;
  static constexpr std::align_val_t page{large_page};
  static constexpr std::size_t largest_block = std::size_t{1} << 23;

  void* take(std::size_t size) {
    size = (size + alignment - 1) & ~(alignment - 1);
    if (size > left_) {
      // Where the system gives large pages on request, a file costs a handful of page faults
      // instead of thousands.
      block_size_ = blocks_.empty() ? large_page : std::min(block_size_ * 2, largest_block);
      left_ = std::max(size, block_size_);
      next_ = static_cast<std::byte*>(::operator new(left_, page));
      blocks_.emplace_back(next_);
      ::madvise(next_, left_, MADV_HUGEPAGE);
    }
    void* place = next_;
    next_ += size;
    left_ -= size;
    return place;
  }

  struct Free {
    void operator()(std::byte* block) const { ::operator delete(block, page); }
  };

  std::vector<std::unique_ptr<std::byte, Free>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t block_size_ = 0;
};

}  // namespace kbx
