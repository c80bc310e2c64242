#include "kbx/link/relocate/decide.h"

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

Decision decide(const FinalKind& kind, const InputSection& section, const Relocation& relocation,
                std::uint32_t next_type, bool has_addend) {
  const Machine& machine = kind.machine;
  Decision decision;
  decision.type = relocation.type;
  decision.rule = machine.rule(relocation.type);
  if (!decision.rule)
    fail(section, relocation, fmt::format("unsupported relocation type {:#x}", relocation.type));
  if (decision.rule->size > section.content.size() ||
      relocation.offset > section.content.size() - decision.rule->size)
    fail(section, relocation, "the relocation lies outside of the section");
  decision.referent = refer(*section.file, relocation.symbol);
  decision.addend = relocation.addend;
  if (!has_addend && decision.rule->size != 0)
    decision.addend =
        machine.implicit_addend(relocation.type, section.content.data() + relocation.offset);
  const Referent& referent = decision.referent;
  if (referent.global) decision.is_preemptible = is_preemptible(*referent.global, kind.options);
  if (!decision.rule->may_simplify) return decision;
  Use use;
  use.type = relocation.type;
  use.addend = decision.addend;
  use.offset = relocation.offset;
  use.content = section.content;
  use.next_type = next_type;
  use.is_shared = kind.is_shared;
  use.is_position_independent = kind.is_position_independent;
  use.is_preemptible = decision.is_preemptible;
  use.is_absolute = is_absolute(referent);
  use.is_undefined_weak = is_undefined_weak(referent) && !decision.is_preemptible;
  use.is_indirect = type_of(referent) == STT_GNU_IFUNC;
  use.is_exported = referent.global && referent.global->is_dynamic;
  use.is_large = referent.section && (referent.section->flags & large_section) != 0;
  use.is_code = (section.traits & trait_code) != 0;
  use.architecture = kind.architecture;
  use.may_overflow = kind.options.relax.value_or(true);
  if (use.is_absolute) use.absolute = address_of(referent, 0);
  decision.type = machine.simplify(use, decision.covers_next);
  decision.rule = machine.rule(decision.type);
  return decision;
}

bool has_own_address(const FinalKind& kind, const Referent& referent) {
  return kind.machine.has_table_always && !kind.is_position_independent && referent.global &&
         (referent.global->wants & (want_address | want_plt_address | want_copy)) != 0;
}

AddressFrom address_source(const FinalKind& kind, const InputSection& section,
                           const Decision& decision) {
  const Referent& referent = decision.referent;
  const Rule& rule = *decision.rule;
  const bool is_whole = rule.is_word && rule.against == Against::nothing;
  const bool is_function = type_of(referent) == STT_FUNC || type_of(referent) == STT_GNU_IFUNC;
  if (decision.is_preemptible) {
    const bool is_writable = !(section.traits & trait_readonly);
    const bool is_open = is_writable && !has_own_address(kind, referent);
    if (is_whole && (is_open || kind.is_position_independent)) return AddressFrom::dynamic;
    if (kind.is_shared || !is_from_shared(*referent.global)) return AddressFrom::nowhere;
    return is_function ? AddressFrom::plt : AddressFrom::copy;
  }
  const bool is_nothing = is_undefined(referent) || is_undefined_weak(referent) ||
                          (!referent.global && !referent.local);
  if (type_of(referent) == STT_GNU_IFUNC && !is_nothing) {
    const bool can_wait = is_whole && kind.is_position_independent && kind.machine.dynamic.indirect;
    return can_wait ? AddressFrom::resolver : AddressFrom::plt;
  }
  if (!kind.is_position_independent || rule.against != Against::nothing || rule.adds_in_place ||
      is_nothing || is_absolute(referent))
    return AddressFrom::link;
  return rule.is_word ? AddressFrom::load : AddressFrom::nowhere;
}

}  // namespace kbx::link
