#include "kbx/link/arch/machine.h"

#include <elf.h>

#include "kbx/link/arch/aarch64.h"
#include "kbx/link/arch/arm.h"
#include "kbx/link/arch/i386.h"
#include "kbx/link/arch/riscv.h"
#include "kbx/link/arch/x86_64.h"

namespace kbx::link {

const Machine* find_machine(std::uint16_t number, bool is_64bit, bool is_big_endian) {
  if (number == EM_X86_64 && !is_big_endian) return is_64bit ? &x86_64_machine() : &x32_machine();
  if (number == EM_AARCH64 && is_64bit) return &aarch64_machine(is_big_endian);
  if (number == EM_ARM && !is_64bit) return &arm_machine(is_big_endian);
  if (number == EM_RISCV && !is_big_endian) return &riscv_machine(is_64bit);
  if (number == EM_386 && !is_64bit && !is_big_endian) return &i386_machine();
  return nullptr;
}

}  // namespace kbx::link
