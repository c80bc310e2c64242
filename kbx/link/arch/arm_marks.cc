#include "kbx/link/arch/arm_marks.h"

#include <algorithm>
#include <utility>

#include <elf.h>

namespace kbx::link {

bool is_arm_mark(std::string_view name) {
  return name.size() >= 2 && name[0] == '$' &&
         (name[1] == 'a' || name[1] == 't' || name[1] == 'd') &&
         (name.size() == 2 || name[2] == '.');
}

ArmSpans arm_spans(const InputFile& file) {
  ArmSpans spans;
  for (std::size_t i = 1; i < file.symbols.size() && i < file.first_global; ++i) {
    const InputSymbol& symbol = file.symbols[i];
    if (symbol.section >= first_reserved_section || !is_arm_mark(symbol.name)) continue;
    if (const InputSection* section = file.section_at(symbol.section))
      spans[section].push_back({symbol.value, section->size, symbol.name[1]});
  }
  for (auto& [section, all] : spans) {
    std::sort(all.begin(), all.end(), [](const ArmSpan& a, const ArmSpan& b) {
      return std::pair(a.start, a.kind) < std::pair(b.start, b.kind);
    });
    const std::uint64_t size = section->content.size();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i + 1 < all.size()) all[i].end = all[i + 1].start;
      all[i].end = std::min(all[i].end, size);
      all[i].start = std::min(all[i].start, all[i].end);
    }
  }
  return spans;
}

void swap_code(const std::vector<ArmSpan>& spans, char* content) {
  for (const ArmSpan& span : spans) {
    if (span.kind == 'd') continue;
    const std::uint64_t unit = span.kind == 'a' ? 4 : 2;
    for (std::uint64_t i = span.start; i + unit <= span.end; i += unit)
      std::reverse(content + i, content + i + unit);
  }
}

}  // namespace kbx::link
