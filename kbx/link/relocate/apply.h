#pragma once
#include <string>
#include <vector>

#include "kbx/link/layout/output_section.h"
#include "kbx/link/relocate/linkage.h"
#include "kbx/link/resolve/discarded.h"

namespace kbx::link {

class ArmGlue;
class Veneers;

/// Where the tables and the thread-local block are, once addresses are final.
struct LinkedAddresses {
  std::uint64_t got = 0;
  std::uint64_t got_base = 0;  // _GLOBAL_OFFSET_TABLE_
  std::uint64_t got_plt = 0;
  std::uint64_t indirect_got = 0;
  std::uint64_t plt = 0;
  std::uint64_t direct_plt = 0;
  std::uint64_t second_plt = 0;
  std::uint64_t indirect_plt = 0;
  std::uint64_t thread_start = 0;
  std::uint64_t thread_pointer = 0;  // as if the block lay where the program has it
};
LinkedAddresses linked_addresses(const Linkage& linkage, const FinalKind& kind,
                                 const OutputSections& sections);

/// What relocations of a final link are applied with.
struct Applying {
  const FinalKind& kind;
  const Linkage& linkage;
  LinkedAddresses at;
  const Veneers* veneers = nullptr;  // null: branches reach what they go to
  const ArmGlue* glue = nullptr;     // null: no place has its code elsewhere
};

/// Where a branch goes, without its addend.
struct BranchTarget {
  std::uint64_t address = 0;
  bool is_plt = false;  // it is a PLT entry
};
BranchTarget branch_target(const Applying& applying, const InputFile& file,
                           const Referent& referent, std::int64_t addend);

/// The address by which others know a symbol: its PLT entry's if that stands for it. `places` are
/// the symbol's, or null.
std::uint64_t address_for(const Applying& applying, const Referent& referent, const Places* places);

/// What is to be said of a section's relocations, in GNU ld's words.
struct Findings {
  std::vector<std::string> faults;   // what does not fit: no output comes of it
  std::vector<std::string> remarks;  // what is odd
};

/// Applies the relocations of `section`, whose bytes are at `content` in the output. `kept` is one
/// thread's.
template <typename Shape>
void apply_relocations(const Applying& applying, InputSection& section, char* content,
                       KeptSections& kept, Findings& findings);

}  // namespace kbx::link
