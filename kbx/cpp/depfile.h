#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kbx/cpp/preprocess.h"

namespace kbx::cpp {

/// What `gcc -E -Wp,-MMD,FILE` (with `names_system`, -MD) writes to FILE: a make rule for the
/// object of `source`. Nothing if a name would need quotes.
std::optional<std::string> preprocess_depfile(const std::string& source,
                                              const std::vector<ReadFile>& headers,
                                              bool names_system);

}  // namespace kbx::cpp
