#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "kbx/link/layout/layout_rules.h"
#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// A program header, and what it covers.
struct Segment {
  std::uint32_t type = 0;   // PT_*
  std::uint32_t flags = 0;  // PF_*
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t load_address = 0;
  std::uint64_t file_size = 0;
  std::uint64_t memory_size = 0;
  std::uint64_t alignment = 0;
  bool has_file_header = false;
  bool has_program_headers = false;
  std::vector<OutputSection*> sections;

  // What the map leaves for place_in_file to keep.
  bool has_flags = false;         // FLAGS(…), and types whose flags are fixed
  bool has_load_address = false;  // AT(…)
  bool has_alignment = false;
  std::uint64_t before = 0;  // without sections: its address
};

/// What the segments depend on besides sections and rules.
struct SegmentNeeds {
  /// Bytes that the layout has so far reserved for program headers; nothing: not known yet.
  std::optional<std::uint64_t> program_headers;
  bool wants_headers = false;  // the script used SIZEOF_HEADERS
  std::uint64_t relro_start = 0;
  std::uint64_t relro_end = 0;                     // 0: no PT_GNU_RELRO
  const OutputSection* eh_frame_header = nullptr;  // of .eh_frame_hdr with its table
};

/// How many program headers the default map will have, guessed from the sections as GNU ld does for
/// SIZEOF_HEADERS while addresses are not known.
std::size_t guess_program_headers(const Plan& plan, const LayoutRules& rules,
                                  const SegmentNeeds& needs);

/// The segments: those of PHDRS with the sections that ask for them (`plan.program_headers`), or by
/// default those that GNU ld makes. Addresses have to be assigned. Offsets and sizes are not set.
/// Throws Error if thread-local sections are apart.
std::vector<Segment> map_segments(Plan& plan, const LayoutRules& rules, const SegmentNeeds& needs);

/// Where everything is in the file.
struct FileLayout {
  std::vector<Segment> segments;  // in the order of the program headers
  std::uint64_t program_headers_offset = 0;
  std::uint64_t program_headers_room = 0;  // bytes; may be more than the segments need
  std::uint64_t end = 0;                   // behind the last section that is placed
  /// Where __ehdr_start points to, and the section that it belongs to (null: absolute).
  std::optional<std::uint64_t> file_header_address;
  OutputSection* file_header_section = nullptr;
};

/// Gives every section its file_offset, and the segments theirs with their sizes. Sections of
/// PT_LOADs come first, congruent to their addresses modulo the page size; behind them, in the
/// plan's order, those that are not loaded. .debug_* sections that will be packed are left out, as
/// are relocation sections and tables that the writer adds. Throws Error if the program headers do
/// not fit.
FileLayout place_in_file(Plan& plan, std::vector<Segment> segments, const LayoutRules& rules,
                         const SegmentNeeds& needs, LayoutFaults& faults);

}  // namespace kbx::link
