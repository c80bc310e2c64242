#pragma once
#include <functional>
#include <optional>

#include "kbx/link/layout/final_layout.h"
#include "kbx/link/phases/state.h"
#include "kbx/link/relocate/apply.h"
#include "kbx/link/veneers/a53_errata.h"
#include "kbx/link/veneers/arm_a8.h"
#include "kbx/link/veneers/veneers.h"

namespace kbx::link {

/// The veneers of a final link, from the layout to the file: those of branches, and those that keep
/// code from errata.
class LinkVeneers {
 public:
  LinkVeneers(LinkState& state, const FinalKind& kind);

  const Veneers& table() const { return veneers_; }

  /// The symbols of veneers and, with `plt`, the one that says that a PLT is code.
  std::vector<MadeSymbol> symbols(const InputSection* plt) const;

  /// Adds what makes veneers to the layout's hooks. `applying` gives addresses as they are then.
  void add_to(LayoutHooks& hooks, const std::function<Applying()>& applying);

  /// Gives them their places, when addresses are final.
  void settle(const Applying& applying);

  /// To be called when sections have their pieces: see Veneers::trim.
  void trim() { veneers_.trim(); }

  /// Writes them, when the code is relocated.
  void write(const Applying& applying, bool is_big_endian,
             const std::function<char*(const InputSection&)>& bytes_of) const;

 private:
  const VeneerRules& rules_;
  Veneers veneers_;
  std::optional<A53Errata> errata_;
  std::optional<A8Fixes> a8_;
};

}  // namespace kbx::link
