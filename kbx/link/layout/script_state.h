#pragma once
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kbx/link/layout/layout_rules.h"
#include "kbx/link/layout/placement.h"
#include "kbx/link/layout/sizing.h"
#include "kbx/link/resolve/symbol_table.h"
#include "kbx/link/script/expression.h"

namespace kbx::link {

/// An assignment or an assertion as a link map shows it when all is done.
struct ShownValue {
  enum class Kind {
    known,
    own,           // made from the symbol's own value
    unresolved,    // the same, and it has none
    not_provided,  // PROVIDE that was not wanted
    undefined,
  };
  Kind kind = Kind::undefined;
  std::uint64_t value = 0;
};

/// What the script's expressions see of the link, and the symbols that its assignments define.
class ScriptState {
 public:
  ScriptState(Plan& plan, SymbolTable& symbols, std::uint64_t header_size)
      : plan_(plan), symbols_(symbols), header_size_(header_size) {}

  /// Evaluates while inputs are still being opened: every name that the script assigns gets its
  /// place in the table, and its value if that depends on nothing.
  void assign_early(const script::Assignment& assignment);
  /// The same for all assignments of a place.
  void assign_early(const Slot& slot);

  /// The names in an expression are wanted from now on, as if an object referred to them.
  void want_names(const script::Expression& expression) const;

  /// LD_FEATURE("SANE_EXPR"): from here on numbers stay numbers outside of output sections too.
  void use_sane_expressions() { has_sane_expressions_ = true; }

  /// What layout does in this phase; starts a new pass over the script.
  ScriptActions actions(script::Phase phase);
  Fill fill();

  // Of final links; prepare_final_layout and lay_out call these.

  /// --wrap: the names of whose references others are meant.
  std::vector<std::string> wrapped;

  /// From here on addresses are those of a final link.
  void begin_final(const LayoutRules& rules);
  /// SIZEOF_HEADERS, once it is asked for.
  std::function<std::uint64_t()> size_of_headers;
  mutable script::DataSegment data_segment;
  /// ASSERTs that did not hold are added to these instead of ending the link.
  LayoutFaults* faults = nullptr;
  /// What the script defines although an object does, a line each; once.
  std::vector<std::string> take_warnings() { return std::move(warnings_); }
  /// Symbols that were made of dot outside of sections go into the section that dot belonged to,
  /// and those of output sections that were taken away into a neighbour's.
  void settle_symbols();

  // For a link map, once all is done; `dot` and `section` as in a pass over the script.

  void begin_showing();
  ShownValue show(const script::Assignment& assignment, std::uint64_t dot, OutputSection* section);
  ShownValue show(const script::Assertion& assertion, std::uint64_t dot, OutputSection* section);

 private:
  script::Environment environment(script::Phase phase, std::uint64_t dot,
                                  OutputSection* section) const;
  const Symbol* referent(const std::string& name) const;
  script::SymbolState state_of(const std::string& name) const;
  void note_use(const std::string& name) const;
  void note_object_definition(const Symbol& symbol, const script::Value& value);
  std::optional<script::SectionState> section_state(const std::string& name) const;
  script::Base base_of(OutputSection* section) const;
  std::uint64_t assign(const script::Assignment& assignment, const AssignmentPlace& place);
  void define(const script::Assignment& assignment, const script::Environment& environment,
              OutputSection* behind);
  void set_value(Symbol& symbol, const script::Result& result, script::Phase phase,
                 OutputSection* behind);
  static void copy_kind(const Symbol& source, Symbol& symbol);
  bool is_wanted(const script::Assignment& assignment, const Symbol* symbol) const;
  bool keeps_section(const script::Assignment& assignment, const AssignmentPlace& place,
                     std::uint64_t moved) const;
  std::optional<std::uint64_t> segment_start(const std::string& name) const;
  void add_final_parts(script::Environment& environment) const;

  Plan& plan_;
  SymbolTable& symbols_;
  std::uint64_t header_size_;
  std::optional<LayoutRules> rules_;  // of a final link
  bool has_sane_expressions_ = false;
  script::Phase phase_ = script::Phase::first;
  std::unordered_set<std::string> set_in_this_pass_;
  std::unordered_set<const Symbol*> defined_in_object_;  // before the script defined them
  mutable std::vector<std::string> warnings_;
  mutable std::unordered_set<std::string> told_segments_;    // of SEGMENT_START
  std::unordered_set<const script::Assignment*> provided_;   // PROVIDEs that are in force
  std::unordered_map<Symbol*, OutputSection*> made_of_dot_;  // until settle_symbols
  std::unordered_set<const Symbol*> belong_to_dot_;          // of a partial link
  mutable std::vector<OutputSection*> bases_;
  mutable std::unordered_map<OutputSection*, script::Base> base_numbers_;
};

}  // namespace kbx::link
