#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/name_index.h"
#include "kbx/base/pool.h"
#include "kbx/link/input/file.h"

namespace kbx::link {

/// A part of an output section's content.
struct Piece {
  InputSection* input = nullptr;  // null: `bytes`, repeated as far as `size` goes
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string bytes;  // empty: what the machine fills with
};

/// A section of the output.
struct OutputSection {
  std::string_view name;
  OutputSection* next_of_name = nullptr;  // see NameIndex
  OutputSection* previous = nullptr;
  OutputSection* next = nullptr;
  Traits traits = 0;
  std::uint32_t type = 0;   // SHT_*; SHT_NULL: follows from the traits
  std::uint64_t flags = 0;  // SHF_* that do not follow from the traits
  std::uint32_t info = 0;
  std::uint8_t alignment_power = 0;
  bool has_input = false;
  bool uses_rela = false;
  bool is_ordered = false;  // SHF_LINK_ORDER
  std::uint64_t address = 0;
  std::uint64_t load_address = 0;  // of final links
  std::uint64_t size = 0;
  std::uint64_t last_size = 0;  // as the last pass over the script left it
  std::uint64_t entry_size = 0;
  InputSection* linked_to = nullptr;   // of the first input section; see InputSection
  InputSection* group_ring = nullptr;  // of a group or a member: see InputSection::next_in_group
  bool is_in_group = false;
  std::uint32_t script_type = 0;  // SHT_* of (TYPE = …), for a section with data of the script
  bool is_kept = false;           // stays even if it is empty: dot was assigned in it
  bool is_removed = false;        // is not in the output; `previous` is what it was then
  std::vector<Piece> pieces;

  // Where it is in the file.
  bool has_file_offset = false;
  std::uint64_t file_offset = 0;

  // What the writer decides.
  std::uint32_t index = 0;   // of its header
  std::uint32_t symbol = 0;  // of its section symbol
  std::uint32_t rel_count = 0;
  std::uint32_t rela_count = 0;
  std::uint32_t rel_index = 0;
  std::uint32_t rela_index = 0;
};

/// True for .tbss and its like, which take no room in memory outside of PT_TLS.
inline bool is_thread_local_bss(const OutputSection& section) {
  return (section.traits & (trait_load | trait_thread_local)) == trait_thread_local;
}

/// Where an input section starts in memory, as far as the layout has come; 0 if it is not part of
/// the output.
inline std::uint64_t start_of(const InputSection& section) {
  return section.output ? section.output->address + section.output_offset : 0;
}

/// The SHT_* and SHF_* that the section's header gets.
std::uint32_t header_type(const OutputSection& section);
std::uint64_t header_flags(const OutputSection& section);

/// The output's sections, in the order of their headers but for groups, which come first.
class OutputSections {
 public:
  OutputSection* add(std::string_view name);
  OutputSection* first() const { return first_; }
  OutputSection* last() const { return last_; }
  /// The first section of that name, or null.
  OutputSection* find(std::string_view name) const;
  /// Moves `section` before `place`; null: to the end.
  void move_before(OutputSection* section, OutputSection* place);
  /// Takes it out; it still knows its neighbours.
  void remove(OutputSection* section);

 private:
  void unlink(OutputSection* section);
  void insert_before(OutputSection* section, OutputSection* place);

  Pool<OutputSection> storage_;
  NameIndex<OutputSection> by_name_;
  OutputSection* first_ = nullptr;
  OutputSection* last_ = nullptr;
};

}  // namespace kbx::link
