#include "kbx/link/phases/plt_choice.h"

#include <elf.h>

#include "kbx/link/input/property.h"

namespace kbx::link {
namespace {

/// DT_AARCH64_BTI_PLT and its like, after the ELF for the Arm 64-bit Architecture.
constexpr std::int64_t bti_plt = 0x70000001;
constexpr std::int64_t pac_plt = 0x70000003;
constexpr std::int64_t variant_pcs = 0x70000005;
/// STO_AARCH64_VARIANT_PCS: the function keeps more registers, or fewer, than others.
constexpr std::uint8_t variant_calls = 0x80;

std::uint32_t features(const LinkState& state) {
  return features_in(state.properties, state.resolver.format());
}

PltGuards guards(const LinkState& state) {
  const Options& options = state.options;
  PltGuards guards;
  guards.marks_targets = options.force_bti || (features(state) & aarch64_feature::bti) != 0;
  guards.signs = options.pac_plt;
  guards.is_position_independent =
      options.kind == OutputKind::shared || options.kind == OutputKind::pie;
  return guards;
}

}  // namespace

const Machine& with_chosen_plt(const Machine& machine, const LinkState& state) {
  if (machine.guarded) return *machine.guarded(guards(state));
  if (!machine.tracked) return machine;
  const Options& options = state.options;
  const bool is_tracked = options.ibt || options.ibt_plt || (features(state) & x86_feature::ibt);
  return is_tracked ? *machine.tracked : machine;
}

std::vector<std::int64_t> plt_tags(const LinkState& state) {
  std::vector<std::int64_t> tags;
  if (state.machine() != EM_AARCH64) return tags;
  bool has_variants = false;
  state.resolver.symbols().for_each([&](const Symbol& symbol) {
    has_variants = has_variants || ((symbol.wants & want_plt) && (symbol.other & variant_calls));
  });
  const PltGuards chosen = guards(state);
  if (has_variants) tags.push_back(variant_pcs);
  if (chosen.marks_targets) tags.push_back(bti_plt);
  if (chosen.signs) tags.push_back(pac_plt);
  return tags;
}

}  // namespace kbx::link
