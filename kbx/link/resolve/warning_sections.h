#pragma once
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"

namespace kbx::link {

/// What sections .gnu.warning.NAME hold is said of the first use of NAME, what .gnu.warning holds
/// of its file. `files` are all that take part in the link, shared objects too, in their order.
void give_warnings(const std::vector<const InputFile*>& files, const Options& options,
                   const Say& say);

/// Takes those sections out that are not for the output.
void drop_warnings(const std::vector<InputFile*>& files, const Options& options);

}  // namespace kbx::link
