#include "kbx/link/arch/emulation.h"

#include <elf.h>

namespace kbx::link {
namespace {

struct Emulation {
  std::string_view name;
  MachineFormat format;
};

/// The emulations of the machines that Linux modules are built for.
constexpr Emulation emulations[] = {
    {"elf_x86_64", {EM_X86_64, true, false}},
    {"elf32_x86_64", {EM_X86_64, false, false}},
    {"elf_i386", {EM_386, false, false}},
    {"aarch64linux", {EM_AARCH64, true, false}},
    {"aarch64elf", {EM_AARCH64, true, false}},
    {"aarch64linuxb", {EM_AARCH64, true, true}},
    {"aarch64elfb", {EM_AARCH64, true, true}},
    {"armelf_linux_eabi", {EM_ARM, false, false}},
    {"armelf", {EM_ARM, false, false}},
    {"armelfb_linux_eabi", {EM_ARM, false, true}},
    {"elf64lriscv", {EM_RISCV, true, false}},
    {"elf32lriscv", {EM_RISCV, false, false}},
    {"elf64lppc", {EM_PPC64, true, false}},
    {"elf64ppc", {EM_PPC64, true, true}},
    {"elf32ppc", {EM_PPC, false, true}},
    {"elf32ppclinux", {EM_PPC, false, true}},
    {"elf64_s390", {EM_S390, true, true}},
    {"elf64ltsmip", {EM_MIPS, true, false}},
    {"elf64btsmip", {EM_MIPS, true, true}},
    {"elf32ltsmip", {EM_MIPS, false, false}},
    {"elf32btsmip", {EM_MIPS, false, true}},
    {"elf64loongarch", {EM_LOONGARCH, true, false}},
};

}  // namespace

std::optional<MachineFormat> emulation(std::string_view name) {
  for (const Emulation& known : emulations)
    if (known.name == name) return known.format;
  return std::nullopt;
}

MachineFormat native_format() {
#if defined(__aarch64__)
  return {EM_AARCH64, true, false};
#elif defined(__riscv)
  return {EM_RISCV, true, false};
#elif defined(__powerpc64__)
  return {EM_PPC64, true, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__};
#elif defined(__s390x__)
  return {EM_S390, true, true};
#else
  return {EM_X86_64, true, false};
#endif
}

}  // namespace kbx::link
