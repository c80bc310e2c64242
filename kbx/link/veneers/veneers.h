#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/arch/veneer.h"
#include "kbx/link/layout/placement.h"
#include "kbx/link/output/symbols.h"
#include "kbx/link/relocate/decide.h"
#include "kbx/link/resolve/bfd_hash_table.h"
#include "kbx/link/resolve/resolver.h"
#include "kbx/link/veneers/section_numbers.h"
#include "kbx/link/veneers/veneer_groups.h"

namespace kbx::link {

struct Applying;

/// A branch of the input, as far as its veneer depends on it.
struct BranchUse {
  Branch branch;
  const InputSection* section = nullptr;  // that it stands in
  Referent referent;
  std::int64_t addend = 0;
};

/// An instruction that moves into a veneer, which goes back behind where it stood.
struct MovedInstruction {
  const InputSection* section = nullptr;  // null: the veneer is none of this kind
  std::uint64_t offset = 0;
  std::int64_t target = 0;      // ARM: where it goes, counted from the start of the section
  std::uint32_t condition = 0;  // … and on what condition
};

/// Code that goes on to where a branch does not reach, or that stands in for an instruction.
struct Veneer {
  std::string_view name;  // in the table
  std::uint64_t hash = 0;
  Veneer* next = nullptr;
  std::string_view label;  // its symbol
  std::uint8_t kind = 0;
  InputSection* section = nullptr;  // the one of veneers that it is in
  std::uint64_t offset = 0;         // there, once it is settled
  bool is_unused = false;           // it has room, but nothing goes to it …
  bool is_empty = false;            // … and it does not hold the instruction either
  BranchUse use;                    // the branch that it was made for
  MovedInstruction moved;           // … or the instruction
};

/// What a branch is at its place once addresses are known.
BranchUse branch_use(const Applying& applying, const InputSection& section, std::uint64_t offset,
                     const Decision& decision);

/// The veneers of a link. They lie in sections of their own, each behind a section of code; where
/// these are, what they hold and in which order is as in GNU ld 2.40.
class Veneers {
 public:
  Veneers(const VeneerRules& rules, const FinalKind& kind, const Resolver& resolver, Plan& plan,
          Arena& arena);
  Veneers(const Veneers&) = delete;
  Veneers& operator=(const Veneers&) = delete;

  /// Makes the veneers that branches need with the addresses as they are. True if there are new
  /// ones, so that addresses change. `applying` goes by these addresses, too.
  bool adjust(const Applying& applying);

  /// Makes a veneer of `kind` behind the group that the instruction's section is in, or behind that
  /// section itself. `name` is both its name and that of its symbol.
  Veneer& add(std::string_view name, std::uint8_t kind, const MovedInstruction& moved,
              bool is_behind_section);
  /// Bytes behind the groups that sections are in, for what is added when addresses are final.
  using Rooms = std::vector<std::pair<InputSection*, std::uint64_t>>;
  void reserve(Rooms rooms);
  /// The sizes of the sections of veneers, after some were added.
  void resize();
  /// The numbers that names of veneers are made of.
  const SectionNumbers& numbers();

  /// Gives veneers their places, when addresses are final.
  void settle(const Applying& applying);

  /// Leaves the sections with the sizes that their veneers take at last, which is less than their
  /// room where a smaller kind does. To be called when the room is divided.
  void trim();

  /// Where a branch goes instead, if it goes by a veneer.
  std::optional<std::uint64_t> address_for(const BranchUse& use) const;

  /// Writes them; `bytes_of` gives where a section's bytes are in the output.
  void write(const Applying& applying, bool is_big_endian,
             const std::function<char*(const InputSection&)>& bytes_of) const;

  /// Their symbols, in the order in which they are written.
  std::vector<MadeSymbol> symbols() const;

 private:
  void find_sections();
  std::vector<BranchUse> needy_branches(const Applying& applying, InputSection& section) const;
  bool add(const BranchUse& use);
  std::string key(const InputSection& behind, const BranchUse& use, std::uint8_t kind) const;
  std::string_view label(const BranchUse& use) const;
  InputSection& section_behind(InputSection& code);
  void insert_behind(InputSection& code, InputSection& made);
  void group();
  void write_moved(const Veneer& veneer, bool is_big_endian,
                   const std::function<char*(const InputSection&)>& bytes_of) const;
  std::uint64_t room(std::uint8_t kind) const;

  const VeneerRules& rules_;
  const FinalKind& kind_;
  const Resolver& resolver_;
  Plan& plan_;
  Arena& arena_;
  InputFile file_;  // that the sections of veneers belong to
  std::optional<VeneerGroups> groups_;
  Rooms reserved_;
  std::vector<InputSection*> branching_;   // code with relocations, in the order of BFD
  std::optional<SectionNumbers> numbers_;  // when there is a veneer
  std::unordered_map<const InputSection*, InputSection*> made_;  // … behind which section
  std::vector<InputSection*> sections_;  // of veneers, in the order in which they were made
  BfdHashTable<Veneer> table_;
  std::unordered_map<const InputSection*, std::uint64_t> rooms_;  // sizes in the layout
  std::unordered_map<const InputSection*, std::uint64_t> ends_;   // of the veneers in them
};

}  // namespace kbx::link
