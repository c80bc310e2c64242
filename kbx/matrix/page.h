#pragma once
#include <string>
#include <string_view>

#include "kbx/matrix/causes.h"
#include "kbx/matrix/results.h"

namespace kbx::matrix {

/// The results as one HTML page that needs nothing besides itself, neither scripts nor other files,
/// so that it can be looked at where a CI engine keeps it. `frame` is templates/matrix/page.html.
std::string page_text(std::string_view frame, const Results& results,
                      const Changes* changes = nullptr);

}  // namespace kbx::matrix
