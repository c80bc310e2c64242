#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kbx/link/layout/output_section.h"
#include "kbx/link/output/headers.h"
#include "kbx/link/output/numbering.h"
#include "kbx/link/output/relocate.h"

namespace kbx::link {

/// The SHT_REL and SHT_RELA sections of an output that keeps relocations: how many each has, and
/// where those of each input section start in it.
template <typename Shape>
class RelocationTables {
 public:
  RelocationTables(OutputSections& sections, std::uint16_t machine)
      : sections_(sections),
        machine_(machine),
        is_mips64el_(machine == EM_MIPS && Shape::is_64bit && !Shape::is_big_endian) {}

  /// How many relocations each output section has, before headers are numbered.
  void count() {
    for (OutputSection* section = sections_.first(); section; section = section->next)
      for (const Piece& piece : section->pieces) {
        if (!piece.input) continue;
        section->rel_count += rel_count(*piece.input);
        section->rela_count += count_of(piece.input->rela, sizeof(typename Shape::Rela));
      }
  }

  /// In the order in which files are written, so that relocations of one place keep their order.
  void place(const std::vector<FileOutput>& files, Headers& headers) {
    for (OutputSection* section = sections_.first(); section; section = section->next)
      section->rel_count = section->rela_count = 0;
    for (const FileOutput& output : files)
      for (InputSection* section : output.file->sections)
        if (section->is_written) place(output, *section);
    for (OutputSection* section = sections_.first(); section; section = section->next) {
      if (section->rel_index != 0)
        headers.table[section->rel_index].sh_size =
            section->rel_count * sizeof(typename Shape::Rel);
      if (section->rela_index != 0)
        headers.table[section->rela_index].sh_size =
            section->rela_count * sizeof(typename Shape::Rela);
    }
  }

  /// Sorts the tables by offset; `image` is the file's start.
  void sort(const Headers& headers, char* image) const {
    // Where several relocations act together their order must stay.
    const bool keeps_code = machine_ == EM_MIPS || machine_ == EM_S390;
    for (OutputSection* section = sections_.first(); section; section = section->next) {
      if (keeps_code && (section->traits & trait_code)) continue;
      if (section->rel_index != 0)
        sort_table<typename Shape::Rel>(image + headers.table[section->rel_index].sh_offset,
                                        section->rel_count);
      if (section->rela_index != 0)
        sort_table<typename Shape::Rela>(image + headers.table[section->rela_index].sh_offset,
                                         section->rela_count);
    }
  }

  static std::uint32_t rel_count(const InputSection& section) {
    return count_of(section.rel, sizeof(typename Shape::Rel)) + (section.unwind_end ? 1 : 0);
  }

 private:
  static std::uint32_t count_of(const RelocationTable& table, std::size_t size) {
    return static_cast<std::uint32_t>(table.content.size() / size);
  }

  void place(const FileOutput& output, InputSection& section) {
    section.first_rel = section.output->rel_count;
    section.first_rela = section.output->rela_count;
    section.output->rel_count += rel_count(section);
    section.output->rela_count += count_of(section.rela, sizeof(typename Shape::Rela));
    if (!output.has_dangling || !(section.traits & trait_debugging)) return;
    section.output->rel_count -= dangling<typename Shape::Rel>(output, section.rel);
    section.output->rela_count -= dangling<typename Shape::Rela>(output, section.rela);
  }

  template <typename Entry>
  std::uint32_t dangling(const FileOutput& output, const RelocationTable& table) const {
    std::uint32_t gone = 0;
    for_each_relocation<Shape, Entry>(table.content, is_mips64el_,
                                      [&](std::size_t, const Relocation& relocation) {
                                        if (is_dangling(output, relocation.symbol)) ++gone;
                                      });
    // One stays, see Relocator::write.
    return std::min(gone, std::max(count_of(table, sizeof(Entry)), 1u) - 1);
  }

  template <typename Entry>
  static void sort_table(char* table, std::uint32_t count) {
    if (count < 2) return;
    const auto offset_of = [](const Entry& entry) { return Shape::native(entry.r_offset); };
    const auto load = [&](std::uint32_t i) {
      Entry entry;
      std::memcpy(&entry, table + i * sizeof(Entry), sizeof entry);
      return entry;
    };
    bool is_sorted = true;
    for (std::uint32_t i = 1; i < count && is_sorted; ++i)
      is_sorted = offset_of(load(i - 1)) <= offset_of(load(i));
    if (is_sorted) return;
    std::vector<Entry> entries(count);
    std::memcpy(entries.data(), table, count * sizeof(Entry));
    std::stable_sort(entries.begin(), entries.end(),
                     [&](const Entry& a, const Entry& b) { return offset_of(a) < offset_of(b); });
    std::memcpy(table, entries.data(), count * sizeof(Entry));
  }

  OutputSections& sections_;
  std::uint16_t machine_;
  bool is_mips64el_;
};

}  // namespace kbx::link
