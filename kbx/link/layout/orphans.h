#pragma once
#include <array>
#include <string_view>

#include "kbx/link/layout/joiner.h"

namespace kbx::link {

/// Where orphans of one kind go.
struct OrphanKind {
  std::string_view name;  // the output section behind which the first one goes; "" for relocations
  Traits traits = 0;
  Slot* slot = nullptr;
  bool has_section_place = false;
  OutputSection* after = nullptr;  // the output section behind which the next goes; null: in front
  Slot* last = nullptr;            // the last orphan of this kind
};

/// Finds places for sections that no pattern of the script takes.
class OrphanPlacer {
 public:
  OrphanPlacer(Plan& plan, Joiner& joiner);

  /// Puts `section` into the output section of its name if it can join that one, else into one of
  /// its own behind the last of its kind; with `is_unique` always so. Gives its place.
  Slot* place(InputSection& section, bool is_unique);

 private:
  std::string_view name_for(const InputSection& section) const;
  void add(Slot& slot, InputSection& section);
  bool can_join(const InputSection& section, const OutputSection& output) const;
  void start_kinds();
  OrphanKind* kind_of(const InputSection& section);
  Slot* slot_before(const InputSection& section, OrphanKind& kind);
  Slot* last_relocations(bool is_rela);
  template <typename Accepts>
  Slot* last_slot(const InputSection& section, bool same_type, const Accepts& accepts);
  Slot* find_by_traits(const InputSection& section, bool same_type, Slot** exact);
  Slot* find_thread_local(const InputSection& section);
  Slot* insert(InputSection& section, Slot::Constraint constraint, Slot* after, OrphanKind* kind);
  void take_placement(Slot& slot, const Slot& after);
  void find_section_place(OrphanKind& kind, Slot* after, const OutputSection* made);
  void place_note(const InputSection& section, OutputSection* made, OutputSection* next,
                  Slot*& after, bool& starts_row);
  void find_slot_of(const OutputSection* place, bool goes_behind, Slot*& after,
                    bool& starts_row) const;

  Plan& plan_;
  Joiner& joiner_;
  bool has_kinds_ = false;
  OutputSection* first_note_ = nullptr;
  std::array<OrphanKind, 9> kinds_;
};

}  // namespace kbx::link
