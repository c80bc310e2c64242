#include <algorithm>
#include <numeric>
#include <tuple>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/segment_order.h"
#include "kbx/link/layout/segments.h"

/// Offsets in the file, after the System V gABI, "Program Loading": what a PT_LOAD covers lies in
/// the file at an offset that is congruent to its address modulo the page size; and where that
/// leaves a choice, as GNU ld 2.40 chooses.
namespace kbx::link {
namespace {

/// How much `offset` has to grow so that it is congruent to `address`.
std::uint64_t bias(std::uint64_t address, std::uint64_t offset, std::uint64_t alignment) {
  return alignment == 0 ? 0 : (address - offset) % alignment;
}

std::uint64_t header_alignment(const OutputSection& section) {
  const std::uint64_t bits = std::uint64_t{1} << section.alignment_power | section.address;
  return bits & (~bits + 1);
}

/// A .debug_* section that is compressed gets its place when its size is known.
bool is_placed_later(const OutputSection& section, const LayoutRules& rules) {
  return rules.packs_debug && (section.traits & trait_debugging) &&
         section.name.starts_with(".debug_");
}

class FilePlacer {
 public:
  FilePlacer(Plan& plan, std::vector<Segment> segments, const LayoutRules& rules,
             const SegmentNeeds& needs, LayoutFaults& faults)
      : plan_(plan), rules_(rules), needs_(needs), faults_(faults) {
    layout_.segments = std::move(segments);
  }

  FileLayout run() {
    std::vector<Segment>& segments = layout_.segments;
    for (OutputSection* section = plan_.sections.first(); section; section = section->next)
      start(*section);
    layout_.program_headers_room =
        needs_.program_headers.value_or(segments.size() * rules_.program_header_size());
    offset_ = rules_.file_header_size();
    if (!segments.empty()) {
      layout_.program_headers_offset = offset_;
      page_ = rules_.is_paged ? rules_.max_page_size : 1;
      for (Segment& segment : segments) sort_for_segment(segment.sections);
      const std::vector<Segment*> sorted = sorted_segments();
      header_segment_ = find_header_segment(sorted);
      if (!header_segment_) offset_ += layout_.program_headers_room;
      for (Segment* segment : sorted) place(*segment, *sorted.front());
    }
    note_file_header();
    place_others();
    for (Segment& segment : segments) finish(segment);
    warn_of_rights();
    layout_.end = offset_;
    return std::move(layout_);
  }

 private:
  void start(OutputSection& section) {
    section.has_file_offset = false;
    if (section.type == SHT_NOBITS && header_type(section) == SHT_PROGBITS)
      faults_.warnings.push_back(
          fmt::format("warning: section `{}' type changed to PROGBITS", section.name));
  }

  /// PT_LOADs by type come first, and in the order of their load addresses.
  std::vector<Segment*> sorted_segments() {
    std::vector<Segment*> sorted;
    for (Segment& segment : layout_.segments) sorted.push_back(&segment);
    const auto key = [](const Segment* segment) {
      std::uint64_t address = 0;
      if (segment->type == PT_LOAD) {
        if (segment->has_load_address)
          address = segment->load_address;
        else if (!segment->sections.empty())
          address = segment->sections[0]->load_address;
      }
      return std::tuple(segment->type == PT_NULL, segment->type, !segment->has_file_header,
                        address);
    };
    std::ranges::stable_sort(sorted,
                             [&](const Segment* a, const Segment* b) { return key(a) < key(b); });
    return sorted;
  }

  static Segment* find_header_segment(const std::vector<Segment*>& sorted) {
    for (Segment* segment : sorted)
      if (segment->type == PT_LOAD && segment->has_program_headers) return segment;
    return nullptr;
  }

  void place(Segment& segment, const Segment& first) {
    start(segment);
    if (&segment == header_segment_) {
      if (!segment.has_file_header) segment.offset = offset_;
      offset_ += layout_.program_headers_room;
    }
    has_no_content_ = false;
    borrowed_ = 0;
    if (segment.type == PT_LOAD && !segment.sections.empty()) {
      move_to_page(segment);
    } else if (segment.type == PT_DYNAMIC && segment.sections.size() > 1 &&
               segment.sections[0]->name != ".dynamic") {
      throw Error(rules_.output +
                      ": The first section in the PT_DYNAMIC segment is not the .dynamic section",
                  "put .dynamic before what else goes into that program header");
    } else if (segment.type == PT_NOTE) {
      for (OutputSection* section : segment.sections) section->type = SHT_NOTE;
    }
    if (segment.has_file_header) cover_file_header(segment, first);
    if (segment.has_program_headers) cover_program_headers(segment);
    if (segment.type == PT_LOAD) start_content(segment);
    for (std::size_t i = 0; i < segment.sections.size(); ++i)
      add(segment, *segment.sections[i], i == 0);
    offset_ -= borrowed_;
    if (segment.type == PT_PHDR && !header_segment_)
      faults_.errors.push_back(rules_.output + ": error: PHDR segment not covered by LOAD segment");
    if (own_alignment_ != 0)
      segment.alignment = own_alignment_;
    else if (takes_default_)
      segment.alignment = rules_.load_alignment;
  }

  void start(Segment& segment) {
    own_alignment_ = 0;
    takes_default_ = segment.type == PT_LOAD && rules_.is_paged && rules_.load_alignment != 0;
    const bool is_empty = segment.sections.empty();
    segment.address = is_empty ? segment.before : segment.sections[0]->address;
    if (!segment.has_load_address)
      segment.load_address = is_empty ? 0 : segment.sections[0]->load_address;
    if (segment.type == PT_LOAD && rules_.is_paged)
      segment.alignment = page_;
    else if (!segment.has_alignment)
      segment.alignment = is_empty ? (rules_.is_64bit ? 8 : 4) : 0;
  }

  /// Moves on to an offset that is congruent to the segment's address. A segment without content
  /// borrows what that takes.
  void move_to_page(Segment& segment) {
    std::uint64_t alignment = 1;
    for (const OutputSection* section : segment.sections)
      alignment = std::max(alignment, std::uint64_t{1} << section->alignment_power);
    if (alignment < page_) {
      takes_default_ = takes_default_ && alignment <= rules_.load_alignment;
      alignment = page_;
    } else {
      own_alignment_ = alignment;
    }
    has_no_content_ = true;
    for (OutputSection* section : segment.sections) {
      if (!(section->traits & (trait_load | trait_contents))) section->type = SHT_NOBITS;
      if (header_type(*section) != SHT_NOBITS) has_no_content_ = false;
    }
    const std::uint64_t moved = bias(segment.address, offset_, alignment);
    offset_ += moved;
    if (has_no_content_) borrowed_ = moved;
  }

  void cover_file_header(Segment& segment, const Segment& first) {
    if (!segment.has_flags) segment.flags |= PF_R;
    segment.file_size = segment.memory_size = rules_.file_header_size();
    if (segment.type == PT_LOAD) {
      if (segment.sections.empty()) return;
      if (segment.address < offset_ ||
          (!segment.has_load_address && segment.load_address < offset_))
        throw Error(rules_.output + ": not enough room for program headers, try linking with -N",
                    "let the first section start SIZEOF_HEADERS behind a page's start, or leave "
                    "FILEHDR and PHDRS out");
      segment.address -= offset_;
      if (!segment.has_load_address) segment.load_address -= offset_;
    } else if (first.has_file_header) {
      segment.address = first.address;
      if (!segment.has_load_address) segment.load_address = first.load_address;
    }
  }

  void cover_program_headers(Segment& segment) {
    if (!segment.has_flags) segment.flags |= PF_R;
    segment.file_size += layout_.program_headers_room;
    segment.memory_size += layout_.program_headers_room;
    if (segment.has_file_header) return;
    if (segment.type == PT_LOAD) {
      layout_.program_headers_offset = segment.offset;
      if (segment.sections.empty()) return;
      segment.address -= offset_ - segment.offset;
      if (!segment.has_load_address) segment.load_address -= offset_ - segment.offset;
    } else if (header_segment_) {
      const std::uint64_t behind = header_segment_->has_file_header ? rules_.file_header_size() : 0;
      segment.address = header_segment_->address + behind;
      if (!segment.has_load_address) segment.load_address = header_segment_->load_address + behind;
      segment.offset = header_segment_->offset + behind;
    } else {
      segment.offset = rules_.file_header_size();
    }
  }

  void start_content(Segment& segment) {
    if (!segment.has_file_header && !segment.has_program_headers) {
      segment.offset = offset_;
      // Without content the offset says nothing; one in the first page is not behind the file.
      if (has_no_content_)
        segment.offset = offset_ % std::max({page_, segment.alignment, std::uint64_t{1}});
      return;
    }
    const std::uint64_t gap = offset_ - (segment.offset + segment.file_size);
    if (!has_no_content_) segment.file_size += gap;
    segment.memory_size += gap;
  }

  /// Puts a section behind what the segment has so far.
  void add(Segment& segment, OutputSection& section, bool is_first) {
    const std::uint32_t type = header_type(section);
    const std::uint64_t flags = header_flags(section);
    const bool has_content = type != SHT_NOBITS;
    const bool is_loaded = segment.type == PT_LOAD;
    const bool takes_memory =
        (flags & SHF_ALLOC) != 0 && ((flags & SHF_TLS) == 0 || segment.type == PT_TLS);
    if ((is_loaded || segment.type == PT_TLS) && (has_content || takes_memory))
      fill_to(segment, section, has_content, is_first);
    const std::uint64_t alignment = std::uint64_t{1} << section.alignment_power;
    if (is_loaded) {
      set_offset(section, offset_);
      if (has_content) offset_ += section.size;
    } else if (!has_content && (flags & SHF_TLS) && !section.has_file_offset) {
      // .tbss that no PT_LOAD took: where it would be in an empty one.
      set_offset(section, offset_ + bias(section.address, offset_, alignment));
    }
    if (has_content) {
      segment.file_size += section.size;
      if (flags & SHF_ALLOC) segment.memory_size += section.size;
    } else if (takes_memory) {
      segment.memory_size += section.size;
    }
    if (alignment > segment.alignment && !segment.has_alignment && (!is_loaded || !rules_.is_paged))
      segment.alignment = alignment;
    if (segment.has_flags) return;
    segment.flags |= PF_R;
    if (flags & SHF_EXECINSTR) segment.flags |= PF_X;
    if (flags & SHF_WRITE) segment.flags |= PF_W;
  }

  void fill_to(Segment& segment, OutputSection& section, bool has_content, bool is_first) {
    const std::uint64_t end = segment.load_address + segment.memory_size;
    std::uint64_t gap = section.load_address - end;
    if (gap != 0 && (section.load_address < end || end < segment.load_address)) {
      faults_.warnings.push_back(fmt::format("{}: section {} lma {:#x} adjusted to {:#x}",
                                             rules_.output, section.name, section.load_address,
                                             end));
      gap = 0;
      section.load_address = end;
    }
    segment.memory_size += gap;
    if (segment.type == PT_LOAD) {
      if (has_content) {
        borrowed_ = 0;
        // What has no content gets some if content follows.
        if (segment.file_size + gap < segment.memory_size)
          gap = segment.memory_size - segment.file_size;
      }
      if (has_content || is_first) {
        offset_ += gap;
        if (!has_content) borrowed_ += gap;
      }
    }
    if (has_content) segment.file_size += gap;
  }

  static void set_offset(OutputSection& section, std::uint64_t offset) {
    section.file_offset = offset;
    section.has_file_offset = true;
  }

  void note_file_header() {
    if (!header_segment_ || !header_segment_->has_file_header) return;
    layout_.file_header_address = header_segment_->address;
    if (!header_segment_->sections.empty()) {
      layout_.file_header_section = header_segment_->sections[0];
      return;
    }
    for (const Segment& segment : layout_.segments)
      if (segment.type == PT_LOAD && !segment.sections.empty()) {
        layout_.file_header_section = segment.sections[0];
        return;
      }
  }

  /// What no PT_LOAD covers.
  void place_others() {
    for (OutputSection* section = plan_.sections.first(); section; section = section->next) {
      const std::uint32_t type = header_type(*section);
      if (section->has_file_offset || is_placed_later(*section, rules_)) continue;
      if (type == SHT_NOBITS) {
        section->file_offset = 0;
        continue;
      }
      std::uint64_t alignment = header_alignment(*section);
      if (section->traits & trait_alloc) {
        if (section->size != 0 && !rules_.is_flat) {
          faults_.warnings.push_back(fmt::format(
              "{}: warning: allocated section `{}' not in segment", rules_.output, section->name));
          if (rules_.is_paged) alignment = rules_.max_page_size;
        }
        offset_ += bias(section->address, offset_, alignment);
      } else {
        offset_ = (offset_ + alignment - 1) & ~(alignment - 1);
      }
      set_offset(*section, offset_);
      offset_ += section->size;
    }
  }

  /// Segments that lie in others.
  void finish(Segment& segment) {
    if (segment.type == PT_GNU_RELRO) return finish_relro(segment);
    if (segment.type == PT_GNU_STACK || segment.type == PT_LOAD || segment.type == PT_PHDR ||
        segment.sections.empty())
      return;
    if (segment.has_file_header || segment.has_program_headers)
      throw Error(fmt::format("{}: error: non-load segment {} includes file header and/or program "
                              "header",
                              rules_.output, &segment - layout_.segments.data()),
                  "FILEHDR and PHDRS are for PT_LOAD and PT_PHDR");
    segment.file_size = 0;
    segment.offset = segment.sections[0]->file_offset;
    for (std::size_t i = segment.sections.size(); i-- > 0;) {
      const OutputSection& section = *segment.sections[i];
      if (header_type(section) == SHT_NOBITS) continue;
      segment.file_size = section.file_offset - segment.offset + section.size;
      if (segment.type == PT_NOTE && (section.traits & trait_alloc))
        segment.memory_size = segment.file_size;
      break;
    }
  }

  /// From the first section that is read-only after relocation to the end of that part.
  void finish_relro(Segment& segment) {
    const std::uint64_t start = needs_.relro_start;
    const std::uint64_t end = needs_.relro_end;
    const auto load = std::ranges::find_if(layout_.segments, [&](const Segment& look) {
      if (look.type != PT_LOAD || look.sections.empty()) return false;
      const OutputSection& last = *look.sections.back();
      const std::uint64_t size = is_thread_local_bss(last) ? 0 : last.size;
      return last.address + size > start && look.sections[0]->address < end;
    });
    const OutputSection* first = nullptr;
    if (start < end && load != layout_.segments.end())
      for (const OutputSection* section : load->sections)
        if (!first && section->address >= start && section->address < end && section->size != 0)
          first = section;
    if (!first) {
      faults_.warnings.push_back(rules_.output +
                                 ": warning: unable to allocate any sections to "
                                 "PT_GNU_RELRO segment");
      segment = {};
      return;
    }
    segment.address = first->address;
    segment.load_address = first->load_address;
    segment.offset = first->file_offset;
    segment.memory_size = end - segment.address;
    segment.file_size =
        std::min(segment.memory_size, load->address + load->file_size - segment.address);
    segment.alignment = 1;
    segment.flags = PF_R;
  }

  void warn_of_rights() {
    if (!rules_.warns_rwx_segments) return;
    for (const Segment& segment : layout_.segments) {
      if (segment.memory_size == 0) continue;
      constexpr std::uint32_t all = PF_R | PF_W | PF_X;
      if (segment.type == PT_TLS && (segment.flags & PF_X))
        faults_.warnings.push_back("warning: " + rules_.output +
                                   " has a TLS segment with execute permission");
      else if (segment.type == PT_LOAD && (segment.flags & all) == all)
        faults_.warnings.push_back("warning: " + rules_.output +
                                   " has a LOAD segment with RWX permissions");
    }
  }

  Plan& plan_;
  const LayoutRules& rules_;
  const SegmentNeeds& needs_;
  LayoutFaults& faults_;
  FileLayout layout_;
  std::uint64_t offset_ = 0;  // the next that is free
  std::uint64_t page_ = 1;
  Segment* header_segment_ = nullptr;
  // Of the segment that is being placed.
  bool has_no_content_ = false;
  std::uint64_t borrowed_ = 0;       // is given back to offset_ behind it
  std::uint64_t own_alignment_ = 0;  // that of a section, if it is more than a page's
  bool takes_default_ = false;       // its alignment is LayoutRules::load_alignment
};

}  // namespace

FileLayout place_in_file(Plan& plan, std::vector<Segment> segments, const LayoutRules& rules,
                         const SegmentNeeds& needs, LayoutFaults& faults) {
  return FilePlacer(plan, std::move(segments), rules, needs, faults).run();
}

}  // namespace kbx::link
