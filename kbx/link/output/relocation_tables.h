#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "kbx/base/parallel.h"
#include "kbx/base/sort_runs.h"
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
  void place(std::vector<FileOutput>& files, Headers& headers) {
    parallel_for(files.size(), headers.threads, [&](std::size_t i) { settle_targets(files[i]); });
    for (OutputSection* section = sections_.first(); section; section = section->next)
      section->rel_count = section->rela_count = 0;
    for (const FileOutput& output : files)
      for (InputSection* section : output.file->sections)
        if (section->is_written && section->output) place(output, *section);
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
  void sort(const Headers& headers, char* image, unsigned threads) const {
    // Where several relocations act together their order must stay.
    const bool keeps_code = machine_ == EM_MIPS || machine_ == EM_S390;
    std::vector<const OutputSection*> sorted;
    for (OutputSection* section = sections_.first(); section; section = section->next) {
      const bool has_order = section->rel_count > 1 || section->rela_count > 1;
      if (has_order && !(keeps_code && (section->traits & trait_code))) sorted.push_back(section);
    }
    parallel_for(sorted.size(), threads, [&](std::size_t i) {
      const OutputSection& section = *sorted[i];
      if (section.rel_index != 0)
        sort_table<typename Shape::Rel>(image + headers.table[section.rel_index].sh_offset,
                                        section.rel_count);
      if (section.rela_index != 0)
        sort_table<typename Shape::Rela>(image + headers.table[section.rela_index].sh_offset,
                                         section.rela_count);
    });
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
    // Tables lie aligned in the file, and the file in memory.
    const std::span<Entry> entries(reinterpret_cast<Entry*>(table), count);
    sort_runs(entries, [](const Entry& a, const Entry& b) {
      return Shape::native(a.r_offset) < Shape::native(b.r_offset);
    });
  }

  OutputSections& sections_;
  std::uint16_t machine_;
  bool is_mips64el_;
};

}  // namespace kbx::link
