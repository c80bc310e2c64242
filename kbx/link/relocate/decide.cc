#include "kbx/link/relocate/decide.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/dynamic/preemption.h"

namespace kbx::link {
namespace {

[[noreturn]] void fail(const InputSection& section, const Relocation& relocation,
                       const std::string& what) {
  throw Error(Location{section.file->path, 0},
              fmt::format("{}+{:#x}: {}", section.name, relocation.offset, what),
              "delete the object file and build it again, for the machine that is linked for");
}

/// SHF_X86_64_LARGE.
constexpr std::uint64_t large_section = 0x10000000;

}  // namespace

bool is_preempted(const FinalKind& kind, const Referent& referent) {
  return referent.global &&
         is_preemptible(*referent.global, kind.options, kind.machine.has_table_always);
}

Wants wants_of(const InputFile& file, const Referent& referent) {
  if (referent.global) return referent.global->wants;
  return referent.index < file.local_wants.size() ? file.local_wants[referent.index] : Wants{0};
}

bool is_own_indirect(const Referent& referent) {
  return type_of(referent) == STT_GNU_IFUNC &&
         (!referent.global || referent.global->is_defined_in_object);
}

Decision decide(const FinalKind& kind, const InputSection& section, const Relocation& relocation,
                std::uint32_t next_type, bool has_addend) {
  const Machine& machine = kind.machine;
  Decision decision;
  decision.type = relocation.type;
  decision.rule = machine.rule(relocation.type);
  if (!decision.rule)
    fail(section, relocation, fmt::format("unsupported relocation type {:#x}", relocation.type));
  // Where nothing is changed the place does not count: code in front of it may have gone.
  const std::uint8_t size = decision.rule->size;
  if (size != 0 &&
      (size > section.content.size() || relocation.offset > section.content.size() - size))
    fail(section, relocation, "the relocation lies outside of the section");
  decision.referent = refer(*section.file, relocation.symbol);
  decision.addend = relocation.addend;
  if (!has_addend && decision.rule->size != 0)
    decision.addend =
        machine.implicit_addend(relocation.type, section.content.data() + relocation.offset);
  const Referent& referent = decision.referent;
  decision.is_preemptible = is_preempted(kind, referent);
  if (decision.is_preemptible && decision.rule->origin == Origin::plt)
    decision.is_preemptible = is_preemptible(*referent.global, kind.options, true);
  if (!decision.rule->may_simplify) return decision;
  // Start code may take the address in .got before it is relocated (GNU ld 2.40 minds this, too).
  if (decision.rule->origin == Origin::got_entry && machine.has_table_always &&
      referent.name() == "_DYNAMIC")
    return decision;
  Use use;
  use.type = relocation.type;
  use.addend = decision.addend;
  use.offset = relocation.offset;
  use.content = section.content;
  use.next_type = next_type;
  use.is_shared = kind.is_shared;
  use.is_position_independent = kind.is_position_independent;
  use.is_preemptible = decision.is_preemptible;
  // Of a script's symbol what was known before layout, so that the answer stays the same. Where the
  // output is loaded anywhere GNU ld takes none of them for a number yet.
  const bool is_early = referent.global && referent.global->is_from_script;
  use.is_absolute = is_early ? referent.global->is_early_number && !kind.is_position_independent
                             : is_absolute(referent);
  use.is_undefined_weak = is_undefined_weak(referent) && !decision.is_preemptible;
  // On x86 the table keeps what is 0 only because of how code refers to it.
  if (use.is_undefined_weak && machine.has_table_always && kind.is_dynamic &&
      decision.rule->origin == Origin::got_entry && !referent.global->is_forced_local &&
      !is_zero_everywhere(*referent.global, kind.options, kind.has_interpreter)) {
    use.is_undefined_weak = false;
    use.is_preemptible = true;
  }
  use.is_indirect = type_of(referent) == STT_GNU_IFUNC;
  use.is_exported = referent.global && referent.global->is_dynamic;
  const Wants asked = wants_of(*section.file, referent);
  use.has_got_thread_offset = (asked & asks_thread_offset) != 0;
  use.has_got_thread_distance = (asked & asks_thread_distance) != 0;
  use.is_large = referent.section && (referent.section->flags & large_section) != 0;
  use.is_code = (section.traits & trait_code) != 0;
  use.arm = &kind.arm;
  use.may_overflow = kind.options.relax.value_or(true);
  if (use.is_absolute)
    use.absolute = is_early ? referent.global->early_number : address_of(referent, 0);
  decision.type = machine.simplify(use, decision.covers_next);
  decision.rule = machine.rule(decision.type);
  decision.is_rewritten = decision.type != relocation.type;
  return decision;
}

bool has_own_address(const FinalKind& kind, const Referent& referent) {
  if (!kind.machine.has_table_always || kind.is_position_independent || !referent.global)
    return false;
  return referent.global->is_copied ||
         (referent.global->wants & (want_address | want_plt_address)) != 0;
}

bool is_called(const Referent& referent) {
  const std::uint8_t type = type_of(referent);
  return type == STT_FUNC || type == STT_GNU_IFUNC ||
         (referent.global && (referent.global->wants & want_plt) != 0);
}

bool is_weak_in_program(const FinalKind& kind, const Referent& referent) {
  return kind.machine.leaves_distances && !kind.is_position_independent &&
         is_undefined_weak(referent);
}

bool is_distance(const Rule& rule) {
  return rule.origin == Origin::symbol && rule.against == Against::place && rule.size == 4;
}

bool keeps_distance(const FinalKind& kind, const Symbol& symbol) {
  const Machine& machine = kind.machine;
  return machine.leaves_distances && !machine.checks_overflow && kind.is_dynamic &&
         kind.is_position_independent && !kind.is_shared && symbol.is_branched_to &&
         symbol.binding == Binding::undefined_weak && !symbol.is_defined_in_object &&
         !symbol.is_forced_local && (symbol.other & 3u) == STV_DEFAULT;
}

bool is_size_left(const FinalKind& kind, const Decision& decision) {
  if (!kind.machine.leaves_distances || !decision.is_preemptible) return false;
  if (kind.is_shared) return true;
  const Referent& referent = decision.referent;
  return is_from_shared(*referent.global) && !has_own_address(kind, referent) &&
         !referent.global->is_copied;
}

bool is_unchecked_part(const FinalKind& kind, const Decision& decision) {
  const Rule& rule = *decision.rule;
  return kind.machine.checks_overflow && !kind.options.reloc_overflow_check &&
         kind.is_position_independent && rule.against == Against::nothing && !rule.is_word &&
         rule.origin == Origin::symbol && !decision.is_rewritten && !decision.is_preemptible &&
         decision.referent.section;
}

bool stays_number(const FinalKind& kind, const Referent& referent) {
  const Symbol* symbol = referent.global;
  const bool is_visible = symbol && symbol->is_dynamic && !symbol->is_forced_local;
  return is_absolute(referent) && !(kind.machine.numbers_are_addresses && is_visible);
}

bool is_pointer(const InputSection& section, const Rule& rule) {
  return rule.is_word && rule.against == Against::nothing && !(section.traits & trait_readonly);
}

namespace {

/// True if nothing defines it, as far as is known before addresses are.
bool is_missing(const Referent& referent) {
  return referent.global && is_unresolved(referent.global->binding) &&
         !referent.global->is_defined_in_object && referent.global->name != "_GLOBAL_OFFSET_TABLE_";
}

/// On x86-64: a part of an address in what is loaded anywhere, or a distance from code to what is
/// not there. GNU ld 2.40 refuses both, whatever the symbol is.
bool is_too_short(const FinalKind& kind, const InputSection& section, const Decision& decision) {
  const Rule& rule = *decision.rule;
  if (!kind.is_position_independent || decision.is_rewritten) return false;
  if (rule.against == Against::nothing && !rule.is_word) return kind.options.reloc_overflow_check;
  if (!is_missing(decision.referent)) return false;
  if (rule.against == Against::got_base) return true;
  return rule.against == Against::place && rule.size < 8 && (section.traits & trait_readonly) &&
         (kind.is_shared || is_undefined_weak(decision.referent));
}

/// What a shared object defines, in a program for a machine the dynamic linker of which writes any
/// address or distance: whether data has to be copied is known only when all is scanned.
AddressFrom imported_source(const FinalKind& kind, const InputSection& section,
                            const Decision& decision) {
  const Referent& referent = decision.referent;
  const Rule& rule = *decision.rule;
  const bool is_whole = rule.is_word && rule.against == Against::nothing;
  const bool is_distance = rule.against == Against::place;
  const bool is_readonly = (section.traits & trait_readonly) != 0;
  const bool is_part = rule.against == Against::nothing && !is_whole;
  const bool may_overflow = is_part && (kind.is_position_independent || !is_readonly);
  if (may_overflow && kind.machine.checks_overflow && kind.options.reloc_overflow_check)
    return AddressFrom::nowhere;
  // i386: what the dynamic linker has no type for, and what is no address of the program's own.
  const bool is_other = !is_whole && !is_distance;
  const bool is_bound_there = is_called(referent) || referent.global->is_protected_there;
  if (!kind.machine.checks_overflow && is_other && (is_part || is_bound_there))
    return AddressFrom::nowhere;
  if (is_called(referent)) {
    const bool is_open = !is_readonly && !has_own_address(kind, referent);
    if (is_distance && kind.is_position_independent && !kind.machine.plt_is_relative)
      return AddressFrom::dynamic;
    if (is_whole && (is_open || kind.is_position_independent)) return AddressFrom::dynamic;
    const bool is_fixed = kind.is_position_independent && is_distance && is_readonly;
    return is_fixed && kind.machine.checks_overflow && type_of(referent) == STT_FUNC
               ? AddressFrom::nowhere
               : AddressFrom::plt;
  }
  if (!is_whole && !is_distance && !is_part) return AddressFrom::copy;
  if (!referent.global->is_copied) return AddressFrom::dynamic;
  const bool is_left = is_whole || referent.global->size == 0;
  return kind.is_position_independent && is_left ? AddressFrom::dynamic : AddressFrom::copy;
}

/// On RISC-V GNU ld 2.40 takes it that a distance in what is loaded anywhere is one to the output's
/// own definition, whoever else may define the symbol; on AArch64 that a distance to a protected
/// symbol is, and that a part of a number, such as a kernel's checksum of a symbol, stays.
bool is_bound_here(const FinalKind& kind, const Decision& decision) {
  const Referent& referent = decision.referent;
  const Symbol& symbol = *referent.global;
  const Against against = decision.rule->against;
  if (!kind.is_position_independent) return false;
  if (kind.machine.binds_protected && symbol.is_defined_in_object) {
    const bool is_protected = (symbol.other & 3u) == STV_PROTECTED;
    const bool is_number = !decision.rule->is_word && is_absolute(referent);
    return against == Against::nothing ? is_number : is_protected;
  }
  return kind.machine.binds_distances && against == Against::place &&
         (is_undefined_weak(referent) || (is_defined(symbol.binding) && !is_from_shared(symbol)));
}

/// What only a layout can tell passes for a number in early words, such as the size of a kernel in
/// its header.
bool passes_for_number(const FinalKind& kind, const Decision& decision) {
  const auto& early = kind.machine.early_words;
  const bool is_early =
      decision.type != 0 && std::ranges::find(early, decision.type) != early.end();
  return is_early && decision.referent.global && decision.referent.global->awaits_layout;
}

}  // namespace

bool leaves_own_threads(const FinalKind& kind) {
  return kind.is_shared || (kind.machine.leaves_own_threads && kind.is_position_independent);
}

AddressFrom address_source(const FinalKind& kind, const InputSection& section,
                           const Decision& decision) {
  const Referent& referent = decision.referent;
  const Rule& rule = *decision.rule;
  const bool is_whole = rule.is_word && rule.against == Against::nothing;
  const bool is_function = type_of(referent) == STT_FUNC || type_of(referent) == STT_GNU_IFUNC;
  if (passes_for_number(kind, decision)) return AddressFrom::link;
  if (decision.is_preemptible && !is_weak_in_program(kind, referent) &&
      !is_bound_here(kind, decision)) {
    const bool is_imported = !kind.is_shared && is_from_shared(*referent.global);
    if (is_imported && kind.machine.leaves_distances)
      return imported_source(kind, section, decision);
    const bool is_writable = !(section.traits & trait_readonly);
    const bool stands_here = is_function ? kind.machine.plt_stands_in_data
                                         : is_imported && kind.machine.copy_stands_in_data;
    const bool is_open = is_writable && !has_own_address(kind, referent) &&
                         (!stands_here || kind.is_position_independent);
    if (is_whole && (is_open || kind.is_position_independent)) return AddressFrom::dynamic;
    const bool is_left = kind.machine.leaves_distances && rule.against == Against::place;
    const bool is_wide = rule.size >= 8 || !kind.machine.checks_overflow;
    if (kind.is_shared && is_left && (is_writable || is_wide)) return AddressFrom::dynamic;
    const bool is_own = kind.is_shared && referent.global->is_defined_in_object;
    if (is_own && kind.machine.dynamic.distance != 0 &&
        decision.type == kind.machine.dynamic.distance)
      return AddressFrom::dynamic;
    // i386: the distance of what is 0 from the table.
    const bool is_table_distance = rule.against == Against::got_base && is_undefined_weak(referent);
    if (is_table_distance && !kind.machine.checks_overflow && !kind.is_shared)
      return AddressFrom::link;
    if (!is_imported) return AddressFrom::nowhere;
    return is_function ? AddressFrom::plt : AddressFrom::copy;
  }
  if (kind.machine.checks_overflow && is_too_short(kind, section, decision))
    return AddressFrom::nowhere;
  if (is_distance(rule) && referent.global && referent.global->stays_dynamic)
    return AddressFrom::dynamic;
  // GNU ld names a protected symbol where the dynamic linker finds the same.
  const bool is_named = kind.machine.has_table_always && kind.is_shared && is_whole &&
                        referent.global && (referent.global->other & 3u) == STV_PROTECTED &&
                        referent.global->is_dynamic && !referent.global->is_forced_local &&
                        kind.options.symbolic != Symbolic::all && !has_dynamic_list(kind.options) &&
                        !referent.global->is_section_bound;
  if (is_named && !is_absolute(referent) && type_of(referent) != STT_GNU_IFUNC)
    return AddressFrom::dynamic;
  const bool is_nothing = is_missing(referent) || (!referent.global && !referent.local);
  if (type_of(referent) == STT_GNU_IFUNC && !is_nothing) {
    const bool may_do_without = kind.machine.has_table_always || kind.machine.avoids_indirect_plt;
    const bool is_needless = may_do_without && is_pointer(section, rule) &&
                             !(wants_of(*section.file, referent) & want_plt);
    const bool can_wait =
        is_whole && (kind.is_position_independent || is_needless) && kind.machine.dynamic.indirect;
    return can_wait ? AddressFrom::resolver : AddressFrom::plt;
  }
  if (!kind.is_position_independent || rule.against != Against::nothing || rule.adds_in_place ||
      is_nothing || (rule.is_word ? stays_number(kind, referent) : is_absolute(referent)))
    return AddressFrom::link;
  if (rule.is_word) return AddressFrom::load;
  if (!is_unchecked_part(kind, decision)) return AddressFrom::nowhere;
  return rule.size == 4 && !rule.is_static ? AddressFrom::load : AddressFrom::link;
}

}  // namespace kbx::link
