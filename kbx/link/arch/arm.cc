#include "kbx/link/arch/arm.h"

#include <array>

#include <elf.h>

#include "kbx/link/arch/arm_instruction.h"
#include "kbx/link/arch/arm_plt.h"
#include "kbx/link/arch/relocation_type.h"

/// The relocations of ARM: ELF for the Arm Architecture, "Relocation codes"; which values are
/// refused is GNU ld 2.40's choice. Of the types that the ABI leaves to the platform TARGET1 is an
/// address and TARGET2 a distance to the GOT, as on Linux. Descriptors of thread-local variables
/// are not known here.
namespace kbx::link {
namespace {

struct Row {
  std::uint32_t number = 0;
  RelocationType type;
  ArmForm form = ArmForm::data;
  std::uint8_t group = 0;   // of a group relocation: how many parts are before it
  bool is_checked = false;  // nothing may be left
};

constexpr Row rows[] = {
    {R_ARM_NONE, {"R_ARM_NONE", {}, Range::any}, ArmForm::none},
    {R_ARM_PC24, {"R_ARM_PC24", simpler(branch(4)), Range::any}, ArmForm::branch},
    {R_ARM_ABS32, {"R_ARM_ABS32", word(Origin::symbol, 4), Range::any}},
    {R_ARM_REL32, {"R_ARM_REL32", distance(Origin::symbol, 4), Range::any}},
    {R_ARM_PC13,
     {"R_ARM_LDR_PC_G0", distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load,
     0,
     true},
    {R_ARM_ABS16, {"R_ARM_ABS16", value(Origin::symbol, 2), Range::either_sign}},
    {R_ARM_ABS12, {"R_ARM_ABS12", value(Origin::symbol, 4), Range::any}, ArmForm::offset12},
    {R_ARM_ABS8, {"R_ARM_ABS8", value(Origin::symbol, 1), Range::either_sign}},
    {R_ARM_THM_PC22, {"R_ARM_THM_CALL", simpler(branch(4)), Range::any}, ArmForm::thumb_call},
    {R_ARM_GOTOFF, {"R_ARM_GOTOFF32", got_distance(Origin::symbol, 4), Range::any}},
    {R_ARM_GOTPC, {"R_ARM_BASE_PREL", distance(Origin::got_base, 4), Range::any}},
    {R_ARM_GOT32, {"R_ARM_GOT_BREL", got_distance(Origin::got_entry, 4), Range::any}},
    {R_ARM_PLT32, {"R_ARM_PLT32", simpler(branch(4)), Range::any}, ArmForm::branch},
    {R_ARM_CALL, {"R_ARM_CALL", simpler(branch(4)), Range::any}, ArmForm::call},
    {R_ARM_JUMP24, {"R_ARM_JUMP24", simpler(branch(4)), Range::any}, ArmForm::branch},
    {R_ARM_THM_JUMP24, {"R_ARM_THM_JUMP24", simpler(branch(4)), Range::any}, ArmForm::thumb_branch},
    {R_ARM_TARGET1, {"R_ARM_TARGET1", word(Origin::symbol, 4), Range::any}},
    {R_ARM_V4BX, {"R_ARM_V4BX", {}, Range::any}, ArmForm::none},
    {R_ARM_TARGET2, {"R_ARM_TARGET2", distance(Origin::got_entry, 4), Range::any}},
    {R_ARM_PREL31, {"R_ARM_PREL31", distance(Origin::plt, 4), Range::with_sign}, ArmForm::data31},
    {R_ARM_MOVW_ABS_NC,
     {"R_ARM_MOVW_ABS_NC", value(Origin::symbol, 4), Range::any},
     ArmForm::move_low},
    {R_ARM_MOVT_ABS, {"R_ARM_MOVT_ABS", value(Origin::symbol, 4), Range::any}, ArmForm::move_high},
    {R_ARM_MOVW_PREL_NC,
     {"R_ARM_MOVW_PREL_NC", distance(Origin::symbol, 4), Range::any},
     ArmForm::move_low},
    {R_ARM_MOVT_PREL,
     {"R_ARM_MOVT_PREL", distance(Origin::symbol, 4), Range::any},
     ArmForm::move_high},
    {R_ARM_THM_MOVW_ABS_NC,
     {"R_ARM_THM_MOVW_ABS_NC", value(Origin::symbol, 4), Range::any},
     ArmForm::thumb_move_low},
    {R_ARM_THM_MOVT_ABS,
     {"R_ARM_THM_MOVT_ABS", value(Origin::symbol, 4), Range::any},
     ArmForm::thumb_move_high},
    {R_ARM_THM_MOVW_PREL_NC,
     {"R_ARM_THM_MOVW_PREL_NC", distance(Origin::symbol, 4), Range::any},
     ArmForm::thumb_move_low},
    {R_ARM_THM_MOVT_PREL,
     {"R_ARM_THM_MOVT_PREL", distance(Origin::symbol, 4), Range::any},
     ArmForm::thumb_move_high},
    {R_ARM_THM_JUMP19,
     {"R_ARM_THM_JUMP19", simpler(branch(4)), Range::any},
     ArmForm::thumb_branch19},
    {R_ARM_THM_JUMP6,
     {"R_ARM_THM_JUMP6", distance(Origin::symbol, 2), Range::any},
     ArmForm::thumb_branch6},
    {R_ARM_THM_ALU_PREL_11_0,
     {"R_ARM_THM_ALU_PREL_11_0", distance(Origin::symbol, 4), Range::any},
     ArmForm::thumb_add12},
    {R_ARM_THM_PC12,
     {"R_ARM_THM_PC12", distance(Origin::symbol, 4), Range::any},
     ArmForm::thumb_load12},
    {R_ARM_ALU_PC_G0_NC,
     {"R_ARM_ALU_PC_G0_NC", distance(Origin::symbol, 4), Range::any},
     ArmForm::group},
    {R_ARM_ALU_PC_G0,
     {"R_ARM_ALU_PC_G0", distance(Origin::symbol, 4), Range::any},
     ArmForm::group,
     0,
     true},
    {R_ARM_ALU_PC_G1_NC,
     {"R_ARM_ALU_PC_G1_NC", distance(Origin::symbol, 4), Range::any},
     ArmForm::group,
     1,
     false},
    {R_ARM_ALU_PC_G1,
     {"R_ARM_ALU_PC_G1", distance(Origin::symbol, 4), Range::any},
     ArmForm::group,
     1,
     true},
    {R_ARM_ALU_PC_G2,
     {"R_ARM_ALU_PC_G2", distance(Origin::symbol, 4), Range::any},
     ArmForm::group,
     2,
     true},
    {R_ARM_LDR_PC_G1,
     {"R_ARM_LDR_PC_G1", distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load,
     1,
     true},
    {R_ARM_LDR_PC_G2,
     {"R_ARM_LDR_PC_G2", distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load,
     2,
     true},
    {R_ARM_LDRS_PC_G0,
     {"R_ARM_LDRS_PC_G0", distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load8,
     0,
     true},
    {R_ARM_LDRS_PC_G1,
     {"R_ARM_LDRS_PC_G1", distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load8,
     1,
     true},
    {R_ARM_LDRS_PC_G2,
     {"R_ARM_LDRS_PC_G2", distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load8,
     2,
     true},
    {R_ARM_GOT_ABS, {"R_ARM_GOT_ABS", value(Origin::got_entry, 4), Range::any}},
    {R_ARM_GOT_PREL, {"R_ARM_GOT_PREL", distance(Origin::got_entry, 4), Range::any}},
    {R_ARM_THM_PC11,
     {"R_ARM_THM_JUMP11", distance(Origin::symbol, 2), Range::any},
     ArmForm::thumb_branch11},
    {R_ARM_THM_PC9,
     {"R_ARM_THM_JUMP8", distance(Origin::symbol, 2), Range::any},
     ArmForm::thumb_branch8},
    {R_ARM_TLS_GD32, {"R_ARM_TLS_GD32", distance(Origin::got_module_offset, 4), Range::any}},
    {R_ARM_TLS_LDM32, {"R_ARM_TLS_LDM32", distance(Origin::got_own_module, 4), Range::any}},
    {R_ARM_TLS_LDO32, {"R_ARM_TLS_LDO32", value(Origin::module_offset, 4), Range::any}},
    {R_ARM_TLS_IE32, {"R_ARM_TLS_IE32", distance(Origin::got_thread_offset, 4), Range::any}},
    {R_ARM_TLS_LE32, {"R_ARM_TLS_LE32", value(Origin::thread_offset, 4), Range::any}},
};

/// The place in `rows` of a type; 0 for no type.
constexpr auto row_numbers = [] {
  std::array<std::uint8_t, R_ARM_TLS_LE32 + 1> numbers{};
  for (std::size_t i = 1; i < std::size(rows); ++i)
    numbers[rows[i].number] = static_cast<std::uint8_t>(i);
  return numbers;
}();

/// A branch to a weak symbol that nothing defines is an instruction that does nothing; which one
/// depends on what the processor knows.
enum Rewrite : std::uint32_t {
  arm_nop = 0x100,
  arm_old_nop,
  thumb_nop,
  thumb_old_nop,
  rewrite_end
};

constexpr Row rewrites[] = {
    {arm_nop, {"R_ARM_CALL", value(Origin::none, 4), Range::any}},
    {arm_old_nop, {"R_ARM_CALL", value(Origin::none, 4), Range::any}},
    {thumb_nop, {"R_ARM_THM_CALL", value(Origin::none, 4), Range::any}},
    {thumb_old_nop, {"R_ARM_THM_CALL", value(Origin::none, 4), Range::any}},
};

const Row* find(std::uint32_t type) {
  if (type >= arm_nop && type < rewrite_end) return &rewrites[type - arm_nop];
  if (type >= row_numbers.size()) return nullptr;
  const std::size_t number = row_numbers[type];
  return number != 0 || type == R_ARM_NONE ? &rows[number] : nullptr;
}

const Rule* rule(std::uint32_t type) {
  const Row* const found = find(type);
  return found ? &found->type.rule : nullptr;
}

std::string_view type_name(std::uint32_t type) {
  const Row* const found = find(type);
  return found ? found->type.name : std::string_view();
}

/// Values of Tag_CPU_arch (Addenda to, and Errata in, the ABI for the Arm Architecture).
enum Architecture : std::uint32_t {
  v6t2 = 8,
  v6k = 9,
  v7 = 10,
  v6m = 11,
  v6sm = 12,
  v8m_base = 16
};

bool knows_thumb2(std::uint32_t architecture) {
  return architecture >= v6t2 && architecture != v6k && architecture != v6m &&
         architecture != v6sm && architecture != v8m_base;
}

bool knows_nop(std::uint32_t architecture) {
  return architecture == v6k || knows_thumb2(architecture);
}

std::uint32_t simplify(const Use& use, bool& covers_next) {
  covers_next = false;
  if (!use.is_undefined_weak || use.is_preemptible) return use.type;
  switch (find(use.type)->form) {
    case ArmForm::branch:
    case ArmForm::call:
      return knows_nop(use.architecture) ? arm_nop : arm_old_nop;
    case ArmForm::thumb_call:
    case ArmForm::thumb_branch:
      return knows_thumb2(use.architecture) ? thumb_nop : thumb_old_nop;
    default:
      return use.type;
  }
}

Fit apply_nop(const ArmBytes& bytes, const Patch& patch) {
  if (patch.room < 4) return Fit::no_match;
  if (patch.type == thumb_nop) {
    bytes.write_halves(patch.place, 0xf3af8000);  // nop.w
  } else if (patch.type == thumb_old_nop) {
    bytes.write_halves(patch.place, 0xe000bf00);  // b to the next instruction; nop
  } else {
    const std::uint32_t condition = bytes.read32(patch.place) & 0xf0000000;
    bytes.write32(patch.place, condition | (patch.type == arm_nop ? 0x0320f000 : 0x01a00000));
  }
  return Fit::fits;
}

template <bool is_big_endian>
std::int64_t implicit_addend(std::uint32_t type, const char* place) {
  const Row* const row = find(type);
  return row ? arm_addend({is_big_endian}, row->form, row->type.rule.size, place) : 0;
}

template <bool is_big_endian>
Fit apply(const Patch& patch) {
  constexpr ArmBytes bytes{is_big_endian};
  if (patch.type >= arm_nop) return apply_nop(bytes, patch);
  const Row* const row = find(patch.type);
  if (!row) return Fit::no_match;
  return write_arm(bytes, patch, row->form, row->type.rule.size, row->type.range, row->group,
                   row->is_checked);
}

unsigned reach(std::uint32_t type) {
  const Row* const row = find(type);
  if (!row) return 0;
  switch (row->form) {
    case ArmForm::branch:
    case ArmForm::call:
      return 26;
    case ArmForm::thumb_call:
    case ArmForm::thumb_branch:
      return 25;
    case ArmForm::thumb_branch19:
      return 21;
    case ArmForm::thumb_branch11:
      return 12;
    case ArmForm::thumb_branch8:
      return 9;
    case ArmForm::data31:
      return 31;
    default:
      return row->type.rule.size * 8U;
  }
}

/// All entries go to the table's first one at first.
std::uint64_t lazy_got_value(const PltPlace& place) {
  return place.table;
}

template <bool is_big_endian>
constexpr Machine values() {
  Machine machine;
  machine.number = EM_ARM;
  machine.uses_rela = false;
  machine.image_base = 0x10000;
  machine.plt_header_size = 20;
  machine.plt_entry_size = 12;
  machine.indirect_entry_size = 12;
  machine.indirect_alignment = 4;
  machine.plt_alignment = 4;
  machine.plt_section_entry = 4;
  machine.thread_block_is_behind = true;
  machine.thread_header = 8;
  machine.dynamic_linker = "/usr/lib/ld.so.1";
  machine.rule = rule;
  machine.type_name = type_name;
  machine.simplify = simplify;
  machine.implicit_addend = implicit_addend<is_big_endian>;
  machine.apply = apply<is_big_endian>;
  machine.reach = reach;
  machine.write_plt_header = write_arm_plt_header<is_big_endian>;
  machine.write_plt_entry = write_arm_plt_entry<is_big_endian>;
  machine.lazy_got_value = lazy_got_value;
  DynamicTypes& dynamic = machine.dynamic;
  dynamic.address = R_ARM_ABS32;
  dynamic.relative = R_ARM_RELATIVE;
  dynamic.copy = R_ARM_COPY;
  dynamic.got = R_ARM_GLOB_DAT;
  dynamic.jump = R_ARM_JUMP_SLOT;
  dynamic.indirect = R_ARM_IRELATIVE;
  dynamic.module = R_ARM_TLS_DTPMOD32;
  dynamic.module_offset = R_ARM_TLS_DTPOFF32;
  dynamic.thread_offset = R_ARM_TLS_TPOFF32;
  dynamic.descriptor = R_ARM_TLS_DESC;
  return machine;
}

constexpr Machine little = values<false>();
constexpr Machine big = values<true>();

}  // namespace

const Machine& arm_machine(bool is_big_endian) {
  return is_big_endian ? big : little;
}

}  // namespace kbx::link
