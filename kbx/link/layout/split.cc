#include "kbx/link/layout/split.h"

#include <cstdint>
#include <limits>
#include <vector>

#include <elf.h>
#include <fmt/format.h>

/// Splitting as GNU ld 2.40 does it: between two pieces, never within an input section, and what is
/// split off keeps the address at which it lay. Gaps and data of a script count nothing.
namespace kbx::link {
namespace {

std::uint64_t relocations_of(const Piece& piece) {
  if (!piece.input) return 0;
  const bool is_64bit = piece.input->file->is_64bit;
  return piece.input->rel.content.size() / (is_64bit ? sizeof(Elf64_Rel) : sizeof(Elf32_Rel)) +
         piece.input->rela.content.size() / (is_64bit ? sizeof(Elf64_Rela) : sizeof(Elf32_Rela));
}

/// `.x` of `.x.10` and of `.x.`.
std::string_view without_number(std::string_view name) {
  const std::size_t end = name.find_last_not_of("0123456789");
  return end != std::string_view::npos && end > 0 && name[end] == '.' ? name.substr(0, end) : name;
}

class Splitter {
 public:
  Splitter(OutputSections& sections, SymbolTable& symbols, const Options& options, Arena& arena)
      : sections_(sections), symbols_(symbols), arena_(arena) {
    constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
    most_bytes_ = options.split_by_file.value_or(none);
    most_relocations_ = options.split_by_reloc.value_or(none);
  }

  void split(OutputSection* section) {
    const std::string_view name = without_number(section->name);
    unsigned number = 0;
    while (const std::size_t count = count_that_fit(*section))
      section = split_off(*section, count, unused_name(name, number));
  }

 private:
  /// How many pieces stay; 0: all.
  std::size_t count_that_fit(const OutputSection& section) const {
    std::uint64_t bytes = 0;
    std::uint64_t relocations = 0;
    for (std::size_t i = 0; i < section.pieces.size(); ++i) {
      const Piece& piece = section.pieces[i];
      if (piece.input) bytes += piece.size;
      relocations += relocations_of(piece);
      if (i != 0 && (bytes >= most_bytes_ || relocations >= most_relocations_)) return i;
    }
    return 0;
  }

  OutputSection* split_off(OutputSection& section, std::size_t count, std::string_view name) {
    OutputSection* rest = sections_.add(name);
    OutputSection* const previous = rest->previous;
    *rest = section;
    rest->name = name;
    rest->next_of_name = nullptr;
    rest->previous = previous;
    rest->next = nullptr;
    const std::uint64_t shift = section.pieces[count].offset;
    rest->pieces.assign(section.pieces.begin() + static_cast<std::ptrdiff_t>(count),
                        section.pieces.end());
    section.pieces.resize(count);
    rest->address = section.address + shift;
    rest->size = section.size - shift;
    section.size = shift;
    for (Piece& piece : rest->pieces) {
      piece.offset -= shift;
      if (!piece.input) continue;
      piece.input->output = rest;
      piece.input->output_offset = piece.offset;
    }
    define(*rest);
    return rest;
  }

  std::string_view unused_name(std::string_view whole, unsigned& number) {
    while (true) {
      const std::string name = fmt::format("{}.{}", whole, number++);
      if (!sections_.find(name)) return arena_.copy(name);
    }
  }

  void define(OutputSection& section) {
    Symbol* symbol = symbols_.add(section.name);
    symbol->binding = Binding::defined;
    symbol->section = nullptr;
    symbol->output_section = &section;
    symbol->value = 0;
  }

  OutputSections& sections_;
  SymbolTable& symbols_;
  Arena& arena_;
  std::uint64_t most_bytes_;
  std::uint64_t most_relocations_;
};

}  // namespace

void split_sections(OutputSections& sections, SymbolTable& symbols, const Options& options,
                    Arena& arena) {
  if (!options.split_by_file && !options.split_by_reloc) return;
  Splitter splitter(sections, symbols, options, arena);
  std::vector<OutputSection*> whole;
  for (OutputSection* section = sections.first(); section; section = section->next)
    whole.push_back(section);
  for (OutputSection* section : whole) splitter.split(section);
}

}  // namespace kbx::link
