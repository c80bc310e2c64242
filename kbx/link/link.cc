#include "kbx/link/link.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <optional>
#include <unordered_set>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/text.h"
#include "kbx/link/arch/arm_unwind.h"
#include "kbx/link/arch/attributes.h"
#include "kbx/link/arch/elf_flags.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/property.h"
#include "kbx/link/layout/pattern.h"
#include "kbx/link/layout/placement.h"
#include "kbx/link/layout/relocatable_order.h"
#include "kbx/link/layout/script_state.h"
#include "kbx/link/layout/sizing.h"
#include "kbx/link/output/build_id.h"
#include "kbx/link/output/map.h"
#include "kbx/link/output/relocatable.h"
#include "kbx/link/resolve/garbage.h"
#include "kbx/link/resolve/resolver.h"
#include "kbx/link/script/parse.h"

/// A link from its inputs to its output, in GNU ld's phases: open and resolve, make what the linker
/// adds, place, assign addresses, write.
namespace kbx::link {
namespace {

[[noreturn]] void refuse(const std::string& option) {
  throw Error(option + " is not supported in partial links yet", "use the toolchain's ld");
}

/// What GNU ld would do and this linker does not is said, never passed over.
void refuse_unsupported(const Options& options) {
  if (options.split_by_file) refuse("--split-by-file");
  if (options.split_by_reloc) refuse("--split-by-reloc");
  if (!options.package_metadata.empty()) refuse("--package-metadata");
  if (!options.default_script.empty()) refuse("--default-script");
  if (options.isa_level > 1) refuse("-z x86-64-v2 and its like");
  if (options.force_bti) refuse("-z force-bti");
  if (options.non_contiguous_regions) refuse("--enable-non-contiguous-regions");
  if (options.output_format.empty()) return;
  const command::Emulation* target = command::find_target(options.output_format);
  if (!target) {
    if (options.output_format == "binary" || options.output_format == "srec" ||
        options.output_format == "ihex")
      refuse("--oformat " + options.output_format);
    throw Error("target " + options.output_format + " not found",
                "--oformat takes names such as elf64-x86-64");
  }
  const command::Emulation* emulation = command::find_emulation(options.emulation);
  if (emulation && emulation->target != target->target)
    refuse("--oformat " + options.output_format + " with -m " + options.emulation);
}

void refuse_command(const script::Command& command) {
  if (const auto* memory = std::get_if<script::Memory>(&command))
    throw Error(memory->place.location(), "MEMORY is not supported in partial links yet",
                "use the toolchain's ld");
  if (const auto* insert = std::get_if<script::Insert>(&command))
    throw Error(insert->place.location(), "INSERT is not supported yet", "use the toolchain's ld");
  if (const auto* startup = std::get_if<script::Startup>(&command))
    throw Error(startup->place.location(), "STARTUP is not supported yet",
                "name the file first on the command line");
  if (const auto* crossing = std::get_if<script::NoCrossReferences>(&command))
    throw Error(crossing->place.location(), "NOCROSSREFS is not supported yet",
                "use the toolchain's ld");
  if (const auto* output = std::get_if<script::OutputFile>(&command))
    throw Error(output->place.location(), "OUTPUT is not supported yet", "name the output with -o");
}

class Link {
 public:
  Link(const Options& options, const Say& say)
      : options_(options),
        say_(say),
        resolver_(options_, say),
        state_(plan_, resolver_.symbols(), sizeof(Elf64_Ehdr)) {
    // ld -r -s is ld -r -S -x: a partial link without symbols could not be linked again.
    if (options_.strip == Strip::all) {
      options_.strip = Strip::debug;
      if (options_.discard_locals == DiscardLocals::by_default)
        options_.discard_locals = DiscardLocals::all;
    }
  }

  Image make() {
    if (options_.kind != OutputKind::relocatable)
      throw Error("only partial links (-r) are possible yet", "use the toolchain's ld");
    refuse_unsupported(options_);
    read_scripts();
    require_symbols();
    define_symbols();
    open_inputs();
    resolver_.finish();
    check_required();
    if (options_.define_common && !options_.inhibit_common) resolver_.place_commons();
    if (!has_script()) add_default_order();
    if (!options_.map_file.empty()) check_map(options_, plan_);
    if (options_.gc_sections) {
      mark_kept(plan_.slots, files());
      collect_garbage(files(), resolver_.symbols(), roots(), options_, say_);
    }
    if (options_.discard_locals == DiscardLocals::by_default && drops_temporary_labels(machine()))
      options_.discard_locals = DiscardLocals::temporary;
    add_linker_sections();
    place();
    Globals globals{resolver_.symbols(), files()};
    if (!options_.retained_symbols_file.empty()) {
      retained_text_ = read_file(options_.retained_symbols_file);
      for (const std::string_view name : split_words(retained_text_)) retained_.insert(name);
      globals.retained = &retained_;
    }
    write_reports();
    return make_relocatable(target(), plan_.sections, globals, build_id_, options_);
  }

  /// -Map and --cref, whose table ends the map if there is one.
  void write_reports() {
    std::string map;
    if (!options_.map_file.empty()) map = link_map(options_, plan_, resolver_, property_log_);
    const bool is_printed = options_.map_file.empty() || options_.map_file == "-";
    if (!map.empty() && is_printed) {
      map.pop_back();
      say_.print(map);
    }
    if (options_.cross_reference)
      resolver_.cross_references().print([&](const std::string& line) {
        if (is_printed)
          say_.print(line);
        else
          map += line + "\n";
      });
    if (!is_printed) write_file_atomically(options_.map_file, map);
  }

  /// --dependency-file: a rule of make with all that was read, and an empty one for each of it.
  void write_dependencies() const {
    if (options_.dependency_file.empty()) return;
    std::string text = options_.output + ":";
    for (const std::string& name : resolver_.opened()) text += " \\\n  " + name;
    text += "\n";
    for (const std::string& name : resolver_.opened()) text += "\n" + name + ":\n";
    write_file_atomically(options_.dependency_file, text);
  }

 private:
  const std::vector<InputFile*>& files() const { return resolver_.files(); }

  /// The build ID's note, the merged properties, and the mark that the stack needs no execution.
  void add_linker_sections() {
    if (files().empty()) return;
    if (!options_.build_id.empty()) add_build_id();
    if (InputFile* file = merge_properties(files(), x86_features(), resolver_.arena(), properties_,
                                           property_log_)) {
      InputSection* section = file->find(".note.gnu.property");
      section->content = properties_;
      section->size = properties_.size();
    }
    merge_attributes(files(), options_, say_, resolver_.arena());
    if (options_.executable_stack && !files().front()->find(".note.GNU-stack")) {
      const Traits code = *options_.executable_stack ? Traits{trait_code} : 0;
      resolver_.add_section(*files().front(), ".note.GNU-stack", trait_readonly | code);
    }
  }

  /// -z ibt, -z shstk, -z lam-u48, -z lam-u57: bits of GNU_PROPERTY_X86_FEATURE_1_AND.
  std::uint32_t x86_features() const {
    if (machine() != EM_X86_64 && machine() != EM_386) return 0;
    constexpr std::uint32_t ibt = 1, shadow_stack = 2, lam_u48 = 4, lam_u57 = 8;
    std::uint32_t features = 0;
    if (options_.ibt) features |= ibt;
    if (options_.shadow_stack) features |= shadow_stack;
    if (options_.lam_u48) features |= lam_u48 | lam_u57;
    if (options_.lam_u57) features |= lam_u57;
    return features;
  }

  void add_build_id() {
    const std::size_t size = build_id_size(options_.build_id);
    if (size == 0) {
      say_(fmt::format("{}: warning: unrecognized --build-id style ignored", options_.program));
      return;
    }
    for (InputFile* file : files()) {
      if (file->sections.empty()) continue;
      InputSection* note = resolver_.add_section(
          *file, ".note.gnu.build-id",
          trait_alloc | trait_load | trait_linker_created | trait_readonly | trait_data);
      note->type = SHT_NOTE;
      note->alignment_power = 2;
      note->size = 16 + size;
      build_id_.note = note;
      build_id_.style = options_.build_id;
      return;
    }
  }

  // Names that must be there.

  /// The number that -e gives instead of a name.
  std::optional<std::uint64_t> entry_number() const {
    char* end = nullptr;
    errno = 0;
    const std::uint64_t number = std::strtoull(options_.entry.c_str(), &end, 0);
    if (options_.entry.empty() || *end != '\0' || errno != 0) return std::nullopt;
    return number;
  }

  void require_symbols() {
    if (!options_.entry.empty() && !entry_number()) resolver_.require(options_.entry);
    for (const std::string& name : options_.required_symbols) resolver_.require(name);
    for (const std::string& name : options_.must_be_defined) resolver_.require(name);
    for (const std::string& name : required_by_scripts_) resolver_.require(name);
  }

  /// --require-defined.
  void check_required() {
    for (const std::string& name : options_.must_be_defined) {
      const Symbol* symbol = resolver_.symbols().find(name);
      const bool is_missing = !symbol || symbol->binding == Binding::undefined ||
                              symbol->binding == Binding::undefined_weak ||
                              symbol->binding == Binding::fresh;
      if (is_missing)
        throw Error(fmt::format("required symbol `{}' not defined", name),
                    "--require-defined wants it from one of the inputs");
    }
  }

  std::string entry_name() const { return options_.entry.empty() ? script_entry_ : options_.entry; }

  /// What --gc-sections starts from.
  std::vector<std::string> roots() const {
    std::vector<std::string> names = options_.required_symbols;
    names.insert(names.end(), options_.must_be_defined.begin(), options_.must_be_defined.end());
    names.insert(names.end(), required_by_scripts_.begin(), required_by_scripts_.end());
    if (const std::string name = entry_name(); !name.empty()) names.push_back(name);
    return names;
  }

  std::uint64_t entry_address() {
    const std::string name = entry_name();
    if (name.empty()) return 0;
    const Symbol* symbol = resolver_.symbols().find(name);
    if (symbol &&
        (symbol->binding == Binding::defined || symbol->binding == Binding::defined_weak)) {
      std::uint64_t address = symbol->value;
      if (symbol->output_section)
        address += symbol->output_section->address;
      else if (symbol->section && symbol->section->output)
        address += symbol->section->output->address + symbol->section->output_offset;
      return address;
    }
    if (const auto number = entry_number()) return *number;
    if (!options_.entry.empty())
      say_(fmt::format("{}: warning: cannot find entry symbol {}; not setting start address",
                       options_.program, name));
    return 0;
  }

  // Scripts.

  bool has_script() const {
    return std::any_of(options_.inputs.begin(), options_.inputs.end(),
                       [](const Input& input) { return input.kind == Input::Kind::script; });
  }

  script::Script& parse(std::string_view text, const std::string& name) {
    script::ParseOptions options;
    options.warn = [this](const Location& place, const std::string& line) {
      say_(fmt::format("{}: {}: warning: {}", options_.program, place.to_string(), line));
    };
    return scripts_.emplace_back(script::parse_script(text, name, options));
  }

  /// What a script says of the whole link.
  void note_commands(const script::Script& script) {
    for (const script::Command& command : script.commands) {
      if (const auto* wanted = std::get_if<script::Extern>(&command))
        required_by_scripts_.insert(required_by_scripts_.end(), wanted->symbols.begin(),
                                    wanted->symbols.end());
      else if (const auto* entry = std::get_if<script::Entry>(&command))
        script_entry_ = entry->symbol;
      else if (const auto* format = std::get_if<script::OutputFormat>(&command))
        resolver_.set_target(format->format);
      else if (const auto* allocation = std::get_if<script::Allocation>(&command))
        note_allocation(allocation->kind);
      else if (const auto* sections = std::get_if<script::Sections>(&command))
        for (const script::SectionsItem& item : sections->items)
          if (const auto* inner = std::get_if<script::Entry>(&item)) script_entry_ = inner->symbol;
      refuse_command(command);
    }
  }

  void note_allocation(script::AllocationKind kind) {
    switch (kind) {
      case script::AllocationKind::force_common:
        options_.define_common = true;
        break;
      case script::AllocationKind::inhibit_common:
        options_.inhibit_common = true;
        break;
      case script::AllocationKind::force_group:
        options_.force_group_allocation = true;
        break;
    }
  }

  /// A script that the command line names as if it were an object.
  void open_plain_script(std::string_view text, const std::string& path) {
    const script::Script& script = parse(text, path);
    for (const script::Command& command : script.commands)
      if (const auto* sections = std::get_if<script::Sections>(&command))
        throw Error(sections->place.location(),
                    "SECTIONS in a script that is given without -T is not supported yet",
                    "give the script with -T, or use the toolchain's ld");
    note_commands(script);
    for (const std::string& name : required_by_scripts_) resolver_.require(name);
    open_script(script);
  }

  void read_scripts() {
    for (const Input& input : options_.inputs) {
      if (input.kind != Input::Kind::script) continue;
      resolver_.note_opened(input.name);
      note_commands(parse(read_file(input.name), input.name));
    }
  }

  /// --defsym.
  void define_symbols() {
    for (const Definition& definition : options_.definitions) {
      definitions_.push_back(script::parse_definition(definition.name, definition.value));
      state_.assign_early(definitions_.back());
      plan_.slots.add()->assignment = &definitions_.back();
    }
  }

  /// Scripts and files in the order of the command line.
  void open_inputs() {
    std::size_t script = 0;
    resolver_.open_other = [this](std::string_view text, const std::string& path,
                                  const Input& /*input*/) { open_plain_script(text, path); };
    for (const Input& input : options_.inputs) {
      if (input.kind == Input::Kind::script)
        open_script(scripts_[script++]);
      else
        resolver_.add(input);
    }
  }

  void open_script(const script::Script& script) {
    for (const script::Command& command : script.commands) {
      if (const auto* assignment = std::get_if<script::Assignment>(&command)) {
        state_.assign_early(*assignment);
        plan_.slots.add()->assignment = assignment;
      } else if (const auto* assertion = std::get_if<script::Assertion>(&command)) {
        plan_.slots.add()->assertion = assertion;
      } else if (const auto* sections = std::get_if<script::Sections>(&command)) {
        for (const script::SectionsItem& item : sections->items) assign_early(item);
        add_slots(plan_, *sections);
      } else if (const auto* files = std::get_if<script::InputFiles>(&command)) {
        open_files(*files);
      }
    }
  }

  void assign_early(const script::SectionsItem& item) {
    if (const auto* assignment = std::get_if<script::Assignment>(&item))
      state_.assign_early(*assignment);
    if (const auto* section = std::get_if<script::OutputSection>(&item))
      for (const script::Statement& statement : section->statements)
        if (const auto* assignment = std::get_if<script::Assignment>(&statement))
          state_.assign_early(*assignment);
  }

  void open_files(const script::InputFiles& files) {
    Input input;
    if (files.group) {
      input.kind = Input::Kind::start_group;
      resolver_.add(input);
    }
    for (const script::InputName& name : files.names) {
      input.kind = name.is_library ? Input::Kind::library : Input::Kind::file;
      input.name = name.name;
      resolver_.add(input);
    }
    if (files.group) {
      input.kind = Input::Kind::end_group;
      resolver_.add(input);
    }
  }

  // Layout.

  void add_default_order() {
    default_order_ = relocatable_order(machine());
    add_slots(plan_, default_order_);
  }

  void place() {
    place_input(plan_, files(), options_, say_);
    shrink_groups();
    align_thread_local();
    mark_executable_stack();
    size(script::Phase::allocating);
    edit_unwind_table();
    if (machine() == EM_ARM && end_unwind_index(files())) size(script::Phase::allocating);
    if (order_linked(plan_, true)) size(script::Phase::allocating);
    size(script::Phase::final);
    make_pieces(plan_, state_.fill(), resolver_.format().is_big_endian);
  }

  void size(script::Phase phase) { assign_addresses(plan_, state_.actions(phase), true); }

  /// The first of the thread-local sections starts as aligned as any of them wants to be.
  void align_thread_local() {
    OutputSection* first = plan_.sections.first();
    while (first && !(first->traits & trait_thread_local)) first = first->next;
    for (OutputSection* section = first; section && (section->traits & trait_thread_local);
         section = section->next)
      first->alignment_power = std::max(first->alignment_power, section->alignment_power);
  }

  /// Without -z execstack and -z noexecstack the output says of the stack what its files say: if
  /// one wants to execute it, or says nothing on a machine where that means the same, it does.
  void mark_executable_stack() {
    if (options_.executable_stack) return;
    const InputSection* note = nullptr;
    const InputFile* silent = nullptr;
    for (const InputFile* file : files()) {
      if (file->sections.empty()) continue;
      const InputSection* own = file->find(".note.GNU-stack");
      if (!own && executable_stack_by_default(machine())) silent = file;
      if (own) note = own;
      if (!own || !(own->traits & trait_code)) continue;
      say_stack(
          fmt::format("{}: requires executable stack (because the .note.GNU-stack section "
                      "is executable)",
                      file->path));
      set_executable(*own);
      return;
    }
    if (!note || !silent) return;
    say_stack(fmt::format("{}: missing .note.GNU-stack section implies executable stack",
                          silent->symbol_name));
    set_executable(*note);
  }

  void set_executable(const InputSection& note) const {
    if (note.output) note.output->traits |= trait_code;
  }

  void say_stack(const std::string& what) const {
    if (options_.warn_executable_stack.value_or(true))
      say_(fmt::format("{}: warning: {}", options_.program, what));
  }

  /// A group lists only those of its members that stay.
  void shrink_groups() {
    for (InputFile* file : files())
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
        plan_.sections.remove(group->output);
        group->output = nullptr;
        group->is_discarded = true;
      }
  }

  void edit_unwind_table() {
    OutputSection* table = plan_.sections.find(".eh_frame");
    if (!table) return;
    std::vector<InputSection*> parts;
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next)
      if (slot->section == table)
        for (const Item& item : slot->items)
          parts.insert(parts.end(), item.inputs.begin(), item.inputs.end());
    edit_eh_frame(parts, table->alignment_power, eh_frame_edits_);
    size(script::Phase::allocating);
  }

  std::uint16_t machine() const { return resolver_.format().machine; }

  Target target() {
    Target target;
    target.entry = entry_address();
    const MachineFormat format = resolver_.format();
    target.machine = format.machine;
    target.is_64bit = format.is_64bit;
    target.is_big_endian = format.is_big_endian;
    target.elf_flags = merged_elf_flags(files());
    return target;
  }

  Options options_;
  const Say& say_;
  Resolver resolver_;
  std::deque<script::Assignment> definitions_;
  std::deque<script::Script> scripts_;
  script::Sections default_order_;
  Plan plan_;
  ScriptState state_;
  std::string properties_;
  std::vector<std::string> property_log_;
  std::string script_entry_;
  std::vector<std::string> required_by_scripts_;
  std::string retained_text_;
  std::unordered_set<std::string_view> retained_;
  BuildId build_id_;
  std::deque<EhFrameEdit> eh_frame_edits_;
};

}  // namespace

bool link(const Options& options, const Say& say) {
  bool warned = false;
  const auto warn = [&](const std::string& line) {
    const bool is_warning = line.find("warning: ") != std::string::npos;
    if (is_warning && options.no_warnings) return;
    warned = warned || is_warning;
    say.warn(line);
  };
  const Say counted{warn, say.print};
  Link link(options, counted);  // Its inputs have to be there until the output is written.
  const Image image = link.make();
  if (warned && options.fatal_warnings) return false;
  constexpr unsigned mode = 0666;
  write_image(image, options.output, mode);
  link.write_dependencies();
  return true;
}

bool is_proved_for(std::string_view emulation) {
  constexpr std::array<std::uint16_t, 8> machines = {EM_X86_64, EM_386,   EM_AARCH64, EM_ARM,
                                                     EM_RISCV,  EM_PPC64, EM_S390,    EM_MIPS};
  const command::Emulation* known = command::find_emulation(emulation);
  return known && std::ranges::find(machines, known->machine) != machines.end();
}

}  // namespace kbx::link
