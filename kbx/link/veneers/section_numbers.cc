#include "kbx/link/veneers/section_numbers.h"

#include <elf.h>

namespace kbx::link {
namespace {

/// Lower ones are those of *ABS* and its like.
constexpr std::uint32_t first_number = 0x10;

/// The sections of dynamic linking that GNU ld makes when it meets the first file that needs them:
/// symbols, strings, versions and .dynamic; the tables of .got and .plt; room for copies.
std::uint32_t dynamic_section_count(const FinalKind& kind) {
  std::uint32_t count = 6 + 5 + 2;
  if (kind.options.sysv_hash) ++count;
  if (kind.options.gnu_hash) ++count;
  if (kind.options.relr) ++count;
  if (kind.is_shared) return count;
  if (kind.has_interpreter) ++count;
  return count + 2;  // relocations of copies
}

/// The sections of ARM's glue, which GNU ld makes before it opens a file.
std::uint32_t glue_section_count(const FinalKind& kind) {
  if (kind.machine.number != EM_ARM) return 0;
  return kind.options.arm.stm32l4xx != Stm32l4xxFix::none ? 5 : 4;
}

}  // namespace

SectionNumbers::SectionNumbers(const Resolver& resolver, const FinalKind& kind) {
  std::uint32_t next = first_number + glue_section_count(kind);
  bool awaits_dynamic = kind.is_dynamic;
  for (const InputFile& file : resolver.opened_files()) {
    for (const InputSection* section : file.sections)
      if (section->index != 0) numbers_.emplace(section, next++);
    if (awaits_dynamic && (kind.is_position_independent || file.shared)) {
      next += dynamic_section_count(kind);
      awaits_dynamic = false;
    }
    if (file.commons) numbers_.emplace(file.commons, next++);
  }
}

std::uint32_t SectionNumbers::of(const InputSection& section) const {
  const auto found = numbers_.find(&section);
  return found == numbers_.end() ? 0 : found->second;
}

}  // namespace kbx::link
