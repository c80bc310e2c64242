#include "kbx/link/phases/partial.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/text.h"
#include "kbx/link/arch/arm_unwind.h"
#include "kbx/link/arch/elf_flags.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/layout/pattern.h"
#include "kbx/link/layout/relocatable_order.h"
#include "kbx/link/layout/sizing.h"
#include "kbx/link/layout/split.h"
#include "kbx/link/output/flat.h"
#include "kbx/link/output/map.h"
#include "kbx/link/phases/additions.h"
#include "kbx/link/phases/names.h"
#include "kbx/link/phases/reports.h"
#include "kbx/link/phases/scripts.h"
#include "kbx/link/resolve/garbage.h"

namespace kbx::link {
namespace {

[[noreturn]] void refuse(const std::string& option) {
  throw Error(option + " is not supported in partial links yet", "use the toolchain's ld");
}

/// What GNU ld would do and this linker does not is said, never passed over.
void refuse_unsupported(const Options& options) {
  if (options.output_format.empty() || flat_format(options.output_format)) return;
  const command::Emulation* target = command::find_target(options.output_format);
  if (!target)
    throw Error("target " + options.output_format + " not found",
                "--oformat takes names such as elf64-x86-64, and binary, srec and ihex");
  const command::Emulation* emulation = command::find_emulation(options.emulation);
  if (emulation && emulation->target != target->target)
    refuse("--oformat " + options.output_format + " with -m " + options.emulation);
}

void refuse_commands(const script::Script& script) {
  for (const script::Command& command : script.commands) {
    if (const auto* memory = std::get_if<script::Memory>(&command))
      throw Error(memory->place.location(), "MEMORY is not supported in partial links yet",
                  "use the toolchain's ld");
    if (const auto* insert = std::get_if<script::Insert>(&command))
      throw Error(insert->place.location(), "INSERT is not supported yet",
                  "use the toolchain's ld");
    if (const auto* startup = std::get_if<script::Startup>(&command))
      throw Error(startup->place.location(), "STARTUP is not supported yet",
                  "name the file first on the command line");
    if (const auto* crossing = std::get_if<script::NoCrossReferences>(&command))
      throw Error(crossing->place.location(), "NOCROSSREFS is not supported yet",
                  "use the toolchain's ld");
  }
}

void size(LinkState& state, script::Phase phase) {
  assign_addresses(state.plan, state.script_state.actions(phase), true);
}

/// A group lists only those of its members that stay.
void shrink_groups(LinkState& state) {
  for (InputFile* file : state.files())
    for (InputSection* group : file->sections) {
      if (group->type != SHT_GROUP || !group->output) continue;
      std::uint64_t gone = 0;
      InputSection* const first = group->next_in_group;
      for (InputSection* member = first; member;) {
        for (const RelocationTable* table : {&member->rel, &member->rela})
          if (table->index != 0 &&
              (member->is_discarded ? table->is_in_group : table->content.empty()))
            gone += 4;
        if (member->is_discarded) gone += 4;
        member = member->next_in_group == first ? nullptr : member->next_in_group;
      }
      group->size = group->size > gone + 4 ? group->size - gone : 0;
      if (group->size != 0) continue;
      state.plan.sections.remove(group->output);
      group->output = nullptr;
      group->is_discarded = true;
    }
}

/// The first of the thread-local sections starts as aligned as any of them wants to be.
void align_thread_local(LinkState& state) {
  OutputSection* first = state.plan.sections.first();
  while (first && !(first->traits & trait_thread_local)) first = first->next;
  for (OutputSection* section = first; section && (section->traits & trait_thread_local);
       section = section->next)
    first->alignment_power = std::max(first->alignment_power, section->alignment_power);
}

void edit_unwind_table(LinkState& state) {
  OutputSection* table = state.plan.sections.find(".eh_frame");
  if (!table) return;
  std::vector<InputSection*> parts;
  for (Slot* slot = state.plan.slots.first(); slot; slot = slot->next)
    if (slot->section == table)
      for (const Item& item : slot->items)
        parts.insert(parts.end(), item.inputs.begin(), item.inputs.end());
  edit_eh_frame(parts, table->alignment_power, state.eh_frame_edits);
  size(state, script::Phase::allocating);
}

Target target(LinkState& state) {
  Target target;
  target.entry = entry_address(state);
  const MachineFormat format = state.resolver.format();
  target.machine = format.machine;
  target.is_64bit = format.is_64bit;
  target.is_big_endian = format.is_big_endian;
  target.elf_flags = merged_elf_flags(state.files());
  return target;
}

void place(LinkState& state) {
  place_input(state.plan, state.files(), state.options, state.say);
  shrink_groups(state);
  align_thread_local(state);
  mark_executable_stack(state);
  size(state, script::Phase::allocating);
  edit_unwind_table(state);
  if (state.machine() == EM_ARM && end_unwind_index(state.files()))
    size(state, script::Phase::allocating);
  if (order_linked(state.plan, true)) size(state, script::Phase::allocating);
  size(state, script::Phase::final);
  make_pieces(state.plan, state.script_state.fill(), state.resolver.format().is_big_endian);
}

/// --retain-symbols-file: the names, which refer to `text`.
std::unordered_set<std::string_view> retained_symbols(const LinkState& state, std::string& text) {
  text = read_file(state.options.retained_symbols_file);
  std::unordered_set<std::string_view> names;
  for (const std::string_view name : split_words(text)) names.insert(name);
  return names;
}

/// ld -r -s is ld -r -S -x: a partial link without symbols could not be linked again.
void keep_symbols(Options& options) {
  if (options.strip != Strip::all) return;
  options.strip = Strip::debug;
  if (options.discard_locals == DiscardLocals::by_default)
    options.discard_locals = DiscardLocals::all;
}

void collect(LinkState& state) {
  mark_kept(state.plan.slots, state.files());
  collect_garbage(state.files(), state.resolver.symbols(), roots(state), state.options, state.say);
}

}  // namespace

Image link_partially(LinkState& state) {
  Options& options = state.options;
  keep_symbols(options);
  refuse_unsupported(options);
  read_scripts(state);
  for (const script::Script& script : state.scripts) refuse_commands(script);
  require_symbols(state);
  open_inputs(state);
  for (const script::Script& script : state.scripts) refuse_commands(script);
  state.resolver.finish();
  check_required(state);
  if (options.define_common && !options.inhibit_common) state.resolver.place_commons();
  if (!has_script(state)) {
    state.default_order = relocatable_order(state.machine());
    add_slots(state.plan, state.default_order);
    for (Slot* slot = state.plan.slots.first(); slot; slot = slot->next)
      if (slot->script) slot->input = options.inputs.size();
  }
  if (!options.map_file.empty()) check_map(options);
  if (options.gc_sections) collect(state);
  if (options.discard_locals == DiscardLocals::by_default &&
      drops_temporary_labels(state.machine()))
    options.discard_locals = DiscardLocals::temporary;
  const auto flat = flat_format(options.output_format);
  if (!flat) add_linker_sections(state);
  place(state);
  Globals globals{state.resolver.symbols(), state.files()};
  std::string text;
  std::unordered_set<std::string_view> retained;
  if (!options.retained_symbols_file.empty()) {
    retained = retained_symbols(state, text);
    globals.retained = &retained;
  }
  write_reports(state);
  if (flat) return make_flat_relocatable(*flat, state.plan.sections, entry_address(state), options);
  split_sections(state.plan.sections, state.resolver.symbols(), options, state.resolver.arena());
  return make_relocatable(target(state), state.plan.sections, globals, state.notes, options);
}

}  // namespace kbx::link
