#include "kbx/link/output/executable.h"

#include <algorithm>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/parallel.h"
#include "kbx/link/arch/arm_unwind.h"
#include "kbx/link/arch/field.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/layout/merged_sections.h"
#include "kbx/link/output/elf_encoding.h"
#include "kbx/link/output/file_tables.h"
#include "kbx/link/output/headers.h"
#include "kbx/link/output/pack_debug.h"
#include "kbx/link/output/relocation_tables.h"
#include "kbx/link/output/repeat.h"
#include "kbx/link/relocate/emit.h"
#include "kbx/link/threads.h"

/// The file of a final link: the ELF header, the program headers, sections where the segments want
/// them, those that are not loaded, the symbol table, the section headers. Each input section is
/// copied and relocated in one go by one thread, while its bytes are in the cache.
namespace kbx::link {
namespace {

template <typename Shape>
class ExecutableWriter {
 public:
  explicit ExecutableWriter(const ExecutableParts& parts)
      : parts_(parts),
        options_(parts.options),
        headers_(parts.sections, sizeof(typename Shape::Rel), sizeof(typename Shape::Rela),
                 Shape::is_64bit, parts.target.machine, !parts.options.compress_debug.empty()),
        tables_(parts.sections, parts.target.machine) {}

  Image write(const Say& say) {
    // Relocations that stay need the symbols that they refer to.
    const bool has_symbols = options_.strip != Strip::all || options_.emit_relocs;
    headers_.set_final(parts_.layout.end, has_symbols);
    if (options_.emit_relocs) tables_.count();
    headers_.threads = threads_for(options_);
    headers_.number();
    if (has_symbols)
      number_symbols(plan_, parts_.sections, headers_.by_index, parts_.globals, options_);
    if (options_.emit_relocs) tables_.place(plan_.files, headers_);
    set_entry_sizes();
    headers_.finish(sizeof(typename Shape::Header), sizeof(typename Shape::Symbol),
                    sizeof(typename Shape::Section), plan_.symbols, plan_.group_signatures);
    if (headers_.file_size > options_.largest_output)
      throw Error(fmt::format("the output would have {} bytes", headers_.file_size),
                  "look for an address or a size in the script that is too large");
    image_.emplace(static_cast<std::size_t>(headers_.file_size + headers_.packing_slack()),
                   options_.output);
    image_->populate();
    copy_sections(say);
    if (options_.emit_relocs) tables_.sort(headers_, image_->data(), threads());
    parts_.fill_tables([this](const InputSection& section) {
      return at(headers_.table[section.output->index].sh_offset + section.output_offset);
    });
    write_segments();
    if (has_symbols) write_symbols<Shape>(plan_.symbols, headers_, *image_, threads());
    if (!options_.compress_debug.empty())
      pack_debug<Shape>(options_.compress_debug, headers_, *image_);
    headers_.names.write(at(headers_.table[headers_.names_index].sh_offset), threads());
    write_headers<Shape>(file_header(headers_.table_offset), headers_, *image_);
    write_build_id();
    write_package_note(parts_.notes.package, headers_, *image_);
    return std::move(*image_);
  }

 private:
  char* at(std::uint64_t offset) { return image_->data() + offset; }
  unsigned threads() const { return threads_for(options_, image_->size()); }

  /// What the linker's own tables say of the size of their entries.
  void set_entry_sizes() {
    for (OutputSection* section = parts_.sections.first(); section; section = section->next)
      for (const Piece& piece : section->pieces)
        if (piece.input && (piece.input->traits & trait_linker_created) &&
            piece.input->entry_size != 0)
          headers_.table[section->index].sh_entsize = piece.input->entry_size;
  }

  // Content.

  void copy_sections(const Say& say) {
    struct Work {
      OutputSection* output;
      const Piece* piece;
    };
    std::vector<Work> work;
    for (OutputSection* section = parts_.sections.first(); section; section = section->next) {
      if (headers_.table[section->index].sh_type == SHT_NOBITS) continue;
      for (const Piece& piece : section->pieces) work.push_back({section, &piece});
    }
    std::vector<Findings> findings(work.size());
    std::vector<KeptSections> kept(threads());
    parallel_for(work.size(), threads(), [&](std::size_t i, std::size_t thread) {
      const auto& [output, piece] = work[i];
      if (piece->input)
        copy_input(*output, *piece->input, kept[thread], findings[i]);
      else
        copy_bytes(*output, *piece);
    });
    tell(findings, say);
  }

  void tell(const std::vector<Findings>& findings, const Say& say) const {
    std::string all;
    for (const Findings& of_section : findings) {
      for (const std::string& remark : of_section.remarks)
        say(fmt::format("{}: {}", options_.program, remark));
      for (const std::string& fault : of_section.faults) {
        if (options_.makes_output_despite_errors)
          say(fmt::format("{}: {}", options_.program, fault));
        else
          all += (all.empty() ? "" : "\n") + fault;
      }
    }
    if (!all.empty()) throw Error(all, "");
  }

  void copy_bytes(const OutputSection& output, const Piece& piece) {
    char* place = at(headers_.table[output.index].sh_offset + piece.offset);
    const auto size = static_cast<std::size_t>(piece.size);
    if (!piece.bytes.empty()) {
      repeat(piece.bytes, place, size);
    } else if (output.traits & trait_code) {
      const std::string fill = code_fill(parts_.target.machine, Shape::is_big_endian, size);
      std::copy(fill.begin(), fill.end(), place);
    }
  }

  void copy_input(const OutputSection& output, InputSection& input, KeptSections& kept,
                  Findings& findings) {
    char* place = at(headers_.table[output.index].sh_offset + input.output_offset);
    if (input.merge) {
      write_merged(input, place);
      return;
    }
    if (input.type == SHT_ARM_EXIDX && parts_.target.machine == EM_ARM)
      copy_unwind_index(input, place);
    else if (input.edit)
      write_eh_frame<Shape>(input, place);
    else
      input.content.copy(place, static_cast<std::size_t>(input.size));
    if (input.traits & trait_linker_created) return;
    apply_relocations<Shape>(parts_.applying, input, place, kept, findings);
    if (options_.emit_relocs) emit(output, input, place);
    if (parts_.finish_content) parts_.finish_content(input, place);
  }

  static void copy_unwind_index(const InputSection& input, char* place) {
    if (input.edit)
      write_unwind_index(input, place);
    else
      input.content.copy(place, input.content.size());
    if (input.unwind_end) write_unwind_end(input, place);
  }

  void emit(const OutputSection& output, InputSection& input, const char* content) {
    const FileOutput& file = plan_.written(*input.file);
    if (output.rel_index != 0)
      emit_relocations<Shape, typename Shape::Rel>(parts_.applying, file, input, content,
                                                   at(headers_.table[output.rel_index].sh_offset));
    if (output.rela_index != 0)
      emit_relocations<Shape, typename Shape::Rela>(
          parts_.applying, file, input, content, at(headers_.table[output.rela_index].sh_offset));
  }

  // Tables.

  void write_segments() {
    using Raw = std::conditional_t<Shape::is_64bit, Elf64_Phdr, Elf32_Phdr>;
    using Word = typename Shape::Word;
    char* place = at(parts_.layout.program_headers_offset);
    for (const Segment& segment : parts_.layout.segments) {
      Raw raw{};
      raw.p_type = Shape::native(segment.type);
      raw.p_flags = Shape::native(segment.flags);
      raw.p_offset = Shape::native(static_cast<Word>(segment.offset));
      raw.p_vaddr = Shape::native(static_cast<Word>(segment.address));
      raw.p_paddr = Shape::native(static_cast<Word>(segment.load_address));
      raw.p_filesz = Shape::native(static_cast<Word>(segment.file_size));
      raw.p_memsz = Shape::native(static_cast<Word>(segment.memory_size));
      raw.p_align = Shape::native(static_cast<Word>(segment.alignment));
      std::memcpy(place, &raw, sizeof raw);
      place += sizeof raw;
    }
  }

  typename Shape::Header file_header(std::uint64_t sections_offset) const {
    FileHeader header;
    header.type = is_movable() ? ET_DYN : ET_EXEC;
    header.machine = parts_.target.machine;
    header.flags = parts_.target.elf_flags;
    header.os_abi = os_abi(parts_.target, plan_, ~unsigned{gnu_retain});
    header.abi_version = parts_.target.abi_version;
    header.entry = parts_.target.entry;
    header.segment_count = static_cast<std::uint16_t>(parts_.layout.segments.size());
    if (header.segment_count != 0) header.segments_offset = parts_.layout.program_headers_offset;
    header.sections_offset = sections_offset;
    header.section_count = headers_.table.size();
    header.names_index = headers_.names_index;
    return encode<Shape>(header);
  }

  /// A program that is made for any address but does not start at 0 is not taken for one.
  bool is_movable() const {
    if (options_.kind != OutputKind::pie) return options_.kind != OutputKind::executable;
    std::uint64_t lowest = ~std::uint64_t{0};
    for (const Segment& segment : parts_.layout.segments)
      if (segment.type == PT_LOAD) lowest = std::min(lowest, segment.address);
    return lowest == 0;
  }

  /// Of the same parts as a partial link's, and the program headers behind the ELF header.
  void write_build_id() {
    auto header = file_header(0);
    header.e_phoff = 0;
    std::string front = bytes_of(header);
    using Raw = std::conditional_t<Shape::is_64bit, Elf64_Phdr, Elf32_Phdr>;
    front.append(at(parts_.layout.program_headers_offset),
                 parts_.layout.segments.size() * sizeof(Raw));
    kbx::link::write_build_id<Shape>(parts_.notes.build_id, front, headers_, *image_);
  }

  const ExecutableParts& parts_;
  const Options& options_;
  Headers headers_;
  RelocationTables<Shape> tables_;
  OutputPlan plan_;
  std::optional<Image> image_;
};

}  // namespace

Image make_executable(const ExecutableParts& parts, const Say& say) {
  return with_shape(parts.target.is_64bit, parts.target.is_big_endian, [&]<typename Shape>(Shape) {
    return ExecutableWriter<Shape>(parts).write(say);
  });
}

}  // namespace kbx::link
