#include "kbx/link/output/relocatable.h"

#include <algorithm>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/parallel.h"
#include "kbx/link/arch/field.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/output/elf_encoding.h"
#include "kbx/link/output/file_tables.h"
#include "kbx/link/output/headers.h"
#include "kbx/link/output/numbering.h"
#include "kbx/link/output/pack_debug.h"
#include "kbx/link/output/relocate.h"
#include "kbx/link/output/relocation_tables.h"
#include "kbx/link/output/repeat.h"
#include "kbx/link/threads.h"

/// The file of a partial link, laid out as GNU ld 2.40 does: the ELF header, the sections in the
/// order of their headers, the symbol table and its names, the relocations, the names of sections,
/// the table of section headers. Where each byte lies is decided first; then the parts are copied
/// and relocated by several threads that never share one.
namespace kbx::link {
namespace {

constexpr std::size_t unwind_entry = 8;  // of an ARM unwind index

template <typename Shape>
class RelocatableWriter {
 public:
  RelocatableWriter(const Target& target, OutputSections& sections, const Globals& globals,
                    const LateNotes& notes, const Options& options)
      : target_(target),
        sections_(sections),
        globals_(globals),
        notes_(notes),
        options_(options),
        headers_(sections, sizeof(typename Shape::Rel), sizeof(typename Shape::Rela),
                 Shape::is_64bit, target.machine, !options.compress_debug.empty()),
        tables_(sections, target.machine) {}

  Image write() {
    tables_.count();
    headers_.threads = threads_for(options_);
    headers_.number();
    number_symbols(plan_, sections_, headers_.by_index, globals_, options_);
    tables_.place(plan_.files, headers_);
    headers_.finish(target_.is_64bit ? sizeof(typename Shape::Header) : sizeof(Elf32_Ehdr),
                    sizeof(typename Shape::Symbol), sizeof(typename Shape::Section), plan_.symbols,
                    plan_.group_signatures);
    if (headers_.file_size > options_.largest_output)
      throw Error(fmt::format("the output would have {} bytes", headers_.file_size),
                  "look for an address or a size in the script that is too large");
    image_.emplace(static_cast<std::size_t>(headers_.file_size + headers_.packing_slack()),
                   options_.output);
    copy_sections();
    tables_.sort(headers_, image_->data(), threads());
    if (target_.machine == EM_MIPS) write_gp_value();
    write_groups();
    write_symbols<Shape>(plan_.symbols, headers_, *image_, threads());
    if (!options_.compress_debug.empty())
      pack_debug<Shape>(options_.compress_debug, headers_, *image_);
    headers_.names.write(at(headers_.table[headers_.names_index].sh_offset), threads());
    write_headers<Shape>(file_header(headers_.table_offset), headers_, *image_);
    write_build_id<Shape>(notes_.build_id, bytes_of(file_header(0)), headers_, *image_);
    write_package_note(notes_.package, headers_, *image_);
    return std::move(*image_);
  }

 private:
  char* at(std::uint64_t offset) { return image_->data() + offset; }
  unsigned threads() const { return threads_for(options_, image_->size()); }

  bool is_mips64el() const {
    return target_.machine == EM_MIPS && Shape::is_64bit && !Shape::is_big_endian;
  }

  // Content.

  void copy_sections() {
    struct Work {
      const FileOutput* file;
      OutputSection* output;
      const Piece* piece;
    };
    std::vector<Work> work;
    for (OutputSection* section = sections_.first(); section; section = section->next)
      for (const Piece& piece : section->pieces)
        work.push_back(
            {piece.input ? &plan_.written(*piece.input->file) : nullptr, section, &piece});
    lend_unchanged();
    image_->populate();
    parallel_for(work.size(), threads(), [&](std::size_t i) {
      const auto& [file, output, piece] = work[i];
      if (piece->input)
        copy_input(*file, *output, *piece->input);
      else
        copy_bytes(*output, *piece);
    });
  }

  /// The last entry of an ARM unwind index, and the relocation of its address.
  void write_unwind_end(const OutputSection& output, const InputSection& input, char* place) {
    const InputSection& code = *input.unwind_end;
    const std::uint64_t offset = input.content.size();
    Shape::template store<std::uint32_t>(
        place + offset, static_cast<std::uint32_t>(code.output_offset + code.size));
    Shape::template store<std::uint32_t>(place + offset + sizeof(std::uint32_t), 1);
    typename Shape::Rel entry;
    entry.r_offset = Shape::native(static_cast<typename Shape::Word>(input.output_offset + offset));
    entry.r_info = Shape::native(
        RelocationInfo<Shape>::make(code.output->symbol, R_ARM_PREL31, is_mips64el()));
    const std::uint32_t last = input.first_rel + RelocationTables<Shape>::rel_count(input) - 1;
    std::memcpy(at(headers_.table[output.rel_index].sh_offset) + last * sizeof entry, &entry,
                sizeof entry);
  }

  /// Large contents that no relocation changes go from the input to the file.
  void lend_unchanged() {
    constexpr std::size_t large = std::size_t{1} << 14;
    for (const FileOutput& output : plan_.files)
      for (InputSection* section : output.file->sections) {
        if (!section->is_written || section->content.size() < large || section->edit ||
            section->content.size() > section->size || output.has_dangling ||
            !section->rel.content.empty() ||
            (section->traits & (trait_group | trait_linker_created)))
          continue;
        if (headers_.is_packed_later(*section->output)) continue;
        const Elf64_Shdr& header = headers_.table[section->output->index];
        if (header.sh_type == SHT_NOBITS) continue;
        section->is_lent = true;
        image_->lend(static_cast<std::size_t>(header.sh_offset + section->output_offset),
                     section->content);
      }
  }

  void copy_bytes(const OutputSection& output, const Piece& piece) {
    if (headers_.table[output.index].sh_type == SHT_NOBITS) return;
    char* place = at(headers_.table[output.index].sh_offset + piece.offset);
    const auto size = static_cast<std::size_t>(piece.size);
    if (!piece.bytes.empty()) {
      repeat(piece.bytes, place, size);
    } else if (output.traits & trait_code) {
      const std::string fill = code_fill(target_.machine, Shape::is_big_endian, size);
      std::copy(fill.begin(), fill.end(), place);
    }
  }

  void copy_input(const FileOutput& file, const OutputSection& output, InputSection& input) {
    // A group is written when all indices are known, and a late note behind all else.
    const bool is_late = (input.traits & trait_linker_created) && input.content.empty();
    if (is_late || (input.traits & trait_group)) return;
    // What has content can be in a section that has none in the file: the first one's type counts.
    const Elf64_Shdr& header = headers_.table[output.index];
    std::string unseen;
    if (header.sh_type == SHT_NOBITS) unseen.resize(input.content.size() + unwind_entry);
    char* const place =
        header.sh_type == SHT_NOBITS ? unseen.data() : at(header.sh_offset + input.output_offset);
    if (input.edit)
      write_eh_frame<Shape>(input, place);
    else if (!input.content.empty() && !input.is_lent)
      std::memcpy(
          place, input.content.data(),
          std::min<std::size_t>(input.content.size(), static_cast<std::size_t>(input.size)));
    Relocator<Shape> relocator(file, input, place, is_mips64el());
    if (output.rel_index != 0)
      relocator.template write<typename Shape::Rel>(
          input.rel.content, at(headers_.table[output.rel_index].sh_offset), input.first_rel);
    if (input.unwind_end) write_unwind_end(output, input, place);
    if (output.rela_index != 0)
      relocator.template write<typename Shape::Rela>(
          input.rela.content, at(headers_.table[output.rela_index].sh_offset), input.first_rela);
  }

  /// What .MIPS.options says of the register gp: where small data starts, and 0x7ff0 behind that
  /// (64-bit ELF Object File Specification for MIPS, "Options section").
  void write_gp_value() {
    std::uint64_t lowest = ~std::uint64_t{0};
    for (const Elf64_Shdr& header : headers_.table)
      if (header.sh_flags & SHF_MIPS_GPREL)
        lowest = std::min<std::uint64_t>(lowest, header.sh_addr);
    constexpr std::uint64_t gp_offset = 0x7ff0;
    constexpr std::size_t option_header = sizeof(Elf_Options);
    constexpr std::size_t gp_place = option_header + (Shape::is_64bit ? 24 : 20);
    for (const Elf64_Shdr& header : headers_.table) {
      if (header.sh_type != SHT_MIPS_OPTIONS) continue;
      char* option = at(header.sh_offset);
      std::size_t left = static_cast<std::size_t>(header.sh_size);
      while (left >= option_header) {
        const auto size = static_cast<unsigned char>(option[1]);
        if (size < option_header || size > left) break;
        if (option[0] == ODK_REGINFO && size >= gp_place + sizeof(typename Shape::Word))
          Shape::template store<typename Shape::Word>(
              option + gp_place, static_cast<typename Shape::Word>(lowest + gp_offset));
        option += size;
        left -= size;
      }
    }
  }

  // Groups.

  void write_groups() {
    for (OutputSection* section = sections_.first(); section; section = section->next) {
      const Elf64_Shdr& header = headers_.table[section->index];
      if (header.sh_type != SHT_GROUP || header.sh_size < 4) continue;
      const std::vector<std::uint32_t> members = headers_.group_members(*section);
      char* place = at(header.sh_offset);
      Shape::template store<std::uint32_t>(
          place, section->traits & trait_link_once ? std::uint32_t{GRP_COMDAT} : 0);
      // From the end, as far as there is room.
      std::uint64_t end = header.sh_size;
      for (const std::uint32_t member : members) {
        if (end < 8) break;
        end -= 4;
        Shape::template store<std::uint32_t>(place + end, member);
      }
    }
  }

  // Tables.

  typename Shape::Header file_header(std::uint64_t table_offset) const {
    FileHeader header;
    header.machine = target_.machine;
    header.flags = target_.elf_flags;
    header.os_abi = os_abi(target_, plan_, ~0u);
    header.abi_version = target_.abi_version;
    header.entry = target_.entry;
    header.sections_offset = table_offset;
    header.section_count = headers_.table.size();
    header.names_index = headers_.names_index;
    return encode<Shape>(header);
  }

  const Target& target_;
  OutputSections& sections_;
  const Globals& globals_;
  const LateNotes& notes_;
  const Options& options_;
  Headers headers_;
  RelocationTables<Shape> tables_;
  OutputPlan plan_;
  std::optional<Image> image_;
};

}  // namespace

Image make_relocatable(const Target& target, OutputSections& sections, const Globals& globals,
                       const LateNotes& notes, const Options& options) {
  return with_shape(target.is_64bit, target.is_big_endian, [&]<typename Shape>(Shape) {
    return RelocatableWriter<Shape>(target, sections, globals, notes, options).write();
  });
}

}  // namespace kbx::link
