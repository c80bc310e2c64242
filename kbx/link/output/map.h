#pragma once
#include <string>
#include <vector>

#include "kbx/link/layout/placement.h"
#include "kbx/link/layout/script_state.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/resolver.h"

namespace kbx::link {

/// What a link map tells of.
struct MapSource {
  const Options& options;
  Plan& plan;
  const Resolver& resolver;
  ScriptState& script;
  /// What the merging of program properties told.
  const std::vector<std::string>& properties;
  /// For each of Options::inputs how many of Resolver::input_lines() were there before it.
  const std::vector<std::size_t>& lines_before;
  std::string named_format;  // what TARGET or -b calls the output's; "" if they do not
};

/// Throws Error if the link map cannot show yet what the options ask for.
void check_map(const Options& options);

/// The link map of -Map in GNU ld 2.40's format. Addresses must be final.
std::string link_map(const MapSource& source);

}  // namespace kbx::link
