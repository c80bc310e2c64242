#pragma once
#include <unordered_map>
#include <vector>

#include "kbx/link/arch/arm_cortex_a8.h"
#include "kbx/link/relocate/decide.h"
#include "kbx/link/resolve/resolver.h"

namespace kbx::link {

class Veneers;
struct Applying;

/// The branches of an ARM output that the Cortex-A8's erratum concerns. Which ones they are hangs
/// on addresses, so that they are looked for whenever these are new; the veneers themselves are
/// made when addresses are final.
class A8Fixes {
 public:
  A8Fixes(const Resolver& resolver, const FinalKind& kind);
  A8Fixes(const A8Fixes&) = delete;
  A8Fixes& operator=(const A8Fixes&) = delete;

  /// Looks for them with the addresses as they are, when all other veneers are there, and makes
  /// room. True if they are not those of the last time.
  bool adjust(const Applying& applying, Veneers& veneers);

  /// Makes the veneers.
  void add_to(Veneers& veneers) const;

 private:
  struct Found {
    InputSection* section = nullptr;
    A8Fix fix;

    bool operator==(const Found& other) const {
      return section == other.section && fix == other.fix;
    }
  };

  A8Branches branches(const Applying& applying, const Veneers& veneers) const;

  const FinalKind& kind_;
  const Resolver& resolver_;
  ArmSpans spans_;  // of all sections of code
  std::vector<Found> found_;
};

}  // namespace kbx::link
