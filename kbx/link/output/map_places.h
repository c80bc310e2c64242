#pragma once
#include <string>

#include "kbx/link/output/map.h"

namespace kbx::link {

/// The part of a link map that tells of the script: inputs, output sections with what is in them,
/// assignments with their values.
std::string map_places(const MapSource& source);

}  // namespace kbx::link
