#pragma once
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/link/layout/output_section.h"
#include "kbx/link/script/script.h"

namespace kbx::link {

/// A statement inside an output section, with what layout puts to it.
struct Item {
  const script::Statement* statement = nullptr;  // null: input that nothing asked for by name
  std::vector<InputSection*> inputs;             // those that a pattern matched, in their order
  std::uint64_t offset = 0;                      // of data, or where dot was moved to
  std::uint64_t value = 0;                       // of data
};

/// A place of the script: an output section to be, or an assignment between two of them.
struct Slot {
  enum class Constraint { none, only_if_ro, only_if_rw, special, unmet };

  Slot* previous = nullptr;
  Slot* next = nullptr;
  // An assignment or an assertion outside of output sections: no name.
  const script::Assignment* assignment = nullptr;
  const script::Assertion* assertion = nullptr;

  std::string_view name;
  Constraint constraint = Constraint::none;
  bool is_at_zero = false;             // its address is 0, whatever the script says
  bool is_repeated = false;            // a further one of its name: a section of its own
  std::optional<std::uint64_t> start;  // --section-start
  const script::OutputSection* script = nullptr;
  Traits hint = 0;  // what kind of orphan goes behind it while it has no section
  OutputSection* section = nullptr;
  std::vector<Item> items;

  bool is_output_section() const { return !assignment && !assertion; }
};

/// The slots in the order of the output. The first is no output section: things go behind it that
/// go before everything else.
class Slots {
 public:
  Slots();
  Slot* head() { return &storage_.front(); }
  Slot* first() { return storage_.front().next; }

  Slot* add();
  /// A new output section at the end; `name` must live as long.
  Slot* add(std::string_view name, Slot::Constraint constraint);
  /// All of that name, in the order in which they were made.
  const std::vector<Slot*>& named(std::string_view name) const;
  /// The first of that name whose constraint is met, or null.
  Slot* find(std::string_view name) const;
  void move_after(Slot* slot, Slot* place);

 private:
  void unlink(Slot* slot);

  std::deque<Slot> storage_;
  Slot* last_ = nullptr;
  std::unordered_map<std::string_view, std::vector<Slot*>> by_name_;
};

}  // namespace kbx::link
