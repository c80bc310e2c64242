#include "kbx/link/layout/cross_sections.h"

#include <algorithm>

/// Sections that must not refer to one another, after ld's manual, chapter "Miscellaneous
/// Commands".
namespace kbx::link {

void CrossSectionRules::add(const script::NoCrossReferences& command) {
  rules_.push_back({command.to_first, command.sections});
}

void CrossSectionRules::add(std::vector<std::string> sections) {
  rules_.push_back({false, std::move(sections)});
}

bool CrossSectionRules::forbids(std::string_view from, std::string_view to) const {
  if (from == to) return false;
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    const auto has = [&](std::string_view name) {
      return std::ranges::find(rule.sections, name) != rule.sections.end();
    };
    if (rule.only_to_first) return !rule.sections.empty() && rule.sections[0] == to && has(from);
    return has(from) && has(to);
  });
}

}  // namespace kbx::link
