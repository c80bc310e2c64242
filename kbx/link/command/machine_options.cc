#include "kbx/base/error.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

/// Compilers for MIPS and the i486 give -mips3 and -m486, which name no emulation.
bool is_instruction_set(const std::string& value) {
  return value == "486" ||
         (value.starts_with("ips") && value.size() > 3 && value[3] >= '0' && value[3] <= '9');
}

void read_emulation(Reading& reading, const std::string& value) {
  if (is_instruction_set(value)) return;
  if (!find_emulation(value)) throw unknown_emulation(value);
  reading.options.emulation = value;
}

void read_ppc476(Reading& reading, const std::string& value) {
  reading.options.ppc476_workaround = true;
  reading.options.ppc476_page = 0;
  if (value.empty()) return;
  const auto size = number(value);
  if (!size) throw Error("invalid number `" + value + "'");
  reading.options.ppc476_page = *size;
}

template <auto member, auto value>
void set_arm(Reading& reading, const std::string&) {
  reading.options.arm.*member = value;
}

template <auto member>
void take_arm(Reading& reading, const std::string& value) {
  reading.options.arm.*member = value;
}

void use_blx(Reading& reading, const std::string&) {
  reading.options.arm.processors.use_blx = true;
}

template <bool is_fixed>
void fix_arm1176(Reading& reading, const std::string&) {
  reading.options.arm.processors.fix_arm1176 = is_fixed;
}

void read_target2(Reading& reading, const std::string& value) {
  ArmTarget2& target2 = reading.options.arm.target2;
  if (value == "rel")
    target2 = ArmTarget2::distance;
  else if (value == "abs")
    target2 = ArmTarget2::address;
  else if (value == "got-rel")
    target2 = ArmTarget2::got_distance;
  else
    throw Error("invalid TARGET2 relocation type '" + value + "'",
                "--target2 takes rel, abs or got-rel");
}

void read_vfp11(Reading& reading, const std::string& value) {
  Vfp11Fix& fix = reading.options.arm.vfp11;
  if (value == "none")
    fix = Vfp11Fix::none;
  else if (value == "scalar")
    fix = Vfp11Fix::scalar;
  else if (value == "vector")
    fix = Vfp11Fix::vector;
  else
    reading.say("unrecognized VFP11 fix type '" + value + "'");
}

void read_stm32l4xx(Reading& reading, const std::string& value) {
  Stm32l4xxFix& fix = reading.options.arm.stm32l4xx;
  if (value.empty() || value == "default")
    fix = Stm32l4xxFix::long_loads;
  else if (value == "none")
    fix = Stm32l4xxFix::none;
  else if (value == "all")
    fix = Stm32l4xxFix::all;
  else
    reading.say("unrecognized STM32L4XX fix type '" + value + "'");
}

void read_erratum_843419(Reading& reading, const std::string& value) {
  Erratum843419& way = reading.options.fix_cortex_a53_843419;
  way = Erratum843419::both;
  if (value == "adr") {
    way = Erratum843419::adr;
  } else if (value == "adrp") {
    way = Erratum843419::adrp;
  } else if (!value.empty() && value != "full") {
    reading.messages.push_back("error: unrecognized option for --fix-cortex-a53-843419: " + value);
  }
}

void read_group_size(Reading& reading, const std::string& value) {
  const bool is_negative = value.starts_with('-');
  const auto size = number(is_negative ? value.substr(1) : value);
  if (!size) throw Error("invalid number `" + value + "'");
  reading.options.stub_group_size = static_cast<std::int64_t>(is_negative ? 0 - *size : *size);
}

constexpr std::string_view of_final_links = "concerns final links for that machine only";

constexpr Option rows[] = {
    {"-m", Argument::required, "EMULATION", read_emulation,
     "the machine and form of the output, as elf_x86_64; default: that of the first object"},
    {"-EB", Argument::none, "", set<&Options::big_endian, true>,
     "big endian, where the emulation has both"},
    {"-EL", Argument::none, "", set<&Options::big_endian, false>, "little endian"},
    {"--be8", Argument::none, "", set<&Options::be8, true>,
     "ARM: little-endian code in a big-endian image"},
    {"--pic-veneer", Argument::none, "", set<&Options::pic_veneer, true>,
     "ARM, AArch64: make veneers independent of their address"},
    {"--fix-cortex-a53-835769", Argument::none, "", set<&Options::fix_cortex_a53_835769, true>,
     "AArch64: work around erratum 835769"},
    {"--fix-cortex-a53-843419", Argument::optional, "KIND", read_erratum_843419,
     "AArch64: work around erratum 843419 with KIND adr, adrp or, the default, full: both"},
    {"--no-apply-dynamic-relocs", Argument::none, "", set<&Options::apply_dynamic_relocs, false>,
     "AArch64: leave the places of dynamic relocations at 0"},
    {"--stub-group-size", Argument::required, "SIZE", read_group_size,
     "ARM, AArch64: how much code shares a group of veneers; -SIZE: they lie behind it"},
    {"-p --no-pipeline-knowledge", Argument::none, "", ignore, "ARM: of old toolchains",
     "GNU ld ignores it too"},
    {"--no-enum-size-warning", Argument::none, "", set_arm<&ArmOptions::compares_enum_sizes, false>,
     "ARM: say nothing of enums of different sizes"},
    {"--no-wchar-size-warning", Argument::none, "",
     set_arm<&ArmOptions::compares_wchar_sizes, false>,
     "ARM: say nothing of wchar_t of different sizes"},
    {"--fix-v4bx", Argument::none, "", set_arm<&ArmOptions::bx, ArmBx::move>,
     "ARM: replace BX for ARMv4"},
    {"--fix-v4bx-interworking", Argument::none, "", set_arm<&ArmOptions::bx, ArmBx::veneer>,
     "ARM: the same with a veneer that changes to Thumb code where it can"},
    {"--use-blx", Argument::none, "", use_blx, "ARM: use BLX"},
    {"--target1-rel", Argument::none, "", set_arm<&ArmOptions::is_target1_relative, true>,
     "ARM: R_ARM_TARGET1 is relative"},
    {"--target1-abs", Argument::none, "", set_arm<&ArmOptions::is_target1_relative, false>,
     "ARM: R_ARM_TARGET1 is absolute"},
    {"--target2", Argument::required, "KIND", read_target2,
     "ARM: what R_ARM_TARGET2 is: rel, abs or got-rel"},
    {"--fix-cortex-a8", Argument::none, "",
     set_arm<&ArmOptions::fix_cortex_a8, ArmOptions::Choice::yes>,
     "ARM: work around an erratum of the Cortex-A8; default: for ARMv7-A"},
    {"--no-fix-cortex-a8", Argument::none, "",
     set_arm<&ArmOptions::fix_cortex_a8, ArmOptions::Choice::no>, "ARM: do not"},
    {"--fix-arm1176", Argument::none, "", fix_arm1176<true>,
     "ARM: do not use BLX where an erratum of the ARM1176 matters"},
    {"--no-fix-arm1176", Argument::none, "", fix_arm1176<false>, "ARM: do"},
    {"--no-merge-exidx-entries", Argument::none, "",
     set_arm<&ArmOptions::merges_unwind_entries, false>, "ARM: keep equal entries apart"},
    {"--vfp11-denorm-fix", Argument::required, "KIND", read_vfp11,
     "ARM: work around an erratum of the VFP11: none, scalar or vector"},
    {"--fix-stm32l4xx-629360", Argument::optional, "KIND", read_stm32l4xx,
     "ARM: work around an erratum of the STM32L4xx: none, default or all"},
    {"--long-plt", Argument::none, "", set_arm<&ArmOptions::has_long_plt, true>,
     "ARM: long entries of .plt"},
    {"--thumb-entry", Argument::required, "SYMBOL", take_arm<&ArmOptions::thumb_entry>,
     "ARM: the program starts at the Thumb function SYMBOL"},
    {"--save-restore-funcs", Argument::none, "", set<&Options::save_restore_functions, true>,
     "PowerPC: provide functions that save registers, as without -r"},
    {"--no-save-restore-funcs", Argument::none, "", set<&Options::save_restore_functions, false>,
     "PowerPC: provide none"},
    {"--ppc476-workaround", Argument::optional, "SIZE", read_ppc476,
     "PowerPC: work around an erratum of the 476 for pages of SIZE"},
    {"--no-ppc476-workaround", Argument::none, "", set<&Options::ppc476_workaround, false>,
     "PowerPC: do not"},
    {"--no-multi-toc --no-toc-optimize --no-toc-sort --no-opd-optimize --no-tls-optimize "
     "--no-inline-optimize --no-pcrel-optimize --dotsyms --no-dotsyms --emit-stub-syms "
     "--no-emit-stub-syms --plt-static-chain --no-plt-static-chain --plt-thread-safe "
     "--no-plt-thread-safe --no-plt-align --no-plt-localentry --no-power10-stubs "
     "--tls-get-addr-optimize --no-tls-get-addr-optimize --non-overlapping-opd --secure-plt "
     "--bss-plt --sdata-got --no-pic-fixup --vle-reloc-fixup",
     Argument::none, "", ignore, "PowerPC: of tables of contents, stubs and .opd", of_final_links},
    {"--plt-align --plt-localentry --power10-stubs", Argument::optional, "VALUE", ignore,
     "PowerPC: of stubs", of_final_links},
    {"--s390-pgste", Argument::none, "", set<&Options::s390_pgste, true>,
     "s390: ask for extended page tables"},
    {"--insn32 --no-insn32 --ignore-branch-isa --no-ignore-branch-isa --compact-branches "
     "--no-compact-branches",
     Argument::none, "", ignore, "MIPS: of branches", of_final_links},
};

}  // namespace

std::span<const Option> machine_options() {
  return rows;
}

}  // namespace kbx::link::command
