#pragma once
#include <vector>

#include "kbx/matrix/results.h"

namespace kbx::matrix {

/// The results of several machines as one. A cell that is in two of them is taken from the later
/// one; the times of the machines, which work at once, do not add up: the longest counts.
Results merged(const std::vector<Results>& parts);

}  // namespace kbx::matrix
