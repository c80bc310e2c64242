#pragma once
#include <string>
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/layout/placement.h"
#include "kbx/link/options.h"

namespace kbx::link {

/// The lines of --why-here for Options::why_here: which line of the script put a section where it
/// is, and which patterns of an output section took nothing. Addresses must be final.
std::vector<std::string> why_here(const Options& options, Plan& plan,
                                  const std::vector<InputFile*>& files);

}  // namespace kbx::link
