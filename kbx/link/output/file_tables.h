#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

#include "kbx/link/input/file.h"
#include "kbx/link/output/build_id.h"
#include "kbx/link/output/elf_encoding.h"
#include "kbx/link/output/headers.h"
#include "kbx/link/output/image.h"
#include "kbx/link/output/numbering.h"
#include "kbx/link/output/relocatable.h"

/// What partial and final links write in the same way when the content is in place: the symbol
/// table, the headers, the build ID.
namespace kbx::link {

/// EI_OSABI: GNU's if something in the output has a meaning only there, of the inputs' features
/// (InputFile::gnu_features) those in `features`.
inline std::uint8_t os_abi(const Target& target, const OutputPlan& plan, unsigned features) {
  if (target.os_abi != ELFOSABI_NONE) return target.os_abi;
  for (const OutputSymbol& symbol : plan.symbols.symbols)
    if (symbol.type == STT_GNU_IFUNC || symbol.binding == STB_GNU_UNIQUE) return ELFOSABI_GNU;
  for (const FileOutput& output : plan.files)
    if ((output.file->gnu_features & features) != 0) return ELFOSABI_GNU;
  return ELFOSABI_NONE;
}

template <typename Shape>
void write_symbols(const OutputSymbols& symbols, const Headers& headers, Image& image,
                   unsigned threads) {
  const auto content = [&](std::uint32_t index) {
    return image.data() + headers.table[index].sh_offset;
  };
  write_symbol_table<Shape>(symbols, content(headers.symbols_index),
                            headers.extended_index == 0 ? nullptr : content(headers.extended_index),
                            content(headers.strings_index), threads);
}

/// The ELF header and the section headers.
template <typename Shape>
void write_headers(const typename Shape::Header& header, const Headers& headers, Image& image) {
  std::memcpy(image.data(), &header, sizeof header);
  char* place = image.data() + headers.table_offset;
  for (const Elf64_Shdr& section : headers.table) {
    const auto raw = encode<Shape>(section);
    std::memcpy(place, &raw, sizeof raw);
    place += sizeof raw;
  }
}

/// The ID is made of `front` and, in the order of their headers, of each section's header and
/// content, without what tells where they lie; not of the symbol table and names.
template <typename Shape>
void write_build_id(const BuildId& build_id, const std::string& front, const Headers& headers,
                    Image& image) {
  if (!build_id.note || !build_id.note->output) return;
  std::vector<std::string> encoded;
  encoded.reserve(headers.table.size());
  std::vector<std::string_view> parts{front};
  for (std::uint32_t i = 0; i < headers.table.size(); ++i) {
    Elf64_Shdr header = headers.table[i];
    const auto offset = static_cast<std::size_t>(header.sh_offset);
    header.sh_offset = 0;
    parts.push_back(encoded.emplace_back(bytes_of(encode<Shape>(header))));
    if (header.sh_type == SHT_NOBITS || !headers.is_hashed(i)) continue;
    const auto content = image.parts(offset, static_cast<std::size_t>(header.sh_size));
    parts.insert(parts.end(), content.begin(), content.end());
  }
  const std::string id = make_build_id(build_id.style, parts);
  const InputSection& note = *build_id.note;
  char* place = image.data() + headers.table[note.output->index].sh_offset + note.output_offset;
  Shape::template store<std::uint32_t>(place, 4);
  Shape::template store<std::uint32_t>(place + 4, static_cast<std::uint32_t>(id.size()));
  Shape::template store<std::uint32_t>(place + 8, std::uint32_t{NT_GNU_BUILD_ID});
  std::memcpy(place + 12, "GNU", 4);
  std::copy(id.begin(), id.end(), place + 16);
}

/// The note of --package-metadata.
inline void write_package_note(const PackageNote& package, const Headers& headers, Image& image) {
  if (!package.note || !package.note->output) return;
  const Elf64_Shdr& header = headers.table[package.note->output->index];
  std::copy(package.content.begin(), package.content.end(),
            image.data() + header.sh_offset + package.note->output_offset);
}

}  // namespace kbx::link
