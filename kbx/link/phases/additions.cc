#include "kbx/link/phases/additions.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/arch/attributes.h"
#include "kbx/link/arch/ppc64_save.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/input/property.h"
#include "kbx/link/output/build_id.h"
#include "kbx/link/output/package_note.h"
#include "kbx/link/phases/property_reports.h"

namespace kbx::link {
namespace {

constexpr std::string_view build_id_name = ".note.gnu.build-id";

/// -z stack-size, -z ibt, -z shstk, -z lam-u48, -z lam-u57, -z x86-64-v2 and its like.
GivenProperties given_properties(const LinkState& state) {
  const Options& options = state.options;
  GivenProperties given;
  given.stack_size = options.stack_size.value_or(0);
  if (state.machine() == EM_AARCH64 && options.force_bti) given.features |= aarch64_feature::bti;
  if (state.machine() != EM_X86_64 && state.machine() != EM_386) return given;
  if (options.ibt) given.features |= x86_feature::ibt;
  if (options.shadow_stack) given.features |= x86_feature::shadow_stack;
  if (options.lam_u48) given.features |= x86_feature::lam_u48 | x86_feature::lam_u57;
  if (options.lam_u57) given.features |= x86_feature::lam_u57;
  given.indirect_access = options.indirect_extern_access;
  if (options.isa_level != 0) given.needed_level = 1U << (options.isa_level - 1);
  return given;
}

/// A note in the first file that has sections; null if none has.
InputSection* add_note(LinkState& state, std::string_view name, std::uint64_t size) {
  for (InputFile* file : state.files()) {
    if (file->sections.empty()) continue;
    InputSection* note = state.resolver.add_section(
        *file, name, trait_alloc | trait_load | trait_linker_created | trait_readonly | trait_data);
    note->type = SHT_NOTE;
    note->alignment_power = 2;
    note->size = size;
    return note;
  }
  return nullptr;
}

void add_build_id(LinkState& state) {
  const std::size_t size = build_id_size(state.options.build_id);
  if (size == 0) {
    state.say(
        fmt::format("{}: warning: unrecognized --build-id style ignored", state.options.program));
    return;
  }
  state.notes.build_id = {add_note(state, build_id_name, 16 + size), state.options.build_id};
}

void add_package_note(LinkState& state) {
  const std::string& json = state.options.package_metadata;
  if (!is_package_metadata(json)) {
    state.say(
        fmt::format("{}: warning: --package-metadata={} does not contain valid JSON, ignoring",
                    state.options.program, json));
    return;
  }
  PackageNote& package = state.notes.package;
  package.content = package_note(json, state.resolver.format().is_big_endian);
  package.note = add_note(state, ".note.package", package.content.size());
}

/// A final output is told apart by its own build ID, not by those of what it was made from.
void drop_build_ids(const LinkState& state) {
  for (const InputFile* file : state.files())
    for (InputSection* section : file->sections)
      if (section->name == build_id_name && !(section->traits & trait_linker_created))
        section->is_discarded = true;
}

/// --save-restore-funcs. The section is there even if nothing calls a function in it.
void add_save_functions(LinkState& state, InputFile& file) {
  SymbolTable& symbols = state.resolver.symbols();
  const auto state_of = [&](std::string_view name) {
    const Symbol* symbol = symbols.find(name);
    if (!symbol) return NameState::unknown;
    return symbol->is_defined_in_object ? NameState::defined : NameState::referred_to;
  };
  const SaveCode made = ppc64_save_code(state.resolver.format().is_big_endian, state_of);
  InputSection& section =
      *state.resolver.add_section(file, ".sfpr",
                                  trait_alloc | trait_load | trait_contents | trait_code |
                                      trait_readonly | trait_linker_created);
  section.type = SHT_PROGBITS;
  section.flags = SHF_ALLOC | SHF_EXECINSTR;
  section.alignment_power = 2;
  section.content = state.resolver.arena().copy(made.code);
  section.size = made.code.size();
  for (const SaveCode::Function& function : made.functions) {
    Symbol& symbol = *symbols.add(state.resolver.arena().copy(function.name));
    symbol.binding = Binding::defined;
    symbol.section = &section;
    symbol.value = function.offset;
    symbol.type = STT_FUNC;
    symbol.is_defined_in_object = symbol.is_forced_local = true;
  }
}

void set_executable(const InputSection& note) {
  if (note.output) note.output->traits |= trait_code;
}

void say_stack(const LinkState& state, const std::string& what) {
  if (state.options.warn_executable_stack.value_or(true))
    state.say(fmt::format("{}: warning: {}", state.options.program, what));
}

/// What the files say of the stack: the note that wants it executable, or stands for a file that
/// says nothing and means that.
struct StackOpinion {
  const InputSection* note = nullptr;
  bool is_executable = false;
  bool is_there = false;  // some file says something, or -z stack-size does
};

StackOpinion stack_opinion(const LinkState& state) {
  const InputSection* note = nullptr;
  const InputFile* silent = nullptr;
  for (const InputFile* file : state.files()) {
    if (file->sections.empty()) continue;
    // What the linker made has no opinion.
    if (file->sections.front()->traits & trait_linker_created) continue;
    const InputSection* own = file->find(".note.GNU-stack");
    if (!own && executable_stack_by_default(state.machine())) silent = file;
    if (own) note = own;
    if (!own || !(own->traits & trait_code)) continue;
    say_stack(state,
              fmt::format("{}: requires executable stack (because the .note.GNU-stack section "
                          "is executable)",
                          file->path));
    return {own, true, true};
  }
  const bool is_there = note || state.options.stack_size.value_or(0) != 0;
  if (!is_there || !silent) return {note, false, is_there};
  say_stack(state, fmt::format("{}: missing .note.GNU-stack section implies executable stack",
                               silent->archive_path.empty() ? silent->path : silent->member_name));
  return {note, true, true};
}

}  // namespace

void add_final_sections(LinkState& state) {
  if (state.files().empty()) return;
  if (state.options.kind != OutputKind::relocatable) drop_build_ids(state);
  if (!state.options.build_id.empty()) add_build_id(state);
  if (!state.options.package_metadata.empty()) add_package_note(state);
  const GivenProperties given = given_properties(state);
  if (state.machine() == EM_X86_64 || state.machine() == EM_386)
    report_x86_features(state.files(), given.features, state.options, state.say);
  if (state.machine() == EM_AARCH64 && state.options.force_bti)
    report_missing_bti(state.files(), state.options, state.say);
  if (InputFile* file = merge_properties(state.files(), given, state.resolver.arena(),
                                         state.properties, state.property_log)) {
    InputSection* section = file->find(".note.gnu.property");
    section->content = state.properties;
    section->size = state.properties.size();
  }
  merge_attributes(state.files(), state.options, state.say, state.resolver.arena());
}

void add_linker_sections(LinkState& state) {
  if (state.files().empty()) return;
  add_final_sections(state);
  const bool has_save_functions =
      state.machine() == EM_PPC64 && state.options.save_restore_functions;
  if (!state.options.executable_stack && !has_save_functions) return;
  // Where GNU ld has a file for veneers, these belong to that one, in front of all others.
  InputFile& first = has_veneer_file(state.machine()) ? state.resolver.add_made_file("linker stubs")
                                                      : *state.files().front();
  if (has_save_functions) add_save_functions(state, first);
  if (!state.options.executable_stack) return;
  if (first.find(".note.GNU-stack")) return;
  const Traits code = *state.options.executable_stack ? Traits{trait_code} : 0;
  state.resolver.add_section(first, ".note.GNU-stack", trait_readonly | code);
}

void mark_executable_stack(LinkState& state) {
  if (state.options.executable_stack) return;
  const StackOpinion opinion = stack_opinion(state);
  if (opinion.note && opinion.is_executable) set_executable(*opinion.note);
}

std::uint32_t stack_flags(const LinkState& state) {
  // What was asked for is told only if that is asked for, too.
  if (state.options.executable_stack.value_or(false) &&
      state.options.warn_executable_stack.value_or(false))
    say_stack(state, "enabling an executable stack because of -z execstack command line option");
  if (state.options.executable_stack)
    return *state.options.executable_stack ? PF_R | PF_W | PF_X : PF_R | PF_W;
  const StackOpinion opinion = stack_opinion(state);
  if (!opinion.is_there) return 0;
  return opinion.is_executable ? PF_R | PF_W | PF_X : PF_R | PF_W;
}

}  // namespace kbx::link
