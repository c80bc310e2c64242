#pragma once
#include <cstdint>

#include "kbx/link/arch/machine.h"
#include "kbx/link/arch/relocation_type.h"

namespace kbx::link {

/// The types that stand for rewritten instructions. x0 and x1 are what the ABI's sequences use; the
/// register of initial exec code is kept.
enum Aarch64Rewrite : std::uint32_t {
  aarch64_refused = 0x1000,            // thread-local code that is none of the ABI's sequences
  aarch64_no_call,                     // a call of a weak symbol that nothing defines -> nop
  aarch64_nop,                         // an instruction of a descriptor's code that has no use
  aarch64_movz_high,                   // adrp x0, or ldr x0 -> movz x0, #:tprel_g1:, lsl #16
  aarch64_movk_low,                    // ldr, or adr x0 -> movk x0, #:tprel_g0_nc:
  aarch64_initial_movz_high,           // adrp xd -> movz xd
  aarch64_initial_movk_low,            // ldr xd -> movk xd
  aarch64_descriptor_load,             // ldr xd, [x0, …] -> ldr x0, [x0, #:gottprel_lo12:]
  aarch64_descriptor_literal,          // ldr xd, … -> ldr x0, :gottprel:
  aarch64_general_add_to_initial,      // add x0; bl; nop -> ldr x0; mrs x1; add x0, x1, x0
  aarch64_general_add_to_local,        // … -> movk x0; mrs x1; add x0, x1, x0
  aarch64_general_literal_to_initial,  // adr x0; bl; nop -> ldr x0; mrs x1; add x0, x1, x0
  aarch64_general_literal_to_local,    // … -> mrs x1; add x0, x1, …, lsl #12; add x0, x0, …
  aarch64_own_page_to_local,           // adrp x0 -> mrs x0
  aarch64_own_add_to_local,            // add x0; bl -> add x0, x0, #16; nop
  aarch64_own_address_to_local,        // adr x0; bl -> mrs x0; add x0, x0, #16
  aarch64_rewrite_end,
};

/// The type of a simpler access to a thread-local variable.
std::uint32_t simplify_aarch64_tls(const Use& use, bool& covers_next);

/// What one of Aarch64Rewrite means.
const RelocationType* aarch64_rewrite(std::uint32_t type);

/// Writes a value of one of Aarch64Rewrite.
Fit apply_aarch64_rewrite(const Patch& patch);

}  // namespace kbx::link
