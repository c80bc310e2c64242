#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "kbx/link/input/file.h"

namespace kbx::link {

/// A stretch of a section that holds ARM code ('a'), Thumb code ('t') or data ('d').
struct ArmSpan {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  char kind = 'd';
};

/// What mapping symbols ($a, $t, $d; ELF for the Arm Architecture, "Mapping symbols") say of the
/// sections of a file, span by span. Sections without any are not there.
using ArmSpans = std::unordered_map<const InputSection*, std::vector<ArmSpan>>;
ArmSpans arm_spans(const InputFile& file);

/// True if that is the name of a mapping symbol.
bool is_arm_mark(std::string_view name);

/// Changes code from big to little endian (BE8), for a section whose bytes are at `content`.
void swap_code(const std::vector<ArmSpan>& spans, char* content);

}  // namespace kbx::link
