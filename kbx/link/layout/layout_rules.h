#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kbx::link {

struct Machine;
struct Options;

/// What the command line and the machine say of the layout of a final link.
struct LayoutRules {
  std::string program = "ld";  // for messages
  std::string output = "a.out";
  std::uint16_t machine = 0;  // EM_*
  bool is_64bit = true;
  bool is_paged = true;            // not -n, not -N
  bool separate_code = false;      // -z separate-code
  bool relro = false;              // -z relro
  bool keeps_empty_input = false;  // --emit-relocs: an output section with empty input stays
  bool checks_sections = true;     // --no-check-sections
  bool warns_section_align = false;
  bool warns_rwx_segments = true;
  bool packs_debug = false;  // --compress-debug-sections: .debug_* is placed when it is packed
  bool is_flat = false;      // the file has no headers: it is what is in memory
  bool relaxes = false;      // code may shrink: what does not fit is told at the end
  std::uint64_t max_page_size = 0x1000;
  std::uint64_t common_page_size = 0x1000;
  /// What a PT_LOAD header says of its alignment however large a page was taken to be; 0: that size
  /// of a page.
  std::uint64_t load_alignment = 0;
  std::uint32_t stack_flags = 0;  // PF_* of PT_GNU_STACK; 0: there is none
  std::uint64_t stack_size = 0;   // -z stack-size
  /// The addresses that -Ttext-segment and the like give, by the name that SEGMENT_START uses
  /// ("text-segment"); of -Ttext: "text".
  std::vector<std::pair<std::string, std::uint64_t>> segment_starts;

  std::uint64_t file_header_size() const { return is_64bit ? 64 : 52; }
  std::uint64_t program_header_size() const { return is_64bit ? 56 : 32; }
};

/// The rules that follow from `options` for `machine`. The core adds what inputs say: stack_flags.
LayoutRules layout_rules(const Options& options, const Machine& machine, bool is_64bit);

/// A section's end in memory, and the like, is a sum that must not pass the address space.
inline std::uint64_t address_mask(const LayoutRules& rules) {
  return rules.is_64bit ? ~std::uint64_t{0} : std::uint64_t{0xffffffff};
}

/// What goes wrong but does not end the work at once, so that all of it is told.
struct LayoutFaults {
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};

}  // namespace kbx::link
