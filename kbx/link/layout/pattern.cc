#include "kbx/link/layout/pattern.h"

#include <algorithm>

#include <fnmatch.h>

#include "kbx/base/text.h"

/// The patterns of input sections, after ld's manual, chapters "Input Section Basics" to "Input
/// Section Wildcards": a file pattern, names to leave out, a wildcard for the section.
namespace kbx::link {
namespace {

bool is_wildcard(std::string_view pattern) {
  return pattern.find_first_of("?*[") != std::string_view::npos;
}

bool matches(const std::string& pattern, std::string_view name) {
  if (pattern == "*") return true;
  if (!is_wildcard(pattern)) return pattern == name;
  // Names come from string tables and string literals, so a 0 byte follows each.
  return ::fnmatch(pattern.c_str(), name.data(), 0) == 0;
}

/// A file pattern may name a member of an archive: `archive:member`, `archive:`, `:file`.
bool file_matches(const std::string& pattern, const InputFile& file) {
  const std::size_t colon = pattern.find(':');
  if (colon == std::string::npos)
    return matches(pattern, file.archive_path.empty() ? file.path : file.member_name);
  const std::string archive = pattern.substr(0, colon);
  const std::string member = pattern.substr(colon + 1);
  if (archive.empty()) return file.archive_path.empty() && matches(member, file.path);
  return !file.archive_path.empty() && matches(archive, file.archive_path) &&
         (member.empty() || matches(member, file.member_name));
}

bool is_excluded(const std::vector<std::string>& patterns, const InputFile& file) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return file_matches(pattern, file); });
}

/// The number at the end of .init_array.N and .ctors.N (which count the other way), or -1.
long priority_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return -1;
  const auto number = parse_number(name.substr(dot + 1));
  if (!number || *number > 0x7fffffff) return -1;
  const std::string_view start = name.substr(0, dot);
  const bool counts_down = start == ".ctors" || start == ".dtors";
  const auto priority = static_cast<long>(*number);
  return counts_down ? 65535 - priority : priority;
}

int compare_priority(const InputSection& a, const InputSection& b) {
  const long first = priority_of(a.name);
  const long second = priority_of(b.name);
  if (first < 0 || second < 0 || first == second) return a.name.compare(b.name);
  return first < second ? -1 : 1;
}

/// Negative if `a` comes before `b`.
int compare(const InputSection& a, const InputSection& b, script::Sort sort) {
  const int by_alignment = int{b.alignment_power} - int{a.alignment_power};
  switch (sort) {
    case script::Sort::name:
      return a.name.compare(b.name);
    case script::Sort::alignment:
      return by_alignment;
    case script::Sort::name_alignment: {
      const int by_name = a.name.compare(b.name);
      return by_name != 0 ? by_name : by_alignment;
    }
    case script::Sort::alignment_name:
      return by_alignment != 0 ? by_alignment : a.name.compare(b.name);
    case script::Sort::init_priority:
      return compare_priority(a, b);
    case script::Sort::unsorted:
    case script::Sort::none:
      return 0;
  }
  return 0;
}

}  // namespace

bool is_discarding(const Slot& slot) { return slot.name == "/DISCARD/"; }

PatternTable::PatternTable(Slots& slots) {
  for (Slot* slot = slots.first(); slot; slot = slot->next)
    for (std::size_t i = 0; i < slot->items.size(); ++i) {
      const script::Statement* statement = slot->items[i].statement;
      const auto* input = statement ? std::get_if<script::InputSections>(statement) : nullptr;
      if (!input) continue;
      const std::size_t count = std::max<std::size_t>(input->sections.size(), 1);
      for (std::size_t k = 0; k < count; ++k) {
        if (input->sections.empty() || is_wildcard(input->sections[k].name))
          wildcards_.push_back(places_.size());
        else
          plain_[input->sections[k].name].push_back(places_.size());
        places_.push_back({slot, i, k});
      }
    }
}

bool PatternTable::takes(const Place& place, const InputSection& section,
                         bool only_discarding) const {
  if (place.slot->constraint == Slot::Constraint::unmet) return false;
  if (only_discarding && !is_discarding(*place.slot)) return false;
  const auto& input = std::get<script::InputSections>(*place.slot->items[place.item].statement);
  if (input.file.name != "*" && !file_matches(input.file.name, *section.file)) return false;
  if (is_excluded(input.file.excluded, *section.file)) return false;
  if (input.sections.empty()) return true;
  const script::SectionPattern& pattern = input.sections[place.pattern];
  return matches(pattern.name, section.name) && !is_excluded(pattern.excluded, *section.file);
}

const PatternTable::Place* PatternTable::find(const InputSection& section,
                                              bool only_discarding) const {
  std::size_t best = places_.size();
  if (const auto plain = plain_.find(section.name); plain != plain_.end())
    for (const std::size_t i : plain->second)
      if (takes(places_[i], section, only_discarding)) {
        best = i;
        break;
      }
  for (const std::size_t i : wildcards_) {
    if (i >= best) break;
    if (takes(places_[i], section, only_discarding)) {
      best = i;
      break;
    }
  }
  return best == places_.size() ? nullptr : &places_[best];
}

void sort_input(std::vector<InputSection*>& inputs, script::Sort sort) {
  if (sort == script::Sort::unsorted || sort == script::Sort::none) return;
  std::stable_sort(inputs.begin(), inputs.end(),
                   [&](const InputSection* a, const InputSection* b) {
                     return compare(*a, *b, sort) < 0;
                   });
}

}  // namespace kbx::link
