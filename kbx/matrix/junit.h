#pragma once
#include <string>

#include "kbx/matrix/results.h"

namespace kbx::matrix {

/// The results as JUnit XML, as CI engines read it: a suite for each cell, in it a test case for
/// the build and one for each module. The compiler's words are the text of a failure. A failure
/// that is expected counts as skipped.
std::string junit_text(const Results& results);

}  // namespace kbx::matrix
