#pragma once
#include <cstdint>

#include "kbx/link/relocate/decide.h"
#include "kbx/link/relocate/scan.h"

namespace kbx::link {

/// When all is scanned: decides for each symbol of a shared object that a program refers to by its
/// address whether its data is copied into the program (want_copy), and takes out the relocations
/// that this makes needless. Throws Error for what is possible neither way.
void settle_copies(ScanResult& scan, const FinalKind& kind);

/// Throws the Error of GNU ld's words for a relocation that such an output cannot have.
[[noreturn]] void refuse_relocation(const FinalKind& kind, const InputSection& section,
                                    std::uint32_t type, std::uint64_t offset,
                                    const Referent& referent);

}  // namespace kbx::link
