#include "kbx/link/phases/veneers.h"

#include <elf.h>

namespace kbx::link {

LinkVeneers::LinkVeneers(LinkState& state, const FinalKind& kind)
    : rules_(*kind.machine.veneers),
      veneers_(*kind.machine.veneers, kind, state.resolver, state.plan, state.resolver.arena()) {
  if (kind.machine.number == EM_AARCH64) errata_.emplace(state.options, state.resolver, veneers_);
  if (kind.arm.fixes_cortex_a8) a8_.emplace(state.resolver, kind);
}

void LinkVeneers::add_to(LayoutHooks& hooks, const std::function<Applying()>& applying) {
  if (errata_) hooks.adjusters.emplace_back([this] { return errata_->adjust(); });
  hooks.adjusters.emplace_back([this, applying] { return veneers_.adjust(applying()); });
  if (a8_)
    hooks.adjusters.emplace_back([this, applying] { return a8_->adjust(applying(), veneers_); });
}

std::vector<MadeSymbol> LinkVeneers::symbols(const InputSection* plt) const {
  std::vector<MadeSymbol> all = veneers_.symbols();
  if (plt && plt->output && !plt->is_discarded && plt->size != 0 && !rules_.header_mark.empty())
    all.push_back({rules_.header_mark, plt, 0, 0, STT_NOTYPE});
  return all;
}

void LinkVeneers::settle(const Applying& applying) {
  if (a8_) a8_->add_to(veneers_);
  veneers_.settle(applying);
  if (errata_) errata_->settle(applying);
}

void LinkVeneers::write(const Applying& applying, bool is_big_endian,
                        const std::function<char*(const InputSection&)>& bytes_of) const {
  if (errata_) errata_->write(bytes_of);
  veneers_.write(applying, is_big_endian, bytes_of);
}

}  // namespace kbx::link
