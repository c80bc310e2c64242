#include "kbx/link/arch/elf_flags.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"

/// RISC-V: files with and without compressed instructions may be linked, files of different ABIs
/// for floats or of the embedded variant may not; those without code say nothing. After the RISC-V
/// ELF psABI, "File Header", and GNU ld 2.40.
namespace kbx::link {
namespace {

constexpr std::uint32_t riscv_tso = 0x10;                      // EF_RISCV_TSO
constexpr std::uint32_t riscv_abi = EF_RISCV_FLOAT_ABI | 0x8;  // and EF_RISCV_RVE
constexpr std::uint32_t riscv_united = EF_RISCV_RVC | riscv_tso;

bool has_code(const InputFile& file) {
  return std::any_of(file.sections.begin(), file.sections.end(), [](const InputSection* section) {
    constexpr Traits code = trait_load | trait_code | trait_contents;
    return (section->traits & code) == code;
  });
}

std::uint32_t riscv_flags(const std::vector<InputFile*>& files) {
  const InputFile* first = nullptr;
  std::uint32_t flags = 0;
  for (const InputFile* file : files) {
    if (file->is_binary || !has_code(*file)) continue;
    if (!first) {
      first = file;
      flags = file->elf_flags;
    }
    if ((flags ^ file->elf_flags) & riscv_abi)
      throw Error(Location{file->path, 0},
                  fmt::format("has another ABI (ELF flags {:#x}) than {} ({:#x})", file->elf_flags,
                              first->path, first->elf_flags),
                  "compile all objects of a link with the same -mabi");
    flags |= file->elf_flags & riscv_united;
  }
  return flags;
}

}  // namespace

std::uint32_t merged_elf_flags(const std::vector<InputFile*>& files) {
  const auto first = std::find_if(files.begin(), files.end(),
                                  [](const InputFile* file) { return !file->is_binary; });
  if (first == files.end()) return 0;
  return (*first)->machine == EM_RISCV ? riscv_flags(files) : (*first)->elf_flags;
}

}  // namespace kbx::link
