#include "kbx/link/phases/indirect_access.h"

#include <algorithm>

#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/input/property.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/relocate/referent.h"

namespace kbx::link {
namespace {

/// True of an address, other than a pointer to a function that data has, of what a shared object
/// defines.
bool is_direct(const InputSection& section, const Rule* rule, const Referent& referent) {
  if (!rule || rule->origin != Origin::symbol) return false;
  if (!referent.global || !is_from_shared(*referent.global)) return false;
  const std::uint8_t type = type_of(referent);
  const bool is_function = type == STT_FUNC || type == STT_GNU_IFUNC;
  return !(is_function && rule->is_word && !(section.traits & trait_readonly));
}

bool refers_directly(const InputFile& file, const Machine& machine) {
  bool found = false;
  with_shape(file.is_64bit, file.is_big_endian, [&]<typename Shape>(Shape) {
    for (const InputSection* section : file.sections) {
      if (section->is_discarded || !(section->traits & trait_alloc)) continue;
      const auto look = [&](std::size_t, const Relocation& relocation) {
        found = found ||
                is_direct(*section, machine.rule(relocation.type), refer(file, relocation.symbol));
      };
      for_each_relocation<Shape, typename Shape::Rel>(section->rel.content, false, look);
      for_each_relocation<Shape, typename Shape::Rela>(section->rela.content, false, look);
    }
  });
  return found;
}

}  // namespace

void settle_indirect_access(LinkState& state, const Machine& machine) {
  const MachineFormat& format = state.resolver.format();
  if (!machine.has_table_always || !needs_indirect_access(state.properties, format)) return;
  const bool is_broken = state.options.kind != OutputKind::shared &&
                         std::ranges::any_of(state.files(), [&](const InputFile* file) {
                           return !file->is_binary && !file->is_just_symbols &&
                                  !has_indirect_access(*file) && refers_directly(*file, machine);
                         });
  if (is_broken) return forget_indirect_access(state.properties, format);
  state.options.indirect_extern_access = true;
  state.options.extern_protected_data = false;
  state.options.copy_relocations = false;
}

}  // namespace kbx::link
