#include "kbx/link/arch/attributes.h"

#include <algorithm>
#include <cstring>

#include <elf.h>

#include "kbx/link/input/shape.h"

/// Attributes of a whole file. That of MIPS (.MIPS.abiflags, "MIPS O32 ABI - FR0 and FR1
/// Interlinking") is a structure whose fields are joined one by one. ARM's and RISC-V's are lists
/// that the compiler makes alike for all objects of one configuration; here the first is taken.
namespace kbx::link {
namespace {

constexpr std::size_t abi_flags_size = 24;
constexpr std::size_t reg_info_size = 24;

bool is_kept_once(std::uint16_t machine, const InputSection& section) {
  if (section.name == ".gnu.attributes") return true;
  if (machine == EM_ARM) return section.name == ".ARM.attributes";
  if (machine == EM_RISCV) return section.name == ".riscv.attributes";
  if (machine == EM_MIPS) return section.name == ".MIPS.abiflags" || section.name == ".reginfo";
  return false;
}

void join_word(char* into, const char* other, bool is_big_endian) {
  with_shape(false, is_big_endian, [&]<typename Shape>(Shape) {
    const auto bits =
        Shape::template load<std::uint32_t>(into) | Shape::template load<std::uint32_t>(other);
    Shape::template store<std::uint32_t>(into, bits);
  });
}

/// version(2) isa_level isa_rev gpr_size cpr1_size cpr2_size fp_abi isa_ext(4) ases(4) flags1(4)
/// flags2(4)
void join_abi_flags(char* into, const char* other, bool is_big_endian) {
  for (std::size_t i = 2; i < 7; ++i)
    into[i] = static_cast<char>(
        std::max(static_cast<unsigned char>(into[i]), static_cast<unsigned char>(other[i])));
  join_word(into + 12, other + 12, is_big_endian);
  join_word(into + 16, other + 16, is_big_endian);
}

/// gprmask(4) cprmask(4 * 4) gp_value(4)
void join_reg_info(char* into, const char* other, bool is_big_endian) {
  for (std::size_t i = 0; i < 20; i += 4) join_word(into + i, other + i, is_big_endian);
}

void join(InputSection& first, const InputSection& other, Arena& arena) {
  const bool is_abi_flags = first.name == ".MIPS.abiflags";
  const std::size_t size = is_abi_flags ? abi_flags_size : reg_info_size;
  if (first.name != ".reginfo" && !is_abi_flags) return;
  if (first.content.size() < size || other.content.size() < size) return;
  char* bytes = arena.room(first.content.size());
  std::memcpy(bytes, first.content.data(), first.content.size());
  const bool is_big_endian = first.file->is_big_endian;
  if (is_abi_flags)
    join_abi_flags(bytes, other.content.data(), is_big_endian);
  else
    join_reg_info(bytes, other.content.data(), is_big_endian);
  first.content = {bytes, first.content.size()};
}

}  // namespace

void merge_attributes(const std::vector<InputFile*>& files, Arena& arena) {
  std::vector<InputSection*> kept;
  for (const InputFile* file : files)
    for (InputSection* section : file->sections) {
      if (section->is_discarded || !is_kept_once(file->machine, *section)) continue;
      const auto first = std::find_if(kept.begin(), kept.end(), [&](const InputSection* known) {
        return known->name == section->name;
      });
      if (first == kept.end()) {
        kept.push_back(section);
        continue;
      }
      join(**first, *section, arena);
      section->is_discarded = true;
    }
}

}  // namespace kbx::link
