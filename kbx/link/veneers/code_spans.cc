#include "kbx/link/veneers/code_spans.h"

#include <algorithm>
#include <utility>

namespace kbx::link {
namespace {

/// Where something starts, and 'x' for code or 'd' for data.
using Mark = std::pair<std::uint64_t, char>;

char mapping_type(const InputSymbol& symbol) {
  const std::string_view name = symbol.name;
  const bool is_mark = name.size() >= 2 && name[0] == '$' && (name[1] == 'x' || name[1] == 'd') &&
                       (name.size() == 2 || name[2] == '.');
  return is_mark ? name[1] : '\0';
}

std::vector<CodeSpan> spans(std::vector<Mark> marks, const InputSection& section) {
  std::sort(marks.begin(), marks.end());
  std::vector<CodeSpan> code;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i].second == 'd') continue;
    const std::uint64_t end =
        i + 1 < marks.size() ? marks[i + 1].first : marks.front().first + section.size;
    code.push_back({marks[i].first, std::min<std::uint64_t>(end, section.content.size())});
  }
  return code;
}

}  // namespace

std::unordered_map<const InputSection*, std::vector<CodeSpan>> code_spans(const InputFile& file) {
  std::unordered_map<const InputSection*, std::vector<Mark>> marks;
  for (std::size_t i = 1; i < file.symbols.size() && i < file.first_global; ++i) {
    const InputSymbol& symbol = file.symbols[i];
    const char type = mapping_type(symbol);
    const InputSection* const section =
        symbol.section < first_reserved_section ? file.section_at(symbol.section) : nullptr;
    if (type != '\0' && section) marks[section].emplace_back(symbol.value, type);
  }
  std::unordered_map<const InputSection*, std::vector<CodeSpan>> all;
  for (auto& [section, of_section] : marks) all[section] = spans(std::move(of_section), *section);
  return all;
}

}  // namespace kbx::link
