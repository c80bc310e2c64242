#include "kbx/link/arch/riscv.h"

#include <elf.h>

#include "kbx/link/arch/relocation_type.h"
#include "kbx/link/arch/riscv_instruction.h"
#include "kbx/link/arch/riscv_plt.h"

/// The relocations of RISC-V: RISC-V ELF psABI, "Relocations"; which values are refused is GNU ld
/// 2.40's choice. R_RISCV_RELAX and R_RISCV_ALIGN are done with before (Relaxation), which also
/// has given code of GPREL and TPREL its base register. In executables with a fixed place an auipc
/// that would not reach becomes a lui of the address (a weak symbol that nothing defines, far from
/// code at high addresses).
namespace kbx::link {
namespace {

struct Row {
  RelocationType type;
  RiscvForm form = RiscvForm::none;
  std::uint8_t bits = 0;  // of data
};

constexpr Row data(std::string_view name, Rule rule, std::uint8_t bits) {
  return {{name, rule, Range::any}, RiscvForm::data, bits};
}

/// One of several that make the difference of two addresses.
constexpr Row part(std::string_view name, std::uint8_t size, RiscvForm form, std::uint8_t bits) {
  Rule rule = value(Origin::symbol, size);
  rule.adds_in_place = true;
  return {{name, rule, Range::any}, form, bits};
}

/// An auipc, the place of which other instructions refer to.
constexpr Row upper(std::string_view name, Rule rule) {
  rule.is_first_part = true;
  return {{name, rule, Range::any}, RiscvForm::upper, 0};
}

constexpr Row code(std::string_view name, Rule rule, RiscvForm form) {
  return {{name, rule, Range::any}, form, 0};
}

constexpr Row marker(std::string_view name) {
  return {{name, {}, Range::any}, RiscvForm::none, 0};
}

constexpr Origin S = Origin::symbol;

/// By number. What is left empty is the dynamic linker's, or no type.
constexpr Row rows[] = {
    marker("R_RISCV_NONE"),
    data("R_RISCV_32", value(S, 4), 32),
    data("R_RISCV_64", word(S, 8), 64),
    {},  // RELATIVE
    {},  // COPY
    {},  // JUMP_SLOT
    {},  // TLS_DTPMOD32
    {},  // TLS_DTPMOD64
    data("R_RISCV_TLS_DTPREL32", value(Origin::module_offset, 4), 32),
    data("R_RISCV_TLS_DTPREL64", value(Origin::module_offset, 8), 64),
    {},  // TLS_TPREL32
    {},  // TLS_TPREL64
    {},
    {},
    {},
    {},
    code("R_RISCV_BRANCH", distance(S, 4), RiscvForm::branch),
    code("R_RISCV_JAL", branch(4), RiscvForm::jump),
    code("R_RISCV_CALL", simpler(branch(8)), RiscvForm::call),
    code("R_RISCV_CALL_PLT", simpler(branch(8)), RiscvForm::call),
    upper("R_RISCV_GOT_HI20", simpler(distance(Origin::got_entry, 4))),
    upper("R_RISCV_TLS_GOT_HI20", distance(Origin::got_thread_offset, 4)),
    upper("R_RISCV_TLS_GD_HI20", distance(Origin::got_module_offset, 4)),
    upper("R_RISCV_PCREL_HI20", simpler(distance(S, 4))),
    code("R_RISCV_PCREL_LO12_I", value(Origin::paired, 4), RiscvForm::lower),
    code("R_RISCV_PCREL_LO12_S", value(Origin::paired, 4), RiscvForm::lower_store),
    code("R_RISCV_HI20", value(S, 4), RiscvForm::upper),
    code("R_RISCV_LO12_I", value(S, 4), RiscvForm::lower),
    code("R_RISCV_LO12_S", value(S, 4), RiscvForm::lower_store),
    code("R_RISCV_TPREL_HI20", value(Origin::thread_offset, 4), RiscvForm::upper),
    code("R_RISCV_TPREL_LO12_I", value(Origin::thread_offset, 4), RiscvForm::lower),
    code("R_RISCV_TPREL_LO12_S", value(Origin::thread_offset, 4), RiscvForm::lower_store),
    marker("R_RISCV_TPREL_ADD"),
    part("R_RISCV_ADD8", 1, RiscvForm::add, 8),
    part("R_RISCV_ADD16", 2, RiscvForm::add, 16),
    part("R_RISCV_ADD32", 4, RiscvForm::add, 32),
    part("R_RISCV_ADD64", 8, RiscvForm::add, 64),
    part("R_RISCV_SUB8", 1, RiscvForm::subtract, 8),
    part("R_RISCV_SUB16", 2, RiscvForm::subtract, 16),
    part("R_RISCV_SUB32", 4, RiscvForm::subtract, 32),
    part("R_RISCV_SUB64", 8, RiscvForm::subtract, 64),
    {},
    {},
    marker("R_RISCV_ALIGN"),
    code("R_RISCV_RVC_BRANCH", distance(S, 2), RiscvForm::compressed_branch),
    code("R_RISCV_RVC_JUMP", branch(2), RiscvForm::compressed_jump),
    code("R_RISCV_RVC_LUI", value(S, 2), RiscvForm::compressed_upper),
    code("R_RISCV_GPREL_I", value(S, 4), RiscvForm::immediate),
    code("R_RISCV_GPREL_S", value(S, 4), RiscvForm::immediate_store),
    code("R_RISCV_TPREL_I", value(Origin::thread_offset, 4), RiscvForm::immediate),
    code("R_RISCV_TPREL_S", value(Origin::thread_offset, 4), RiscvForm::immediate_store),
    marker("R_RISCV_RELAX"),
    part("R_RISCV_SUB6", 1, RiscvForm::subtract, 6),
    part("R_RISCV_SET6", 1, RiscvForm::data, 6),
    part("R_RISCV_SET8", 1, RiscvForm::data, 8),
    part("R_RISCV_SET16", 2, RiscvForm::data, 16),
    part("R_RISCV_SET32", 4, RiscvForm::data, 32),
    data("R_RISCV_32_PCREL", distance(S, 4), 32),
    {},  // IRELATIVE
    data("R_RISCV_PLT32", branch(4), 32),
    part("R_RISCV_SET_ULEB128", 1, RiscvForm::set_uleb128, 0),
    part("R_RISCV_SUB_ULEB128", 1, RiscvForm::subtract_uleb128, 0),
};

/// The word of 32-bit addresses.
constexpr Row word32 = data("R_RISCV_32", word(S, 4), 32);

enum Rewrite : std::uint32_t {
  riscv_call_of_nothing = 0x100,  // jalr x0 + 0
  riscv_upper_or_address,         // auipc, or lui if that does not reach
  riscv_got_or_address,
  rewrite_end
};

constexpr Row rewrites[] = {
    code("R_RISCV_CALL", value(Origin::none, 8), RiscvForm::call),
    upper("R_RISCV_PCREL_HI20", distance(S, 4)),
    upper("R_RISCV_GOT_HI20", distance(Origin::got_entry, 4)),
};

template <bool is_64bit>
const Row* find(std::uint32_t type) {
  if (type >= riscv_call_of_nothing && type < rewrite_end)
    return &rewrites[type - riscv_call_of_nothing];
  if (type >= std::size(rows) || rows[type].type.name.empty()) return nullptr;
  return !is_64bit && type == R_RISCV_32 ? &word32 : &rows[type];
}

template <bool is_64bit>
const Rule* rule(std::uint32_t type) {
  const Row* const found = find<is_64bit>(type);
  return found ? &found->type.rule : nullptr;
}

std::string_view type_name(std::uint32_t type) {
  const Row* const found = find<true>(type);
  return found ? found->type.name : std::string_view();
}

std::uint32_t simplify(const Use& use, bool& covers_next) {
  covers_next = false;
  switch (use.type) {
    case R_RISCV_CALL:
    case R_RISCV_CALL_PLT:
      return use.is_undefined_weak && !use.is_preemptible ? riscv_call_of_nothing : use.type;
    case R_RISCV_PCREL_HI20:
      return use.is_position_independent ? use.type : riscv_upper_or_address;
    case R_RISCV_GOT_HI20:
      return use.is_position_independent ? use.type : riscv_got_or_address;
    default:
      return use.type;
  }
}

std::int64_t no_addend(std::uint32_t /*type*/, const char* /*place*/) {
  return 0;
}

constexpr std::uint32_t first_register = 0x1fU << 15;  // rs1
constexpr std::uint64_t is_lui = 0x20;                 // auipc -> lui

template <bool is_64bit>
Fit apply(const Patch& patch) {
  const Row* const row = find<is_64bit>(patch.type);
  if (!row) return Fit::no_match;
  Patch changed = patch;
  if (patch.type == riscv_call_of_nothing) {
    if (patch.room < 8) return Fit::no_match;
    write_little(patch.place + 4, read_little(patch.place + 4, 4) & ~std::uint64_t{first_register},
                 4);
    changed.value = 0;
  }
  const bool is_upper = patch.type == riscv_upper_or_address || patch.type == riscv_got_or_address;
  const bool is_pair = row->type.rule.origin == Origin::paired;
  if ((is_upper || is_pair) && !reaches_upper(patch.value, !is_64bit)) {
    changed.value = patch.value + patch.address;
    if (is_upper && patch.room >= 4)
      write_little(patch.place, read_little(patch.place, 4) | is_lui, 4);
  }
  return write_riscv(changed, row->form, row->bits, !is_64bit);
}

unsigned reach(std::uint32_t type) {
  const Row* const row = find<true>(type);
  if (!row) return 0;
  switch (row->form) {
    case RiscvForm::jump:
      return 21;
    case RiscvForm::branch:
      return 13;
    case RiscvForm::compressed_jump:
      return 12;
    case RiscvForm::compressed_branch:
      return 9;
    case RiscvForm::upper:
    case RiscvForm::call:
      return 32;
    default:
      return row->bits;
  }
}

/// addi x0, x0, 0; the last two bytes c.nop
void write_nops(char* place, std::size_t size) {
  for (; size >= 4; place += 4, size -= 4) write_little(place, 0x00000013, 4);
  if (size >= 2) write_little(place, 0x0001, 2);
}

/// All entries go to the table's first one at first.
std::uint64_t lazy_got_value(const PltPlace& place) {
  return place.table;
}

template <bool is_64bit>
constexpr Machine values() {
  Machine machine;
  machine.number = EM_RISCV;
  machine.image_base = 0x10000;
  machine.plt_header_size = 32;
  machine.plt_entry_size = 16;
  machine.has_pairs = true;
  machine.padding_type = R_RISCV_ALIGN;
  machine.got_plt_header = 2;
  machine.got_header = 1;
  machine.got_base_is_got_plt = false;
  machine.got_plt_first = ~std::uint64_t{0};
  machine.drops_got_plt = true;
  machine.tables_are_absolute = true;
  machine.shown_sections = 1;
  machine.has_indirect_table = machine.avoids_indirect_plt = true;
  machine.leaves_own_threads = machine.keeps_thread_relocations = true;
  machine.binds_distances = machine.plt_stands_in_data = true;
  machine.warns_of_text_relocations = false;
  machine.thread_block_is_behind = true;
  machine.module_offset_bias = 0x800;
  machine.dynamic_linker = is_64bit ? "/lib/ld.so.1" : "/lib32/ld.so.1";
  machine.rule = rule<is_64bit>;
  machine.type_name = type_name;
  machine.simplify = simplify;
  machine.implicit_addend = no_addend;
  machine.apply = apply<is_64bit>;
  machine.reach = reach;
  machine.write_padding = write_nops;
  machine.write_plt_header = write_riscv_plt_header<is_64bit>;
  machine.write_plt_entry = write_riscv_plt_entry<is_64bit>;
  machine.lazy_got_value = lazy_got_value;
  DynamicTypes& dynamic = machine.dynamic;
  dynamic.address = dynamic.got = is_64bit ? R_RISCV_64 : R_RISCV_32;
  dynamic.relative = R_RISCV_RELATIVE;
  dynamic.copy = R_RISCV_COPY;
  dynamic.jump = R_RISCV_JUMP_SLOT;
  dynamic.indirect = R_RISCV_IRELATIVE;
  dynamic.module = is_64bit ? R_RISCV_TLS_DTPMOD64 : R_RISCV_TLS_DTPMOD32;
  dynamic.module_offset = is_64bit ? R_RISCV_TLS_DTPREL64 : R_RISCV_TLS_DTPREL32;
  dynamic.thread_offset = is_64bit ? R_RISCV_TLS_TPREL64 : R_RISCV_TLS_TPREL32;
  return machine;
}

constexpr Machine with_64_bits = values<true>();
constexpr Machine with_32_bits = values<false>();

}  // namespace

const Machine& riscv_machine(bool is_64bit) {
  return is_64bit ? with_64_bits : with_32_bits;
}

}  // namespace kbx::link
