#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

#include "kbx/link/input/compression.h"
#include "kbx/link/output/headers.h"
#include "kbx/link/output/image.h"

/// --compress-debug-sections, after the System V gABI, "Section Compression", and for zlib-gnu as
/// GNU binutils did it before that: a .zdebug_* section starts with "ZLIB" and its size.
namespace kbx::link {

constexpr std::string_view old_magic = "ZLIB";

/// What a section's header and content become when it is packed; nothing if it gets no smaller.
template <typename Shape>
void pack_section(const std::string& method, Elf64_Shdr& header, std::string& content) {
  const Compression kind = method == "zstd" ? Compression::zstd : Compression::zlib;
  const std::string packed = pack(kind, content);
  std::string head;
  if (method == "zlib-gnu") {
    head = old_magic;
    for (unsigned shift = 64; shift != 0; shift -= 8)
      head += static_cast<char>(content.size() >> (shift - 8));
  } else {
    typename Shape::CompressionHeader raw{};
    using Word = decltype(raw.ch_size);
    raw.ch_type = Shape::native(static_cast<std::uint32_t>(kind));
    raw.ch_size = Shape::native(static_cast<Word>(content.size()));
    raw.ch_addralign = Shape::native(static_cast<Word>(header.sh_addralign));
    head.assign(reinterpret_cast<const char*>(&raw), sizeof raw);
  }
  if (head.size() + packed.size() >= content.size()) return;
  content = head + packed;
  if (method == "zlib-gnu") return;
  header.sh_flags |= SHF_COMPRESSED;
  header.sh_addralign = Shape::is_64bit ? 8 : 4;
}

/// Packs what gets smaller by it, and moves what lies behind the symbol table's names together.
/// `headers` know that there is packing (Headers::packing_slack is part of the image). Throws Error
/// if the library for it is not there.
template <typename Shape>
void pack_debug(const std::string& method, Headers& headers, Image& image) {
  std::vector<std::string> contents(headers.table.size());
  for (std::uint32_t i = 1; i < contents.size(); ++i) {
    if (!headers.is_placed_late(i)) continue;
    Elf64_Shdr& header = headers.table[i];
    contents[i].assign(image.data() + header.sh_offset, static_cast<std::size_t>(header.sh_size));
    if (headers.by_index[i]) pack_section<Shape>(method, header, contents[i]);
    header.sh_size = contents[i].size();
  }
  const auto end = static_cast<std::ptrdiff_t>(image.size());
  std::fill(image.data() + headers.late_offset, image.data() + end, '\0');
  headers.finish_packed(sizeof(typename Shape::Section), [&](const OutputSection& section) {
    const bool is_packed = contents[section.index].starts_with(old_magic);
    if (method != "zlib-gnu" || !is_packed) return std::string(section.name);
    return ".z" + std::string(section.name.substr(1));
  });
  for (std::uint32_t i = 1; i < contents.size(); ++i)
    std::copy(contents[i].begin(), contents[i].end(), image.data() + headers.table[i].sh_offset);
  image.shrink(static_cast<std::size_t>(headers.file_size));
}

}  // namespace kbx::link
