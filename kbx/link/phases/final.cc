#include "kbx/link/phases/final.h"

#include <algorithm>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/text.h"
#include "kbx/link/arch/elf_flags.h"
#include "kbx/link/arch/machine.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/dynamic/dynamic_link.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/dynamic/relocations.h"
#include "kbx/link/dynamic/section_symbol.h"
#include "kbx/link/layout/default_order.h"
#include "kbx/link/layout/final_layout.h"
#include "kbx/link/layout/merged_sections.h"
#include "kbx/link/layout/pattern.h"
#include "kbx/link/layout/sizing.h"
#include "kbx/link/output/executable.h"
#include "kbx/link/output/flat.h"
#include "kbx/link/phases/additions.h"
#include "kbx/link/phases/arm_output.h"
#include "kbx/link/phases/discarded_tables.h"
#include "kbx/link/phases/header_symbol.h"
#include "kbx/link/phases/indirect_access.h"
#include "kbx/link/phases/names.h"
#include "kbx/link/phases/plt_choice.h"
#include "kbx/link/phases/refusals.h"
#include "kbx/link/phases/reports.h"
#include "kbx/link/phases/riscv_dynamic.h"
#include "kbx/link/phases/scripts.h"
#include "kbx/link/phases/unwind_output.h"
#include "kbx/link/phases/veneers.h"
#include "kbx/link/relocate/fill.h"
#include "kbx/link/relocate/linkage.h"
#include "kbx/link/relocate/relative_report.h"
#include "kbx/link/relocate/relaxation.h"
#include "kbx/link/relocate/relocation_tables.h"
#include "kbx/link/relocate/scan.h"
#include "kbx/link/relocate/text_relocations.h"
#include "kbx/link/resolve/garbage.h"
#include "kbx/link/resolve/section_bounds.h"
#include "kbx/link/threads.h"

/// A final link, phase by phase as GNU ld 2.40 has them: what relocations want is known before
/// sections are placed, since tables for it are sections too; how much of it is left to the dynamic
/// linker when they are; addresses come last, and with them the content of the tables.
namespace kbx::link {
namespace {

class FinalLink {
 public:
  explicit FinalLink(LinkState& state)
      : state_(state),
        options_(state.options),
        dynamic_(state.resolver, options_, state.say),
        unwind_(state) {}

  Image run() {
    refuse_unsupported(options_);
    settle_weak_option();
    resolve();
    become_flat();
    kind_.emplace(final_kind());
    const std::vector<Symbol*> bounds =
        bounds_.define(state_.files(), state_.resolver.symbols(), options_);
    collect();
    dynamic_.choose_symbols(assignments(), bounds);
    choose_weak_symbols();
    if (!flat_) add_final_sections(state_);
    settle_indirect_access(state_, *machine_);
    choose_plt();
    ScanResult scan = scan_relocations(state_.resolver, *kind_);
    if (dynamic_.is_dynamic()) warn_untyped();
    hide_weak_symbols();
    if (machine_->number == EM_RISCV && dynamic_.is_dynamic())
      show_table_symbols(state_.resolver.symbols(), dynamic_);
    Linkage linkage = make_linkage(state_.resolver, *kind_, scan);
    if (machine_->number == EM_ARM && !flat_) arm_.emplace(state_, *kind_).find_glue();
    unwind_.add_header();
    try {
      place(scan, linkage);
    } catch (const Error&) {
      if (has_addresses_) write_reports_of_failed(state_);
      throw;
    }
    return write(scan, linkage);
  }

 private:
  // Inputs and symbols.

  /// Without an interpreter nobody finds what is undefined; packed relocations are for what is
  /// loaded anywhere.
  void settle_weak_option() {
    if (!is_position_independent(options_)) options_.relr = false;
    if (options_.kind == OutputKind::shared || !options_.no_dynamic_linker) return;
    if (options_.dynamic_undefined_weak.value_or(false))
      state_.say(fmt::format("{}: warning: -z dynamic-undefined-weak ignored", options_.program));
    options_.dynamic_undefined_weak = false;
  }

  /// A flat output is what is in memory: nothing is added to the input, and none of it is edited,
  /// as GNU ld has only for ELF outputs what would do so.
  void become_flat() {
    flat_ = flat_format(options_.output_format);
    if (!flat_) return;
    refuse_unsupported_flat(options_, machine_->number);
    if (dynamic_.is_dynamic())
      throw Error("--oformat " + options_.output_format + " cannot link with shared objects",
                  "name archives and objects only, or link with -static");
    options_.strip = Strip::all;
    options_.build_id.clear();
    options_.package_metadata.clear();
    options_.compress_debug.clear();
    options_.eh_frame_header = options_.gc_sections = false;
  }

  void resolve() {
    read_scripts(state_);
    if (options_.inhibit_common && options_.kind != OutputKind::shared)
      throw Error("--no-define-common may not be used without -shared",
                  "take INHIBIT_COMMON_ALLOCATION out of the script");
    dynamic_.read_lists(script_versions());
    require_symbols(state_);
    open_inputs(state_);
    find_this_machine();
    if (!has_script(state_)) add_default_script(state_, *machine_);
    open_scripts_at_end(state_);
    if (options_.discard_locals == DiscardLocals::by_default &&
        drops_temporary_labels(machine_->number))
      options_.discard_locals = DiscardLocals::temporary;
    if (dynamic_.is_dynamic()) dynamic_.add_sections();
    state_.resolver.finish();
    check_required(state_);
    assign_before_placing(state_.plan, state_.script_state.actions(script::Phase::mark));
    if (!options_.inhibit_common) state_.resolver.place_commons();
    header_symbol_ = define_header_symbol(state_.resolver.symbols());
    thread_base_ =
        define_thread_base(state_.resolver.symbols(), state_.files(), machine_->has_thread_base);
  }

  std::vector<const script::Version*> script_versions() const {
    std::vector<const script::Version*> versions;
    for (const script::Script& script : state_.scripts)
      for (const script::Command& command : script.commands)
        if (const auto* version = std::get_if<script::Version>(&command))
          versions.push_back(version);
    return versions;
  }

  void find_this_machine() {
    const MachineFormat format = state_.resolver.format();
    machine_ = find_machine(format.machine, format.is_64bit, format.is_big_endian);
    if (!machine_)
      throw Error(
          fmt::format("final links for {} are not possible yet",
                      command::target_of(format.machine, format.is_64bit, format.is_big_endian)),
          "they are for x86-64, x32, i386, AArch64, ARM and RISC-V, and ld -r for all "
          "machines; use the toolchain's ld");
  }

  FinalKind final_kind() const {
    FinalKind kind{*machine_, options_};
    kind.is_shared = options_.kind == OutputKind::shared;
    kind.is_position_independent = kind.is_shared || options_.kind == OutputKind::pie;
    kind.is_dynamic = dynamic_.is_dynamic();
    kind.has_interpreter = dynamic_.sections().interpreter != nullptr;
    kind.word = state_.resolver.format().is_64bit ? 8 : 4;
    kind.table_word = machine_->table_word != 0 ? machine_->table_word : kind.word;
    return kind;
  }

  void choose_plt() {
    const bool is_arm = machine_->number == EM_ARM;
    const ArmTarget target = is_arm ? arm_target_of(state_) : ArmTarget{};
    machine_ = is_arm ? &arm_machine_of(state_, target) : &with_chosen_plt(*machine_, state_);
    kind_.emplace(final_kind());
    kind_->arm = target;
  }

  std::vector<const script::Assignment*> assignments() const {
    std::vector<const script::Assignment*> all;
    for (Slot* slot = state_.plan.slots.first(); slot; slot = slot->next) {
      if (slot->assignment) all.push_back(slot->assignment);
      for (const Item& item : slot->items)
        if (item.statement)
          if (const auto* assignment = std::get_if<script::Assignment>(item.statement))
            all.push_back(assignment);
    }
    return all;
  }

  void collect() {
    if (!options_.gc_sections) return;
    mark_kept(state_.plan.slots, state_.files());
    GarbageRoots wanted;
    wanted.names = roots(state_);
    wanted.names.push_back(options_.init_function);
    wanted.names.push_back(options_.fini_function);
    wanted.assignments = assignments();
    const bool exports = kind_->is_shared || options_.gc_keep_exported ||
                         (options_.export_dynamic && kind_->is_dynamic);
    wanted.is_exported = [&, exports](const Symbol& symbol) {
      const unsigned visibility = symbol.other & 3u;
      const bool is_visible = visibility == STV_DEFAULT || visibility == STV_PROTECTED;
      return symbol.is_referenced_in_shared ||
             (exports && is_visible && !dynamic_.is_hidden_by_version(symbol.name));
    };
    for (const std::string& line :
         collect_unused(state_.files(), state_.resolver.symbols(), wanted, options_, state_.say))
      state_.say.print(line);
  }

  /// In a program an undefined weak symbol is left to the dynamic linker if only .got knows it.
  void choose_weak_symbols() {
    if (!dynamic_.is_dynamic()) return;
    const bool may_stay = options_.dynamic_undefined_weak.value_or(true);
    if (kind_->is_shared && may_stay) return;
    note_weak_references(state_.resolver, *machine_);
    state_.resolver.symbols().for_each([&](Symbol& symbol) {
      if (is_in_dynsym_for_gp(symbol, *kind_)) dynamic_.record(symbol);
      if (symbol.binding != Binding::undefined_weak || symbol.is_forced_local ||
          symbol.is_defined_in_object)
        return;
      symbol.is_taken_for_zero = is_zero(symbol, options_, kind_->has_interpreter);
      const bool is_alone = kind_->is_position_independent && options_.no_dynamic_linker;
      symbol.stays_dynamic = (may_stay || is_alone) && keeps_distance(*kind_, symbol);
      const bool is_asked = options_.dynamic_undefined_weak.value_or(false);
      if (!symbol.is_taken_for_zero || symbol.stays_dynamic || is_asked)
        dynamic_.record(symbol);
      else
        symbol.is_dynamic = false;
      if (!may_stay && !is_alone) symbol.is_forced_local = true;
    });
  }

  /// Those of a program without an interpreter that have no PLT entry are its own business.
  void hide_weak_symbols() {
    if (kind_->is_shared || !dynamic_.is_dynamic() || !options_.no_dynamic_linker) return;
    state_.resolver.symbols().for_each([](Symbol& symbol) {
      if (symbol.binding == Binding::undefined_weak && !symbol.is_defined_in_object &&
          !(symbol.wants & want_plt) && !symbol.stays_dynamic)
        symbol.is_forced_local = true;
    });
  }

  /// What has neither type nor size in its shared object is taken for empty data.
  void warn_untyped() const {
    state_.resolver.symbols().for_each([&](const Symbol& symbol) {
      if (!is_from_shared(symbol) || !symbol.is_referenced_in_object || symbol.size != 0) return;
      if (!is_defined(symbol.binding) || symbol.type != STT_NOTYPE || (symbol.wants & want_plt))
        return;
      state_.say(fmt::format("{}: warning: type and size of dynamic symbol `{}' are not defined",
                             options_.program, symbol.name));
    });
  }

  // Layout.

  void place(ScanResult& scan, const Linkage& linkage) {
    Plan& plan = state_.plan;
    if (options_.non_contiguous_regions) plan.spill.emplace();
    place_input(plan, state_.files(), options_, state_.say);
    if (arm_) arm_->drop_empty_glue();
    bounds_.place();
    refuse_discarded_tables(linkage.sections, dynamic_.sections());
    const bool has_table = unwind_.has_table();
    unwind_.settle_header(has_table);
    settle_tables(linkage, *kind_, has_table, state_.resolver.arena());
    if (!flat_) merged_.merge(state_.files(), threads_for(options_));
    mark_text(plan, !options_.writable_text);
    size_dynamic(scan, linkage);
    LayoutRules rules = layout_rules(options_, *machine_, state_.resolver.format().is_64bit);
    rules.is_flat = flat_.has_value();
    if (!flat_) rules.stack_flags = stack_flags(state_);
    prepare_final_layout(plan, state_.script_state, rules, state_.say);
    LayoutHooks hooks;
    if (!flat_) hooks.edit = [this] { return edit_unwind_tables(); };
    if (dynamic_.sections().relr)
      hooks.adjusters.emplace_back([&] {
        const Applying applying{*kind_, linkage, {}};
        return dynamic_.size_relr(dynamic_relocations(applying, scan).relative);
      });
    if (machine_->veneers && !flat_)
      veneers_.emplace(state_, *kind_).add_to(hooks, [&] { return applying(linkage); });
    hooks.settled = [&] {
      has_addresses_ = true;
      if (veneers_) veneers_->settle(applying(linkage));
    };
    std::optional<Relaxation> relaxation;
    if (rules.relaxes) {
      const RelaxationScope scope{*kind_, linkage, plan.sections, state_.resolver.symbols(),
                                  state_.script_state.data_segment.relro};
      relaxation.emplace(state_.files(), scope, state_.resolver.arena());
      hooks.relax = [&](InputSection& section, unsigned pass) {
        return relaxation->relax(section, pass);
      };
    }
    layout_ = lay_out(plan, state_.script_state, rules, hooks, unwind_.header_output(), state_.say);
    if (plan.spill) discard_rest();
    if (relaxation) relaxation->finish(scan);
    settle_header_symbol(header_symbol_, layout_.file);
    settle_thread_base(thread_base_, plan.sections,
                       kind_->is_shared || machine_->thread_block_is_behind);
    report_undefined(scan, state_.resolver.symbols(), options_, state_.say);
    bounds_.finish();
    make_pieces(plan, state_.script_state.fill(), state_.resolver.format().is_big_endian);
    if (veneers_) veneers_->trim();
  }

  /// Of --enable-non-contiguous-regions: what had no room anywhere.
  void discard_rest() const {
    for (const InputSection* section : state_.plan.spill->discard_rest(state_.files()))
      if (options_.warn_non_contiguous_regions)
        state_.say(
            fmt::format("{}: warning: --enable-non-contiguous-regions discards section `{}' "
                        "from `{}'",
                        options_.program, section->name, section->file->path));
  }

  /// How many dynamic relocations there are, and with that the size of everything dynamic.
  void size_dynamic(const ScanResult& scan, const Linkage& linkage) {
    const Applying applying{*kind_, linkage, {}};
    const DynamicRelocations left = dynamic_relocations(applying, scan);
    const std::uint64_t entry = std::uint64_t{machine_->uses_rela ? 3u : 2u} * kind_->word;
    if (InputSection* section = linkage.sections.relocations) {
      section->size = left.general.size() * entry;
      section->is_discarded = left.general.empty() && left.relative.empty();
      if (section->is_discarded) section->entry_size = 0;
    }
    if (InputSection* section = linkage.sections.indirect_pointers) {
      section->size = left.pointers.size() * entry;
      section->is_discarded = left.pointers.empty();
    }
    if (!dynamic_.is_dynamic()) return;
    LinkageTables tables;
    tables.got_plt = linkage.sections.got_plt ? linkage.sections.got_plt : linkage.sections.got;
    tables.plt = linkage.sections.plt;
    tables.plt_relocations = linkage.sections.plt_relocations;
    tables.names_plt_output = machine_->has_table_always;
    tables.uses_rela = machine_->uses_rela;
    if (linkage.descriptor_plt != Places::none) {
      tables.descriptor_plt = linkage.sections.plt;
      tables.descriptor_plt_offset = linkage.descriptor_plt;
      tables.descriptor_got = linkage.sections.got;
      tables.descriptor_got_offset = linkage.descriptor_got;
    }
    // GNU ld packs relative ones only when all tables are there.
    tables.has_relocations =
        !left.general.empty() || !left.relative.empty() || !left.pointers.empty();
    if (InputSection* section = dynamic_.sections().relr)
      section->is_discarded = left.relative.empty();
    tables.has_text_relocations = left.has_text_relocations;
    has_text_relocations_ = tables.has_text_relocations && tables.has_relocations;
    if (has_text_relocations_)
      warn_text_relocations(scan, state_.resolver.symbols(), *kind_, state_.say);
    tables.has_static_thread_model = scan.has_static_thread_model;
    if (machine_->number == EM_RISCV) describe_riscv(linkage, tables);
    tables.interpreter = machine_->dynamic_linker;
    tables.plt_tags = plt_tags(state_);
    if (kind_->is_position_independent && tables.has_relocations)
      tables.section_symbols = sections_in_dynsym(state_.plan, machine_->shown_sections);
    dynamic_.size(tables, state_.plan.sections);
  }

  bool edit_unwind_tables() {
    const bool has_index = machine_->number == EM_ARM && edit_arm_index(state_);
    return unwind_.edit(kind_->is_position_independent) || has_index;
  }

  /// With the addresses as they are.
  Applying applying(const Linkage& linkage) const {
    const LinkedAddresses at = linked_addresses(linkage, *kind_, state_.plan.sections);
    return {*kind_, linkage, at, veneers_ ? &veneers_->table() : nullptr,
            arm_ ? &arm_->glue() : nullptr};
  }

  // The file.

  Image write(const ScanResult& scan, const Linkage& linkage) {
    merged_.settle(threads_for(options_));
    const Applying applying = this->applying(linkage);
    Target target;
    target.entry = entry_address(state_);
    const MachineFormat format = state_.resolver.format();
    target.machine = format.machine;
    target.is_64bit = format.is_64bit;
    target.is_big_endian = format.is_big_endian;
    target.elf_flags = merged_elf_flags(state_.files());
    if (machine_->number == EM_ARM) complete_arm_header(state_, target);
    Globals globals{state_.resolver.symbols(), state_.files()};
    globals.is_final = true;
    globals.has_absolute_tables =
        machine_->tables_are_absolute && kind_->is_dynamic && kind_->is_position_independent;
    globals.has_section_symbols = machine_->names_sections || options_.emit_relocs;
    const InputSection* dynamic_symbols = dynamic_.sections().symbols;
    const bool has_dynamic_symbols = dynamic_symbols && dynamic_symbols->output;
    globals.drops_weak = !kind_->is_dynamic && !options_.emit_relocs;
    globals.drops_undefined = kind_->is_dynamic && !has_dynamic_symbols && !options_.emit_relocs;
    globals.thread_start = applying.at.thread_start;
    if (veneers_) globals.made = veneers_->symbols(linkage.sections.plt);
    if (arm_) globals.made = arm_->symbols(linkage, globals.made);
    globals.address_here = [&](const Symbol& symbol) -> std::uint64_t {
      return (symbol.wants & want_address) ? own_address(applying, symbol) : 0;
    };
    std::string text;
    std::unordered_set<std::string_view> retained;
    if (!options_.retained_symbols_file.empty()) {
      text = read_file(options_.retained_symbols_file);
      for (const std::string_view name : split_words(text)) retained.insert(name);
      globals.retained = &retained;
    }
    if (options_.strip == Strip::all) {
      retained.clear();
      globals.retained = &retained;
    }
    write_reports(state_);
    report_relative(applying, scan, state_.say);
    const ExecutableParts parts{
        target,
        state_.plan.sections,
        layout_.file,
        globals,
        state_.notes,
        options_,
        applying,
        [&](const BytesOf& bytes_of) {
          with_shape(format.is_64bit, format.is_big_endian,
                     [&]<typename Shape>(Shape) { fill<Shape>(applying, scan, bytes_of); });
        },
        arm_finisher()};
    Image image = make_executable(parts, state_.say);
    if (has_text_relocations_) judge_text_relocations(*kind_, state_.say);
    if (!flat_) return image;
    return make_flat_executable(*flat_, state_.plan.sections, image, target.entry, options_);
  }

  std::function<void(const InputSection&, char*)> arm_finisher() const {
    if (!arm_) return {};
    return [this](const InputSection& section, char* content) { arm_->finish(section, content); };
  }

  template <typename Shape>
  void fill(const Applying& applying, const ScanResult& scan, const BytesOf& bytes_of) {
    const InputSection* dynamic_section = dynamic_.sections().dynamic;
    std::uint64_t dynamic_address = 0;
    if (dynamic_section && dynamic_section->output) dynamic_address = start_of(*dynamic_section);
    fill_linkage<Shape>(applying, dynamic_address, bytes_of);
    const std::uint64_t relative = write_relocation_tables<Shape>(applying, scan, bytes_of);
    if (veneers_) veneers_->write(applying, Shape::is_big_endian, bytes_of);
    if (arm_) arm_->glue().write(bytes_of);
    if (dynamic_.is_dynamic()) fill_dynamic(applying, relative, bytes_of);
    unwind_.fill_header(bytes_of);
  }

  /// The address of a function's PLT entry, by which all modules know it.
  static std::uint64_t own_address(const Applying& applying, const Symbol& symbol) {
    Referent referent;
    referent.global = const_cast<Symbol*>(&symbol);
    return address_for(applying, referent, symbol.places);
  }

  void fill_dynamic(const Applying& applying, std::uint64_t relative, const BytesOf& bytes_of) {
    const auto adjust = [&](const Symbol& symbol, OutputSymbol& output) {
      if (symbol.places && (symbol.wants & want_address))
        output.value = own_address(applying, symbol);
    };
    dynamic_.fill(state_.plan.sections, relative,
                  relocation_sections(state_.plan.sections, *machine_), adjust);
    const DynamicSections& all = dynamic_.sections();
    for (const InputSection* section :
         {all.interpreter, all.version_definitions, all.versions, all.version_needs, all.symbols,
          all.strings, all.dynamic, all.hash, all.gnu_hash, all.relr})
      if (section && section->output && !section->is_discarded)
        std::copy(section->content.begin(), section->content.end(), bytes_of(*section));
  }

  LinkState& state_;
  Options& options_;
  DynamicLink dynamic_;
  const Machine* machine_ = nullptr;
  std::optional<FinalKind> kind_;
  std::optional<FlatFormat> flat_;
  Symbol* header_symbol_ = nullptr;
  Symbol* thread_base_ = nullptr;
  MergedSections merged_;
  SectionBounds bounds_;
  UnwindOutput unwind_;
  bool has_addresses_ = false;
  std::optional<LinkVeneers> veneers_;
  std::optional<ArmOutput> arm_;
  FinalLayout layout_;
  bool has_text_relocations_ = false;
};

}  // namespace

Image link_finally(LinkState& state) {
  return FinalLink(state).run();
}

}  // namespace kbx::link
