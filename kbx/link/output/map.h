#pragma once
#include <string>
#include <vector>

#include "kbx/link/layout/placement.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/resolver.h"

namespace kbx::link {

/// Throws Error if the script has what the link map of a partial link cannot show yet.
void check_map(const Options& options, Plan& plan);

/// The link map of -Map in GNU ld 2.40's format, for a partial link whose addresses are final.
/// `properties` is what the merging of program properties told.
std::string link_map(const Options& options, Plan& plan, const Resolver& resolver,
                     const std::vector<std::string>& properties);

}  // namespace kbx::link
