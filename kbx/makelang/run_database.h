#pragma once

#include "kbx/makelang/resolve_graph.h"
#include "kbx/makelang/run_output.h"

namespace kbx::makelang {

/// What -p prints: variables with their origins, implicit rules, files with their prerequisites and
/// recipes (GNU make manual, "Summary of Options"). The order within a part is by name.
void print_data_base(const Evaluation& evaluation, const Graph& graph, Output& output);

}  // namespace kbx::makelang
