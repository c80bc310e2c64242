#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "kbx/link/input/file.h"

namespace kbx::link {

/// A part of a section that its mapping symbols call code.
struct CodeSpan {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

/// The code of each section of `file`, after the mapping symbols of AArch64 ($x, $d), as far as GNU
/// ld 2.40 looks: the last span ends as far behind the section's end as the first starts behind its
/// beginning, but never behind the section's content.
std::unordered_map<const InputSection*, std::vector<CodeSpan>> code_spans(const InputFile& file);

}  // namespace kbx::link
