#pragma once
#include <cstdint>

#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// The types that stand for rewritten instructions.
enum X86_64Rewrite : std::uint32_t {
  x86_64_refused = 0x100,  // thread-local code that is none of the ABI's sequences
  x86_64_lea,              // mov foo@GOTPCREL(%rip), %reg -> lea foo(%rip), %reg
  x86_64_call,             // call *foo@GOTPCREL(%rip) -> addr32 call foo
  x86_64_jump,             // jmp *foo@GOTPCREL(%rip) -> jmp foo; nop
  x86_64_immediate,        // mov, test and others with foo@GOTPCREL(%rip) -> with $foo
  x86_64_immediate_rex,    // … of an instruction with a REX prefix
  x32_immediate_rex,       // … whose mov to a 64-bit register needs 32 bits only
  x86_64_general_to_initial,
  x86_64_general_to_local,
  x86_64_local_dynamic_to_local,
  x86_64_initial_to_local,
  x86_64_descriptor_to_initial,
  x86_64_descriptor_to_local,
  x86_64_descriptor_call,  // call *foo@TLSCALL(%rax), needless after the two above
  x32_general_to_initial,
  x32_general_to_local,
  x32_local_dynamic_to_local,
  x86_64_rewrite_end,
};

/// R_X86_64_GOTPCREL, GOTPCRELX and REX_GOTPCRELX: the type without a GOT entry if there is one.
std::uint32_t simplify_x86_64_load(const Use& use, bool is_x32);

/// Writes a value of x86_64_lea to x32_immediate_rex.
Fit apply_x86_64_load(const Patch& patch);

/// What --emit-relocs says of them.
Emitted emitted_x86_64_load(std::uint32_t type, const char* place);

/// The type of a simpler access to a thread-local variable.
std::uint32_t simplify_x86_64_tls(const Use& use, bool& covers_next, bool is_x32);

/// Writes a value of x86_64_general_to_initial and those behind it.
Fit apply_x86_64_tls(const Patch& patch);

void write_x86_64_plt_header(const PltPlace& place);
void write_x86_64_plt_entry(const PltPlace& place);
void write_x86_64_direct_entry(const PltPlace& place);
void write_x86_64_descriptor_entry(const PltPlace& place);
void write_x86_64_tracked_entry(const PltPlace& place);
void write_x86_64_tracked_direct_entry(const PltPlace& place);

}  // namespace kbx::link
