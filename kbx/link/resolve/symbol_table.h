#pragma once
#include <cstdint>
#include <string_view>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"
#include "kbx/link/input/name_hash.h"
#include "kbx/link/relocate/wants.h"
#include "kbx/link/resolve/bfd_hash_table.h"

namespace kbx::link {

/// What is known of a global name so far.
enum class Binding : std::uint8_t {
  fresh,  // only just seen
  undefined,
  undefined_weak,
  defined,
  defined_weak,
  common,
  indirect,  // another name for `target`: foo where foo@@VER is what was defined
};

inline bool is_defined(Binding binding) {
  return binding == Binding::defined || binding == Binding::defined_weak;
}
inline bool is_unresolved(Binding binding) {
  return binding == Binding::undefined || binding == Binding::undefined_weak;
}

struct DefinedVersion;

/// A global symbol of the link.
struct Symbol {
  std::string_view name;
  std::uint64_t hash = 0;
  Symbol* next = nullptr;  // in its chain of the table
  Symbol* next_undefined = nullptr;
  Binding binding = Binding::fresh;
  std::uint8_t type = 0;              // STT_*
  std::uint8_t other = 0;             // st_other
  std::uint8_t alignment_power = 0;   // of a common symbol
  bool is_defined_in_object = false;  // a definition in an object or a script
  bool is_referenced_in_object = false;
  bool is_referenced_strongly = false;
  bool is_required = false;       // -u, EXTERN, the entry: is there even if nothing defines it
  bool is_unique = false;         // STB_GNU_UNIQUE
  bool was_in_discarded = false;  // defined in a section that was discarded
  bool is_used_by_relocation = false;
  bool is_marked = false;        // --gc-sections: what stays refers to it
  bool is_forced_local = false;  // HIDDEN(…) of a script
  bool is_from_script = false;
  bool is_early_number = false;   // from a script, before layout: a number, `early_number`
  bool awaits_layout = false;     // defined, but nobody knows yet what section its value belongs to
  bool is_section_bound = false;  // see section_bounds.h
  bool is_large_common = false;   // of the large model, as all common symbols of its name are
  bool is_on_undefined_list = false;
  // Of final links.
  bool is_defined_in_shared = false;  // the definition in force is a shared object's
  bool is_referenced_in_shared = false;
  bool is_referenced_in_shared_strongly = false;
  bool has_shared_definition = false;  // some shared object defines it, in force or not
  bool has_got_reference = false;      // for the relocation scan: through the GOT …
  bool has_other_reference = false;    // … or otherwise
  bool is_branched_to = false;         // … by a distance
  bool is_taken_for_zero = false;      // undefined and weak, and for this output 0
  bool stays_dynamic = false;          // … but in .dynsym for all that
  bool is_protected_there = false;     // the shared object's definition is protected
  bool is_dynamic = false;             // is in .dynsym
  bool is_dynamic_local = false;       // … as a local symbol, in front of all others
  bool is_overridable = false;         // --dynamic-list: preemptible even with -Bsymbolic
  bool has_version = false;            // the name has @VER or @@VER
  bool has_hidden_version = false;     // … @VER: no reference without version means it
  bool is_copied = false;              // a copy relocation gave it a place in this output
  bool is_just_symbol = false;         // -R: its address is known, its content elsewhere
  Symbol* target = nullptr;            // of an indirect one
  Symbol* strong = nullptr;            // the other name of a weak definition of a shared object
  const DefinedVersion* version = nullptr;  // that the output defines it in
  std::uint16_t shared_version = 0;         // index in the shared object that defines it
  std::uint32_t dynamic_index = 0;          // in .dynsym; 0: not there
  InputFile* file = nullptr;                // what defined it, or referred to it first
  InputSection* section = nullptr;          // where it is defined; null if absolute
  OutputSection* output_section = nullptr;  // where a script defined it
  std::uint64_t value = 0;                  // of a common symbol: its size
  std::uint64_t size = 0;
  std::uint64_t early_number = 0;
  std::uint32_t index = 0;         // in the output's symbol table; 0: not there
  Wants wants = 0;                 // of final links: what relocations want of it
  const Places* places = nullptr;  // … and where that is; null: nothing is wanted
};

/// The global names. Their order is part of the result: GNU ld writes global symbols as it walks
/// through BFD's hash table, so this one is a BfdHashTable.
class SymbolTable {
 public:
  /// Symbols are made in `arena`.
  explicit SymbolTable(Arena& arena);

  /// The symbol of that name; for an indirect one what it stands for.
  Symbol* find(std::string_view name) const;
  /// The symbol of that name, new if there was none, an indirect one itself. `name` must live as
  /// long as the table.
  Symbol* add(std::string_view name) { return add(name, name_hash(name)); }
  /// The same where the name's hash is known already.
  Symbol* add(std::string_view name, std::uint64_t hash);
  /// Says that the name with that hash will be added soon: what is read for it comes from memory
  /// meanwhile.
  void prepare(std::uint64_t hash) const { names_.prepare(hash); }

  /// Calls `visit` with each symbol in the order in which GNU ld writes them, indirect ones too.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    names_.for_each(visit);
  }

  std::size_t size() const { return names_.size(); }

 private:
  BfdHashTable<Symbol> names_;
  Arena& arena_;
};

}  // namespace kbx::link
