#include "kbx/link/command/emulation.h"

#include "kbx/link/command/suggest.h"

namespace kbx::link::command {
namespace {

// Numbers of machines as the ELF registry has them.
constexpr std::uint16_t sparc = 2, i386 = 3, m68k = 4, iamcu = 6, mips = 8, parisc = 15, ppc = 20,
                        ppc64 = 21, s390 = 22, arm = 40, sh = 42, sparcv9 = 43, ia64 = 50,
                        x86_64 = 62, or1k = 92, xtensa = 94, nios2 = 113, aarch64 = 183,
                        microblaze = 189, arcv2 = 195, riscv = 243, csky = 252, loongarch = 258,
                        alpha = 0x9026;

constexpr Emulation table[] = {
    {"elf_x86_64", x86_64, true, false, "elf64-x86-64"},
    {"elf32_x86_64", x86_64, false, false, "elf32-x86-64"},
    {"elf_i386", i386, false, false, "elf32-i386"},
    {"elf_iamcu", iamcu, false, false, "elf32-iamcu"},
    {"aarch64linux", aarch64, true, false, "elf64-littleaarch64"},
    {"aarch64linuxb", aarch64, true, true, "elf64-bigaarch64"},
    {"aarch64elf", aarch64, true, false, "elf64-littleaarch64"},
    {"aarch64elfb", aarch64, true, true, "elf64-bigaarch64"},
    {"aarch64linux32", aarch64, false, false, "elf32-littleaarch64"},
    {"aarch64linux32b", aarch64, false, true, "elf32-bigaarch64"},
    {"aarch64elf32", aarch64, false, false, "elf32-littleaarch64"},
    {"aarch64elf32b", aarch64, false, true, "elf32-bigaarch64"},
    {"armelf_linux_eabi", arm, false, false, "elf32-littlearm"},
    {"armelfb_linux_eabi", arm, false, true, "elf32-bigarm"},
    {"armelf_linux", arm, false, false, "elf32-littlearm"},
    {"armelfb_linux", arm, false, true, "elf32-bigarm"},
    {"armelf", arm, false, false, "elf32-littlearm"},
    {"armelfb", arm, false, true, "elf32-bigarm"},
    {"elf64lppc", ppc64, true, false, "elf64-powerpcle"},
    {"elf64ppc", ppc64, true, true, "elf64-powerpc"},
    {"elf32ppclinux", ppc, false, true, "elf32-powerpc"},
    {"elf32lppclinux", ppc, false, false, "elf32-powerpcle"},
    {"elf32ppc", ppc, false, true, "elf32-powerpc"},
    {"elf32lppc", ppc, false, false, "elf32-powerpcle"},
    {"elf64_s390", s390, true, true, "elf64-s390"},
    {"elf_s390", s390, false, true, "elf32-s390"},
    {"elf64lriscv", riscv, true, false, "elf64-littleriscv"},
    {"elf32lriscv", riscv, false, false, "elf32-littleriscv"},
    {"elf64briscv", riscv, true, true, "elf64-bigriscv"},
    {"elf32briscv", riscv, false, true, "elf32-bigriscv"},
    {"elf64loongarch", loongarch, true, false, "elf64-loongarch"},
    {"elf32loongarch", loongarch, false, false, "elf32-loongarch"},
    {"elf64ltsmip", mips, true, false, "elf64-tradlittlemips"},
    {"elf64btsmip", mips, true, true, "elf64-tradbigmips"},
    {"elf32ltsmip", mips, false, false, "elf32-tradlittlemips"},
    {"elf32btsmip", mips, false, true, "elf32-tradbigmips"},
    {"elf32ltsmipn32", mips, false, false, "elf32-ntradlittlemips"},
    {"elf32btsmipn32", mips, false, true, "elf32-ntradbigmips"},
    {"elf64_sparc", sparcv9, true, true, "elf64-sparc"},
    {"elf32_sparc", sparc, false, true, "elf32-sparc"},
    {"elf64alpha", alpha, true, false, "elf64-alpha"},
    {"hppalinux", parisc, false, true, "elf32-hppa-linux"},
    {"hppa64linux", parisc, true, true, "elf64-hppa-linux"},
    {"elf64_ia64", ia64, true, false, "elf64-ia64-little"},
    {"m68kelf", m68k, false, true, "elf32-m68k"},
    {"shlelf_linux", sh, false, false, "elf32-sh-linux"},
    {"shelf_linux", sh, false, true, "elf32-shbig-linux"},
    {"elf32or1k_linux", or1k, false, true, "elf32-or1k"},
    {"elf32xtensa", xtensa, false, false, "elf32-xtensa-le"},
    {"nios2linux", nios2, false, false, "elf32-littlenios2"},
    {"elf32mb_linux", microblaze, false, true, "elf32-microblaze"},
    {"elf32mbel_linux", microblaze, false, false, "elf32-microblazeel"},
    {"arclinux", arcv2, false, false, "elf32-littlearc"},
    {"arcv2elf", arcv2, false, false, "elf32-littlearc"},
    {"cskyelf_linux", csky, false, false, "elf32-csky-little"},
};

}  // namespace

std::span<const Emulation> emulations() {
  return table;
}

const Emulation* find_emulation(std::string_view name) {
  for (const Emulation& emulation : table)
    if (emulation.name == name) return &emulation;
  return nullptr;
}

const Emulation* find_target(std::string_view target) {
  for (const Emulation& emulation : table)
    if (emulation.target == target) return &emulation;
  return nullptr;
}

std::string_view target_of(std::uint16_t machine, bool is_64bit, bool is_big_endian) {
  for (const Emulation& known : table)
    if (known.machine == machine && known.is_64bit == is_64bit &&
        known.is_big_endian == is_big_endian)
      return known.target;
  return "elf";
}

Error unknown_emulation(const std::string& name) {
  Closest closest(name);
  for (const Emulation& emulation : table) closest.offer(emulation.name);
  return Error("unrecognised emulation mode: " + name,
               closest.found() ? "did you mean " + closest.name() + "? ld -V lists them"
                               : "ld -V lists them");
}

}  // namespace kbx::link::command
