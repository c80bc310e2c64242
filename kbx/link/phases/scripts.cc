#include "kbx/link/phases/scripts.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/link/arch/machine.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/layout/default_order.h"
#include "kbx/link/output/flat.h"
#include "kbx/link/phases/output_architecture.h"
#include "kbx/link/script/parse.h"
#include "kbx/link/sysroot.h"

/// What the scripts say before anything is laid out, after ld's manual, chapter "Linker Scripts".
namespace kbx::link {
namespace {

script::Script& parse(LinkState& state, std::string_view text, const std::string& name) {
  script::ParseOptions options;
  options.warn = [&state](const Location& place, const std::string& line) {
    state.say(fmt::format("{}: {}: warning: {}", state.options.program, place.to_string(), line));
  };
  options.include = [&state](const std::string& wanted) -> std::optional<script::IncludedFile> {
    const std::string path = named_by_script(wanted, {}, state.options.search_folders);
    if (!is_regular_file(path)) return std::nullopt;
    state.resolver.note_opened(path);
    return script::IncludedFile{wanted, read_file(path)};
  };
  return state.scripts.emplace_back(script::parse_script(text, name, options));
}

void note_allocation(LinkState& state, script::AllocationKind kind) {
  switch (kind) {
    case script::AllocationKind::force_common:
      state.options.define_common = true;
      break;
    case script::AllocationKind::inhibit_common:
      state.options.inhibit_common = true;
      break;
    case script::AllocationKind::force_group:
      state.options.force_group_allocation = true;
      break;
  }
}

/// OUTPUT_FORMAT, which gives way to --oformat.
void set_output_format(LinkState& state, const script::OutputFormat& command) {
  const std::string& format = command.format;
  if (!flat_format(format) && !format.starts_with("elf"))
    throw Error(command.place.location(), "target " + format + " not found",
                "OUTPUT_FORMAT takes names such as elf64-x86-64, and binary, srec and ihex");
  if (state.options.output_format.empty() && flat_format(format))
    state.options.output_format = format;
  state.resolver.set_target(format);
}

/// OUTPUT, which gives way to -o and to an earlier one.
void name_output(LinkState& state, const std::string& file) {
  if (state.options.names_output) return;
  state.options.output = file;
  state.options.names_output = true;
}

void add_folder(LinkState& state, const std::string& folder) {
  if (!state.options.only_given_folders)
    state.options.search_folders.push_back(below_sysroot(folder, state.options.sysroot));
}

void note_feature(LinkState& state, const script::Feature& feature) {
  if (feature.name != "SANE_EXPR")
    throw Error(feature.place.location(), fmt::format("unknown feature `{}'", feature.name),
                "SANE_EXPR is known");
  state.script_state.use_sane_expressions();
}

/// What a script says of the whole link.
void note_commands(LinkState& state, const script::Script& script) {
  for (const script::Command& command : script.commands) {
    if (const auto* wanted = std::get_if<script::Extern>(&command))
      state.required_by_scripts.insert(state.required_by_scripts.end(), wanted->symbols.begin(),
                                       wanted->symbols.end());
    else if (const auto* entry = std::get_if<script::Entry>(&command))
      state.script_entry = entry->symbol;
    else if (const auto* format = std::get_if<script::OutputFormat>(&command))
      set_output_format(state, *format);
    else if (const auto* output = std::get_if<script::OutputFile>(&command))
      name_output(state, output->file);
    else if (const auto* search = std::get_if<script::SearchDir>(&command))
      add_folder(state, search->folder);
    else if (const auto* allocation = std::get_if<script::Allocation>(&command))
      note_allocation(state, allocation->kind);
    else if (const auto* feature = std::get_if<script::Feature>(&command))
      note_feature(state, *feature);
    else if (const auto* sections = std::get_if<script::Sections>(&command))
      for (const script::SectionsItem& item : sections->items)
        if (const auto* inner = std::get_if<script::Entry>(&item))
          state.script_entry = inner->symbol;
  }
}

/// `from` is what named the script, whose positional options hold for what the script names.
void open_files(LinkState& state, const script::InputFiles& files, const std::string& folder,
                const Input& from) {
  Input input = from;
  if (files.group) {
    input.kind = Input::Kind::start_group;
    state.resolver.add(input);
  }
  for (const script::InputName& name : files.names) {
    input.as_needed = from.as_needed || name.as_needed;
    input.kind = name.is_library ? Input::Kind::library : Input::Kind::file;
    input.name = name.is_library ? name.name
                                 : named_by_script(below_sysroot(name.name, state.options.sysroot),
                                                   folder, state.options.search_folders);
    state.resolver.add(input);
  }
  if (files.group) {
    input.kind = Input::Kind::end_group;
    state.resolver.add(input);
  }
}

/// `folder` is that of a script without -T, whose INPUT is looked for there first; `from` has what
/// holds for those files. Gives what TARGET made of that.
Input open_script(LinkState& state, const script::Script& script, const std::string& folder,
                  Input from) {
  for (const script::Command& command : script.commands) {
    if (const auto* files = std::get_if<script::InputFiles>(&command)) {
      open_files(state, *files, folder, from);
      continue;
    }
    if (const auto* target = std::get_if<script::Target>(&command)) {
      from.format = target->name == "default" ? "" : target->name;
      state.resolver.note_target(target->name);
      continue;
    }
    Slot* slot = add_command(state.plan, command);
    for (slot = slot->next; slot; slot = slot->next) {
      slot->input = state.lines_before.empty() ? 0 : state.lines_before.size() - 1;
      state.script_state.assign_early(*slot);
    }
  }
  return from;
}

/// A script of -T. What TARGET says last holds for the files behind it, and for the output.
void open_main_script(LinkState& state, const script::Script& script) {
  const Input from = open_script(state, script, {}, {});
  if (from.format.empty() || command::find_target(from.format)) return;
  Location location;
  for (const script::Command& command : script.commands)
    if (const auto* target = std::get_if<script::Target>(&command))
      location = target->place.location();
  throw Error(location,
              "TARGET(" + from.format + ") holds to the end of a script, which is not supported",
              "go back with TARGET(default), and give the format with -b or --oformat");
}

bool has_output_section(const script::Script& script) {
  for (const script::Command& command : script.commands)
    if (const auto* sections = std::get_if<script::Sections>(&command))
      for (const script::SectionsItem& item : sections->items)
        if (std::holds_alternative<script::OutputSection>(item) ||
            std::holds_alternative<script::Overlay>(item))
          return true;
  return false;
}

/// A script that the command line names as if it were an object. One with output sections comes
/// behind everything else, the script of -T or the default one included.
void open_plain_script(LinkState& state, std::string_view text, const std::string& path,
                       const Input& from) {
  const script::Script& script = parse(state, text, path);
  for (const script::Command& command : script.commands)
    if (const auto* sections = std::get_if<script::Sections>(&command);
        sections && state.options.kind == OutputKind::relocatable)
      throw Error(sections->place.location(),
                  "SECTIONS in a script that is given without -T is not supported in partial links "
                  "yet",
                  "give the script with -T, or use the toolchain's ld");
  note_commands(state, script);
  for (const script::Command& command : script.commands)
    if (const auto* entry = std::get_if<script::Entry>(&command))
      state.plain_script_entry = entry->symbol;
  for (const std::string& name : state.required_by_scripts) state.resolver.require(name);
  if (!has_output_section(script)) {
    open_script(state, script, dir_name(path), from);
    return;
  }
  state.say(fmt::format("{}: warning: {} contains output sections; did you forget -T?",
                        state.options.program, path));
  state.scripts_at_end.push_back({&script, dir_name(path), from});
}

template <typename Command>
bool has(const script::Script& script) {
  return std::ranges::any_of(script.commands, [](const script::Command& command) {
    return std::holds_alternative<Command>(command);
  });
}

/// STARTUP names the first of all inputs.
void open_startup(LinkState& state) {
  const script::Startup* first = nullptr;
  for (const script::Script& script : state.scripts)
    for (const script::Command& command : script.commands) {
      const auto* startup = std::get_if<script::Startup>(&command);
      if (!startup) continue;
      if (first)
        throw Error(startup->place.location(), "multiple STARTUP files", "keep one of them");
      first = startup;
    }
  if (!first) return;
  Input input;
  input.name = first->file;
  state.resolver.add(input);
}

/// Those that GNU ld's own script names, if that is in use; the one for -r names none.
void add_default_folders(LinkState& state) {
  if (has_script(state) || state.options.kind == OutputKind::relocatable) return;
  const MachineFormat format = state.resolver.format();
  const Machine* machine = find_machine(format.machine, format.is_64bit, format.is_big_endian);
  if (!machine) return;
  for (const std::string& folder : default_folders(*machine)) add_folder(state, folder);
}

/// Without --oformat and OUTPUT_FORMAT, which GNU ld's own script has, the output is of the format
/// that -b says last.
void take_format_of_inputs(LinkState& state) {
  Options& options = state.options;
  if (!options.output_format.empty() || !flat_format(options.last_format) || !has_script(state))
    return;
  if (std::ranges::none_of(state.scripts, has<script::OutputFormat>))
    options.output_format = options.last_format;
}

}  // namespace

bool has_script(const LinkState& state) {
  std::size_t number = 0;  // those of -T were read first, in their order
  for (const Input& input : state.options.inputs) {
    if (input.kind != Input::Kind::script) continue;
    const script::Script& script = state.scripts[number++];
    if (!has<script::Insert>(script)) return true;
  }
  return false;
}

std::string named_format(const LinkState& state) {
  const Options& options = state.options;
  const bool is_given = !options.output_format.empty() || !has_script(state) ||
                        std::ranges::any_of(state.scripts, has<script::OutputFormat>);
  if (is_given) return {};
  return options.formats.empty() ? state.resolver.last_target() : options.formats.back().name;
}

void read_scripts(LinkState& state) {
  const auto read = [&state](const std::string& name) {
    const std::string path = named_by_script(name, {}, state.options.search_folders);
    state.resolver.note_opened(path);
    note_commands(state, parse(state, read_file(path), name));
  };
  for (const Input& input : state.options.inputs)
    if (input.kind == Input::Kind::script) read(input.name);
  if (!state.options.default_script.empty() && !has_script(state)) {
    Input input;
    input.kind = Input::Kind::script;
    input.name = state.options.default_script;
    state.options.inputs.push_back(input);
    read(input.name);
  }
  take_format_of_inputs(state);
}

void add_default_script(LinkState& state, const Machine& machine) {
  state.scripts.push_back(default_script(state.options, machine));
  const script::Script& script = state.scripts.back();
  note_commands(state, script);
  if (!state.plain_script_entry.empty()) state.script_entry = state.plain_script_entry;
  state.lines_before.push_back(state.resolver.input_lines().size());  // it comes behind all
  open_main_script(state, script);
}

void open_scripts_at_end(LinkState& state) {
  for (std::size_t i = 0; i < state.scripts_at_end.size(); ++i) {
    const PlainScript plain = state.scripts_at_end[i];
    state.lines_before.push_back(state.resolver.input_lines().size());
    open_script(state, *plain.script, plain.folder, plain.from);
  }
}

void define_symbols(LinkState& state, std::size_t inputs) {
  for (std::size_t i = state.definitions.size(); i < state.options.definitions.size(); ++i) {
    const Definition& definition = state.options.definitions[i];
    if (definition.place > inputs) return;
    state.definitions.push_back(script::parse_definition(definition.name, definition.value));
    state.script_state.assign_early(state.definitions.back());
    state.plan.slots.add()->assignment = &state.definitions.back();
  }
}

/// PROVIDE gives regions of memory their origins and lengths too.
void want_names_of_regions(LinkState& state) {
  for (const script::Script& script : state.scripts)
    for (const script::Command& command : script.commands)
      if (const auto* memory = std::get_if<script::Memory>(&command))
        for (const script::MemoryRegion& region : memory->regions) {
          state.script_state.want_names(region.origin);
          state.script_state.want_names(region.length);
        }
}

void open_inputs(LinkState& state) {
  std::size_t script = 0;
  state.resolver.open_other = [&state](std::string_view text, const std::string& path,
                                       const Input& input) {
    open_plain_script(state, text, path, input);
  };
  add_default_folders(state);
  want_names_of_regions(state);
  define_symbols(state, 0);
  open_startup(state);
  for (std::size_t i = 0; i < state.options.inputs.size(); ++i) {
    const Input& input = state.options.inputs[i];
    define_symbols(state, i);
    state.lines_before.push_back(state.resolver.input_lines().size());
    if (input.kind == Input::Kind::script)
      open_main_script(state, state.scripts[script++]);
    else
      state.resolver.add(input);
  }
  define_symbols(state, state.options.inputs.size());
  if (state.resolver.opened().size() == script)
    throw Error("no input files", "name the objects to link, here or with INPUT in the script");
  check_output_architecture(state);
}

}  // namespace kbx::link
