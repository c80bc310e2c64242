#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"

namespace kbx::cpp::detail {

struct Macro;

enum class Directive : std::uint8_t {
  none,
  define_macro,
  undef_macro,
  include,
  include_next,
  if_condition,
  ifdef,
  ifndef,
  elif,
  elifdef,
  elifndef,
  else_branch,
  endif,
  line,
  pragma,
  ident,
  error,
};

/// An identifier, there once for each spelling.
struct Name {
  const char* text = nullptr;
  std::uint32_t size = 0;
  std::uint32_t hash = 0;
  Macro* macro = nullptr;
  Directive directive = Directive::none;
  bool is_remembered = false;   ///< it occurs in an expansion whose text is kept
  std::uint16_t parameter = 0;  ///< while a macro is read: its place among the parameters, from 1

  std::string_view view() const { return {text, size}; }
};

/// All identifiers that are macros, parameters, directives or tokens of either. Text that is only
/// copied is looked up, but not entered. Texts have to be readable for 8 bytes behind their end.
class NameTable {
 public:
  explicit NameTable(Arena& arena) : arena_(arena), slots_(std::size_t{1} << 16) {}

  static std::uint32_t hash_of(const char* text, std::size_t size) {
    constexpr std::uint64_t factor = 0x9E3779B97F4A7C15U;
    std::uint64_t hash = size;
    while (size > 8) {
      hash = (hash ^ load(text)) * factor;
      hash ^= hash >> 32;
      text += 8;
      size -= 8;
    }
    const std::uint64_t last = size == 0 ? 0 : load(text) << (64 - 8 * size);
    hash = (hash ^ last) * factor;
    return static_cast<std::uint32_t>(hash >> 32);
  }

  /// The name with this text, or null.
  Name* find(const char* text, std::size_t size) const {
    const std::uint32_t hash = hash_of(text, size);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (!slot.name) return nullptr;
      if (slot.hash == hash && slot.name->size == size &&
          std::memcmp(slot.name->text, text, size) == 0)
        return slot.name;
    }
  }

  /// The name with this text, which has to live as long as the table.
  Name* intern(const char* text, std::size_t size);
  /// The same for a text of any life.
  Name* intern(std::string_view text);

 private:
  struct Slot {
    Name* name = nullptr;
    std::uint32_t hash = 0;
  };

  static std::uint64_t load(const char* text) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text, sizeof bytes);
    return bytes;
  }
  void grow();

  Arena& arena_;
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace kbx::cpp::detail
