#include "kbx/link/phases/reports.h"

#include <string>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/output/map.h"
#include "kbx/link/output/why_here.h"
#include "kbx/link/phases/scripts.h"

namespace kbx::link {
namespace {

/// NOCROSSREFS and its kin.
void check_cross_sections(const LinkState& state) {
  std::vector<std::string> lines = forbidden_references(state.files(), state.plan.cross_sections);
  if (lines.empty()) return;
  const std::string last = std::move(lines.back());
  lines.pop_back();
  for (const std::string& line : lines)
    state.say(fmt::format("{}: {}", state.options.program, line));
  throw Error(last, "NOCROSSREFS of the linker script forbids it");
}

/// Notes that the command line asks for and the script throws away.
void warn_discarded_notes(const LinkState& state) {
  const auto warn = [&](const InputSection* note, std::string_view option) {
    if (note && note->is_discarded)
      state.say(fmt::format("{}: warning: {} section discarded, {} ignored", state.options.program,
                            note->name, option));
  };
  warn(state.notes.build_id.note, "--build-id");
  warn(state.notes.package.note, "--package-metadata");
}

}  // namespace

void write_reports(LinkState& state) {
  write_reports_of_failed(state);
  warn_discarded_notes(state);
  check_cross_sections(state);
}

namespace {

/// False for what a shared object alone defines, unless it has an address in the output. GNU
/// ld 2.40 minds only names that are not weak.
bool has_place(const LinkState& state, std::string_view name) {
  const Symbol* symbol = state.resolver.symbols().find(name);
  if (!symbol || symbol->binding != Binding::defined || !is_from_shared(*symbol)) return true;
  if (!symbol->section) return true;
  return symbol->is_copied ||
         (state.options.kind != OutputKind::shared && (symbol->wants & want_plt));
}

}  // namespace

void write_reports_of_failed(LinkState& state) {
  if (state.options.print_memory_usage)
    for (const std::string& line : memory_usage(state.plan.regions)) state.say.print(line);
  for (const std::string& line : why_here(state.options, state.plan, state.files()))
    state.say.print(line);
  std::string map;
  if (!state.options.map_file.empty())
    map = link_map({state.options, state.plan, state.resolver, state.script_state,
                    state.property_log, state.lines_before, named_format(state)});
  const bool is_printed = state.options.map_file.empty() || state.options.map_file == "-";
  if (!map.empty() && is_printed) {
    map.pop_back();
    state.say.print(map);
  }
  const auto is_shown = [&](std::string_view name) { return has_place(state, name); };
  if (state.options.cross_reference)
    state.resolver.cross_references().print(is_shown, [&](const std::string& line) {
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
