#include "testsuite/fuzz/elf_layout.h"

namespace kbx::fuzz {

Layout::Layout(std::string_view content) {
  constexpr std::size_t smallest = 52;
  if (content.size() < smallest || !content.starts_with("\x7f"
                                                        "ELF"))
    return;
  is_elf_ = true;
  is_64bit_ = content[4] == 2;
  is_big_endian_ = content[5] == 2;
  const Field& table_field = header_fields[5];
  const Field& count_field = header_fields[11];
  const Field& names_field = header_fields[12];
  table_ = load(content, place(table_field), width(table_field));
  const std::uint64_t count = load(content, place(count_field), width(count_field));
  const std::uint64_t names_index = load(content, place(names_field), width(names_field));
  const auto value = [&](std::size_t header, SectionField field) {
    const Field& wanted = section_fields[field];
    return load(content, header + place(wanted), width(wanted));
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    Section section;
    section.header = table_ + i * section_header_size();
    if (section.header + section_header_size() > content.size()) return;
    section.type = value(section.header, sh_type);
    constexpr std::uint64_t nobits = 8;
    section.offset = value(section.header, sh_offset);
    section.size = section.type == nobits || i == 0 ? 0 : value(section.header, sh_size);
    if (section.offset > content.size() || section.size > content.size() - section.offset)
      section.offset = section.size = 0;
    sections_.push_back(section);
  }
  if (names_index >= sections_.size()) return;
  const Section& names = sections_[names_index];
  for (Section& section : sections_) {
    const std::uint64_t at = value(section.header, sh_name);
    if (at >= names.size) continue;
    const std::string_view text = content.substr(names.offset + at, names.size - at);
    section.name = text.substr(0, text.find('\0'));
  }
}

std::uint64_t Layout::load(std::string_view content, std::size_t at, std::size_t width) const {
  if (at > content.size() || content.size() - at < width) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t from = is_big_endian_ ? at + i : at + width - 1 - i;
    value = value << 8 | static_cast<unsigned char>(content[from]);
  }
  return value;
}

void Layout::store(std::string& content, std::size_t at, std::size_t width,
                   std::uint64_t value) const {
  if (at > content.size() || content.size() - at < width) return;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t to = is_big_endian_ ? at + width - 1 - i : at + i;
    content[to] = static_cast<char>(value & 0xff);
    value >>= 8;
  }
}

}  // namespace kbx::fuzz
