#include "kbx/link/relocate/scan.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/relocate/copies.h"
#include "kbx/link/resolve/undefined.h"

/// What relocations want, after the System V gABI, "Relocation", and the processor supplements: an
/// address that the link knows needs nothing; one that only the dynamic linker knows is left to it
/// where it stands, or, from code, reached through an entry of .got or .plt. An executable that is
/// not position independent has addresses of its own for what a shared object defines: a copy of
/// data, a PLT entry for a function.
namespace kbx::link {
namespace {

void add_wants(InputFile& file, const Referent& referent, Wants wants) {
  if (referent.global) {
    referent.global->wants = static_cast<Wants>(referent.global->wants | wants);
    return;
  }
  if (!referent.local) return;
  if (file.local_wants.empty()) file.local_wants.resize(file.first_global);
  Wants& known = file.local_wants[referent.index];
  known = static_cast<Wants>(known | wants);
}

template <typename Shape>
class Scanner {
 public:
  Scanner(InputFile& file, const FinalKind& kind, const Symbol* table, ScanResult& result)
      : file_(file), kind_(kind), table_(table), result_(result) {}

  void run() {
    for (InputSection* section : file_.sections) {
      if (section->is_discarded || (section->traits & trait_linker_created)) continue;
      scan<typename Shape::Rel>(*section, section->rel.content, false);
      scan<typename Shape::Rela>(*section, section->rela.content, true);
    }
  }

 private:
  template <typename Entry>
  void scan(InputSection& section, std::string_view table, bool has_addend) {
    if (!(section.traits & trait_alloc)) {
      for_each_relocation<Shape, Entry>(table, false,
                                        [&](std::size_t, const Relocation& relocation) {
                                          const Referent referent = refer(file_, relocation.symbol);
                                          if (is_undefined(referent))
                                            note_undefined(section, relocation, referent);
                                        });
      return;
    }
    bool is_covered = false;
    walk_relocations<Shape, Entry>(table, [&](const Relocation& relocation, std::uint32_t next) {
      const Decision decision = decide(kind_, section, relocation, next, has_addend);
      if (is_covered) {
        is_covered = false;
        keep_entry(decision);
        return false;
      }
      look_at(section, relocation, decision);
      is_covered = decision.covers_next && kind_.machine.has_table_always;
      return decision.covers_next && !is_covered;
    });
  }

  /// On x86 a call of __tls_get_addr has its PLT entry even where the code is simplified; if
  /// nothing defines it, at least the room of one.
  void keep_entry(const Decision& decision) {
    const bool is_loaded_anywhere = kind_.is_dynamic && kind_.is_position_independent;
    if (decision.rule->origin == Origin::plt && is_undefined(decision.referent) &&
        !decision.is_preemptible && is_loaded_anywhere)
      result_.unused_call = decision.referent.global;
    if (!decision.is_preemptible) return;
    if (decision.rule->origin == Origin::plt) want(decision.referent, want_plt);
    if (decision.rule->origin == Origin::got_entry) want_entry(decision.referent, want_got);
  }

  void note_undefined(const InputSection& section, const Relocation& relocation,
                      const Referent& referent) {
    result_.undefined.push_back({referent.global, &section, relocation.offset});
  }

  /// The ELF header is where the layout puts it, and may be nowhere.
  static bool may_stay_undefined(const Referent& referent) {
    return referent.global && referent.global->awaits_layout && !referent.global->is_from_script;
  }

  void want(const Referent& referent, Wants wants) { add_wants(file_, referent, wants); }

  void look_at(InputSection& section, const Relocation& relocation, const Decision& decision) {
    const Referent& referent = decision.referent;
    if (referent.section && referent.section->is_discarded) return;
    if (kind_.machine.refused != 0 && decision.type == kind_.machine.refused)
      refuse_code(section, relocation, referent);
    if (is_undefined(referent) || may_stay_undefined(referent))
      note_undefined(section, relocation, referent);
    check_absolute(section, relocation, decision);
    note_call(relocation, referent);
    if (decision.is_rewritten) note_thread_entry(relocation, referent);
    const bool is_indirect = type_of(referent) == STT_GNU_IFUNC && !is_undefined(referent);
    if (decision.rule->against == Against::got_base ||
        decision.rule->against == Against::got_page || (table_ && referent.global == table_))
      want_got_base();
    if (is_indirect && decision.rule->origin == Origin::symbol)
      check_resolver(section, relocation, decision);
    if (is_indirect) want_entry_of_chooser(decision);
    switch (decision.rule->origin) {
      case Origin::none:
      case Origin::paired:
        return;
      case Origin::size:
        if (is_size_left(kind_, decision))
          leave(section, relocation, decision, LeftRelocation::Kind::symbolic);
        return;
      case Origin::got_base:
        want_got_base();
        return;
      case Origin::symbol:
        look_at_address(section, relocation, decision);
        return;
      case Origin::plt:
        if (decision.is_preemptible || is_indirect || keeps_entry(referent))
          want(referent, plt_wants(decision.type));
        return;
      case Origin::got_entry:
        want_entry(referent, want_got);
        // On x86 and RISC-V the word in .got may as well hold what the function chooses.
        if (is_indirect && !decision.is_preemptible && !kind_.machine.has_table_always &&
            !kind_.machine.avoids_indirect_plt)
          want(referent, want_plt);
        return;
      case Origin::got_thread_offset:
        result_.has_static_thread_model = leaves_own_threads(kind_);
        want_entry(referent, want_thread_offset);
        // i386: code that has the entry's address in it.
        if (decision.rule->is_word && kind_.is_position_independent)
          leave(section, relocation, decision, LeftRelocation::Kind::relative);
        return;
      case Origin::got_thread_distance:
        result_.has_static_thread_model = kind_.is_shared;
        want_entry(referent, want_thread_distance);
        return;
      case Origin::got_module_offset:
        want_entry(referent, want_module_offset);
        return;
      case Origin::got_own_module:
        result_.wants_got = result_.wants_own_module = true;
        return;
      case Origin::got_descriptor:
        if (!(wants_of(file_, referent) & want_descriptor))
          result_.descriptors.push_back(key_of(referent));
        want_entry(referent, want_descriptor);
        return;
      case Origin::thread_offset:
      case Origin::thread_distance:
        if (kind_.is_shared && !kind_.machine.allows_local_exec)
          refuse(section, relocation, decision);
        // GNU ld keeps room for a relocation of its upper part.
        if (kind_.machine.number == EM_RISCV && kind_.is_position_independent &&
            relocation.type == R_RISCV_TPREL_HI20)
          leave(section, relocation, decision, LeftRelocation::Kind::nothing);
        return;
      case Origin::module_offset:
        return;
    }
  }

  /// On AArch64 a function that chooses itself has a PLT entry whatever is wanted of it.
  void want_entry_of_chooser(const Decision& decision) {
    const Machine& machine = kind_.machine;
    if (!machine.has_indirect_table || machine.avoids_indirect_plt) return;
    if (!is_own_indirect(decision.referent)) return;
    const Origin origin = decision.rule->origin;
    if (origin == Origin::symbol || origin == Origin::got_entry) want(decision.referent, want_plt);
  }

  /// What is loaded anywhere has no known distance to a number.
  void check_absolute(const InputSection& section, const Relocation& relocation,
                      const Decision& decision) const {
    const Referent& referent = decision.referent;
    const Machine& machine = kind_.machine;
    if (!machine.has_table_always || !kind_.is_position_independent) return;
    if (decision.is_preemptible || !is_absolute(referent)) return;
    if (referent.global && (referent.global->is_from_script || !referent.global->file)) return;
    const Rule& rule = *machine.rule(relocation.type);
    if (rule.origin == Origin::none || rule.origin == Origin::got_entry) return;
    if (rule.origin == Origin::symbol && rule.against == Against::nothing) return;
    throw Error(
        Location{file_.path, 0},
        fmt::format("relocation {} against absolute symbol `{}' in section `{}' is disallowed",
                    machine.type_name(relocation.type), referent.name(), section.name),
        fmt::format("it is at {}+{:#x}; take the number itself, as with movl ${}", section.name,
                    relocation.offset, referent.name()));
  }

  /// On i386 a PLT entry of what is loaded anywhere needs a register that whoever goes by its
  /// address may not have set.
  void check_resolver(const InputSection& section, const Relocation& relocation,
                      const Decision& decision) const {
    if (kind_.machine.number != EM_386 || !kind_.is_position_independent) return;
    if (decision.rule->against == Against::place && (section.traits & trait_code))
      throw Error(Location{file_.path, 0},
                  fmt::format("unsupported non-PIC call to IFUNC `{}'", decision.referent.name()),
                  "compile it with -fPIC; the call needs @PLT and the table's address in %ebx");
    if (decision.is_preemptible || decision.rule->against != Against::got_base) return;
    throw Error(Location{file_.path, 0},
                fmt::format("relocation {} against STT_GNU_IFUNC symbol `{}' isn't supported",
                            kind_.machine.type_name(relocation.type), decision.referent.name()),
                "compile it with -fPIC and without -fvisibility=hidden");
  }

  /// On x86 GNU ld has made its tables before it sees that a program's code needs no entry of .got
  /// for a global variable of a thread.
  void note_thread_entry(const Relocation& relocation, const Referent& referent) {
    if (!kind_.machine.has_table_always || !referent.global) return;
    const Origin origin = kind_.machine.rule(relocation.type)->origin;
    if (origin == Origin::got_module_offset || origin == Origin::got_thread_offset ||
        origin == Origin::got_thread_distance || origin == Origin::got_descriptor)
      result_.wants_got = true;
  }

  /// Of a position independent output's hidden names those that are called become local ones.
  void note_call(const Relocation& relocation, const Referent& referent) const {
    if (!kind_.is_dynamic || !kind_.is_position_independent || !referent.global) return;
    Symbol& symbol = *referent.global;
    const unsigned visibility = symbol.other & 3u;
    const bool is_own = is_defined(symbol.binding) && !symbol.is_defined_in_shared;
    if (!is_own || (visibility != STV_HIDDEN && visibility != STV_INTERNAL)) return;
    if (kind_.machine.rule(relocation.type)->origin != Origin::plt) return;
    symbol.is_forced_local = true;
    symbol.is_dynamic = symbol.is_dynamic_local = false;
  }

  /// Calls of what is undefined and weak, and stays so, go through an entry on x86.
  bool keeps_entry(const Referent& referent) const {
    if (!kind_.machine.has_table_always || !kind_.is_dynamic || !kind_.is_position_independent)
      return false;
    // Without anybody to find it, code still branches to 0 through its entry: that may be too far.
    const bool is_alone = kind_.options.no_dynamic_linker && !kind_.is_shared;
    if (!is_alone && !kind_.options.dynamic_undefined_weak.value_or(true)) return false;
    return referent.global && is_undefined_weak(referent) && !referent.global->is_forced_local &&
           !referent.global->is_defined_in_object && (referent.global->other & 3u) == STV_DEFAULT;
  }

  Wants plt_wants(std::uint32_t type) const {
    const Machine& machine = kind_.machine;
    const bool is_thumb = machine.enters_as_thumb && machine.enters_as_thumb(type, kind_.arm);
    return is_thumb ? Wants{want_plt | want_thumb_plt} : Wants{want_plt};
  }

  void want_got_base() { result_.wants_got = result_.wants_got_base = true; }

  void want_entry(const Referent& referent, Wants wants) {
    result_.wants_got = true;
    want(referent, wants);
  }

  void look_at_address(InputSection& section, const Relocation& relocation,
                       const Decision& decision) {
    if (is_pointer(section, *decision.rule) && decision.is_preemptible &&
        has_own_address(kind_, decision.referent))
      return;
    switch (address_source(kind_, section, decision)) {
      case AddressFrom::link:
        if ((decision.is_preemptible && is_weak_in_program(kind_, decision.referent)) ||
            is_unchecked_part(kind_, decision) || keeps_room(decision))
          leave(section, relocation, decision, LeftRelocation::Kind::nothing);
        return;
      case AddressFrom::load:
        leave(section, relocation, decision, LeftRelocation::Kind::relative);
        return;
      case AddressFrom::dynamic:
        leave(section, relocation, decision, LeftRelocation::Kind::symbolic);
        look_at_import(section, decision);
        return;
      case AddressFrom::resolver:
        leave(section, relocation, decision, LeftRelocation::Kind::indirect);
        return;
      case AddressFrom::plt:
        want_function(section, decision);
        return;
      case AddressFrom::copy:
        if (!kind_.options.copy_relocations) refuse(section, relocation, decision);
        want(decision.referent, Wants{want_copy | want_only_copy});
        return;
      case AddressFrom::nowhere:
        refuse(section, relocation, decision);
    }
  }

  /// True of a number that counted for an address when GNU ld sized the tables.
  bool keeps_room(const Decision& decision) const {
    return kind_.machine.numbers_are_addresses && kind_.is_position_independent &&
           decision.rule->is_word && decision.referent.global && is_absolute(decision.referent);
  }

  /// What a shared object defines is wanted at an address that is known in a program, if it is not
  /// a pointer in data. Whether it gets one is settled when all is scanned.
  void look_at_import(const InputSection& section, const Decision& decision) {
    if (!kind_.machine.leaves_distances || kind_.is_shared || !decision.referent.global) return;
    if (!is_from_shared(*decision.referent.global) || is_pointer(section, *decision.rule)) return;
    const bool is_reached = kind_.machine.plt_is_relative || !kind_.is_position_independent;
    if (is_called(decision.referent) && !is_reached)
      want(decision.referent, want_plt);
    else if (is_called(decision.referent))
      want_function(section, decision);
    else
      want(decision.referent, want_copy);
  }

  /// A PLT entry is to stand for the function.
  void want_function(const InputSection& section, const Decision& decision) {
    const bool takes = is_taken(section, decision);
    const Symbol* symbol = decision.referent.global;
    if (takes && symbol && symbol->is_protected_there && symbol->type == STT_FUNC)
      throw Error(
          Location{file_.path, 0},
          fmt::format("non-canonical reference to canonical protected function `{}' in {}",
                      symbol->name, symbol->file->path),
          "the shared object takes its own address of the function; compile this with -fPIC");
    want(decision.referent, Wants{want_plt});
    if (!is_jump(section, decision) || kind_.machine.has_indirect_table)
      want(decision.referent, want_pointer);
    want(decision.referent, takes ? want_address : want_plt_address);
  }

  /// A distance in code is that of a jump; of everything else others may see the address.
  bool is_taken(const InputSection& section, const Decision& decision) const {
    return !kind_.machine.has_table_always || !is_jump(section, decision) ||
           !decision.referent.global || !is_from_shared(*decision.referent.global);
  }

  static bool is_jump(const InputSection& section, const Decision& decision) {
    return decision.rule->against == Against::place &&
           ((section.traits & trait_code) || decision.rule->size == 8);
  }

  void leave(InputSection& section, const Relocation& relocation, const Decision& decision,
             LeftRelocation::Kind kind) {
    result_.left.push_back(
        {kind, &section, relocation.offset, decision.referent, decision.type, decision.addend});
  }

  [[noreturn]] void refuse(const InputSection& section, const Relocation& relocation,
                           const Decision& decision) const {
    refuse_relocation(kind_, section, relocation.type, relocation.offset, decision.referent);
  }

  /// The code there is none that goes with the relocation, and would have to be changed.
  [[noreturn]] void refuse_code(const InputSection& section, const Relocation& relocation,
                                const Referent& referent) const {
    const Machine& machine = kind_.machine;
    const Origin origin = machine.rule(relocation.type)->origin;
    const std::string_view name = machine.type_name(relocation.type);
    if (origin == Origin::got_entry)
      throw Error(Location{file_.path, 0},
                  fmt::format("direct GOT relocation {} against `{}' without base register can not "
                              "be used when making a shared object",
                              name, referent.name()),
                  fmt::format("it is at {}+{:#x}", section.name, relocation.offset));
    const bool is_initial = origin == Origin::got_thread_offset ||
                            origin == Origin::got_thread_distance ||
                            origin == Origin::got_own_module;
    const std::uint32_t meant =
        referent.global && !is_initial ? machine.initial_type : machine.local_type;
    throw Error(Location{file_.path, 0},
                fmt::format("TLS transition from {} to {} against `{}' at {:#x} in section `{}' "
                            "failed",
                            name, machine.type_name(meant), referent.name(), relocation.offset,
                            section.name),
                "the code there is none of the ABI's for that; let the compiler write it");
  }

  InputFile& file_;
  const FinalKind& kind_;
  const Symbol* table_;  // _GLOBAL_OFFSET_TABLE_
  ScanResult& result_;
};

}  // namespace

void note_weak_references(const Resolver& resolver, const Machine& machine) {
  for (InputFile* file : resolver.files()) {
    if (file->is_just_symbols || file->is_binary) continue;
    const auto is_weak = [](const Symbol* symbol) {
      return symbol && symbol->binding == Binding::undefined_weak;
    };
    if (std::none_of(file->globals.begin(), file->globals.end(), is_weak)) continue;
    with_shape(file->is_64bit, file->is_big_endian, [&]<typename Shape>(Shape) {
      bool is_code = false;
      const auto look = [&](std::size_t, const Relocation& relocation) {
        const Referent referent = refer(*file, relocation.symbol);
        const Rule* rule = machine.rule(relocation.type);
        if (!rule || !is_undefined_weak(referent)) return;
        if (is_distance(*rule)) referent.global->is_branched_to = true;
        const bool is_address =
            rule->origin == Origin::symbol &&
            (rule->against == Against::nothing || rule->against == Against::place);
        if (machine.has_table_always ? !is_address : rule->origin == Origin::got_entry)
          referent.global->has_got_reference = true;
        else if (machine.has_table_always ? is_code : rule->origin != Origin::plt)
          referent.global->has_other_reference = true;
      };
      for (const InputSection* section : file->sections) {
        if (section->is_discarded || !(section->traits & trait_alloc)) continue;
        is_code = (section->traits & trait_code) != 0;
        for_each_relocation<Shape, typename Shape::Rel>(section->rel.content, false, look);
        for_each_relocation<Shape, typename Shape::Rela>(section->rela.content, false, look);
      }
    });
  }
}

namespace {

/// Code of a shared object that asks for a symbol's offset from the thread pointer binds it to
/// programs that are there from the start, so that no other code of it needs another model.
void note_thread_offsets(const Resolver& resolver, const Machine& machine) {
  for (InputFile* file : resolver.files()) {
    if (file->is_just_symbols || file->is_binary) continue;
    with_shape(file->is_64bit, file->is_big_endian, [&]<typename Shape>(Shape) {
      const auto look = [&](std::size_t, const Relocation& relocation) {
        const Rule* rule = machine.rule(relocation.type);
        if (!rule) return;
        if (rule->origin == Origin::got_thread_offset)
          add_wants(*file, refer(*file, relocation.symbol), asks_thread_offset);
        if (rule->origin == Origin::got_thread_distance)
          add_wants(*file, refer(*file, relocation.symbol), asks_thread_distance);
      };
      for (const InputSection* section : file->sections) {
        if (section->is_discarded || !(section->traits & trait_alloc)) continue;
        for_each_relocation<Shape, typename Shape::Rel>(section->rel.content, false, look);
        for_each_relocation<Shape, typename Shape::Rela>(section->rela.content, false, look);
      }
    });
  }
}

}  // namespace

ScanResult scan_relocations(const Resolver& resolver, const FinalKind& kind) {
  ScanResult result;
  if (kind.is_shared) note_thread_offsets(resolver, kind.machine);
  Symbol* const table = resolver.symbols().find(got_symbol);
  // Nobody but this output has its table.
  if (table && is_unresolved(table->binding)) table->is_forced_local = true;
  for (InputFile* file : resolver.files()) {
    if (file->is_just_symbols || file->is_binary) continue;
    with_shape(file->is_64bit, file->is_big_endian,
               [&]<typename Shape>(Shape) { Scanner<Shape>(*file, kind, table, result).run(); });
  }
  // Where a function that chooses itself has a PLT entry, that is its address.
  const bool may_do_without = kind.machine.has_table_always || kind.machine.avoids_indirect_plt;
  if (may_do_without && !kind.is_position_independent)
    std::erase_if(result.left, [](const LeftRelocation& left) {
      return left.kind == LeftRelocation::Kind::indirect &&
             (wants_of(*left.section->file, left.referent) & want_plt);
    });
  settle_copies(result, kind);
  return result;
}

void report_undefined(const ScanResult& scan, const SymbolTable& symbols, const Options& options,
                      const Say& say) {
  UndefinedReferences undefined(options, say);
  for (const UndefinedUse& use : scan.undefined) {
    if (use.symbol->binding != Binding::undefined) continue;
    if (use.section->is_discarded || !use.section->output) continue;
    std::uint64_t offset = use.offset;
    if (use.section->edit && !moved_offset(*use.section->edit, offset)) continue;
    undefined.add(*use.symbol, *use.section, use.offset);
  }
  undefined.add_symbols(symbols);
  undefined.finish(symbols);
}

}  // namespace kbx::link
