#pragma once
#include <cstdint>

namespace kbx::link::script {

/// What DATA_SEGMENT_ALIGN, DATA_SEGMENT_RELRO_END and DATA_SEGMENT_END tell layout, and layout
/// them. A first pass over the script notes what it sees (none -> align_seen -> relro_seen ->
/// end_seen); layout then chooses a base, sets `adjust` or `relro_adjust`, runs again, and sets
/// `done`.
struct DataSegment {
  enum class State {
    none,
    align_seen,    // DATA_SEGMENT_ALIGN gave `base`
    relro_seen,    // DATA_SEGMENT_RELRO_END gave `relro_end`
    end_seen,      // DATA_SEGMENT_END gave `end`: all three (or the first and the last) are there
    relro_adjust,  // layout chose `base`, so that `relro_end` lies on a page
    adjust,        // DATA_SEGMENT_ALIGN is to save the page that it can save
    done,
  };
  State state = State::none;
  bool relro = false;  // -z relro
  std::uint64_t base = 0;
  std::uint64_t relro_offset = 0;
  std::uint64_t relro_end = 0;
  std::uint64_t end = 0;
  std::uint64_t common_page_size = 0;
  std::uint64_t max_page_size = 0;
  std::uint64_t relro_page_size = 0;
};

}  // namespace kbx::link::script
