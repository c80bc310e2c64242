#include "kbx/link/arch/arm.h"

#include <array>

#include <elf.h>

#include "kbx/link/arch/arm_branch.h"
#include "kbx/link/arch/arm_instruction.h"
#include "kbx/link/arch/arm_plt.h"
#include "kbx/link/arch/arm_veneer.h"
#include "kbx/link/arch/relocation_type.h"

/// The relocations of ARM: ELF for the Arm Architecture, "Relocation codes"; which values are
/// refused is GNU ld 2.40's choice. Of the types that the ABI leaves to the platform TARGET1 is an
/// address and TARGET2 a distance to the GOT, as on Linux, unless options say otherwise.
/// Descriptors of thread-local variables are not known here.
namespace kbx::link {
namespace {

struct Row {
  std::uint32_t number = 0;
  RelocationType type;
  ArmForm form = ArmForm::data;
  std::uint8_t group = 0;   // of a group relocation: how many parts are before it
  bool is_checked = false;  // nothing may be left
};

constexpr Rule base_distance(Origin origin, std::uint8_t size) {
  return rule_of(origin, Against::section, size);
}

constexpr std::uint32_t thumb_absolute_group = 132;  // R_ARM_THM_ALU_ABS_G0_NC

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
    {R_ARM_TARGET1, {"R_ARM_TARGET1", simpler(word(Origin::symbol, 4)), Range::any}},
    {R_ARM_V4BX, {"R_ARM_V4BX", value(Origin::none, 4), Range::any}, ArmForm::bx},
    {R_ARM_TARGET2, {"R_ARM_TARGET2", simpler(distance(Origin::got_entry, 4)), Range::any}},
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
    {R_ARM_ALU_SB_G0_NC,
     {"R_ARM_ALU_SB_G0_NC", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group,
     0,
     false},
    {R_ARM_ALU_SB_G0,
     {"R_ARM_ALU_SB_G0", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group,
     0,
     true},
    {R_ARM_ALU_SB_G1_NC,
     {"R_ARM_ALU_SB_G1_NC", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group,
     1,
     false},
    {R_ARM_ALU_SB_G1,
     {"R_ARM_ALU_SB_G1", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group,
     1,
     true},
    {R_ARM_ALU_SB_G2,
     {"R_ARM_ALU_SB_G2", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group,
     2,
     true},
    {R_ARM_LDR_SB_G0,
     {"R_ARM_LDR_SB_G0", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load,
     0,
     true},
    {R_ARM_LDR_SB_G1,
     {"R_ARM_LDR_SB_G1", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load,
     1,
     true},
    {R_ARM_LDR_SB_G2,
     {"R_ARM_LDR_SB_G2", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load,
     2,
     true},
    {R_ARM_LDRS_SB_G0,
     {"R_ARM_LDRS_SB_G0", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load8,
     0,
     true},
    {R_ARM_LDRS_SB_G1,
     {"R_ARM_LDRS_SB_G1", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load8,
     1,
     true},
    {R_ARM_LDRS_SB_G2,
     {"R_ARM_LDRS_SB_G2", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group_load8,
     2,
     true},
    {R_ARM_LDC_SB_G0,
     {"R_ARM_LDC_SB_G0", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group_words,
     0,
     true},
    {R_ARM_LDC_SB_G1,
     {"R_ARM_LDC_SB_G1", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group_words,
     1,
     true},
    {R_ARM_LDC_SB_G2,
     {"R_ARM_LDC_SB_G2", base_distance(Origin::symbol, 4), Range::any},
     ArmForm::group_words,
     2,
     true},
    {R_ARM_LDC_PC_G0,
     {"R_ARM_LDC_PC_G0", distance(Origin::symbol, 4), Range::any},
     ArmForm::group_words,
     0,
     true},
    {R_ARM_LDC_PC_G1,
     {"R_ARM_LDC_PC_G1", distance(Origin::symbol, 4), Range::any},
     ArmForm::group_words,
     1,
     true},
    {R_ARM_LDC_PC_G2,
     {"R_ARM_LDC_PC_G2", distance(Origin::symbol, 4), Range::any},
     ArmForm::group_words,
     2,
     true},
    {R_ARM_MOVW_BREL_NC,
     {"R_ARM_MOVW_BREL_NC", value(Origin::symbol, 4), Range::any},
     ArmForm::move_low},
    {R_ARM_MOVT_BREL,
     {"R_ARM_MOVT_BREL", value(Origin::symbol, 4), Range::any},
     ArmForm::move_high},
    {R_ARM_MOVW_BREL, {"R_ARM_MOVW_BREL", value(Origin::symbol, 4), Range::any}, ArmForm::move_low},
    {R_ARM_THM_MOVW_BREL_NC,
     {"R_ARM_THM_MOVW_BREL_NC", value(Origin::symbol, 4), Range::any},
     ArmForm::thumb_move_low},
    {R_ARM_THM_MOVT_BREL,
     {"R_ARM_THM_MOVT_BREL", value(Origin::symbol, 4), Range::any},
     ArmForm::thumb_move_high},
    {R_ARM_THM_MOVW_BREL,
     {"R_ARM_THM_MOVW_BREL", value(Origin::symbol, 4), Range::any},
     ArmForm::thumb_move_low},
    {R_ARM_ABS32_NOI, {"R_ARM_ABS32_NOI", word(Origin::symbol, 4), Range::any}},
    {R_ARM_REL32_NOI, {"R_ARM_REL32_NOI", distance(Origin::symbol, 4), Range::any}},
    {R_ARM_XPC25, {"R_ARM_XPC25", simpler(branch(4)), Range::any}, ArmForm::branch},
    {R_ARM_THM_XPC22, {"R_ARM_THM_XPC22", simpler(branch(4)), Range::any}, ArmForm::thumb_call},
    {R_ARM_THM_PC8,
     {"R_ARM_THM_PC8", distance(Origin::symbol, 2), Range::any},
     ArmForm::thumb_load8},
    {R_ARM_GNU_VTENTRY, {"R_ARM_GNU_VTENTRY", {}, Range::any}, ArmForm::none},
    {R_ARM_GNU_VTINHERIT, {"R_ARM_GNU_VTINHERIT", {}, Range::any}, ArmForm::none},
    {thumb_absolute_group,
     {"R_ARM_THM_ALU_ABS_G0_NC", value(Origin::symbol, 2), Range::any},
     ArmForm::thumb_byte,
     0,
     false},
    {thumb_absolute_group + 1,
     {"R_ARM_THM_ALU_ABS_G1_NC", value(Origin::symbol, 2), Range::any},
     ArmForm::thumb_byte,
     1,
     false},
    {thumb_absolute_group + 2,
     {"R_ARM_THM_ALU_ABS_G2_NC", value(Origin::symbol, 2), Range::any},
     ArmForm::thumb_byte,
     2,
     false},
    {thumb_absolute_group + 3,
     {"R_ARM_THM_ALU_ABS_G3_NC", value(Origin::symbol, 2), Range::any},
     ArmForm::thumb_byte,
     3,
     false},
};

/// The place in `rows` of a type; 0 for no type.
constexpr auto row_numbers = [] {
  std::array<std::uint8_t, thumb_absolute_group + 4> numbers{};
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

std::uint32_t target2_type(ArmTarget2 target2) {
  switch (target2) {
    case ArmTarget2::distance:
      return R_ARM_REL32;
    case ArmTarget2::address:
      return R_ARM_ABS32;
    case ArmTarget2::got_distance:
      break;
  }
  return R_ARM_GOT_PREL;
}

std::uint32_t simplify(const Use& use, bool& covers_next) {
  covers_next = false;
  const ArmTarget target = use.arm ? *use.arm : ArmTarget();
  if (use.type == R_ARM_TARGET1)
    return target.is_target1_relative ? std::uint32_t{R_ARM_REL32} : std::uint32_t{R_ARM_ABS32};
  if (use.type == R_ARM_TARGET2) return target2_type(target.target2);
  if (!use.is_undefined_weak || use.is_preemptible) return use.type;
  switch (find(use.type)->form) {
    case ArmForm::branch:
    case ArmForm::call:
      return target.has_nop ? arm_nop : arm_old_nop;
    case ArmForm::thumb_call:
    case ArmForm::thumb_branch:
      return target.has_thumb2 ? thumb_nop : thumb_old_nop;
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
  switch (row->form) {
    case ArmForm::branch:
    case ArmForm::call:
    case ArmForm::thumb_call:
    case ArmForm::thumb_branch:
    case ArmForm::thumb_branch19:
      return write_arm_branch(bytes, patch, row->form);
    case ArmForm::bx:
      return write_arm_bx(bytes, patch);
    default:
      return write_arm(bytes, patch, row->form, row->type.rule.size, row->type.range, row->group,
                       row->is_checked);
  }
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

bool enters_as_thumb(std::uint32_t type, const ArmTarget& target) {
  if (target.is_thumb_only) return false;
  return type == R_ARM_THM_JUMP24 || type == R_ARM_THM_JUMP19 ||
         (type == R_ARM_THM_PC22 && !target.has_blx);
}

/// All entries go to the table's first one at first.
template <ArmPlt plt>
std::uint64_t lazy_got_value(const PltPlace& place) {
  return place.table | (plt == ArmPlt::thumb ? 1 : 0);
}

template <bool is_big_endian, ArmPlt plt, bool big_code>
constexpr Machine values() {
  Machine machine;
  machine.number = EM_ARM;
  machine.tables_are_absolute = true;
  machine.uses_rela = false;
  machine.image_base = 0x10000;
  machine.plt_header_size = arm_plt_header_size(plt);
  machine.plt_entry_size = arm_plt_entry_size(plt);
  machine.indirect_entry_size = arm_plt_entry_size(plt);
  machine.plt_thumb_size = plt == ArmPlt::thumb ? 0 : arm_plt_thumb_size;
  machine.indirect_alignment = 4;
  machine.plt_alignment = 4;
  machine.got_base_is_section = true;
  machine.has_dynamic_table = true;
  machine.shown_sections = 2;
  machine.has_thread_base = true;
  machine.warns_of_text_relocations = false;
  machine.plt_stands_in_data = machine.copy_stands_in_data = true;
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
  machine.write_plt_header = write_arm_plt_header<plt, big_code, is_big_endian>;
  machine.write_plt_entry = write_arm_plt_entry<plt, big_code, is_big_endian>;
  machine.veneers = is_big_endian && !big_code ? &arm_be8_veneers : &arm_veneers;
  machine.enters_as_thumb = enters_as_thumb;
  machine.lazy_got_value = lazy_got_value<plt>;
  DynamicTypes& dynamic = machine.dynamic;
  dynamic.address = R_ARM_ABS32;
  dynamic.distance = R_ARM_REL32;
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

template <bool is_big_endian, bool big_code>
constexpr Machine machines[] = {values<is_big_endian, ArmPlt::near, big_code>(),
                                values<is_big_endian, ArmPlt::far, big_code>(),
                                values<is_big_endian, ArmPlt::thumb, big_code>()};

}  // namespace

const Machine& arm_machine(bool is_big_endian, ArmPlt plt, bool is_be8) {
  const auto number = static_cast<std::size_t>(plt);
  if (!is_big_endian) return machines<false, false>[number];
  return is_be8 ? machines<true, false>[number] : machines<true, true>[number];
}

}  // namespace kbx::link
