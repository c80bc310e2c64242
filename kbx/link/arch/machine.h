#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kbx::link {

struct ArmTarget;
struct VeneerRules;

/// What the value of a relocation starts from; S, L, G, Z are the ABI supplements' letters.
enum class Origin : std::uint8_t {
  none,                 // 0: a marker, or with a size code that is rewritten without a value
  symbol,               // S: the symbol's address
  plt,                  // L: its PLT entry if it has one, else S
  got_base,             // the address of _GLOBAL_OFFSET_TABLE_
  got_entry,            // G: the address of the GOT entry that holds S
  got_thread_offset,    // … that holds S relative to the thread pointer (initial exec)
  got_thread_distance,  // … that holds the thread pointer relative to S (i386)
  got_module_offset,    // … of the pair of S's module and its offset there (general dynamic)
  got_own_module,       // … of the pair for the output itself (local dynamic)
  got_descriptor,       // … of the pair that is S's TLS descriptor
  size,                 // Z: the symbol's size
  thread_offset,        // S relative to the thread pointer (local exec)
  thread_distance,      // the thread pointer relative to S (i386)
  module_offset,        // S relative to its module's thread-local block
  paired,               // the value of the relocation that stands at S (RISC-V's low parts)
};

/// What is subtracted from it.
enum class Against : std::uint8_t {
  nothing,
  place,  // P
  page,   // both are cut to multiples of 4096 first
  got_base,
  got_page,    // got_base cut to a multiple of 4096
  section,     // the start of the symbol's section in the output
  page_start,  // its own page's: the lowest twelve bits stay
};

/// What a relocation type means.
struct Rule {
  Origin origin = Origin::none;
  Against against = Against::nothing;
  std::uint8_t size = 0;       // bytes that are changed, 0: none
  bool is_word = false;        // may become a dynamic relocation: a whole address
  bool may_simplify = false;   // Machine::simplify has a say
  bool is_branch = false;      // a jump that may go through a PLT entry or a veneer
  bool adds_in_place = false;  // to what stands there (RISC-V's ADD and SUB): several go together
  bool is_first_part = false;  // Origin::paired may mean its value
  bool is_static = false;      // no dynamic linker knows the type
};

/// Why a value was not written.
enum class Fit : std::uint8_t {
  fits,
  overflows,   // out of `range`
  misaligned,  // the lowest bits are not zero
  no_match,    // the instruction there is none that the type is for
};

/// What the outcome of a relocation's simplification depends on.
struct Use {
  std::uint32_t type = 0;
  std::int64_t addend = 0;
  std::uint64_t offset = 0;     // of the relocation in `content`
  std::string_view content;     // of the input section
  std::uint32_t next_type = 0;  // of the relocation behind it; 0: there is none
  bool is_shared = false;       // the output is a shared object
  bool is_position_independent = false;
  bool is_preemptible = false;           // another module may define the symbol
  bool is_absolute = false;              // the symbol is a number, no address
  bool is_undefined_weak = false;        // … and stays undefined: 0
  bool is_indirect = false;              // STT_GNU_IFUNC
  bool is_exported = false;              // the symbol is in .dynsym: GNU ld keeps its initial exec
  bool is_large = false;                 // it is in a section with SHF_X86_64_LARGE
  bool is_code = false;                  // `content` is of a section with SHF_EXECINSTR
  bool has_got_thread_offset = false;    // other code asks for the symbol's got_thread_offset
  bool has_got_thread_distance = false;  // … or got_thread_distance
  bool may_overflow = true;              // false with --no-relax: no value whose reach is not sure
  const ArmTarget* arm = nullptr;        // ARM: what the output's processors can do
  std::uint64_t absolute = 0;            // an absolute symbol's value, if it is known already
};

/// What a place of code looks like while its value is written.
struct Patch {
  std::uint32_t type = 0;          // as simplify left it
  char* place = nullptr;           // in the output
  std::uint64_t room = 0;          // bytes from `place` to the end of the input section's content
  std::uint64_t behind = 0;        // bytes of the section in front of `place`
  std::uint64_t value = 0;         // origin + addend - against, in 64 bits
  std::uint64_t address = 0;       // P; of Origin::paired the other relocation's place
  bool is_function = false;        // the symbol is one: bit 0 of an ARM one says Thumb
  bool is_thumb = false;           // S has that bit: a place whose value starts from S
  bool is_section = false;         // the symbol is a section
  bool is_plt = false;             // it is reached through its PLT entry
  bool has_veneer = false;         // or through a veneer, and that is at
  std::uint64_t veneer = 0;        // … this address, which on ARM has the bit that says Thumb
  const ArmTarget* arm = nullptr;  // ARM: what the output's processors can do
  /// What fills a call of x86 that became shorter, in front of it or behind.
  std::uint8_t call_padding = 0x67;
  bool pads_behind = false;
};

/// What --emit-relocs says of a relocation whose instruction was rewritten.
struct Emitted {
  std::uint32_t type = 0;   // 0: what the input says
  std::int64_t moved = 0;   // of its place, in bytes
  std::int64_t addend = 0;  // instead of the input's
};

/// What guards the PLTs of AArch64 against misuse.
struct PltGuards {
  bool marks_targets = false;  // where indirect branches may go is marked (BTI)
  bool signs = false;          // the address that an entry jumps to is authenticated (PAC)
  bool is_position_independent = false;
};

/// A PLT entry, or the table's first one, that is to be written.
struct PltPlace {
  char* place = nullptr;
  std::uint64_t address = 0;    // of the entry
  std::uint64_t got_entry = 0;  // the address of its word in .got.plt (or .got)
  std::uint64_t got_plt = 0;    // where .got.plt starts
  std::uint64_t table = 0;      // where .plt, or .iplt, starts
  bool is_apart = false;        // in .iplt, which has no header
  bool is_bound = true;         // false: no way leads to the table's first entry
  std::uint32_t index = 0;      // of its relocation in .rela.plt
  bool is_position_independent = false;
  bool has_thumb_front = false;  // ARM: Thumb code comes to the entry, four bytes in front of it
};

/// What the unwind tables of a PLT that the linker makes say; see plt_unwind.h.
struct PltUnwind {
  std::uint8_t word = 0;  // bytes that a push takes; 0: the machine's PLT has no unwind table
  std::uint8_t stack_register = 0;
  std::uint8_t return_column = 0;
  std::uint8_t push_end = 0;  // where in an entry its push is done
};

/// The dynamic relocation types of a machine (R_*); 0: it has none of the kind.
struct DynamicTypes {
  std::uint32_t address = 0;        // a whole word, S + A
  std::uint32_t distance = 0;       // S + A - P, for what the output defines
  std::uint32_t relative = 0;       // B + A
  std::uint32_t relative_wide = 0;  // … of twice the size of an address (x32)
  std::uint32_t copy = 0;
  std::uint32_t got = 0;              // S in the GOT
  std::uint32_t jump = 0;             // S in a PLT's word
  std::uint32_t indirect = 0;         // what the function at A gives (IRELATIVE)
  std::uint32_t module = 0;           // DTPMOD
  std::uint32_t module_offset = 0;    // DTPOFF
  std::uint32_t thread_offset = 0;    // TPOFF
  std::uint32_t thread_distance = 0;  // the same with the other sign (i386)
  std::uint32_t descriptor = 0;       // TLSDESC
};

/// How a machine's code refers to addresses: what its supplement of the ABI says, as values and as
/// functions that look at nothing but their arguments.
struct Machine {
  std::uint16_t number = 0;  // EM_*
  bool uses_rela = true;
  std::uint64_t max_page_size = 0x1000;
  std::uint64_t common_page_size = 0x1000;
  std::uint64_t load_alignment = 0;  // of PT_LOAD without -z max-page-size; 0: the page's
  std::uint64_t image_base = 0;      // where GNU ld's default scripts put an executable
  std::uint32_t plt_header_size = 0;
  std::uint32_t plt_entry_size = 0;
  std::uint32_t plt_thumb_size = 0;  // of the Thumb code in front of an entry that needs it
  std::uint32_t plt_alignment = 16;
  std::uint32_t indirect_entry_size = 16;  // of .iplt
  std::uint32_t indirect_alignment = 16;
  std::uint32_t plt_section_entry = 16;  // sh_entsize of .plt, as GNU ld has it
  bool has_pairs = false;                // there is Origin::paired
  std::uint32_t direct_entry_size = 0;   // of .plt.got, .plt.sec; 0: the machine has neither
  bool has_second_plt = false;           // what calls go to is in .plt.sec, .plt binds only
  bool plt_is_relative = false;          // code at any address may go to PLT entries
  bool has_table_always = false;         // .got and .got.plt are there, empty or not
  bool has_dynamic_table = false;        // … and their header, where there is a dynamic linker
  bool leaves_distances = false;         // the dynamic linker writes distances, too
  bool has_lazy_descriptors = false;     // TLS descriptors are in .got.plt, behind the PLT's words
  bool checks_overflow = false;          // parts of addresses are not left to the dynamic linker
  PltUnwind plt_unwind;
  std::uint32_t padding_type = 0;        // nops in front of aligned code that may be too many
  std::uint32_t table_word = 0;          // bytes of a word of .got; 0: those of an address
  std::uint32_t got_plt_header = 3;      // words that .got.plt starts with
  std::uint32_t got_header = 0;          // words that .got starts with
  bool got_base_is_got_plt = true;       // where _GLOBAL_OFFSET_TABLE_ is; else in .got
  bool got_base_is_section = false;      // … or, for code, where .got's output section starts
  std::uint64_t got_plt_first = 0;       // .got.plt's first word if that is in .got
  bool drops_got_plt = false;            // of a .got and .got.plt without entries only .got stays
  bool applies_relative = false;         // what RELATIVE adds is at its place, too
  bool thread_block_is_behind = false;   // variant 1 of TLS: the block lies behind the pointer
  std::uint64_t thread_header = 0;       // variant 1: bytes between the pointer and the block
  std::uint64_t module_offset_bias = 0;  // what DTPOFF counts from (RISC-V: 0x800)
  bool tables_are_absolute = false;      // loaded anywhere: _DYNAMIC and its like are in no section
  unsigned shown_sections = 0;  // … .dynsym has symbols of so many sections; 2: of data as well
  bool leaves_own_threads = false;  // … the dynamic linker writes its own thread-local words, too
  bool binds_distances = false;     // … a distance is to its own definition, whoever else has one
  bool keeps_thread_relocations = false;  // a static link has room for those of thread-local words
  bool plt_stands_in_data = false;        // a program's entry is an imported function in data, too
  bool copy_stands_in_data = false;       // … and its copy what data is imported
  bool binds_protected = false;  // … to a protected symbol is to this, and parts of a number stay
  bool numbers_are_addresses = false;  // until relocations are written, those that others may see
  // Relocations that GNU ld looks at before it evaluates scripts: what these define is a number.
  std::array<std::uint32_t, 2> early_words{};
  bool has_thread_base = false;    // _TLS_MODULE_BASE_ is there with thread-local storage
  bool allows_local_exec = false;  // a shared object's code may count from the thread pointer
  bool warns_of_text_relocations = true;  // without being asked
  // A function that chooses itself comes behind others in the PLT, is bound in that order, and has
  // in what is loaded anywhere its relocations in data in a table of their own, .rela.ifunc …
  bool has_indirect_table = false;
  bool avoids_indirect_plt = false;  // … and no PLT entry if pointers alone refer to it
  bool names_sections = true;        // an executable has section symbols, as GNU ld has it
  std::string_view dynamic_linker;   // PT_INTERP's default
  DynamicTypes dynamic;

  /// What `simplify` gives for code that it does not know; 0: nothing of the kind. For the message
  /// about thread-local code, the types that it would have become.
  std::uint32_t refused = 0;
  std::uint32_t initial_type = 0;
  std::uint32_t local_type = 0;

  /// What a type means, also of those that `simplify` gives; null: the machine has no such type.
  const Rule* (*rule)(std::uint32_t type) = nullptr;
  /// The type's name for messages, "R_X86_64_PC32"; "" if unknown.
  std::string_view (*type_name)(std::uint32_t type) = nullptr;
  /// The type that stands for this use instead, its own if nothing is simpler. Types of the
  /// machine's own, beyond those of its ABI, are for rewritten instructions. With `covers_next`
  /// the relocation behind it has gone with it (a call of __tls_get_addr).
  std::uint32_t (*simplify)(const Use& use, bool& covers_next) = nullptr;
  /// The addend that a place without one of its own holds (SHT_REL).
  std::int64_t (*implicit_addend)(std::uint32_t type, const char* place) = nullptr;
  /// Writes the value, and what else the type says, at its place.
  Fit (*apply)(const Patch& patch) = nullptr;
  /// What is emitted for a type of the machine's own, the value of which was written at `place`;
  /// null: always what the input says.
  Emitted (*emitted)(std::uint32_t type, const char* place) = nullptr;
  /// How far the type reaches, in bits with a sign, for messages.
  unsigned (*reach)(std::uint32_t type) = nullptr;
  /// Writes so many bytes of code that do nothing.
  void (*write_padding)(char* place, std::size_t size) = nullptr;
  void (*write_plt_header)(const PltPlace& place) = nullptr;
  void (*write_plt_entry)(const PltPlace& place) = nullptr;
  /// True if a branch of the type enters the PLT by the Thumb code in front of an entry; null: no
  /// type does.
  bool (*enters_as_thumb)(std::uint32_t type, const ArmTarget& target) = nullptr;
  /// An entry of .plt.got or .plt.sec, which goes where its word of .got or .got.plt says.
  void (*write_direct_entry)(const PltPlace& place) = nullptr;
  /// The entry of .plt through which the dynamic linker's code resolves TLS descriptors when they
  /// are first used; null: it needs none.
  void (*write_descriptor_entry)(const PltPlace& place) = nullptr;
  /// The same machine with PLTs for processors that track indirect branches; null: the same ones.
  const Machine* tracked = nullptr;
  /// The same machine with PLTs that are guarded like that; null: it has only one kind of PLT.
  const Machine* (*guarded)(const PltGuards& guards) = nullptr;
  /// Null: branches reach everywhere, or the link fails.
  const VeneerRules* veneers = nullptr;
  /// The word that .got.plt has for an entry before the dynamic linker changed it.
  std::uint64_t (*lazy_got_value)(const PltPlace& place) = nullptr;
};

/// The machine of that EM_ number and shape, or null if final links for it are not possible.
const Machine* find_machine(std::uint16_t number, bool is_64bit, bool is_big_endian);

}  // namespace kbx::link
