#pragma once
#include <cstdint>
#include <unordered_map>

#include "kbx/link/relocate/decide.h"
#include "kbx/link/resolve/resolver.h"

namespace kbx::link {

/// The numbers that BFD gives to the sections of a link's inputs, in the order in which it meets
/// them. GNU ld 2.40 orders veneers by names that contain them, and some of these names are symbols
/// of the output.
class SectionNumbers {
 public:
  SectionNumbers(const Resolver& resolver, const FinalKind& kind);

  /// Of an input section; 0 if the linker made it.
  std::uint32_t of(const InputSection& section) const;

 private:
  std::unordered_map<const InputSection*, std::uint32_t> numbers_;
};

}  // namespace kbx::link
