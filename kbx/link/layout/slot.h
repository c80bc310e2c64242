#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/name_index.h"
#include "kbx/base/pool.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/script/script.h"

namespace kbx::link {

struct MemoryRegion;

/// A statement inside an output section, with what layout puts to it.
struct Item {
  const script::Statement* statement = nullptr;  // null: input that nothing asked for by name
  std::vector<InputSection*> inputs;             // those that a pattern matched, in their order
  std::uint64_t offset = 0;                      // of data, or where dot was moved to
  std::uint64_t value = 0;                       // of data
  std::uint64_t gap = 0;                         // what an assignment to dot skips
  bool had_gap = false;                          // it skipped something in some pass
};

/// A place of the script: an output section to be, or an assignment between two of them.
struct Slot {
  enum class Constraint { none, only_if_ro, only_if_rw, special, unmet };

  Slot* previous = nullptr;
  Slot* next = nullptr;
  // An assignment or an assertion outside of output sections, or INSERT: no name.
  const script::Assignment* assignment = nullptr;
  const script::Assertion* assertion = nullptr;
  const script::Insert* insert = nullptr;
  static constexpr std::size_t no_input = ~std::size_t{0};
  std::size_t input = no_input;  // which input of the command line has the script

  std::string_view name;
  Slot* next_of_name = nullptr;  // see NameIndex
  Constraint constraint = Constraint::none;
  bool is_at_zero = false;             // its address is 0, whatever the script says
  bool is_repeated = false;            // a further one of its name: a section of its own
  std::optional<std::uint64_t> start;  // --section-start
  const script::OutputSection* script = nullptr;
  Traits hint = 0;  // what kind of orphan goes behind it while it has no section
  OutputSection* section = nullptr;
  std::vector<Item> items;

  // Of final links: what the script says of addresses and segments; of an orphan what it says of
  // the place that the orphan goes behind.
  enum class InOverlay { no, first, later };
  InOverlay in_overlay = InOverlay::no;
  const script::Assignment* after = nullptr;  // behind the last section of an overlay: moves dot
  MemoryRegion* region = nullptr;             // null: by its traits
  MemoryRegion* load_region = nullptr;
  bool has_own_region = false;                                // `region` is what the script names
  const std::vector<std::string>* program_headers = nullptr;  // null: those of the place before

  // What a pass over the script left.
  bool is_ignored = false;  // its section was taken away, and no symbol is defined in it
  bool defines_symbols = false;
  bool has_address = false;       // this pass has given it one
  bool has_load_address = false;  // the same
  bool is_behind_end = false;     // an assignment to _end or the like stands before it

  bool is_output_section() const { return !assignment && !assertion && !insert; }
};

/// The slots in the order of the output. The first is no output section: things go behind it that
/// go before everything else.
class Slots {
 public:
  Slots();
  Slot* head() { return &storage_.front(); }
  Slot* first() { return storage_.front().next; }
  const Slot* first() const { return storage_.front().next; }
  Slot* last() { return last_; }

  Slot* add();
  /// A new output section at the end; `name` must live as long.
  Slot* add(std::string_view name, Slot::Constraint constraint);
  /// All of that name, in the order in which they were made.
  NameIndex<Slot>::Row named(std::string_view name) const { return by_name_.named(name); }
  /// The first of that name whose constraint is met, or null.
  Slot* find(std::string_view name) const;
  void move_after(Slot* slot, Slot* place);
  /// Takes a place without a name out.
  void remove(Slot* slot) { unlink(slot); }

 private:
  void unlink(Slot* slot);

  Pool<Slot> storage_;
  Slot* last_ = nullptr;
  NameIndex<Slot> by_name_;
};

/// The last of the places behind `after` that belong to it: assignments to dot, and what follows
/// them, belong to the next section. `stop` and what is behind it is not looked at.
Slot* end_of(Slots& slots, Slot* after, const Slot* stop);

}  // namespace kbx::link
