#include "kbx/link/phases/reports.h"

#include <string>

#include "kbx/base/file.h"
#include "kbx/link/output/map.h"

namespace kbx::link {

void write_reports(LinkState& state) {
  std::string map;
  if (!state.options.map_file.empty())
    map = link_map(state.options, state.plan, state.resolver, state.property_log);
  const bool is_printed = state.options.map_file.empty() || state.options.map_file == "-";
  if (!map.empty() && is_printed) {
    map.pop_back();
    state.say.print(map);
  }
  if (state.options.cross_reference)
    state.resolver.cross_references().print([&](const std::string& line) {
      if (is_printed)
        state.say.print(line);
      else
        map += line + "\n";
    });
  if (!is_printed) write_file_atomically(state.options.map_file, map);
}

void write_dependencies(const LinkState& state) {
  if (state.options.dependency_file.empty()) return;
  std::string text = state.options.output + ":";
  for (const std::string& name : state.resolver.opened()) text += " \\\n  " + name;
  text += "\n";
  for (const std::string& name : state.resolver.opened()) text += "\n" + name + ":\n";
  write_file_atomically(state.options.dependency_file, text);
}

}  // namespace kbx::link
