#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace kbx::link {

struct ArmTarget;

/// A branch of which it is asked whether it needs a veneer.
struct Branch {
  std::uint32_t type = 0;                // of its relocation
  std::uint64_t place = 0;               // where it stands
  std::uint64_t target = 0;              // where it goes: a PLT entry, or symbol and addend, on
                                         // ARM with the bit that says Thumb
  std::uint8_t target_type = 0;          // STT_* of the symbol
  bool is_in_section = false;            // the target is in the section of the branch
  bool goes_through_plt = false;         // `target` is a PLT entry
  bool is_position_independent = false;  // the output, or --pic-veneer wants its veneers so
  bool is_in_pure_code = false;          // ARM: it is in a section without data
  const ArmTarget* arm = nullptr;        // ARM: what the output's processors can do
};

/// A mapping symbol in a veneer: what follows is code, or data.
struct VeneerMark {
  std::string_view name;  // "$x"
  std::uint32_t offset = 0;
};

/// What a kind of veneer looks like.
struct VeneerShape {
  std::uint32_t size = 0;  // of its code and data, in bytes
  std::span<const VeneerMark> marks;
  bool is_thumb = false;  // ARM: a branch comes to it as Thumb code
};

/// A veneer that is to be written.
struct VeneerPlace {
  char* place = nullptr;
  std::uint8_t kind = 0;
  std::uint64_t address = 0;
  std::uint64_t target = 0;
};

/// An instruction that is moved: from its origin, where a branch to the veneer takes its place.
struct MovedPlace {
  char* veneer = nullptr;
  std::uint64_t veneer_address = 0;
  char* origin = nullptr;
  std::uint64_t origin_address = 0;
  bool is_unused = false;  // it stays where it is, though the veneer holds it …
  bool is_empty = false;   // … or has only room for it
  std::uint8_t kind = 0;
  std::uint64_t target = 0;     // ARM: where the branch that is moved goes, as Branch::target
  std::uint32_t condition = 0;  // … and on what condition
  bool is_big_endian = false;
};

/// A machine's veneers: code near a branch that goes on to a target the branch does not reach.
/// Their kinds are numbers of the machine's own, 0 is none.
struct VeneerRules {
  std::uint64_t group_size = 0;  // bytes of code that share a section of veneers, by default
  std::uint8_t alignment_power = 3;
  std::uint32_t unit = 8;                     // a veneer takes a multiple of that
  std::uint32_t header_size = 0;              // of what stands in front of a section's veneers
  std::string_view header_mark;               // its mapping symbol; "": none
  std::string_view section_suffix = ".stub";  // of the name of a section of veneers
  bool keys_have_kind = false;     // two kinds of veneer for one target may be in a section
  bool leaves_addend_out = false;  // the addend only says where the branch counts from
  bool packs_closely = false;      // the room for `unit`s is made, but veneers do not keep to it
  bool keeps_target = false;       // how a branch is written depends on its target, too

  const VeneerShape& (*shape)(std::uint8_t kind) = nullptr;
  /// The kind that a branch needs, 0 if it does without.
  std::uint8_t (*needed)(const Branch& branch) = nullptr;
  /// What its symbol's name has behind the target's, "_veneer".
  std::string_view (*suffix)(const Branch& branch) = nullptr;
  /// True if a branch that is written goes by a veneer, provided that there is one.
  bool (*is_redirected)(const Branch& branch) = nullptr;
  /// True for kinds that lie behind all others of their section; null: none does.
  bool (*is_last)(std::uint8_t kind) = nullptr;
  /// Where a veneer goes; null: where its branch would.
  std::uint64_t (*destination)(const Branch& branch) = nullptr;
  /// The kind that a veneer has when addresses are final: no larger than the one it was made as.
  std::uint8_t (*settled)(std::uint8_t kind, std::uint64_t address, std::uint64_t target) = nullptr;
  void (*write)(const VeneerPlace& place, bool is_big_endian) = nullptr;
  /// Writes the header of a section of `size` bytes; null: there is none.
  void (*write_header)(char* place, std::uint64_t size) = nullptr;
  /// Writes the veneer of an instruction that is relocated already, and the branches there and
  /// back. False if they do not reach.
  bool (*write_moved)(const MovedPlace& place) = nullptr;
};

}  // namespace kbx::link
