#include <algorithm>

#include <elf.h>

#include "kbx/link/arch/relocation_type.h"
#include "kbx/link/arch/x86_64_rewrite.h"

/// Accesses to thread-local variables that the link makes simpler (U. Drepper, "ELF Handling For
/// Thread-Local Storage", chapter 5; A. Oliva, "Thread-Local Storage Descriptors for IA32 and
/// AMD64/EM64T"). The code of the general dynamic model is a lea and a call of __tls_get_addr with
/// prefixes that make both as long as what replaces them; compilers write it in three forms: a
/// direct call, a call by the GOT, and with the large code model three instructions more. What is
/// written instead are GNU ld 2.40's bytes.
namespace kbx::link {
namespace {

using Bytes = std::string_view;

/// The form of a call of __tls_get_addr.
enum class Call : std::uint8_t { unknown, direct, by_got, large };

bool has_bytes(const Use& use, std::int64_t from, Bytes bytes) {
  const auto at = static_cast<std::int64_t>(use.offset) + from;
  if (at < 0) return false;
  const auto start = static_cast<std::size_t>(at);
  return start <= use.content.size() && use.content.substr(start).starts_with(bytes);
}

unsigned byte_at(const Use& use, std::int64_t from) {
  const auto at = static_cast<std::int64_t>(use.offset) + from;
  if (at < 0 || static_cast<std::size_t>(at) >= use.content.size()) return 0x100;
  return static_cast<unsigned char>(use.content[static_cast<std::size_t>(at)]);
}

bool has_room(const Use& use, std::uint64_t size) {
  return use.offset <= use.content.size() && use.content.size() - use.offset >= size;
}

/// movabs $__tls_get_addr@PLTOFF, %rax; add %rbx or %r15, %rax; call *%rax
bool is_large_call(const Use& use) {
  const unsigned prefix = byte_at(use, 14);
  const unsigned operand = byte_at(use, 16);
  return has_room(use, 19) && has_bytes(use, 4, "\x48\xb8") && byte_at(use, 15) == 0x01 &&
         has_bytes(use, 17, "\xff\xd0") &&
         ((prefix == 0x48 && operand == 0xd8) || (prefix == 0x4c && operand == 0xf8));
}

bool is_matched(Call call, std::uint32_t type) {
  switch (call) {
    case Call::direct:
      return type == R_X86_64_PC32 || type == R_X86_64_PLT32;
    case Call::by_got:
      return type == R_X86_64_GOTPCRELX;
    case Call::large:
      return type == R_X86_64_PLTOFF64;
    case Call::unknown:
      break;
  }
  return false;
}

Call general_call(const Use& use, bool is_x32) {
  constexpr Bytes lea{"\x66\x48\x8d\x3d", 4};
  if (!is_x32 && has_bytes(use, -3, lea.substr(1)) && is_large_call(use)) return Call::large;
  const bool is_lea = is_x32 ? has_bytes(use, -3, lea.substr(1)) : has_bytes(use, -4, lea);
  if (!is_lea || !has_room(use, 12)) return Call::unknown;
  if (has_bytes(use, 4, "\x66\x48\xff\x15")) return Call::by_got;
  if (has_bytes(use, 4, "\x66\x48\x67\xe8") || has_bytes(use, 4, "\x66\x66\x48\xe8"))
    return Call::direct;
  return Call::unknown;
}

Call local_dynamic_call(const Use& use, bool is_x32) {
  if (!has_bytes(use, -3, "\x48\x8d\x3d") || !has_room(use, 9)) return Call::unknown;
  if (has_bytes(use, 4, "\xff\x15")) return has_room(use, 10) ? Call::by_got : Call::unknown;
  if (has_bytes(use, 4, "\x67\xe8")) return has_room(use, 10) ? Call::direct : Call::unknown;
  if (has_bytes(use, 4, "\xe8")) return Call::direct;
  return !is_x32 && is_large_call(use) ? Call::large : Call::unknown;
}

/// mov or add of foo@GOTTPOFF(%rip) to a register
bool is_initial(const Use& use, bool is_x32) {
  if (!has_room(use, 4)) return false;
  const unsigned rex = byte_at(use, -3);
  const unsigned opcode = byte_at(use, -2);
  if (!is_x32 && rex != 0x48 && rex != 0x4c) return false;
  return (opcode == 0x8b || opcode == 0x03) && (byte_at(use, -1) & 0xc7) == 5;
}

/// lea foo@TLSDESC(%rip) to a register
bool is_descriptor(const Use& use, bool is_x32) {
  const unsigned rex = byte_at(use, -3) & ~4U;
  return has_room(use, 4) && (rex == 0x48 || (is_x32 && rex == 0x40)) && byte_at(use, -2) == 0x8d &&
         (byte_at(use, -1) & 0xc7) == 5;
}

bool is_descriptor_call(const Use& use, bool is_x32) {
  return has_bytes(use, 0, {"\xff\x10", 2}) || (is_x32 && has_bytes(use, 0, {"\x67\xff\x10", 3}));
}

std::uint32_t general_type(const Use& use, bool& covers_next, bool is_local, bool is_x32) {
  if (!is_matched(general_call(use, is_x32), use.next_type)) return x86_64_refused;
  covers_next = true;
  if (is_x32) return is_local ? x32_general_to_local : x32_general_to_initial;
  return is_local ? x86_64_general_to_local : x86_64_general_to_initial;
}

std::uint32_t local_dynamic_type(const Use& use, bool& covers_next, bool is_x32) {
  if (use.is_shared) return use.type;
  if (!is_matched(local_dynamic_call(use, is_x32), use.next_type)) return x86_64_refused;
  covers_next = true;
  return is_x32 ? x32_local_dynamic_to_local : x86_64_local_dynamic_to_local;
}

/// Code of `whole` bytes that starts `lead` bytes before the relocation's place.
bool has_extent(const Patch& patch, unsigned lead, std::size_t whole) {
  return patch.behind >= lead && patch.room + lead >= whole;
}

Fit write_code(const Patch& patch, unsigned lead, Bytes code) {
  if (!has_extent(patch, lead, code.size())) return Fit::no_match;
  std::copy(code.begin(), code.end(), patch.place - lead);
  return Fit::fits;
}

Fit write_code(const Patch& patch, unsigned lead, Bytes code, unsigned at, std::uint64_t value) {
  if (const Fit fit = write_code(patch, lead, code); fit != Fit::fits) return fit;
  write_little(patch.place + at, value, 4);
  return fits(value, 32, Range::with_sign) ? Fit::fits : Fit::overflows;
}

bool is_large(const Patch& patch) {
  return patch.room > 5 && static_cast<unsigned char>(patch.place[5]) == 0xb8;
}

/// mov %fs:0, %rax; add foo@GOTTPOFF(%rip), %rax
Fit write_general_to_initial(const Patch& patch) {
  if (patch.type == x32_general_to_initial)
    return write_code(patch, 3, {"\x64\x8b\x04\x25\0\0\0\0\x48\x03\x05\0\0\0\0", 15}, 8,
                      patch.value - 8);
  if (is_large(patch))
    return write_code(patch, 3,
                      {"\x64\x48\x8b\x04\x25\0\0\0\0\x48\x03\x05\0\0\0\0\x66\x0f\x1f\x44\0\0", 22},
                      9, patch.value - 9);
  return write_code(patch, 4, {"\x64\x48\x8b\x04\x25\0\0\0\0\x48\x03\x05\0\0\0\0", 16}, 8,
                    patch.value - 8);
}

/// mov %fs:0, %rax; lea foo@TPOFF(%rax), %rax
Fit write_general_to_local(const Patch& patch) {
  const std::uint64_t value = patch.value + 4;
  if (patch.type == x32_general_to_local)
    return write_code(patch, 3, {"\x64\x8b\x04\x25\0\0\0\0\x48\x8d\x80\0\0\0\0", 15}, 8, value);
  if (is_large(patch))
    return write_code(patch, 3,
                      {"\x64\x48\x8b\x04\x25\0\0\0\0\x48\x8d\x80\0\0\0\0\x66\x0f\x1f\x44\0\0", 22},
                      9, value);
  return write_code(patch, 4, {"\x64\x48\x8b\x04\x25\0\0\0\0\x48\x8d\x80\0\0\0\0", 16}, 8, value);
}

/// mov %fs:0, %rax, and what fills the rest
Fit write_local_dynamic_to_local(const Patch& patch) {
  if (patch.room < 6) return Fit::no_match;
  const auto call = static_cast<unsigned char>(patch.place[4]);
  if (patch.type == x32_local_dynamic_to_local) {
    if (call == 0xff || call == 0x67)
      return write_code(patch, 3, {"\x66\x0f\x1f\x40\0\x64\x8b\x04\x25\0\0\0\0", 13});
    return write_code(patch, 3, {"\x0f\x1f\x40\0\x64\x8b\x04\x25\0\0\0\0", 12});
  }
  if (is_large(patch))
    return write_code(
        patch, 3, {"\x66\x66\x66\x66\x2e\x0f\x1f\x84\0\0\0\0\0\x64\x48\x8b\x04\x25\0\0\0\0", 22});
  if (call == 0xff || call == 0x67)
    return write_code(patch, 3, {"\x66\x66\x66\x66\x64\x48\x8b\x04\x25\0\0\0\0", 13});
  return write_code(patch, 3, {"\x66\x66\x66\x64\x48\x8b\x04\x25\0\0\0\0", 12});
}

/// A REX prefix that names the extended register in the place of the r/m operand.
void move_extension(char& rex) {
  const auto bits = static_cast<unsigned char>(rex);
  if (bits == 0x4c) rex = 0x49;
  if (bits == 0x44) rex = 0x41;
}

/// mov $foo@TPOFF, %reg; lea foo@TPOFF(%reg), %reg; or add $foo@TPOFF, %reg
Fit write_initial_to_local(const Patch& patch) {
  if (patch.behind < 2) return Fit::no_match;
  char nothing = 0;
  char& rex = patch.behind >= 3 ? patch.place[-3] : nothing;
  const auto opcode = static_cast<unsigned char>(patch.place[-2]);
  const unsigned number = static_cast<unsigned char>(patch.place[-1]) >> 3 & 7;
  if (opcode == 0x8b || number == 4) {  // as a base %rsp and %r12 need one byte more
    move_extension(rex);
    patch.place[-2] = static_cast<char>(opcode == 0x8b ? 0xc7 : 0x81);
    patch.place[-1] = static_cast<char>(0xc0 | number);
  } else {
    if (rex == 0x4c) rex = 0x4d;
    if (rex == 0x44) rex = 0x45;
    patch.place[-2] = static_cast<char>(0x8d);
    patch.place[-1] = static_cast<char>(0x80 | number << 3 | number);
  }
  return write_field(patch, 4, patch.value + 4, Range::with_sign);
}

/// mov foo@GOTTPOFF(%rip), %reg
Fit write_descriptor_to_initial(const Patch& patch) {
  if (patch.behind < 2) return Fit::no_match;
  patch.place[-2] = static_cast<char>(0x8b);
  return write_field(patch, 4, patch.value, Range::with_sign);
}

/// mov $foo@TPOFF, %reg
Fit write_descriptor_to_local(const Patch& patch) {
  if (patch.behind < 3) return Fit::no_match;
  const unsigned rex = static_cast<unsigned char>(patch.place[-3]);
  const unsigned modrm = static_cast<unsigned char>(patch.place[-1]);
  patch.place[-3] = static_cast<char>((rex & 0x48) | (rex >> 2 & 1));
  patch.place[-2] = static_cast<char>(0xc7);
  patch.place[-1] = static_cast<char>(0xc0 | (modrm >> 3 & 7));
  return write_field(patch, 4, patch.value + 4, Range::with_sign);
}

Fit write_no_call(const Patch& patch) {
  if (patch.room > 0 && patch.place[0] == 0x67) return write_code(patch, 0, {"\x0f\x1f\0", 3});
  return write_code(patch, 0, {"\x66\x90", 2});
}

}  // namespace

std::uint32_t simplify_x86_64_tls(const Use& use, bool& covers_next, bool is_x32) {
  if (use.type == R_X86_64_TLSLD) return local_dynamic_type(use, covers_next, is_x32);
  const bool is_local = !use.is_shared && !use.is_preemptible && !use.is_exported;
  const bool is_simpler = !use.is_shared || use.has_got_thread_offset;
  switch (use.type) {
    case R_X86_64_TLSGD:
      return is_simpler ? general_type(use, covers_next, is_local, is_x32) : use.type;
    case R_X86_64_GOTTPOFF:
      if (!is_local) return use.type;
      return is_initial(use, is_x32) ? x86_64_initial_to_local : x86_64_refused;
    case R_X86_64_GOTPC32_TLSDESC:
      if (!is_simpler) return use.type;
      if (!is_descriptor(use, is_x32)) return x86_64_refused;
      return is_local ? x86_64_descriptor_to_local : x86_64_descriptor_to_initial;
    case R_X86_64_TLSDESC_CALL:
      if (!is_simpler) return use.type;
      return is_descriptor_call(use, is_x32) ? x86_64_descriptor_call : x86_64_refused;
    default:
      return use.type;
  }
}

Fit apply_x86_64_tls(const Patch& patch) {
  switch (patch.type) {
    case x86_64_general_to_initial:
    case x32_general_to_initial:
      return write_general_to_initial(patch);
    case x86_64_general_to_local:
    case x32_general_to_local:
      return write_general_to_local(patch);
    case x86_64_local_dynamic_to_local:
    case x32_local_dynamic_to_local:
      return write_local_dynamic_to_local(patch);
    case x86_64_initial_to_local:
      return write_initial_to_local(patch);
    case x86_64_descriptor_to_initial:
      return write_descriptor_to_initial(patch);
    case x86_64_descriptor_to_local:
      return write_descriptor_to_local(patch);
    case x86_64_descriptor_call:
      return write_no_call(patch);
    default:
      return Fit::no_match;
  }
}

}  // namespace kbx::link
