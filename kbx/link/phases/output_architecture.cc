#include "kbx/link/phases/output_architecture.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"

/// OUTPUT_ARCH after ld's manual, "Other Linker Script Commands". Its names are BFD's (objdump
/// --info lists them): a family, or a member of one behind a colon. kbx takes the machine from the
/// inputs and -m; the command may only agree.
namespace kbx::link {
namespace {

struct Family {
  std::string_view name;  // a whole name, or what all its members start with
  bool has_members;
  std::uint16_t machine;
  std::optional<bool> is_64bit;
};

constexpr std::array<Family, 29> families = {{
    {"i386:x86-64", true, EM_X86_64, true},
    {"i386:x64-32", true, EM_X86_64, false},
    {"i386", false, EM_386, false},
    {"i386:intel", false, EM_386, false},
    {"i8086", false, EM_386, false},
    {"iamcu", true, EM_386, false},
    {"aarch64:ilp32", false, EM_AARCH64, false},
    {"aarch64", true, EM_AARCH64, true},
    {"arm", true, EM_ARM, false},
    {"xscale", false, EM_ARM, false},
    {"ep9312", false, EM_ARM, false},
    {"iwmmxt", true, EM_ARM, false},
    {"riscv:rv32", false, EM_RISCV, false},
    {"riscv:rv64", false, EM_RISCV, true},
    {"riscv", false, EM_RISCV, {}},
    {"powerpc:common64", false, EM_PPC64, true},
    {"powerpc:common", false, EM_PPC, false},
    {"powerpc", true, EM_PPC64, {}},
    {"powerpc", true, EM_PPC, {}},
    {"rs6000", true, EM_PPC, {}},
    {"s390:31-bit", false, EM_S390, false},
    {"s390:64-bit", false, EM_S390, true},
    {"s390", false, EM_S390, {}},
    {"mips", true, EM_MIPS, {}},
    {"loongarch", true, EM_LOONGARCH, {}},
    {"sparc", true, EM_SPARC, {}},
    {"sparc:v9", true, EM_SPARCV9, {}},
    {"sh", true, EM_SH, {}},
    {"m68k", true, EM_68K, {}},
}};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return result;
}

bool is_named(const Family& family, std::string_view name) {
  return family.has_members ? name.starts_with(family.name) : name == family.name;
}

bool agrees(const Family& family, const MachineFormat& format) {
  return family.machine == format.machine &&
         family.is_64bit.value_or(format.is_64bit) == format.is_64bit;
}

}  // namespace

void check_output_architecture(const LinkState& state) {
  const script::OutputArch* asked = nullptr;
  for (const script::Script& script : state.scripts)
    for (const script::Command& command : script.commands)
      if (const auto* arch = std::get_if<script::OutputArch>(&command)) asked = arch;
  if (!asked) return;
  const std::string name = lower(asked->arch);
  const MachineFormat format = state.resolver.format();
  const auto fits = [&](const Family& family) {
    return is_named(family, name) && agrees(family, format);
  };
  if (std::ranges::any_of(families, fits)) return;
  // Of machines that the table does not have any name may be right that is no other's.
  const auto is_known = [&](const Family& family) { return family.machine == format.machine; };
  const auto is_others = [&](const Family& family) { return is_named(family, name); };
  if (std::ranges::none_of(families, is_known) && std::ranges::none_of(families, is_others)) return;
  throw Error(asked->place.location(), fmt::format("cannot represent machine `{}'", asked->arch),
              "OUTPUT_ARCH has to name the machine of the inputs, and of -m; leave it out");
}

}  // namespace kbx::link
