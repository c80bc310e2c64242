#pragma once
#include <cstdint>

#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// The types that stand for rewritten instructions, and for what a type means beside others of
/// them.
enum I386Rewrite : std::uint32_t {
  i386_refused = 0x100,            // code that is none of the ABI's sequences
  i386_got_address,                // foo@GOT without a base register: the GOT entry's address
  i386_lea,                        // mov foo@GOT(%reg1), %reg2 -> lea foo@GOTOFF(%reg1), %reg2
  i386_immediate,                  // mov, test and others with foo@GOT -> with $foo
  i386_call,                       // call *foo@GOT -> addr16 call foo
  i386_jump,                       // jmp *foo@GOT -> jmp foo; nop
  i386_general_to_initial,         // with the distance: sub
  i386_general_to_initial_offset,  // with the offset: add
  i386_general_to_local,
  i386_local_dynamic_to_local,
  i386_initial_to_local,           // of code with an offset from the thread pointer
  i386_initial_distance_to_local,  // of code with a distance to it
  i386_descriptor_to_initial,
  i386_descriptor_to_initial_offset,
  i386_descriptor_to_local,
  i386_descriptor_call,           // call *foo@TLSCALL(%eax), needless
  i386_descriptor_call_distance,  // … which takes a distance for an offset: neg
  i386_rewrite_end,
};

/// R_386_GOT32 and GOT32X: the type without a GOT entry if there is one.
std::uint32_t simplify_i386_load(const Use& use);

/// Writes a value of i386_got_address to i386_jump.
Fit apply_i386_load(const Patch& patch);

/// What --emit-relocs says of them; the addend is in the place.
Emitted emitted_i386_load(std::uint32_t type, const char* place);

/// The type of a simpler access to a thread-local variable.
std::uint32_t simplify_i386_tls(const Use& use, bool& covers_next);

/// Writes a value of i386_general_to_initial and those behind it.
Fit apply_i386_tls(const Patch& patch);

void write_i386_plt_header(const PltPlace& place);
void write_i386_plt_entry(const PltPlace& place);
void write_i386_direct_entry(const PltPlace& place);
void write_i386_tracked_header(const PltPlace& place);
void write_i386_tracked_entry(const PltPlace& place);
void write_i386_tracked_direct_entry(const PltPlace& place);

}  // namespace kbx::link
