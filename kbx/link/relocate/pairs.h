#pragma once
#include <cstdint>
#include <vector>

#include "kbx/link/input/relocation.h"
#include "kbx/link/relocate/decide.h"

namespace kbx::link {

/// The relocations of a section to which others refer by their place (Origin::paired): on RISC-V
/// those of an auipc, of which the low part is in another instruction.
class Pairs {
 public:
  void add(const Relocation& relocation) { first_parts_.push_back(relocation); }
  void finish();

  /// The first part that the symbol `referent` stands at; null if there is none in `section`.
  const Relocation* find(const Referent& referent, const InputSection& section) const;

 private:
  std::vector<Relocation> first_parts_;  // by offset
};

}  // namespace kbx::link
