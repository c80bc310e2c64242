#pragma once
#include <string>

#include "kbx/makelang/reader.h"

namespace kbx::makelang {

/// Enters a target-specific or pattern-specific assignment as a makefile states it. Values that are
/// expanded at once are expanded here, with what is known of the target so far.
void record_target_assignment(Expander& expander, const std::string& target,
                              const AssignmentText& assignment, const Modifiers& modifiers,
                              SourceRef where);

/// Applies an assignment to a scope (Evaluation::assign).
void assign_in_scope(EvaluationState& state, Scope& scope, const TargetAssignment& assignment);

}  // namespace kbx::makelang
