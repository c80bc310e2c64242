#pragma once
#include <cstdint>
#include <vector>

namespace kbx::link {

/// A string or constant of a group of mergeable sections; each content is there once.
struct MergedString {
  const char* data = nullptr;
  std::uint32_t length = 0;     // with the terminator
  std::uint32_t alignment = 0;  // 0: nothing is written for it
  std::uint32_t input = 0;      // the section that has it, by its place in the group
  std::uint32_t offset = 0;     // in what is written of that section
};

inline constexpr std::uint32_t no_string = ~std::uint32_t{0};

/// Finds the strings that are the end of another one, as GNU ld does: gives for each what it is the
/// end of, or no_string, and sets the alignment of the ends to 0. No content may be there twice,
/// but where the alignment is 0 already. Terminators are not looked at. The result does not depend
/// on `threads`.
std::vector<std::uint32_t> merge_suffixes(std::vector<MergedString>& strings,
                                          std::uint64_t entry_size, unsigned threads);

}  // namespace kbx::link
