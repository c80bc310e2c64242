#include <algorithm>

#include <elf.h>

#include "kbx/link/arch/i386_rewrite.h"
#include "kbx/link/arch/relocation_type.h"

/// Accesses to thread-local variables that the link makes simpler (U. Drepper, "ELF Handling For
/// Thread-Local Storage", chapter 5; A. Oliva, "Thread-Local Storage Descriptors for IA32 and
/// AMD64/EM64T"). There are two conventions for where a variable is: its offset from the thread
/// pointer, which is negative and is added (@ntpoff, @gotntpoff, @indntpoff), and Sun's distance to
/// it, which is subtracted (@tpoff, @gottpoff). Code of the general dynamic model fits both; it
/// takes the distance unless only the offset has a GOT entry. The bytes are those of GNU ld 2.40.
namespace kbx::link {
namespace {

using Bytes = std::string_view;

unsigned byte_at(const Use& use, std::int64_t from) {
  const auto at = static_cast<std::int64_t>(use.offset) + from;
  if (at < 0 || static_cast<std::size_t>(at) >= use.content.size()) return 0x100;
  return static_cast<unsigned char>(use.content[static_cast<std::size_t>(at)]);
}

bool has_room(const Use& use, std::uint64_t size) {
  return use.offset <= use.content.size() && use.content.size() - use.offset >= size;
}

/// A displacement of 32 bits from a register other than %eax, which is about to be set.
bool has_base(unsigned modrm) {
  const unsigned base = modrm & 7;
  return (modrm & 0xf8) == 0x80 && base != 4 && base != 0;
}

bool is_direct_call(std::uint32_t type) {
  return type == R_386_PC32 || type == R_386_PLT32;
}

/// call *___tls_get_addr@GOT(%reg), or what it became: addr16 call ___tls_get_addr
bool is_long_call(const Use& use, unsigned base) {
  if (byte_at(use, 4) == 0x67) return byte_at(use, 5) == 0xe8 && is_direct_call(use.next_type);
  return byte_at(use, 4) == 0xff && byte_at(use, 5) == (0x90 | base) &&
         use.next_type == R_386_GOT32X;
}

/// lea foo@TLSGD(%reg), %eax, with %ebx also as an index, and the call
bool is_general(const Use& use) {
  if (!has_room(use, 10) && !(byte_at(use, -2) == 0x04 && has_room(use, 9))) return false;
  const unsigned modrm = byte_at(use, -1);
  if (byte_at(use, -2) == 0x04)
    return byte_at(use, -3) == 0x8d && modrm == 0x1d && byte_at(use, 4) == 0xe8 &&
           is_direct_call(use.next_type);
  if (byte_at(use, -2) != 0x8d || !has_base(modrm)) return false;
  if ((modrm & 7) == 3 && byte_at(use, 4) == 0xe8 && byte_at(use, 9) == 0x90)
    return is_direct_call(use.next_type);
  return is_long_call(use, modrm & 7);
}

/// lea foo@TLSLDM(%reg), %eax, and the call
bool is_local_dynamic(const Use& use) {
  const unsigned modrm = byte_at(use, -1);
  if (byte_at(use, -2) != 0x8d || !has_base(modrm) || !has_room(use, 9)) return false;
  if ((modrm & 7) == 3 && byte_at(use, 4) == 0xe8) return is_direct_call(use.next_type);
  return has_room(use, 10) && is_long_call(use, modrm & 7);
}

/// mov or add of foo@INDNTPOFF
bool is_initial_address(const Use& use) {
  if (!has_room(use, 4)) return false;
  if (byte_at(use, -1) == 0xa1) return true;
  const unsigned opcode = byte_at(use, -2);
  return (opcode == 0x8b || opcode == 0x03) && (byte_at(use, -1) & 0xc7) == 5;
}

/// mov, add or sub of foo@GOTNTPOFF(%reg) or foo@GOTTPOFF(%reg)
bool is_initial(const Use& use) {
  const unsigned modrm = byte_at(use, -1);
  const unsigned opcode = byte_at(use, -2);
  return has_room(use, 4) && (modrm & 0xc0) == 0x80 && (modrm & 7) != 4 &&
         (opcode == 0x8b || opcode == 0x2b || opcode == 0x03);
}

/// lea foo@TLSDESC(%ebx), %reg
bool is_descriptor(const Use& use) {
  return has_room(use, 4) && byte_at(use, -2) == 0x8d && (byte_at(use, -1) & 0xc7) == 0x83;
}

bool is_descriptor_call(const Use& use) {
  return byte_at(use, 0) == 0xff && byte_at(use, 1) == 0x10;
}

/// What code of the dynamic models, which may become either, takes from the GOT.
bool takes_offset(const Use& use) {
  return use.has_got_thread_offset && !use.has_got_thread_distance;
}

std::uint32_t general_type(const Use& use, bool& covers_next, bool is_local) {
  if (!is_general(use)) return i386_refused;
  covers_next = true;
  if (is_local) return i386_general_to_local;
  return takes_offset(use) ? i386_general_to_initial_offset : i386_general_to_initial;
}

std::uint32_t descriptor_type(const Use& use, bool is_local) {
  if (!is_descriptor(use)) return i386_refused;
  if (is_local) return i386_descriptor_to_local;
  return use.has_got_thread_offset ? i386_descriptor_to_initial_offset : i386_descriptor_to_initial;
}

std::uint32_t descriptor_call_type(const Use& use, bool is_local) {
  if (!is_descriptor_call(use)) return i386_refused;
  return is_local || use.has_got_thread_offset ? i386_descriptor_call
                                               : i386_descriptor_call_distance;
}

Fit write_code(const Patch& patch, unsigned lead, Bytes code) {
  if (patch.behind < lead || patch.room + lead < code.size()) return Fit::no_match;
  std::copy(code.begin(), code.end(), patch.place - lead);
  return Fit::fits;
}

bool has_index(const Patch& patch) {
  return patch.behind >= 3 && patch.place[-2] == 0x04;
}

/// mov %gs:0, %eax; sub foo@GOTTPOFF(%reg), %eax
Fit write_general_to_initial(const Patch& patch) {
  if (patch.behind < 2) return Fit::no_match;
  const bool is_indexed = has_index(patch);
  const unsigned modrm = static_cast<unsigned char>(patch.place[-1]);
  const unsigned base = (is_indexed ? modrm >> 3 : modrm) & 7;
  const unsigned lead = is_indexed ? 3 : 2;
  const Fit fit = write_code(patch, lead, {"\x65\xa1\0\0\0\0\x2b\x80\0\0\0\0", 12});
  if (fit != Fit::fits) return fit;
  char* const start = patch.place - lead;
  if (patch.type == i386_general_to_initial_offset) start[6] = 0x03;
  start[7] = static_cast<char>(0x80 | base);
  write_little(start + 8, patch.value, 4);
  return Fit::fits;
}

/// mov %gs:0, %eax; sub $foo@TPOFF, %eax
Fit write_general_to_local(const Patch& patch) {
  const unsigned lead = has_index(patch) ? 3 : 2;
  const Fit fit = write_code(patch, lead, {"\x65\xa1\0\0\0\0\x81\xe8\0\0\0\0", 12});
  if (fit == Fit::fits) write_little(patch.place - lead + 8, patch.value, 4);
  return fit;
}

/// mov %gs:0, %eax, and what fills the rest
Fit write_local_dynamic_to_local(const Patch& patch) {
  if (patch.room < 5) return Fit::no_match;
  const auto call = static_cast<unsigned char>(patch.place[4]);
  if (call == 0xff || call == 0x67)
    return write_code(patch, 2, {"\x65\xa1\0\0\0\0\x8d\xb6\0\0\0\0", 12});
  return write_code(patch, 2, {"\x65\xa1\0\0\0\0\x90\x8d\x74\x26\0", 11});
}

/// mov, add or sub of $foo@NTPOFF or $foo@TPOFF
Fit write_initial_to_local(const Patch& patch) {
  if (patch.behind < 1 || patch.room < 4) return Fit::no_match;
  const unsigned modrm = static_cast<unsigned char>(patch.place[-1]);
  if (modrm == 0xa1 && patch.type == i386_initial_to_local) {
    patch.place[-1] = static_cast<char>(0xb8);
  } else {
    if (patch.behind < 2) return Fit::no_match;
    const auto opcode = static_cast<unsigned char>(patch.place[-2]);
    const unsigned operation = opcode == 0x2b ? 0xe8 : 0xc0;
    patch.place[-2] = static_cast<char>(opcode == 0x8b ? 0xc7 : 0x81);
    patch.place[-1] = static_cast<char>(operation | (modrm >> 3 & 7));
  }
  write_little(patch.place, patch.value, 4);
  return Fit::fits;
}

Fit write_descriptor(const Patch& patch) {
  if (patch.behind < 2 || patch.room < 4) return Fit::no_match;
  if (patch.type == i386_descriptor_to_local)  // lea foo@NTPOFF, %reg
    patch.place[-1] = static_cast<char>(static_cast<unsigned char>(patch.place[-1]) ^ 0x86U);
  else  // mov foo@GOTNTPOFF(%ebx), %reg
    patch.place[-2] = static_cast<char>(0x8b);
  write_little(patch.place, patch.value, 4);
  return Fit::fits;
}

}  // namespace

std::uint32_t simplify_i386_tls(const Use& use, bool& covers_next) {
  const bool is_local = !use.is_shared && !use.is_preemptible && !use.is_exported;
  const bool is_simpler =
      !use.is_shared || use.has_got_thread_offset || use.has_got_thread_distance;
  switch (use.type) {
    case R_386_TLS_GD:
      return is_simpler ? general_type(use, covers_next, is_local) : use.type;
    case R_386_TLS_LDM:
      if (use.is_shared) return use.type;
      covers_next = is_local_dynamic(use);
      return covers_next ? i386_local_dynamic_to_local : i386_refused;
    case R_386_TLS_IE:
      if (!is_local) return use.type;
      return is_initial_address(use) ? i386_initial_to_local : i386_refused;
    case R_386_TLS_GOTIE:
      if (!is_local) return use.type;
      return is_initial(use) ? i386_initial_to_local : i386_refused;
    case R_386_TLS_IE_32:
      if (!is_local) return use.type;
      return is_initial(use) ? i386_initial_distance_to_local : i386_refused;
    case R_386_TLS_GOTDESC:
      return is_simpler ? descriptor_type(use, is_local) : use.type;
    case R_386_TLS_DESC_CALL:
      return is_simpler ? descriptor_call_type(use, is_local) : use.type;
    default:
      return use.type;
  }
}

Fit apply_i386_tls(const Patch& patch) {
  switch (patch.type) {
    case i386_general_to_initial:
    case i386_general_to_initial_offset:
      return write_general_to_initial(patch);
    case i386_general_to_local:
      return write_general_to_local(patch);
    case i386_local_dynamic_to_local:
      return write_local_dynamic_to_local(patch);
    case i386_initial_to_local:
    case i386_initial_distance_to_local:
      return write_initial_to_local(patch);
    case i386_descriptor_to_initial:
    case i386_descriptor_to_initial_offset:
    case i386_descriptor_to_local:
      return write_descriptor(patch);
    case i386_descriptor_call:
      return write_code(patch, 0, {"\x66\x90", 2});
    case i386_descriptor_call_distance:
      return write_code(patch, 0, {"\xf7\xd8", 2});
    default:
      return Fit::no_match;
  }
}

}  // namespace kbx::link
