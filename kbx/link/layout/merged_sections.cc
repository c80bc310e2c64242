#include "kbx/link/layout/merged_sections.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <deque>
#include <limits>
#include <string>
#include <string_view>

#include <elf.h>

#include "kbx/base/parallel.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/layout/suffixes.h"

/// Merging of strings and constants (SHF_MERGE), with GNU ld 2.40's result: sections of one output
/// section that agree in alignment, entry size and kind are merged with one another. Each content
/// stays where it stood first, or where it first stood as aligned as anywhere; what stays of a
/// section keeps its order and moves together. A string that is the end of another is no longer
/// there (suffixes.h).
///
/// The work goes from sections to strings and back: all sections are cut into strings, which get a
/// hash (by section); each thread finds equal ones among those whose hash falls to it; the finds
/// are put into the order of the input, and the sections' strings get their places. Nothing of it
/// depends on how many threads there are.
namespace kbx::link {

struct MergedInput {
  MergedGroup* group = nullptr;
  InputSection* section = nullptr;
  std::string_view content;            // with a terminator at its end
  std::uint64_t size = 0;              // of the input
  std::vector<std::uint32_t> starts;   // of its strings; constants need none
  std::vector<std::uint32_t> marks;    // of each stretch of mark_distance bytes: the string there
  std::vector<std::uint32_t> hashes;   // of the strings or constants, while they are merged
  std::vector<std::uint32_t> strings;  // which of the group's they are
  std::uint32_t first = 0;             // of the group's strings: those that are written here
  std::uint32_t last = 0;
  bool stays = false;

  // Relocations ask for a place millions of times: of a search through all starts a few steps stay.
  static constexpr std::uint32_t mark_distance = 64;

  void mark_strings() {
    marks.resize(static_cast<std::size_t>(size / mark_distance + 1));
    std::uint32_t string = 0;
    for (std::size_t i = 0; i < marks.size(); ++i) {
      while (string + 1 < starts.size() && starts[string + 1] <= i * mark_distance) ++string;
      marks[i] = string;
    }
  }

  struct Piece {
    std::size_t string = 0;    // or constant
    std::uint64_t within = 0;  // bytes behind its start
  };
  /// The last string or constant that starts at `offset` or before it.
  Piece piece_at(std::uint64_t offset) const;

 private:
  std::size_t string_at(std::uint32_t offset) const {
    std::size_t string = marks[offset / mark_distance];
    while (string + 1 < starts.size() && starts[string + 1] <= offset) ++string;
    return string;
  }
};

struct MergedGroup {
  bool has_strings = false;
  std::uint64_t entry_size = 0;
  std::uint8_t alignment_power = 0;
  OutputSection* output = nullptr;
  std::deque<MergedInput> inputs;
  std::vector<MergedString> strings;
  std::vector<std::uint32_t> suffix_of;  // of each string; empty for constants
  std::uint32_t empty = no_string;       // the string without characters
  std::deque<std::string> copies;        // of content that lacks its terminator
  std::vector<std::uint64_t> addresses;  // of each string; empty: they are not final
};

MergedInput::Piece MergedInput::piece_at(std::uint64_t offset) const {
  if (!group->has_strings) return {offset / group->entry_size, offset % group->entry_size};
  const std::size_t string = string_at(static_cast<std::uint32_t>(offset));
  return {string, offset - starts[string]};
}

namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint32_t>::max() / 2;

/// What can be merged. Of other sections GNU ld leaves the content alone.
bool can_merge(const InputSection& section) {
  if (!(section.traits & trait_merge) || section.is_discarded || !section.output) return false;
  if (section.traits & (trait_exclude | trait_relocated)) return false;
  const std::uint64_t entry_size = section.entry_size;
  if (section.content.empty() || section.content.size() != section.size || entry_size == 0 ||
      section.content.size() % entry_size != 0 || section.content.size() > largest ||
      section.alignment_power >= 32)
    return false;
  const std::uint64_t alignment = std::uint64_t{1} << section.alignment_power;
  if (entry_size < alignment)
    return (section.traits & trait_strings) && std::has_single_bit(entry_size);
  return (entry_size & (alignment - 1)) == 0;
}

bool is_zero(const char* place, std::uint64_t size) {
  for (std::uint64_t i = 0; i < size; ++i)
    if (place[i] != 0) return false;
  return true;
}

/// With the terminator, which is there.
std::uint32_t string_length(const char* string, std::uint64_t entry_size) {
  if (entry_size == 1) return static_cast<std::uint32_t>(std::strlen(string) + 1);
  std::uint64_t length = 0;
  while (!is_zero(string + length, entry_size)) length += entry_size;
  return static_cast<std::uint32_t>(length + entry_size);
}

std::uint32_t hash_of(const char* data, std::uint32_t length) {
  constexpr std::uint64_t factor = 0x9fb21c651e98df25;
  std::uint64_t hash = length * factor;
  for (; length >= 8; data += 8, length -= 8) {
    hash = (hash ^ Shape<true, false>::load<std::uint64_t>(data)) * factor;
    hash ^= hash >> 32;
  }
  if (length != 0) {
    char rest[8] = {};
    std::memcpy(rest, data, length);
    hash = (hash ^ Shape<true, false>::load<std::uint64_t>(rest)) * factor;
    hash ^= hash >> 32;
  }
  hash *= factor;
  return static_cast<std::uint32_t>(hash >> 32);
}

/// Cuts a section into strings and constants.
void cut(MergedInput& input, const MergedGroup& group) {
  const char* const data = input.content.data();
  const auto width = static_cast<std::uint32_t>(group.entry_size);
  const auto size = static_cast<std::uint32_t>(input.size);
  const auto add = [&](std::uint32_t at, std::uint32_t length) {
    input.hashes.push_back(hash_of(data + at, length));
  };
  if (!group.has_strings) {
    input.hashes.reserve(size / width);
    for (std::uint32_t at = 0; at < size; at += width) add(at, width);
    return;
  }
  const std::uint32_t mask = (std::uint32_t{1} << group.alignment_power) - 1;
  bool has_empty = false;
  for (std::uint32_t at = 0; at < size;) {
    const std::uint32_t length = string_length(data + at, width);
    input.starts.push_back(at);
    add(at, length);
    at += length;
    // Of what is padding, or looks like it, the first that is aligned counts as an empty string.
    for (; at < size && is_zero(data + at, width); at += width) {
      if (has_empty || (at & mask) != 0) continue;
      has_empty = true;
      input.starts.push_back(at);
      add(at, width);
    }
  }
}

/// Finds equal content among that whose hash falls to this part.
class Part {
 public:
  struct Found {
    MergedString string;
    std::uint64_t place = 0;   // in the order of the input
    std::uint32_t number = 0;  // among the group's strings
  };

  Part(MergedGroup& group, std::uint64_t index, std::uint64_t count)
      : group_(group), index_(index), count_(count), slots_(1024) {}

  bool has(std::uint32_t hash) const { return (hash * count_) >> 32 == index_; }

  void find() {
    std::uint32_t number = 0;
    for (MergedInput& input : group_.inputs) {
      const std::size_t count = input.hashes.size();
      for (std::size_t i = 0; i < count; ++i) {
        if (i + ahead < count) prefetch(input.hashes[i + ahead]);
        if (has(input.hashes[i])) input.strings[i] = add(input, number, i);
      }
      ++number;
    }
  }

  std::vector<Found>& found() { return found_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t found = no_string;
  };
  static constexpr std::size_t ahead = 8;

  void prefetch(std::uint32_t hash) const {
    __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }

  MergedString string_at(const MergedInput& input, std::uint32_t number, std::size_t i) const {
    MergedString string;
    string.input = number;
    if (!group_.has_strings) {
      string.data = input.content.data() + i * group_.entry_size;
      string.length = static_cast<std::uint32_t>(group_.entry_size);
      string.alignment = 1;
      return string;
    }
    const std::uint32_t start = input.starts[i];
    const std::uint32_t most = std::uint32_t{1} << group_.alignment_power;
    string.data = input.content.data() + start;
    string.length = string_length(string.data, group_.entry_size);
    const std::uint32_t lowest = start & (~start + 1);
    string.alignment = lowest == 0 ? most : std::min(lowest, most);
    return string;
  }

  std::uint32_t add(const MergedInput& input, std::uint32_t number, std::size_t i) {
    const MergedString string = string_at(input, number, i);
    const std::uint32_t hash = input.hashes[i];
    const std::uint64_t place = std::uint64_t{number} << 32 | i;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      Slot& slot = slots_[at];
      if (slot.found == no_string) {
        slot = {hash, static_cast<std::uint32_t>(found_.size())};
        found_.push_back({string, place, 0});
        const std::uint32_t made = slot.found;
        if (++used_ * 2 > slots_.size()) grow();
        return made;
      }
      if (slot.hash != hash) continue;
      MergedString& known = found_[slot.found].string;
      if (known.length != string.length || std::memcmp(known.data, string.data, string.length) != 0)
        continue;
      if (known.alignment >= string.alignment) return slot.found;
      // What is less aligned does not stay; whoever wanted it is content with this one.
      known.alignment = 0;
      known.offset = static_cast<std::uint32_t>(found_.size());
      slot.found = known.offset;
      found_.push_back({string, place, 0});
      return slot.found;
    }
  }

  void grow() {
    std::vector<Slot> slots(slots_.size() * 4);
    const std::size_t mask = slots.size() - 1;
    for (const Slot& slot : slots_) {
      if (slot.found == no_string) continue;
      std::size_t at = slot.hash & mask;
      while (slots[at].found != no_string) at = (at + 1) & mask;
      slots[at] = slot;
    }
    slots_ = std::move(slots);
  }

  MergedGroup& group_;
  std::uint64_t index_;
  std::uint64_t count_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::vector<Found> found_;
};

class Merger {
 public:
  Merger(MergedGroup& group, unsigned threads) : group_(group), threads_(threads) {}

  void run() {
    std::uint64_t size = 0;
    for (const MergedInput& input : group_.inputs) size += input.size;
    constexpr std::uint64_t small = 1 << 16;
    if (size < small) threads_ = 1;
    terminate();
    parallel_for(group_.inputs.size(), threads_, [&](std::size_t i) {
      MergedInput& input = group_.inputs[i];
      cut(input, group_);
      if (group_.has_strings) input.mark_strings();
      input.strings.resize(input.hashes.size());
    });
    find();
    if (group_.has_strings)
      group_.suffix_of = merge_suffixes(group_.strings, group_.entry_size, threads_);
    place();
  }

 private:
  /// A compiler may leave out the last terminator.
  void terminate() {
    for (MergedInput& input : group_.inputs) {
      if (!group_.has_strings ||
          is_zero(input.content.data() + (input.size - group_.entry_size), group_.entry_size))
        continue;
      std::string& copy = group_.copies.emplace_back(input.content);
      copy.append(static_cast<std::size_t>(group_.entry_size), '\0');
      input.content = copy;
    }
  }

  void find() {
    std::deque<Part> parts;
    for (unsigned i = 0; i < threads_; ++i) parts.emplace_back(group_, i, threads_);
    parallel_for(parts.size(), threads_, [&](std::size_t i) { parts[i].find(); });
    gather(parts);
    parallel_for(group_.inputs.size(), threads_, [&](std::size_t i) {
      MergedInput& input = group_.inputs[i];
      for (std::size_t k = 0; k < input.hashes.size(); ++k) {
        std::vector<Part::Found>& found = part_of(parts, input.hashes[k]).found();
        // The last of a row that got more and more aligned.
        std::uint32_t string = input.strings[k];
        while (found[string].string.alignment == 0) string = found[string].string.offset;
        input.strings[k] = found[string].number;
      }
      input.hashes = {};
    });
  }

  static Part& part_of(std::deque<Part>& parts, std::uint32_t hash) {
    return parts[static_cast<std::size_t>((std::uint64_t{hash} * parts.size()) >> 32)];
  }

  /// Puts what the parts found into the order of the input.
  void gather(std::deque<Part>& parts) {
    std::vector<std::size_t> next(parts.size());
    std::size_t total = 0;
    for (Part& part : parts) total += part.found().size();
    group_.strings.reserve(total);
    while (true) {
      Part::Found* first = nullptr;
      std::size_t from = 0;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        std::vector<Part::Found>& found = parts[i].found();
        if (next[i] == found.size() || (first && found[next[i]].place > first->place)) continue;
        first = &found[next[i]];
        from = i;
      }
      if (!first) return;
      ++next[from];
      if (first->string.alignment == 0) continue;
      first->number = static_cast<std::uint32_t>(group_.strings.size());
      if (group_.has_strings && first->string.length == group_.entry_size)
        group_.empty = first->number;
      group_.strings.push_back(first->string);
    }
  }

  void place() {
    std::uint32_t at = 0;
    const auto count = static_cast<std::uint32_t>(group_.strings.size());
    const std::uint32_t last_input = count == 0 ? 0 : group_.strings.back().input;
    for (std::uint32_t number = 0; number < group_.inputs.size(); ++number) {
      MergedInput& input = group_.inputs[number];
      std::uint64_t size = 0;
      input.first = at;
      for (; at < count && group_.strings[at].input == number; ++at) {
        MergedString& string = group_.strings[at];
        if (string.alignment == 0) continue;
        input.stays = true;
        size = (size + string.alignment - 1) & ~(std::uint64_t{string.alignment} - 1);
        string.offset = static_cast<std::uint32_t>(size);
        size += string.length;
      }
      input.last = at;
      // Where all sections end on their alignment, so does the last one afterwards.
      if (number == last_input && all_end_aligned()) {
        const std::uint64_t mask = (std::uint64_t{1} << group_.alignment_power) - 1;
        size = (size + mask) & ~mask;
      }
      set_size(input, size);
    }
    for (std::uint32_t i = 0; i < group_.suffix_of.size(); ++i) {
      if (group_.suffix_of[i] == no_string) continue;
      MergedString& string = group_.strings[i];
      const MergedString& whole = group_.strings[group_.suffix_of[i]];
      string.input = whole.input;
      string.offset = whole.offset + (whole.length - string.length);
    }
  }

  bool all_end_aligned() const {
    const std::uint64_t mask = (std::uint64_t{1} << group_.alignment_power) - 1;
    return std::ranges::all_of(group_.inputs,
                               [&](const MergedInput& input) { return (input.size & mask) == 0; });
  }

  static void set_size(MergedInput& input, std::uint64_t size) {
    InputSection& section = *input.section;
    section.merge = &input;
    section.size = input.stays ? size : 0;
    if (!input.stays) section.alignment_power = 0;
  }

  MergedGroup& group_;
  unsigned threads_;
};

MergedPlace place_of(const MergedGroup& group, const MergedString& string, std::uint64_t offset) {
  return {group.inputs[string.input].section, string.offset + offset};
}

/// What lies in the padding behind a string: GNU ld takes any empty string for it, else the end of
/// the first string.
MergedPlace place_in_padding(const MergedGroup& group) {
  if (group.empty != no_string) return place_of(group, group.strings[group.empty], 0);
  const MergedString& first = group.strings.front();
  return place_of(group, first, first.length - group.entry_size);
}

}  // namespace

MergedSections::MergedSections() = default;
MergedSections::~MergedSections() = default;

void MergedSections::merge(const std::vector<InputFile*>& files, unsigned threads) {
  const auto group_of = [&](const InputSection& section) -> MergedGroup& {
    const bool has_strings = (section.traits & trait_strings) != 0;
    for (const auto& group : groups_)
      if (group->has_strings == has_strings && group->entry_size == section.entry_size &&
          group->alignment_power == section.alignment_power && group->output == section.output)
        return *group;
    groups_.push_back(std::make_unique<MergedGroup>());
    MergedGroup& group = *groups_.back();
    group.has_strings = has_strings;
    group.entry_size = section.entry_size;
    group.alignment_power = section.alignment_power;
    group.output = section.output;
    return group;
  };
  for (const InputFile* file : files)
    for (InputSection* section : file->sections) {
      if (!can_merge(*section)) continue;
      MergedGroup& group = group_of(*section);
      MergedInput& input = group.inputs.emplace_back();
      input.group = &group;
      input.section = section;
      input.content = section->content;
      input.size = section->content.size();
    }
  for (const auto& group : groups_) Merger(*group, std::max(threads, 1u)).run();
}

void MergedSections::settle(unsigned threads) {
  parallel_for(groups_.size(), threads, [&](std::size_t i) {
    MergedGroup& group = *groups_[i];
    group.addresses.reserve(group.strings.size());
    for (const MergedString& string : group.strings) {
      const InputSection& section = *group.inputs[string.input].section;
      group.addresses.push_back(section.output ? start_of(section) + string.offset : 0);
    }
  });
}

std::uint64_t merged_size_in_map(const InputSection& section) {
  const MergedInput& own = *section.merge;
  if (own.stays) return section.size;
  if (own.first == own.last) return own.size;
  std::uint64_t size = 0;
  for (const MergedInput& input : own.group->inputs) {
    if (&input == &own) break;
    if (input.stays) size = input.section->size;
  }
  return size;
}

bool is_beyond_merged(const InputSection& section, std::uint64_t offset) {
  return offset > section.merge->size;
}

MergedPlace merged_place(InputSection& section, std::uint64_t offset) {
  const MergedInput& input = *section.merge;
  const MergedGroup& group = *input.group;
  if (offset >= input.size) return {&section, section.size};
  const auto [i, within] = input.piece_at(offset);
  const MergedString& string = group.strings[input.strings[i]];
  // GNU ld looks at whole characters.
  if (within < string.length) return place_of(group, string, within);
  return place_in_padding(group);
}

std::uint64_t merged_address(InputSection& section, std::uint64_t offset) {
  const MergedInput& input = *section.merge;
  const MergedGroup& group = *input.group;
  if (offset < input.size && !group.addresses.empty()) {
    const auto [i, within] = input.piece_at(offset);
    // Of what is asked for nearly always, a start, the length need not be known.
    if (within == 0) return group.addresses[input.strings[i]];
  }
  const MergedPlace place = merged_place(section, offset);
  return place.section->output ? start_of(*place.section) + place.offset : 0;
}

void write_merged(const InputSection& section, char* place) {
  const MergedInput& input = *section.merge;
  std::uint64_t at = 0;
  const auto fill = [&](std::uint64_t end) {
    std::memset(place + at, 0, static_cast<std::size_t>(end - at));
    at = end;
  };
  for (std::uint32_t i = input.first; i < input.last; ++i) {
    const MergedString& string = input.group->strings[i];
    if (string.alignment == 0) continue;
    fill(string.offset);
    std::memcpy(place + at, string.data, string.length);
    at += string.length;
  }
  fill(section.size);
}

}  // namespace kbx::link
