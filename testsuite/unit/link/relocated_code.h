#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/arch/machine.h"

/// Where everything is in the executables that GNU ld 2.40 made for the expected bytes: linked by
/// SECTIONS { . = 0x401000; .text : {*(.text)} . = 0x402000; .data : {*(.data)}
/// .tdata 0x403000 : {*(.tdata)} .got 0x404000 : {*(.got)} .got.plt 0x405000 : {*(.got.plt)} }
/// with the symbol foo at the start of .data, and 8 bytes of .tdata in front of the variable tls.
struct Places {
  std::uint64_t text = 0x401000;
  std::uint64_t symbol = 0x402000;
  std::uint64_t got_entry = 0x404000;
  std::uint64_t got_base = 0x405000;
  std::int64_t thread_offset = -8;
  std::int64_t module_offset = 8;
  bool is_function = false;  // what is at `symbol`
};

/// A relocation of a sequence.
struct Relocated {
  std::uint64_t offset;
  std::uint32_t type;
  std::int64_t addend = 0;
  std::uint64_t symbol = 0;  // 0: what all the others are against
};

/// A sequence of instructions with all its relocations. A low part (Origin::paired) is that of the
/// last first part in front of it.
struct Sequence {
  std::string_view name;
  std::string_view code;
  std::vector<Relocated> relocations;
  std::string_view expected;
};

/// One line of a table of conversions.
struct Conversion {
  std::string_view name;
  std::string_view code;      // hexadecimal, bytes separated by blanks
  kbx::link::Use use;         // without `content`
  std::string_view expected;  // "no match", or the code after the link
};

/// What a link knows of a use, each added to what `use` says already.
constexpr kbx::link::Use pie(kbx::link::Use result) {
  result.is_position_independent = true;
  return result;
}

constexpr kbx::link::Use shared(kbx::link::Use result) {
  result.is_shared = true;
  return pie(result);
}

constexpr kbx::link::Use foreign(kbx::link::Use result) {
  result.is_preemptible = true;
  return result;
}

constexpr kbx::link::Use weak(kbx::link::Use result) {
  result.is_undefined_weak = true;
  return result;
}

constexpr kbx::link::Use code(kbx::link::Use result) {
  result.is_code = true;
  return result;
}

std::string bytes_of(std::string_view hexadecimal);
std::string hexadecimal_of(std::string_view bytes);

/// The code as the link leaves it; "no match", "overflow", "misaligned" if it is refused.
std::string relocated(const kbx::link::Machine& machine, std::string_view code, kbx::link::Use use,
                      const Places& places = {});

/// The code as the link leaves it after all relocations, judged by what `use` says of the symbol.
std::string linked(const kbx::link::Machine& machine, const Sequence& sequence,
                   const kbx::link::Use& use, const Places& places);
