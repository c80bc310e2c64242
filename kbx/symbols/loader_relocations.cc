#include "kbx/symbols/loader_relocations.h"

#include <algorithm>
#include <initializer_list>

#include <elf.h>

/// The relocation types that the kernel's loader applies, machine by machine. They are an
/// interface between compilers and the loader, found in apply_relocate and apply_relocate_add of
/// arch/*/kernel/module.c (x86, arm, arm64, loongarch, mips, riscv, s390) and of
/// arch/powerpc/kernel/module_{32,64}.c. The sets only grow over the years; here each is the
/// largest, so that a type that is called unknown is unknown to every kernel.
namespace kbx::symbols {
namespace {

enum class Form { rel, rela, either };

bool is_one_of(std::uint32_t type, std::initializer_list<std::uint32_t> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool form_fits(bool has_addend, Form form) {
  return form == Form::either || has_addend == (form == Form::rela);
}

bool x86_64_applies(std::uint32_t type) {
  return is_one_of(type, {R_X86_64_NONE, R_X86_64_64, R_X86_64_32, R_X86_64_32S, R_X86_64_PC32,
                          R_X86_64_PLT32, R_X86_64_PC64});
}

bool arm_applies(std::uint32_t type) {
  return is_one_of(type, {R_ARM_NONE,          R_ARM_PC24,
                          R_ARM_ABS32,         R_ARM_REL32,
                          R_ARM_THM_PC22,      R_ARM_CALL,
                          R_ARM_JUMP24,        R_ARM_THM_JUMP24,
                          R_ARM_TARGET1,       R_ARM_V4BX,
                          R_ARM_PREL31,        R_ARM_MOVW_ABS_NC,
                          R_ARM_MOVT_ABS,      R_ARM_MOVW_PREL_NC,
                          R_ARM_MOVT_PREL,     R_ARM_THM_MOVW_ABS_NC,
                          R_ARM_THM_MOVT_ABS,  R_ARM_THM_MOVW_PREL_NC,
                          R_ARM_THM_MOVT_PREL, R_ARM_ALU_PC_G0_NC,
                          R_ARM_ALU_PC_G1_NC,  R_ARM_LDR_PC_G2});
}

bool arm64_applies(std::uint32_t type) {
  return is_one_of(type, {R_ARM_NONE,
                          256,  // 256: the other "none" of the ABI
                          R_AARCH64_ABS64,
                          R_AARCH64_ABS32,
                          R_AARCH64_ABS16,
                          R_AARCH64_PREL64,
                          R_AARCH64_PREL32,
                          R_AARCH64_PREL16,
                          R_AARCH64_MOVW_UABS_G0,
                          R_AARCH64_MOVW_UABS_G0_NC,
                          R_AARCH64_MOVW_UABS_G1,
                          R_AARCH64_MOVW_UABS_G1_NC,
                          R_AARCH64_MOVW_UABS_G2,
                          R_AARCH64_MOVW_UABS_G2_NC,
                          R_AARCH64_MOVW_UABS_G3,
                          R_AARCH64_MOVW_SABS_G0,
                          R_AARCH64_MOVW_SABS_G1,
                          R_AARCH64_MOVW_SABS_G2,
                          R_AARCH64_MOVW_PREL_G0,
                          R_AARCH64_MOVW_PREL_G0_NC,
                          R_AARCH64_MOVW_PREL_G1,
                          R_AARCH64_MOVW_PREL_G1_NC,
                          R_AARCH64_MOVW_PREL_G2,
                          R_AARCH64_MOVW_PREL_G2_NC,
                          R_AARCH64_MOVW_PREL_G3,
                          R_AARCH64_LD_PREL_LO19,
                          R_AARCH64_ADR_PREL_LO21,
                          R_AARCH64_ADR_PREL_PG_HI21,
                          R_AARCH64_ADR_PREL_PG_HI21_NC,
                          R_AARCH64_ADD_ABS_LO12_NC,
                          R_AARCH64_LDST8_ABS_LO12_NC,
                          R_AARCH64_LDST16_ABS_LO12_NC,
                          R_AARCH64_LDST32_ABS_LO12_NC,
                          R_AARCH64_LDST64_ABS_LO12_NC,
                          R_AARCH64_LDST128_ABS_LO12_NC,
                          R_AARCH64_TSTBR14,
                          R_AARCH64_CONDBR19,
                          R_AARCH64_JUMP26,
                          R_AARCH64_CALL26});
}

bool powerpc64_applies(std::uint32_t type) {
  constexpr std::uint32_t rel24_notoc = 116;
  constexpr std::uint32_t pcrel34 = 132;
  constexpr std::uint32_t got_pcrel34 = 133;
  constexpr std::uint32_t entry = 118;
  return is_one_of(
      type, {R_PPC64_ADDR32, R_PPC64_ADDR64, R_PPC64_TOC, R_PPC64_TOC16, R_PPC64_TOC16_LO,
             R_PPC64_TOC16_HA, R_PPC64_TOC16_DS, R_PPC64_TOC16_LO_DS, R_PPC64_REL24, R_PPC64_REL32,
             R_PPC64_REL64, R_PPC64_TOCSAVE, R_PPC64_REL16_HA, R_PPC64_REL16_LO, rel24_notoc,
             pcrel34, got_pcrel34, entry});
}

bool powerpc32_applies(std::uint32_t type) {
  return is_one_of(type, {R_PPC_ADDR32, R_PPC_ADDR16_LO, R_PPC_ADDR16_HI, R_PPC_ADDR16_HA,
                          R_PPC_REL24, R_PPC_REL32});
}

bool s390_applies(std::uint32_t type) {
  if (is_one_of(type, {R_390_20, R_390_GOT20, R_390_GOTPLT20})) return true;
  const bool for_dynamic_linker =
      is_one_of(type, {R_390_COPY, R_390_GLOB_DAT, R_390_JMP_SLOT, R_390_RELATIVE});
  return type < R_390_TLS_LOAD && !for_dynamic_linker;
}

bool mips_applies(std::uint32_t type) {
  constexpr std::uint32_t pc21_s2 = 60;
  constexpr std::uint32_t pc26_s2 = 61;
  return is_one_of(type, {R_MIPS_NONE, R_MIPS_32, R_MIPS_26, R_MIPS_HI16, R_MIPS_LO16, R_MIPS_PC16,
                          R_MIPS_64, R_MIPS_HIGHER, R_MIPS_HIGHEST, pc21_s2, pc26_s2});
}

bool riscv_applies(std::uint32_t type) {
  constexpr std::uint32_t plt32 = 59;
  constexpr std::uint32_t set_uleb128 = 60;
  constexpr std::uint32_t sub_uleb128 = 61;
  return is_one_of(type, {R_RISCV_32,
                          R_RISCV_64,
                          R_RISCV_BRANCH,
                          R_RISCV_JAL,
                          R_RISCV_CALL,
                          R_RISCV_CALL_PLT,
                          R_RISCV_GOT_HI20,
                          R_RISCV_PCREL_HI20,
                          R_RISCV_PCREL_LO12_I,
                          R_RISCV_PCREL_LO12_S,
                          R_RISCV_HI20,
                          R_RISCV_LO12_I,
                          R_RISCV_LO12_S,
                          R_RISCV_ADD8,
                          R_RISCV_ADD16,
                          R_RISCV_ADD32,
                          R_RISCV_ADD64,
                          R_RISCV_SUB8,
                          R_RISCV_SUB16,
                          R_RISCV_SUB32,
                          R_RISCV_SUB64,
                          R_RISCV_RVC_BRANCH,
                          R_RISCV_RVC_JUMP,
                          R_RISCV_RELAX,
                          R_RISCV_SUB6,
                          R_RISCV_SET6,
                          R_RISCV_SET8,
                          R_RISCV_SET16,
                          R_RISCV_SET32,
                          R_RISCV_32_PCREL,
                          plt32,
                          set_uleb128,
                          sub_uleb128});
}

bool loongarch_applies(std::uint32_t type) {
  constexpr std::uint32_t b26 = 66;
  constexpr std::uint32_t pcala_hi20 = 71;  // with _LO12, 64_LO20 and 64_HI12 behind it
  constexpr std::uint32_t got_pc_lo12 = 76;
  constexpr std::uint32_t pcrel_32 = 99;
  constexpr std::uint32_t pcrel_64 = 109;
  constexpr std::uint32_t pcadd_hi20 = 128;
  constexpr std::uint32_t got_pcadd_lo12 = 131;
  const auto is_between = [&](std::uint32_t first, std::uint32_t last) {
    return type >= first && type <= last;
  };
  return is_between(R_LARCH_SOP_SUB, R_LARCH_SOP_POP_32_U) || is_between(pcala_hi20, got_pc_lo12) ||
         is_between(pcadd_hi20, got_pcadd_lo12) ||
         is_one_of(type, {R_LARCH_NONE, R_LARCH_32, R_LARCH_64, R_LARCH_MARK_LA, R_LARCH_MARK_PCREL,
                          R_LARCH_SOP_PUSH_PCREL, R_LARCH_SOP_PUSH_ABSOLUTE, R_LARCH_SOP_PUSH_DUP,
                          R_LARCH_SOP_PUSH_PLT_PCREL, R_LARCH_ADD32, R_LARCH_ADD64, R_LARCH_SUB32,
                          R_LARCH_SUB64, b26, pcrel_32, pcrel_64});
}

}  // namespace

std::optional<bool> loader_applies(const Machine& machine, std::uint32_t type, bool has_addend) {
  switch (machine.number) {
    case EM_X86_64:
      return form_fits(has_addend, Form::rela) && x86_64_applies(type);
    case EM_386:
      return form_fits(has_addend, Form::rel) &&
             is_one_of(type, {R_386_32, R_386_PC32, R_386_PLT32});
    case EM_ARM:
      return form_fits(has_addend, Form::rel) && arm_applies(type);
    case EM_AARCH64:
      return form_fits(has_addend, Form::rela) && arm64_applies(type);
    case EM_PPC64:
      return form_fits(has_addend, Form::rela) && powerpc64_applies(type);
    case EM_PPC:
      return form_fits(has_addend, Form::rela) && powerpc32_applies(type);
    case EM_S390:
      return form_fits(has_addend, Form::rela) && s390_applies(type);
    case EM_MIPS:
      return form_fits(has_addend, Form::either) && mips_applies(type);
    case EM_RISCV:
      return form_fits(has_addend, Form::rela) && riscv_applies(type);
    case EM_LOONGARCH:
      return form_fits(has_addend, Form::rela) && loongarch_applies(type);
    default:
      return std::nullopt;
  }
}

}  // namespace kbx::symbols
