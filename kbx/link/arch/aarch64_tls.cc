#include "kbx/link/arch/aarch64_tls.h"

#include <elf.h>

#include "kbx/link/arch/aarch64_field.h"

/// Accesses to thread-local variables that the link makes simpler (ELF for the Arm 64-bit
/// Architecture, "Thread Local Storage", "Relaxation"). The code of a dynamic model is two
/// instructions that give x0 an address in the GOT, and a call with room for one instruction more;
/// executables compute the offset from the thread pointer instead, as GNU ld 2.40 writes it. Of the
/// large code model nothing is rewritten.
namespace kbx::link {
namespace {

constexpr std::uint32_t nop = 0xd503201f;
constexpr std::uint32_t mrs_x0 = 0xd53bd040;          // mrs x0, tpidr_el0
constexpr std::uint32_t mrs_x1 = 0xd53bd041;          // mrs x1, tpidr_el0
constexpr std::uint32_t movz_x0_high = 0xd2a00000;    // movz x0, #0, lsl #16
constexpr std::uint32_t movk_x0 = 0xf2800000;         // movk x0, #0
constexpr std::uint32_t ldr_x0_literal = 0x58000000;  // ldr x0, .
constexpr std::uint32_t ldr_x0_x0 = 0xf9400000;       // ldr x0, [x0]
constexpr std::uint32_t add_x0_x1_x0 = 0x8b000020;    // add x0, x1, x0
constexpr std::uint32_t add_x0_x0 = 0x91000000;       // add x0, x0, #0
constexpr std::uint32_t add_x0_x1_high = 0x91400020;  // add x0, x1, #0, lsl #12
constexpr std::uint32_t add_x0_header = 0x91004000;   // add x0, x0, #16
constexpr std::uint32_t register_mask = 0x1f;

constexpr RelocationType rewrites[] = {
    {"thread-local access", value(Origin::none, 4), Range::any},
    {"R_AARCH64_CALL26", value(Origin::none, 4), Range::any},
    {"R_AARCH64_TLSDESC_CALL", value(Origin::none, 4), Range::any},
    {"R_AARCH64_TLSGD_ADR_PAGE21", value(Origin::thread_offset, 4), Range::any},
    {"R_AARCH64_TLSDESC_LD64_LO12", value(Origin::thread_offset, 4), Range::any},
    {"R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21", value(Origin::thread_offset, 4), Range::any},
    {"R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC", value(Origin::thread_offset, 4), Range::any},
    {"R_AARCH64_TLSDESC_LD64_LO12", page_rest(Origin::got_thread_offset, 4), Range::any},
    {"R_AARCH64_TLSDESC_LD_PREL19", distance(Origin::got_thread_offset, 4), Range::any},
    {"R_AARCH64_TLSGD_ADD_LO12_NC", page_rest(Origin::got_thread_offset, 4), Range::any},
    {"R_AARCH64_TLSGD_ADD_LO12_NC", value(Origin::thread_offset, 4), Range::any},
    {"R_AARCH64_TLSGD_ADR_PREL21", distance(Origin::got_thread_offset, 4), Range::any},
    {"R_AARCH64_TLSGD_ADR_PREL21", value(Origin::thread_offset, 4), Range::any},
    {"R_AARCH64_TLSLD_ADR_PAGE21", value(Origin::none, 4), Range::any},
    {"R_AARCH64_TLSLD_ADD_LO12_NC", value(Origin::none, 4), Range::any},
    {"R_AARCH64_TLSLD_ADR_PREL21", value(Origin::none, 4), Range::any},
};
static_assert(std::size(rewrites) == aarch64_rewrite_end - aarch64_refused);

/// A call in the next instruction, which the next relocation is for, and room for `count`.
bool is_called_next(const Use& use, unsigned count) {
  if (use.next_type != R_AARCH64_CALL26 || use.offset > use.content.size() ||
      use.content.size() - use.offset < std::uint64_t{count} * 4)
    return false;
  const std::uint64_t call = read_little(use.content.data() + use.offset + 4, 4);
  return (call & 0xfc000000) == 0x94000000;
}

std::uint32_t with_call(const Use& use, bool& covers_next, unsigned count, std::uint32_t type) {
  covers_next = is_called_next(use, count);
  return covers_next ? type : std::uint32_t{aarch64_refused};
}

std::uint32_t local_type(const Use& use, bool& covers_next) {
  switch (use.type) {
    case R_AARCH64_TLSGD_ADR_PAGE21:
    case R_AARCH64_TLSDESC_ADR_PAGE21:
    case R_AARCH64_TLSDESC_LD_PREL19:
      return aarch64_movz_high;
    case R_AARCH64_TLSDESC_LD64_LO12:
    case R_AARCH64_TLSDESC_ADR_PREL21:
      return aarch64_movk_low;
    case R_AARCH64_TLSGD_ADD_LO12_NC:
      return with_call(use, covers_next, 3, aarch64_general_add_to_local);
    case R_AARCH64_TLSGD_ADR_PREL21:
      return with_call(use, covers_next, 3, aarch64_general_literal_to_local);
    case R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21:
      return aarch64_initial_movz_high;
    case R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC:
      return aarch64_initial_movk_low;
    default:
      return use.type;
  }
}

std::uint32_t initial_type(const Use& use, bool& covers_next) {
  switch (use.type) {
    case R_AARCH64_TLSGD_ADR_PAGE21:
    case R_AARCH64_TLSDESC_ADR_PAGE21:
      return R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21;
    case R_AARCH64_TLSDESC_LD_PREL19:
      return aarch64_descriptor_literal;
    case R_AARCH64_TLSDESC_LD64_LO12:
      return aarch64_descriptor_load;
    case R_AARCH64_TLSDESC_ADR_PREL21:
      return aarch64_nop;
    case R_AARCH64_TLSGD_ADD_LO12_NC:
      return with_call(use, covers_next, 3, aarch64_general_add_to_initial);
    case R_AARCH64_TLSGD_ADR_PREL21:
      return with_call(use, covers_next, 3, aarch64_general_literal_to_initial);
    default:
      return use.type;
  }
}

std::uint32_t own_type(const Use& use, bool& covers_next) {
  switch (use.type) {
    case R_AARCH64_TLSLD_ADR_PAGE21:
      return aarch64_own_page_to_local;
    case R_AARCH64_TLSLD_ADD_LO12_NC:
      return with_call(use, covers_next, 2, aarch64_own_add_to_local);
    case R_AARCH64_TLSLD_ADR_PREL21:
      return with_call(use, covers_next, 2, aarch64_own_address_to_local);
    default:
      return use.type;
  }
}

std::uint32_t read(const Patch& patch) {
  return static_cast<std::uint32_t>(read_little(patch.place, 4));
}

template <typename... Instructions>
Fit write(const Patch& patch, Instructions... instructions) {
  if (patch.room < 4 * sizeof...(instructions)) return Fit::no_match;
  char* place = patch.place;
  ((write_little(place, instructions, 4), place += 4), ...);
  return Fit::fits;
}

/// The upper half of an offset of 32 bits in a movz.
std::uint32_t with_high(std::uint32_t instruction, const Patch& patch) {
  return a64_with(instruction, A64Form::move,
                  static_cast<std::int64_t>(patch.value >> 16 & 0xffff));
}

std::uint32_t with_low(std::uint32_t instruction, const Patch& patch) {
  return a64_with(instruction, A64Form::move, static_cast<std::int64_t>(patch.value & 0xffff));
}

std::uint32_t with_literal(std::uint32_t instruction, const Patch& patch) {
  return a64_with(instruction, A64Form::load, static_cast<std::int64_t>(patch.value) >> 2);
}

std::uint32_t with_offset(std::uint32_t instruction, const Patch& patch) {
  return a64_with(instruction, A64Form::offset, static_cast<std::int64_t>(patch.value >> 3));
}

Fit write_general_literal_to_local(const Patch& patch) {
  const Fit fit =
      write(patch, mrs_x1,
            a64_with(add_x0_x1_high, A64Form::add, static_cast<std::int64_t>(patch.value >> 12)),
            a64_with(add_x0_x0, A64Form::add, static_cast<std::int64_t>(patch.value & 0xfff)));
  if (fit != Fit::fits) return fit;
  return fits(patch.value, 24, Range::without_sign) ? Fit::fits : Fit::overflows;
}

}  // namespace

std::uint32_t simplify_aarch64_tls(const Use& use, bool& covers_next) {
  if (use.is_undefined_weak) return use.type;
  const bool is_local = !use.is_shared && !use.is_preemptible;
  if (!is_local && use.is_shared && !use.has_got_thread_offset) return use.type;
  switch (use.type) {
    case R_AARCH64_TLSDESC_ADD_LO12:
    case R_AARCH64_TLSDESC_CALL:
      return aarch64_nop;
    case R_AARCH64_TLSLD_ADR_PAGE21:
    case R_AARCH64_TLSLD_ADD_LO12_NC:
    case R_AARCH64_TLSLD_ADR_PREL21:
      return use.is_shared ? use.type : own_type(use, covers_next);
    default:
      return is_local ? local_type(use, covers_next) : initial_type(use, covers_next);
  }
}

const RelocationType* aarch64_rewrite(std::uint32_t type) {
  return type >= aarch64_refused && type < aarch64_rewrite_end ? &rewrites[type - aarch64_refused]
                                                               : nullptr;
}

Fit apply_aarch64_rewrite(const Patch& patch) {
  if (patch.room < 4) return Fit::no_match;
  switch (patch.type) {
    case aarch64_no_call:
    case aarch64_nop:
      return write(patch, nop);
    case aarch64_movz_high:
      return write(patch, with_high(movz_x0_high, patch));
    case aarch64_movk_low:
      return write(patch, with_low(movk_x0, patch));
    case aarch64_initial_movz_high:
      return write(patch, with_high(movz_x0_high | (read(patch) & register_mask), patch));
    case aarch64_initial_movk_low:
      return write(patch, with_low(movk_x0 | (read(patch) & register_mask), patch));
    case aarch64_descriptor_load:
      return write(patch, with_offset(read(patch) & ~register_mask, patch));
    case aarch64_descriptor_literal:
      return write(patch, with_literal(ldr_x0_literal, patch));
    case aarch64_general_add_to_initial:
      return write(patch, with_offset(ldr_x0_x0, patch), mrs_x1, add_x0_x1_x0);
    case aarch64_general_add_to_local:
      return write(patch, with_low(movk_x0, patch), mrs_x1, add_x0_x1_x0);
    case aarch64_general_literal_to_initial:
      return write(patch, with_literal(ldr_x0_literal, patch), mrs_x1, add_x0_x1_x0);
    case aarch64_general_literal_to_local:
      return write_general_literal_to_local(patch);
    case aarch64_own_page_to_local:
      return write(patch, mrs_x0);
    case aarch64_own_add_to_local:
      return write(patch, add_x0_header, nop);
    case aarch64_own_address_to_local:
      return write(patch, mrs_x0, add_x0_header);
    default:
      return Fit::no_match;
  }
}

}  // namespace kbx::link
