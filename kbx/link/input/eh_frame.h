#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/input/file.h"

namespace kbx::link {

struct EhFrameEdit;

/// A CIE or FDE of .eh_frame, and where it goes.
struct EhFrameEntry {
  std::uint64_t offset = 0;               // in the input
  std::uint64_t size = 0;                 // without the padding at its end
  std::uint64_t new_offset = 0;           // in the output's part
  std::size_t cie = no_cie;               // of an FDE: its CIE's place among the entries
  const EhFrameEdit* cie_edit = nullptr;  // whose entries `cie` counts; null: the FDE's own part's
  std::uint8_t alignment = 4;
  bool is_removed = true;

  static constexpr std::size_t no_cie = ~std::size_t{0};
};

/// How the unwind table of one input section shrinks.
struct EhFrameEdit {
  const InputSection* section = nullptr;
  std::vector<EhFrameEntry> entries;
  std::uint64_t size = 0;      // of the input
  std::uint64_t new_size = 0;  // in the output
};

/// Drops from the .eh_frame parts of one output section, given in their order, what describes
/// discarded code, unused CIEs, padding, and ends of table before the last part; sets their sizes.
/// A part that is no unwind table as expected stays as it is. The edits live in `edits`.
void edit_eh_frame(const std::vector<InputSection*>& parts, std::uint8_t alignment_power,
                   std::deque<EhFrameEdit>& edits);

/// What a part of .eh_frame has to say to --gc-sections of the code of one section.
struct UnwindReference {
  const InputSection* code = nullptr;
  std::uint64_t offset = 0;  // of the entry and of its CIE
  std::uint64_t size = 0;
  std::uint64_t cie_offset = 0;
  std::uint64_t cie_size = 0;  // 0: none
};

/// The entries of a part; false if it is no unwind table as expected.
bool read_unwind_references(const InputSection& section, std::vector<UnwindReference>& references);

/// What .eh_frame_hdr has to say of a final link's .eh_frame.
struct UnwindTable {
  bool is_position_independent = false;
  std::uint64_t count = 0;          // of the FDEs that stay
  bool is_searchable = true;        // false: a part was no unwind table as expected
  std::vector<std::string> faults;  // of those parts, as GNU ld words them, without the program
};

/// The same for a final link. Equal CIEs, personality included, are there once for all parts; where
/// an FDE goes on with a CIE of another part, EhFrameEntry::cie_edit tells whose.
/// Throws Error for absolute addresses in a position-independent output.
UnwindTable share_eh_frame(const std::vector<InputSection*>& parts, std::uint8_t alignment_power,
                           std::deque<EhFrameEdit>& edits, bool is_position_independent = false);

/// The first file with an unwind table that has an entry; null: .eh_frame_hdr is not made, whatever
/// --eh-frame-hdr says.
InputFile* file_with_unwind_table(const std::vector<InputFile*>& files);

/// The size of .eh_frame_hdr.
std::uint64_t eh_frame_header_size(const UnwindTable& table);

/// Where .eh_frame and .eh_frame_hdr lie.
struct UnwindPlaces {
  std::uint64_t table = 0;
  std::uint64_t header = 0;
};

/// The content of .eh_frame_hdr. `content` is the output's .eh_frame with its relocations done.
/// Throws Error if the distances do not fit, or if FDEs overlap.
template <typename Shape>
std::string eh_frame_header(const UnwindTable& table, std::string_view content,
                            const UnwindPlaces& places);

/// Changes an offset in the input to one in the output. False if what lies there has gone.
inline bool moved_offset(const EhFrameEdit& edit, std::uint64_t& offset) {
  if (offset >= edit.size) {
    offset = offset - edit.size + edit.new_size;
    return true;
  }
  std::size_t low = 0;
  std::size_t high = edit.entries.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const EhFrameEntry& entry = edit.entries[middle];
    if (offset < entry.offset) {
      high = middle;
    } else if (offset >= entry.offset + entry.size) {
      low = middle + 1;
    } else {
      offset = offset - entry.offset + entry.new_offset;
      return !entry.is_removed;
    }
  }
  return false;
}

/// Copies what stays of the section to `place`, with the lengths and references that it has there.
template <typename Shape>
void write_eh_frame(const InputSection& section, char* place);

}  // namespace kbx::link
