#include "kbx/link/link.h"

#include <algorithm>
#include <deque>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/link/arch/arm_unwind.h"
#include "kbx/link/arch/attributes.h"
#include "kbx/link/arch/elf_flags.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/property.h"
#include "kbx/link/layout/placement.h"
#include "kbx/link/layout/relocatable_order.h"
#include "kbx/link/layout/script_state.h"
#include "kbx/link/layout/sizing.h"
#include "kbx/link/output/build_id.h"
#include "kbx/link/output/relocatable.h"
#include "kbx/link/resolve/resolver.h"
#include "kbx/link/script/parse.h"

/// A link from its inputs to its output, in GNU ld's phases: open and resolve, make what the linker
/// adds, place, assign addresses, write.
namespace kbx::link {
namespace {

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
    for (const std::string& name : options_.required_symbols) resolver_.require(name);
    read_scripts();
    define_symbols();
    open_inputs();
    resolver_.finish();
    if (options_.discard_locals == DiscardLocals::by_default && drops_temporary_labels(machine()))
      options_.discard_locals = DiscardLocals::temporary;
    add_linker_sections();
    place();
    return make_relocatable(target(), plan_.sections, {resolver_.symbols(), files()}, build_id_,
                            options_);
  }

 private:
  const std::vector<InputFile*>& files() const { return resolver_.files(); }

  /// The build ID's note, the merged properties, and the mark that the stack needs no execution.
  void add_linker_sections() {
    if (files().empty()) return;
    if (!options_.build_id.empty()) add_build_id();
    if (InputFile* file = merge_properties(files(), properties_)) {
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

  // Scripts.

  void read_scripts() {
    for (const Input& input : options_.inputs) {
      if (input.kind != Input::Kind::script) continue;
      script::ParseOptions options;
      options.warn = [this](const Location& place, const std::string& line) {
        say_(fmt::format("{}: {}: warning: {}", options_.program, place.to_string(), line));
      };
      scripts_.push_back(script::parse_script(read_file(input.name), input.name, options));
      for (const script::Command& command : scripts_.back().commands)
        if (const auto* wanted = std::get_if<script::Extern>(&command))
          for (const std::string& name : wanted->symbols) resolver_.require(name);
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

  void place() {
    if (scripts_.empty()) {
      default_order_ = relocatable_order(machine());
      add_slots(plan_, default_order_);
    }
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

  Target target() const {
    Target target;
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
  return true;
}

}  // namespace kbx::link
