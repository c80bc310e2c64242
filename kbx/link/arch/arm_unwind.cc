#include "kbx/link/arch/arm_unwind.h"

#include <algorithm>
#include <unordered_map>

#include <elf.h>

#include "kbx/link/input/shape.h"
#include "kbx/link/layout/output_section.h"

namespace kbx::link {
namespace {

/// How the last entry so far tells to unwind.
enum class Unwind { unknown, cannot, inlined, table };

std::uint32_t word(const InputSection& section, std::size_t offset) {
  const char* place = section.content.data() + offset;
  return section.file->is_big_endian ? Shape<false, true>::load<std::uint32_t>(place)
                                     : Shape<false, false>::load<std::uint32_t>(place);
}

Unwind kind_of(std::uint32_t second_word) {
  if (second_word == 1) return Unwind::cannot;
  return second_word & 0x80000000 ? Unwind::inlined : Unwind::table;
}

std::vector<const InputSection*> code_sections(const std::vector<InputFile*>& files) {
  std::vector<const InputSection*> code;
  for (const InputFile* file : files)
    for (const InputSection* section : file->sections)
      if (section->output && section->type == SHT_PROGBITS && (section->flags & SHF_EXECINSTR))
        code.push_back(section);
  const auto address = [](const InputSection* section) {
    return section->output->address + section->output_offset;
  };
  std::stable_sort(code.begin(), code.end(), [&](const InputSection* a, const InputSection* b) {
    return address(a) < address(b);
  });
  return code;
}

}  // namespace

bool end_unwind_index(const std::vector<InputFile*>& files) {
  std::unordered_map<const InputSection*, InputSection*> index_of;
  for (const InputFile* file : files)
    for (InputSection* section : file->sections)
      if (section->type == SHT_ARM_EXIDX && section->linked_to)
        index_of[section->linked_to] = section;
  bool has_grown = false;
  Unwind last = Unwind::unknown;
  InputSection* last_index = nullptr;
  const InputSection* last_code = nullptr;
  const auto end_last = [&] {
    last_index->unwind_end = last_code;
    last_index->size += unwind_entry_size;
    last = Unwind::cannot;
    has_grown = true;
  };
  for (const InputSection* code : code_sections(files)) {
    const auto found = index_of.find(code);
    if (found == index_of.end()) {
      if (last != Unwind::cannot && last_index && code->size != 0) end_last();
      continue;
    }
    InputSection& index = *found->second;
    if (!index.output) continue;
    const std::size_t count = index.content.size() / unwind_entry_size;
    const bool starts_late = count != 0 && word(index, 0) != code->address;
    if ((last == Unwind::inlined || last == Unwind::table) && starts_late) end_last();
    if (count != 0)
      last = kind_of(word(index, (count - 1) * unwind_entry_size + sizeof(std::uint32_t)));
    last_index = &index;
    last_code = code;
  }
  return has_grown;
}

}  // namespace kbx::link
