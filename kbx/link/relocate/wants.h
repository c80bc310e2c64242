#pragma once
#include <cstdint>

namespace kbx::link {

/// What relocations want of one symbol besides its address, as bits.
enum Want : std::uint16_t {
  want_got = 1,                // an entry of .got that holds its address
  want_thread_offset = 2,      // … its offset from the thread pointer
  want_thread_distance = 128,  // … that with the other sign
  want_module_offset = 4,      // a pair of entries: its module, and its offset there
  want_descriptor = 8,         // a pair of entries: its TLS descriptor
  want_plt = 16,               // an entry of .plt
  want_address = 32,           // its address is a value in the output, so there may be only one
  want_copy = 64,              // a copy of what a shared object defines
  want_plt_address = 256,      // code takes the PLT entry for its address, and nobody else does
  want_only_copy = 1024,       // … as nothing else would do
  asks_thread_offset = 2048,   // code of a shared object goes by its offset from the thread pointer
  asks_thread_distance = 4096,  // … or that with the other sign: no other model is of use then
  want_pointer = 8192,          // its address is a value that may be compared
  want_thumb_plt = 16384,       // ARM: Thumb code comes to its PLT entry without blx
  want_found = 512,  // .gnu.hash has it, as GNU ld takes its entry of .plt.got for a definition
};
using Wants = std::uint16_t;

/// Where that is: offsets from the start of .got, or numbers of entries.
struct Places {
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  std::uint32_t got = none;
  std::uint32_t thread_offset = none;
  std::uint32_t thread_distance = none;
  std::uint32_t module_offset = none;
  std::uint32_t descriptor = none;
  std::uint32_t plt = none;           // an offset in .plt
  std::uint32_t got_plt = none;       // its word's offset in .got.plt
  std::uint32_t direct = none;        // in .plt.got, which goes by the word `got`
  std::uint32_t second = none;        // in .plt.sec: where calls go instead of `plt`
  std::uint32_t indirect = none;      // in .iplt
  std::uint32_t indirect_got = none;  // its word's offset in .igot.plt
};

}  // namespace kbx::link
