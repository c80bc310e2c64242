#include "kbx/link/layout/pattern.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"

/// The patterns of input sections, after ld's manual, chapters "Input Section Basics" to "Input
/// Section Wildcards": a file pattern, names to leave out, a wildcard for the section.
namespace kbx::link {
namespace {

script::FileNames names_of(const InputFile& file) {
  if (file.archive_path.empty()) return {file.path, file.path, {}, {}};
  return {file.member_name, file.member_name, file.archive_path, file.archive_path};
}

constexpr std::pair<std::string_view, std::uint64_t> flag_names[] = {
    {"SHF_WRITE", SHF_WRITE},           {"SHF_ALLOC", SHF_ALLOC},
    {"SHF_EXECINSTR", SHF_EXECINSTR},   {"SHF_MERGE", SHF_MERGE},
    {"SHF_STRINGS", SHF_STRINGS},       {"SHF_INFO_LINK", SHF_INFO_LINK},
    {"SHF_LINK_ORDER", SHF_LINK_ORDER}, {"SHF_OS_NONCONFORMING", SHF_OS_NONCONFORMING},
    {"SHF_GROUP", SHF_GROUP},           {"SHF_TLS", SHF_TLS},
    {"SHF_MASKOS", SHF_MASKOS},         {"SHF_EXCLUDE", SHF_EXCLUDE},
    {"SHF_X86_64_LARGE", 0x10000000},   {"SHF_ARM_PURECODE", 0x20000000},
};

struct WantedFlags {
  std::uint64_t set = 0;
  std::uint64_t unset = 0;

  bool are_in(std::uint64_t flags) const { return (flags & set) == set && (flags & unset) == 0; }
};

/// INPUT_SECTION_FLAGS.
WantedFlags wanted_flags(const script::InputSections& input) {
  WantedFlags wanted;
  for (const std::string& flag : input.flags) {
    const bool is_unset = flag.starts_with('!');
    const std::string_view name = std::string_view(flag).substr(is_unset ? 1 : 0);
    const auto* known =
        std::ranges::find(flag_names, name, [](const auto& row) { return row.first; });
    if (known == std::end(flag_names))
      throw Error(input.place.location(), fmt::format("unrecognized INPUT_SECTION_FLAG {}", name),
                  "it takes names such as SHF_ALLOC, with & between them and ! before what may not "
                  "be set");
    (is_unset ? wanted.unset : wanted.set) |= known->second;
  }
  return wanted;
}

bool is_matched(const script::InputSections& input, const InputSection& section) {
  if (!script::file_matches(input.file, names_of(*section.file))) return false;
  if (!input.flags.empty() && !wanted_flags(input).are_in(section.flags)) return false;
  if (input.sections.empty()) return true;
  return std::any_of(input.sections.begin(), input.sections.end(),
                     [&](const script::SectionPattern& pattern) {
                       return script::name_matches(pattern.name, section.name) &&
                              !script::is_excluded(pattern.excluded, names_of(*section.file));
                     });
}

}  // namespace

bool is_discarding(const Slot& slot) {
  return slot.name == "/DISCARD/";
}

PatternTable::PatternTable(Slots& slots) {
  for (Slot* slot = slots.first(); slot; slot = slot->next)
    for (std::size_t i = 0; i < slot->items.size(); ++i) {
      const script::Statement* statement = slot->items[i].statement;
      const auto* input = statement ? std::get_if<script::InputSections>(statement) : nullptr;
      if (!input) continue;
      const std::size_t count = std::max<std::size_t>(input->sections.size(), 1);
      for (std::size_t k = 0; k < count; ++k) {
        const std::string name = input->sections.empty() ? "*" : input->sections[k].name;
        if (script::is_wildcard(name))
          wildcards_.push_back(places_.size());
        else
          plain_[name].push_back(places_.size());
        const WantedFlags flags = wanted_flags(*input);
        places_.push_back({slot, i, k, script::SectionNamePattern(name), flags.set, flags.unset});
      }
    }
}

bool PatternTable::takes(const Place& place, const InputSection& section,
                         bool only_discarding) const {
  if (place.slot->constraint == Slot::Constraint::unmet) return false;
  if (only_discarding && !is_discarding(*place.slot)) return false;
  const auto& input = std::get<script::InputSections>(*place.slot->items[place.item].statement);
  if (!place.name.matches(section.name)) return false;
  if (!WantedFlags{place.flags_set, place.flags_unset}.are_in(section.flags)) return false;
  const bool is_any_file = input.file.name == "*" && input.file.excluded.empty();
  if (!is_any_file && !script::file_matches(input.file, names_of(*section.file))) return false;
  if (input.sections.empty()) return true;
  const script::SectionPattern& pattern = input.sections[place.pattern];
  return pattern.excluded.empty() ||
         !script::is_excluded(pattern.excluded, names_of(*section.file));
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

std::vector<const PatternTable::Place*> PatternTable::find_all(const InputSection& section,
                                                               bool only_discarding) const {
  std::vector<const Place*> all;
  for (const Place& place : places_)
    if (takes(place, section, only_discarding)) all.push_back(&place);
  return all;
}

void sort_mixed(std::vector<InputSection*>& inputs, const script::InputSections& patterns,
                const std::vector<SortOrder>& orders) {
  std::vector<script::SectionNamePattern> names;
  for (const script::SectionPattern& pattern : patterns.sections) names.emplace_back(pattern.name);
  const auto key_of = [](const InputSection* input) {
    return script::SortKey{input->name, std::uint64_t{1} << input->alignment_power};
  };
  std::vector<InputSection*> sorted;
  for (InputSection* input : inputs) {
    std::size_t i = 0;
    while (i + 1 < names.size() && !names[i].matches(input->name)) ++i;
    const auto [sort, reverse] = orders[i];
    auto place = sorted.end();
    if (sort != script::Sort::unsorted && sort != script::Sort::none) {
      const auto comes_after = [&, order = sort, is_reverse = reverse](const InputSection* other) {
        return script::sorts_before(order, is_reverse, key_of(input), key_of(other));
      };
      place = std::find_if(sorted.begin(), sorted.end(), comes_after);
    }
    sorted.insert(place, input);
  }
  inputs = std::move(sorted);
}

void sort_files(std::vector<InputSection*>& inputs, const script::InputSections& patterns,
                const std::vector<SortOrder>& orders) {
  const auto file_of = [](const InputSection* input) {
    const InputFile& file = *input->file;
    return file.archive_path.empty()
               ? std::pair(std::string_view(file.path), std::string_view())
               : std::pair(std::string_view(file.archive_path), std::string_view(file.member_name));
  };
  const bool is_reverse = patterns.file.reverse;
  std::ranges::stable_sort(inputs, [&](const InputSection* a, const InputSection* b) {
    return is_reverse ? file_of(b) < file_of(a) : file_of(a) < file_of(b);
  });
  std::vector<InputSection*> sorted;
  for (auto start = inputs.begin(); start != inputs.end();) {
    const auto end = std::find_if(start, inputs.end(), [&](const InputSection* input) {
      return file_of(input) != file_of(*start);
    });
    std::vector<InputSection*> of_file(start, end);
    sort_mixed(of_file, patterns, orders);
    sorted.insert(sorted.end(), of_file.begin(), of_file.end());
    start = end;
  }
  inputs = std::move(sorted);
}

void mark_kept(Slots& slots, const std::vector<InputFile*>& files) {
  for (Slot* slot = slots.first(); slot; slot = slot->next)
    for (const Item& item : slot->items) {
      const auto* input =
          item.statement ? std::get_if<script::InputSections>(item.statement) : nullptr;
      if (!input || !input->keep) continue;
      for (const InputFile* file : files)
        for (InputSection* section : file->sections)
          if (is_matched(*input, *section)) section->traits |= trait_keep;
    }
}

void sort_input(std::vector<InputSection*>& inputs, script::Sort sort, bool reverse) {
  if (sort == script::Sort::unsorted || sort == script::Sort::none) return;
  const auto key_of = [](const InputSection* input) {
    return script::SortKey{input->name, std::uint64_t{1} << input->alignment_power};
  };
  std::stable_sort(inputs.begin(), inputs.end(), [&](const InputSection* a, const InputSection* b) {
    return script::sorts_before(sort, reverse, key_of(a), key_of(b));
  });
}

}  // namespace kbx::link
