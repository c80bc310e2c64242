#include "kbx/link/arch/field.h"

#include <algorithm>
#include <string_view>

#include <elf.h>

namespace kbx::link {
namespace {

constexpr Field none{};
constexpr Field byte1{1, false, 0xff};
constexpr Field byte2{2, false, 0xffff};
constexpr Field byte4{4, false, 0xffffffff};
constexpr Field byte8{8, false, ~std::uint64_t{0}};
constexpr Field pc1{1, true, 0xff};
constexpr Field pc2{2, true, 0xffff};
constexpr Field pc4{4, true, 0xffffffff};
constexpr Field pc8{8, true, ~std::uint64_t{0}};

/// By type, after the System V ABI, AMD64 Architecture Processor Supplement, table 4.10.
constexpr Field x86_64_fields[] = {
    none,  byte8, pc4,   byte4, pc4,   byte4, byte8, byte8, byte8, pc4,   byte4,
    byte4, byte2, pc2,   byte1, pc1,   byte8, byte8, byte8, pc4,   pc4,   byte4,
    pc4,   byte4, pc8,   byte8, pc4,   byte8, pc8,   pc8,   byte8, byte8, byte4,
    byte8, pc4,   none,  byte8, byte8, byte8, pc4,   pc4,   pc4,   pc4,
};

/// By type, after the System V ABI, Intel386 Architecture Processor Supplement.
constexpr Field i386_fields[] = {
    none,  byte4, pc4,   byte4, pc4,   byte4, byte4, byte4, byte4, byte4, pc4,
    none,  none,  none,  byte4, byte4, byte4, byte4, byte4, byte4, byte2, pc2,
    byte1, pc1,   byte4, none,  none,  none,  byte4, none,  none,  none,  byte4,
    byte4, byte4, byte4, byte4, byte4, byte4, byte4, none,  byte4, byte4, byte4,
};

template <std::size_t Count>
Field at(const Field (&fields)[Count], std::uint32_t type) {
  return type < Count ? fields[type] : none;
}

/// No-operations of one to ten bytes, after Intel's and AMD's optimization manuals.
constexpr std::string_view nops[] = {
    {"\x90", 1},
    {"\x66\x90", 2},
    {"\x0f\x1f\x00", 3},
    {"\x0f\x1f\x40\x00", 4},
    {"\x0f\x1f\x44\x00\x00", 5},
    {"\x66\x0f\x1f\x44\x00\x00", 6},
    {"\x0f\x1f\x80\x00\x00\x00\x00", 7},
    {"\x0f\x1f\x84\x00\x00\x00\x00\x00", 8},
    {"\x66\x0f\x1f\x84\x00\x00\x00\x00\x00", 9},
    {"\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00", 10},
};

std::string x86_fill(std::uint64_t size, std::size_t longest) {
  std::string fill;
  fill.reserve(static_cast<std::size_t>(size));
  while (size != 0) {
    const auto length = std::min<std::uint64_t>(size, longest);
    fill += nops[length - 1];
    size -= length;
  }
  return fill;
}

}  // namespace

Field field_of(std::uint16_t machine, std::uint32_t type) {
  switch (machine) {
    case EM_X86_64:
      return at(x86_64_fields, type);
    case EM_386:
      return at(i386_fields, type);
    default:
      return none;
  }
}

std::string code_fill(std::uint16_t machine, std::uint64_t size) {
  if (machine == EM_X86_64) return x86_fill(size, 10);
  if (machine == EM_386) return x86_fill(size, 2);
  return std::string(static_cast<std::size_t>(size), '\0');
}

}  // namespace kbx::link
