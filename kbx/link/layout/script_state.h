#pragma once
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kbx/link/layout/placement.h"
#include "kbx/link/layout/sizing.h"
#include "kbx/link/resolve/symbol_table.h"
#include "kbx/link/script/expression.h"

namespace kbx::link {

/// What the script's expressions see of the link, and the symbols that its assignments define.
class ScriptState {
 public:
  ScriptState(Plan& plan, SymbolTable& symbols, std::uint64_t header_size)
      : plan_(plan), symbols_(symbols), header_size_(header_size) {}

  /// Evaluates while inputs are still being opened: every name that the script assigns gets its
  /// place in the table, and its value if that depends on nothing.
  void assign_early(const script::Assignment& assignment);

  /// What layout does in this phase; starts a new pass over the script.
  ScriptActions actions(script::Phase phase);
  Fill fill();

 private:
  script::Environment environment(script::Phase phase, std::uint64_t dot,
                                  OutputSection* section) const;
  script::SymbolState state_of(const std::string& name) const;
  std::optional<script::SectionState> section_state(const std::string& name) const;
  script::Base base_of(OutputSection* section) const;
  std::uint64_t assign(const script::Assignment& assignment, const AssignmentPlace& place);
  void define(const script::Assignment& assignment, const script::Environment& environment,
              OutputSection* behind);

  Plan& plan_;
  SymbolTable& symbols_;
  std::uint64_t header_size_;
  script::Phase phase_ = script::Phase::first;
  std::unordered_set<std::string> set_in_this_pass_;
  std::unordered_set<const Symbol*> belong_to_dot_;  // outside of sections
  mutable std::vector<OutputSection*> bases_;
  mutable std::unordered_map<OutputSection*, script::Base> base_numbers_;
};

}  // namespace kbx::link
