#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "kbx/link/arch/arm_marks.h"

namespace kbx::link {

/// What the search for the VFP11's erratum knows of the instructions before: it goes on from one
/// section of a file to the next.
struct Vfp11Search {
  enum class State : std::uint8_t { idle, apart, next } state = State::idle;
  std::vector<unsigned> inputs;  // registers that the last operation reads
};

/// An operation that has to be done elsewhere.
struct Vfp11Hazard {
  std::uint64_t offset = 0;
  std::uint32_t instruction = 0;
};

/// The operations of a section whose operands an instruction behind them overwrites too early. With
/// `is_vector` one instruction in between is not enough.
std::vector<Vfp11Hazard> find_vfp11_hazards(std::string_view content,
                                            const std::vector<ArmSpan>& spans, bool is_big_endian,
                                            bool is_vector, Vfp11Search& search);

}  // namespace kbx::link
