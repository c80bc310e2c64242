#pragma once
#include <string>

#include "kbx/matrix/causes.h"
#include "kbx/matrix/results.h"

namespace kbx::matrix {

/// The results for people at a terminal or in a log: what cells failed of, a line for each cell,
/// with those that failed first, what changed, and a line that sums up.
std::string table_text(const Results& results, const Changes* changes = nullptr);

/// "0.35 s", "2 min 5 s".
std::string duration_text(double seconds);

}  // namespace kbx::matrix
