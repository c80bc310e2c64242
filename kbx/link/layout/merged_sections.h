#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "kbx/link/input/file.h"

namespace kbx::link {

/// Where something of a mergeable section went: into a section of the same output section, which
/// may be another file's.
struct MergedPlace {
  InputSection* section = nullptr;
  std::uint64_t offset = 0;  // in `section` as it is written
};

struct MergedGroup;

/// The strings and constants (SHF_MERGE) of a final link, each once. It has to live until the
/// output is written.
class MergedSections {
 public:
  MergedSections();
  ~MergedSections();
  MergedSections(const MergedSections&) = delete;
  MergedSections& operator=(const MergedSections&) = delete;

  /// To be called once, when every section has its output section and nothing has its address:
  /// merges what GNU ld 2.40 merges (same output section, alignment, entry size and kind; no
  /// relocations). InputSection::merge is set in all that took part, their sizes are what stays in
  /// each; of those in which nothing stays the size is 0 and the alignment 1, they are to have no
  /// piece. `threads` (at least 1) does not change the result.
  void merge(const std::vector<InputFile*>& files, unsigned threads);

  /// To be called when addresses are final: those of all strings and constants are worked out, so
  /// that merged_address finds them sooner.
  void settle(unsigned threads);

 private:
  std::vector<std::unique_ptr<MergedGroup>> groups_;
};

/// How one section was merged; InputSection::merge points to it.
struct MergedInput;

/// Where `offset` of a section that has `merge` went. For a relocation against its section symbol
/// the addend is part of the offset (S + A as a whole moves); for any other symbol it is the
/// symbol's value, and the addend counts from the new place. An offset at the end of the section
/// is the end of what is written of it.
MergedPlace merged_place(InputSection& section, std::uint64_t offset);

/// The address of merged_place, 0 if it is not part of the output.
std::uint64_t merged_address(InputSection& section, std::uint64_t offset);

/// True if `offset` lies behind the end of what a section that has `merge` was.
bool is_beyond_merged(const InputSection& section, std::uint64_t offset);

/// The size that a link map shows of a section that has `merge`. Where nothing stays, GNU ld keeps
/// a size that counts for nothing: its own of before, or if all that was new in it ends others'
/// strings, that of what stays before it.
std::uint64_t merged_size_in_map(const InputSection& section);

/// Writes the `section.size` bytes that stay in a section that has `merge`.
void write_merged(const InputSection& section, char* place);

}  // namespace kbx::link
