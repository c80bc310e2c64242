#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "kbx/makelang/plain_definitions.h"
#include "kbx/makelang/variable.h"

namespace kbx::makelang {

using NameSet = std::unordered_set<std::string, StringHash, std::equal_to<>>;

/// The global variables of an Evaluation. Those of a file of plain definitions become Variables
/// when somebody asks for them. A Variable stays where it is until it is dropped.
class Globals {
 public:
  Globals() { table_.reserve(512); }

  /// The variable of that name, or null.
  Variable* find(std::string_view name);
  /// A new variable; find() has to give none of that name.
  Variable& make(std::string_view name);
  /// Drops a variable that is there. One that is being expanded is kept, unnamed, until
  /// forget_replaced().
  void drop(std::string_view name);
  void forget_replaced() { replaced_.clear(); }

  /// Enters a file that was read now, as its lines would: those names that are here already are
  /// left to the caller. `file` is its index in the table of makefiles.
  void add(std::shared_ptr<const PlainDefinitions> definitions, std::uint32_t file);

  /// All but those of plain files that nobody asked for; none of these is exported by itself.
  const VariableTable& asked_for() const { return table_; }
  /// Every variable.
  const VariableTable& all();

 private:
  struct PlainFile {
    std::shared_ptr<const PlainDefinitions> definitions;
    std::uint32_t file = 0;
  };

  Variable* define_plain(std::string_view name);

  VariableTable table_;
  std::vector<PlainFile> plain_;  // the last read comes last, and counts first
  NameSet dropped_;               // names of plain_ that are no variables any more
  std::vector<VariableTable::node_type> replaced_;
};

}  // namespace kbx::makelang
