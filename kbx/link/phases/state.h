#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "kbx/link/input/eh_frame.h"
#include "kbx/link/layout/placement.h"
#include "kbx/link/layout/script_state.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/output/relocatable.h"
#include "kbx/link/resolve/resolver.h"
#include "kbx/link/script/script.h"

namespace kbx::link {

/// A script that the command line names as if it were an object.
struct PlainScript {
  const script::Script* script = nullptr;
  std::string folder;  // its own, where INPUT looks first
  Input from;          // whose positional options hold for what it names
};

/// All that is known of a link so far. Each phase adds to it; what the phases are, link.cc tells.
struct LinkState {
  LinkState(const Options& given, const Say& how);
  LinkState(const LinkState&) = delete;
  LinkState& operator=(const LinkState&) = delete;

  const std::vector<InputFile*>& files() const { return resolver.files(); }
  std::uint16_t machine() const { return resolver.format().machine; }

  Options options;
  const Say& say;
  Resolver resolver;
  std::deque<script::Assignment> definitions;  // --defsym
  std::deque<script::Script> scripts;          // in the order in which they were read
  script::Sections default_order;              // used if no script says how to place sections
  Plan plan;
  ScriptState script_state;
  std::string script_entry;                      // ENTRY
  std::string plain_script_entry;                // … of one that stands among the objects
  std::vector<std::string> required_by_scripts;  // EXTERN
  std::string properties;                        // the content of .note.gnu.property
  std::vector<std::string> property_log;
  LateNotes notes;
  std::vector<PlainScript> scripts_at_end;
  /// For each of Options::inputs how many of Resolver::input_lines() there were before it.
  std::vector<std::size_t> lines_before;
  std::deque<EhFrameEdit> eh_frame_edits;
};

}  // namespace kbx::link
