#include <algorithm>

#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/segment_order.h"
#include "kbx/link/layout/segments.h"
#include "kbx/link/layout/user_segments.h"

/// Which sections share a program header, as GNU ld 2.40 decides without PHDRS: sections in the
/// order of their load addresses go into one PT_LOAD until something forbids it (another distance
/// between address and load address, a page left out, content behind none, code apart from data,
/// the first that may be written to, another memory region); then come the headers of single
/// sections.
namespace kbx::link {
namespace {

constexpr std::uint32_t pt_gnu_property = 0x6474e553;
constexpr std::uint32_t pt_gnu_sframe = 0x6474e554;
constexpr std::uint32_t pt_riscv_attributes = 0x70000003;
constexpr std::uint64_t stack_alignment = 16;

/// `value` on the next boundary; all ones if there is none any more.
std::uint64_t aligned(std::uint64_t value, std::uint64_t boundary) {
  const std::uint64_t end = value + boundary - 1;
  return end >= value ? end & ~(boundary - 1) : ~std::uint64_t{0};
}

bool is_loaded(const OutputSection* section) {
  return section && (section->traits & trait_load);
}

bool is_loaded_note(const OutputSection* section) {
  return is_loaded(section) && section->type == SHT_NOTE;
}

std::uint64_t memory_size(const OutputSection& section) {
  return is_thread_local_bss(section) ? 0 : section.size;
}

Segment single(std::uint32_t type, OutputSection* section) {
  Segment segment;
  segment.type = type;
  segment.sections = {section};
  return segment;
}

/// Where to split one PT_LOAD from the next.
class LoadMapper {
 public:
  LoadMapper(const Plan& plan, const LayoutRules& rules, std::vector<OutputSection*> sections,
             bool has_headers)
      : plan_(plan), rules_(rules), sections_(std::move(sections)), has_headers_(has_headers) {}

  /// `headers` are the bytes of the ELF header and the program headers; `wrapped` is where memory
  /// that starts over from address 0 is taken.
  void add_to(std::vector<Segment>& segments, std::uint64_t headers, std::uint64_t wrapped) {
    if (has_headers_ && !sections_.empty()) place_headers(segments, headers, wrapped);
    std::size_t first = 0;
    for (std::size_t i = 0; i < sections_.size(); ++i) {
      const OutputSection& section = *sections_[i];
      if (last_ && starts_segment(section)) {
        add(segments, first, i);
        first = i;
        has_headers_ = is_writable_ = is_code_ = false;
      }
      is_writable_ = is_writable_ || !(section.traits & trait_readonly);
      is_code_ = is_code_ || (section.traits & trait_code);
      last_ = &section;
    }
    const bool is_only_tbss = sections_.size() - first == 1 && is_thread_local_bss(*last_);
    if (last_ && !is_only_tbss) add(segments, first, sections_.size());
  }

 private:
  void add(std::vector<Segment>& segments, std::size_t from, std::size_t to) {
    Segment segment;
    segment.type = PT_LOAD;
    segment.sections.assign(sections_.begin() + static_cast<std::ptrdiff_t>(from),
                            sections_.begin() + static_cast<std::ptrdiff_t>(to));
    segment.has_file_header = segment.has_program_headers = from == 0 && has_headers_;
    segments.push_back(std::move(segment));
  }

  /// The headers may have no room in front of the first section, or have to be apart from code.
  void place_headers(std::vector<Segment>& segments, std::uint64_t headers, std::uint64_t wrapped) {
    const OutputSection& first = *sections_.front();
    const std::uint64_t mask = address_mask(rules_);
    const std::uint64_t pages = mask & (~rules_.max_page_size + 1);
    const std::uint64_t start = first.load_address & mask;
    std::uint64_t at = (first.load_address - headers) & pages;
    bool is_apart = rules_.separate_code && (first.traits & trait_code);
    if (is_apart && ((at + headers - 1) & pages) == (first.load_address & pages)) {
      is_apart = at >= rules_.max_page_size;
      if (is_apart) at -= rules_.max_page_size;
    }
    if (start < at || start < headers || at < wrapped) {
      has_headers_ = false;
      return;
    }
    if (!is_apart) return;
    add(segments, 0, 0);
    segments.back().load_address = at;
    segments.back().has_load_address = true;
    segments.back().before = (first.address - headers) & pages;
    has_headers_ = false;
  }

  bool starts_segment(const OutputSection& section) const {
    if (differs(section)) return true;
    if (rules_.is_paged && !is_on_page_of_last(section)) {
      if (rules_.separate_code && is_code_ != ((section.traits & trait_code) != 0)) return true;
      if (!is_writable_ && !(section.traits & trait_readonly)) return true;
    }
    return region_of(section) != region_of(*last_);
  }

  bool is_on_page_of_last(const OutputSection& section) const {
    const std::uint64_t page = ~rules_.max_page_size + 1;
    return ((end_of_last() - 1) & page) == (section.load_address & page);
  }

  /// True if no file could have both in one segment, or only with a page of nothing.
  bool differs(const OutputSection& section) const {
    const std::uint64_t end = end_of_last();
    if (last_->load_address - last_->address != section.load_address - section.address) return true;
    if (section.load_address < end || end < last_->load_address) return true;
    if (rules_.is_paged && is_on_page_of_last(section)) return false;
    const std::uint64_t next_page = aligned(end, rules_.max_page_size) + rules_.max_page_size;
    if (next_page > last_->load_address && next_page <= section.load_address) return true;
    constexpr Traits has_content = trait_load | trait_thread_local;
    return !(last_->traits & has_content) && (section.traits & has_content);
  }

  std::uint64_t end_of_last() const { return last_->load_address + memory_size(*last_); }

  const MemoryRegion* region_of(const OutputSection& section) const {
    const Slot* slot = plan_.slots.find(section.name);
    return slot ? slot->region : nullptr;
  }

  const Plan& plan_;
  const LayoutRules& rules_;
  std::vector<OutputSection*> sections_;
  bool has_headers_;
  bool is_writable_ = false;
  bool is_code_ = false;
  const OutputSection* last_ = nullptr;
};

class DefaultMap {
 public:
  DefaultMap(const Plan& plan, const LayoutRules& rules, const SegmentNeeds& needs)
      : plan_(plan), rules_(rules), needs_(needs) {}

  std::vector<Segment> make() {
    const bool has_interpreter = add_interpreter();
    add_loads(has_interpreter);
    OutputSection* dynamic = plan_.sections.find(".dynamic");
    if (is_loaded(dynamic)) segments_.push_back(single(PT_DYNAMIC, dynamic));
    add_notes();
    add_thread_local();
    add_fixed(pt_gnu_property, sized(".note.gnu.property"));
    if (is_loaded(needs_.eh_frame_header))
      segments_.push_back(
          single(PT_GNU_EH_FRAME, const_cast<OutputSection*>(needs_.eh_frame_header)));
    if (OutputSection* sframe = sized(".sframe"); is_loaded(sframe))
      segments_.push_back(single(pt_gnu_sframe, sframe));
    add_stack();
    add_relro();
    return std::move(segments_);
  }

 private:
  OutputSection* sized(std::string_view name) const {
    OutputSection* section = plan_.sections.find(name);
    return section && section->size != 0 ? section : nullptr;
  }

  void add_fixed(std::uint32_t type, OutputSection* section) {
    if (!section) return;
    segments_.push_back(single(type, section));
    segments_.back().flags = PF_R;
    segments_.back().has_flags = true;
  }

  bool add_interpreter() {
    OutputSection* interpreter = sized(".interp");
    if (!is_loaded(interpreter)) return false;
    Segment headers;
    headers.type = PT_PHDR;
    headers.flags = PF_R;
    headers.has_flags = true;
    headers.has_program_headers = true;
    segments_.push_back(std::move(headers));
    segments_.push_back(single(PT_INTERP, interpreter));
    return true;
  }

  void add_loads(bool has_interpreter) {
    const std::uint64_t mask = address_mask(rules_);
    const std::uint64_t page = rules_.max_page_size - 1;
    std::vector<OutputSection*> sections;
    std::uint64_t wrapped = 0;
    for (OutputSection* section = plan_.sections.first(); section; section = section->next) {
      if (!(section->traits & trait_alloc)) continue;
      sections.push_back(section);
      const std::uint64_t end = (section->load_address + section->size) & mask;
      if (end < (section->load_address & mask)) wrapped = end;
    }
    sort_for_segment(sections);
    const std::uint64_t headers =
        rules_.file_header_size() +
        needs_.program_headers.value_or(guess_program_headers(plan_, rules_, needs_) *
                                        rules_.program_header_size());
    // Scripts of old leave room for the headers without asking for their size.
    const bool has_room =
        !sections.empty() && (sections[0]->load_address & mask & page) >= (headers & page);
    const bool has_headers =
        rules_.is_paged && (needs_.wants_headers || has_room || has_interpreter);
    LoadMapper(plan_, rules_, std::move(sections), has_headers).add_to(segments_, headers, wrapped);
  }

  /// Notes that follow one another with the same alignment share a header.
  void add_notes() {
    for (OutputSection* section = plan_.sections.first(); section; section = section->next) {
      if (!is_loaded_note(section)) continue;
      segments_.push_back(single(PT_NOTE, section));
      const std::uint64_t alignment = std::uint64_t{1} << section->alignment_power;
      const std::uint8_t power = section->alignment_power;
      for (OutputSection* next = section->next;
           is_loaded_note(next) && next->alignment_power == power &&
           aligned(section->load_address + section->size, alignment) == next->load_address;
           next = next->next) {
        segments_.back().sections.push_back(next);
        section = next;
      }
    }
  }

  void add_thread_local() {
    Segment segment;
    segment.type = PT_TLS;
    segment.flags = PF_R;
    segment.has_flags = true;
    const OutputSection* last = nullptr;
    for (OutputSection* section = plan_.sections.first(); section; section = section->next) {
      if (!(section->traits & trait_thread_local)) continue;
      if (last && last->next != section)
        throw Error("TLS sections are not adjacent: " + std::string(section->name) +
                        " is apart from " + std::string(last->name),
                    "put all sections with thread-local data next to one another in the script");
      segment.sections.push_back(section);
      last = section;
    }
    if (last) segments_.push_back(std::move(segment));
  }

  void add_stack() {
    if (rules_.stack_flags == 0) return;
    Segment segment;
    segment.type = PT_GNU_STACK;
    segment.flags = rules_.stack_flags;
    segment.has_flags = segment.has_alignment = true;
    segment.alignment = stack_alignment;
    segment.memory_size = rules_.stack_size;
    segments_.push_back(std::move(segment));
  }

  void add_relro() {
    if (needs_.relro_end == 0) return;
    const auto has_content = [](const OutputSection* section) {
      return section->size > 0 && (section->traits & trait_load) &&
             (section->traits & trait_contents);
    };
    const bool is_wanted = std::ranges::any_of(segments_, [&](const Segment& segment) {
      return segment.type == PT_LOAD && !segment.sections.empty() &&
             segment.sections[0]->address >= needs_.relro_start &&
             segment.sections[0]->address < needs_.relro_end &&
             std::ranges::any_of(segment.sections, has_content);
    });
    if (!is_wanted) return;
    segments_.emplace_back().type = PT_GNU_RELRO;
  }

  const Plan& plan_;
  const LayoutRules& rules_;
  const SegmentNeeds& needs_;
  std::vector<Segment> segments_;
};

/// Segments of ARM code without data among it may be executed, but not read.
void mark_pure_code(std::vector<Segment>& segments) {
  constexpr std::uint64_t shf_arm_purecode = 0x20000000;
  const auto is_pure = [](const OutputSection* section) {
    return (section->flags & shf_arm_purecode) != 0;
  };
  for (Segment& segment : segments) {
    if (segment.sections.empty() || !std::ranges::all_of(segment.sections, is_pure)) continue;
    segment.flags = PF_X;
    segment.has_flags = true;
  }
}

/// PT_LOADs have only what is in memory, and the machine's supplement may want a header.
void finish(std::vector<Segment>& segments, const Plan& plan, const LayoutRules& rules,
            bool is_default) {
  for (Segment& segment : segments)
    std::erase_if(segment.sections, [&](const OutputSection* section) {
      return section->is_removed || (segment.type == PT_LOAD && !(section->traits & trait_alloc));
    });
  if (is_default)
    std::erase_if(segments, [](const Segment& segment) {
      return segment.type == PT_LOAD && segment.sections.empty() && !segment.has_program_headers;
    });
  const auto has_type = [&](std::uint32_t type) {
    return std::ranges::any_of(segments,
                               [&](const Segment& segment) { return segment.type == type; });
  };
  OutputSection* unwind = rules.machine == EM_ARM ? plan.sections.find(".ARM.exidx") : nullptr;
  if (is_loaded(unwind) && !has_type(PT_ARM_EXIDX))
    segments.insert(segments.begin(), single(PT_ARM_EXIDX, unwind));
  if (rules.machine == EM_ARM) mark_pure_code(segments);
  OutputSection* attributes =
      rules.machine == EM_RISCV ? plan.sections.find(".riscv.attributes") : nullptr;
  if (attributes && !has_type(pt_riscv_attributes)) {
    const auto place = std::ranges::find_if(segments, [](const Segment& segment) {
      return segment.type != PT_PHDR && segment.type != PT_INTERP;
    });
    segments.insert(place, single(pt_riscv_attributes, attributes));
  }
}

}  // namespace

void sort_for_segment(std::vector<OutputSection*>& sections) {
  const auto goes_behind = [](const OutputSection* section) {
    return !(section->traits & (trait_load | trait_thread_local)) && section->size != 0;
  };
  const auto loaded_size = [](const OutputSection* section) {
    return (section->traits & trait_load) ? section->size : 0;
  };
  std::ranges::stable_sort(sections, [&](const OutputSection* a, const OutputSection* b) {
    if (a->load_address != b->load_address) return a->load_address < b->load_address;
    if (a->address != b->address) return a->address < b->address;
    if (goes_behind(a) != goes_behind(b)) return goes_behind(b);
    return loaded_size(a) < loaded_size(b);
  });
}

std::size_t guess_program_headers(const Plan& plan, const LayoutRules& rules,
                                  const SegmentNeeds& needs) {
  const OutputSections& sections = plan.sections;
  const auto is_sized = [&](std::string_view name) {
    const OutputSection* section = sections.find(name);
    return section && section->size != 0;
  };
  std::size_t count = 2;  // a PT_LOAD for what is read, one for what is written
  if (is_sized(".interp") && is_loaded(sections.find(".interp"))) count += 2;
  if (sections.find(".dynamic")) ++count;
  if (rules.relro) ++count;
  if (needs.eh_frame_header) ++count;
  if (rules.stack_flags != 0) ++count;
  if (is_sized(".sframe")) ++count;
  if (is_sized(".note.gnu.property")) ++count;
  bool has_thread_local = false;
  for (const OutputSection* section = sections.first(); section; section = section->next) {
    has_thread_local = has_thread_local || (section->traits & trait_thread_local);
    if (!is_loaded_note(section)) continue;
    ++count;
    while (is_loaded_note(section->next) &&
           section->next->alignment_power == section->alignment_power)
      section = section->next;
  }
  if (has_thread_local) ++count;
  if (rules.machine == EM_ARM && is_loaded(sections.find(".ARM.exidx"))) ++count;
  if (rules.machine == EM_RISCV && sections.find(".riscv.attributes")) ++count;
  return count;
}

std::vector<Segment> map_segments(Plan& plan, const LayoutRules& rules, const SegmentNeeds& needs) {
  const bool is_default = plan.program_headers.empty();
  std::vector<Segment> segments =
      is_default ? DefaultMap(plan, rules, needs).make() : user_segments(plan);
  finish(segments, plan, rules, is_default);
  return segments;
}

}  // namespace kbx::link
