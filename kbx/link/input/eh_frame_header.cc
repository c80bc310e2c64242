#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/call_frames.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/shape.h"

/// .eh_frame_hdr, after the Linux Standard Base Core Specification, "DWARF Extensions": where
/// .eh_frame is, and a table of its FDEs sorted by the addresses of the code that they describe.
/// It is made from what was written, so that it can say nothing else.
namespace kbx::link {
namespace {

constexpr std::uint64_t head_size = 8;
constexpr std::uint64_t entry_size = 8;

/// An FDE and its code.
struct Described {
  std::uint64_t start = 0;
  std::uint64_t length = 0;
  std::uint64_t fde = 0;
};

template <typename Shape>
class Reader {
 public:
  Reader(std::string_view content, std::uint64_t address) : bytes_(content), address_(address) {}

  std::vector<Described> read() const {
    std::vector<Described> found;
    for (std::size_t at = 0; bytes_.size() - at >= 8;) {
      const auto length = Shape::template load<std::uint32_t>(bytes_.data() + at);
      if (length == 0) {
        at += 4;
        continue;
      }
      if (length < 4 || length > bytes_.size() - at - 4) break;
      const auto id = Shape::template load<std::uint32_t>(bytes_.data() + at + 4);
      const std::size_t end = at + 4 + length;
      if (id != 0 && id <= at + 4) found.push_back(describe(at, end, encoding_of(at + 4 - id)));
      at = end;
    }
    return found;
  }

 private:
  static constexpr std::size_t word = Shape::is_64bit ? 8 : 4;

  /// How the FDEs of a CIE encode addresses.
  std::uint8_t encoding_of(std::size_t at) const {
    const auto length = Shape::template load<std::uint32_t>(bytes_.data() + at);
    Cursor cursor(bytes_, at + 8, std::min<std::size_t>(bytes_.size(), at + 4 + length));
    const std::uint8_t version = cursor.byte();
    std::string letters;
    for (char letter = static_cast<char>(cursor.byte()); letter != 0 && cursor.ok();
         letter = static_cast<char>(cursor.byte()))
      letters += letter;
    if (!letters.starts_with('z')) return 0;
    if (version == 4) cursor.skip(2);
    cursor.leb128();
    cursor.leb128();
    if (version == 1)
      cursor.byte();
    else
      cursor.leb128();
    cursor.leb128();
    for (const char letter : letters.substr(1)) {
      if (letter == 'R') return cursor.byte();
      if (letter == 'L') cursor.byte();
      if (letter != 'P') continue;
      const std::uint8_t encoding = cursor.byte();
      const std::size_t width = width_of(encoding, word);
      if ((encoding & encoding_kind) == encoding_aligned && width != 0)
        cursor.skip((width - cursor.at() % width) % width);
      cursor.skip(width);
    }
    return 0;
  }

  Described describe(std::size_t at, std::size_t end, std::uint8_t encoding) const {
    Described described;
    described.fde = address_ + at;
    const std::size_t width = width_of(encoding, word);
    const unsigned kind = encoding & encoding_kind;
    if (width == 0 || end - at < 8 + 2 * width ||
        (kind != encoding_absolute && kind != encoding_from_place))
      throw Error(fmt::format(".eh_frame_hdr cannot be made: the address at {:#x} of .eh_frame is "
                              "encoded as {:#x}",
                              at + 8, encoding),
                  "link without --eh-frame-hdr, or use the toolchain's ld");
    described.start = number(at + 8, width, (encoding & encoding_signed) != 0);
    if (described.start != 0 && kind == encoding_from_place) described.start += address_ + at + 8;
    if (!Shape::is_64bit) described.start &= 0xffffffff;
    described.length = number(at + 8 + width, width, false);
    return described;
  }

  std::uint64_t number(std::size_t at, std::size_t width, bool is_signed) const {
    const char* place = bytes_.data() + at;
    const auto extend = [&](std::uint64_t value, unsigned bits) {
      const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
      return is_signed ? (value ^ sign) - sign : value;
    };
    switch (width) {
      case 2:
        return extend(Shape::template load<std::uint16_t>(place), 16);
      case 4:
        return extend(Shape::template load<std::uint32_t>(place), 32);
      default:
        return Shape::template load<std::uint64_t>(place);
    }
  }

  std::string_view bytes_;
  std::uint64_t address_;
};

template <typename Shape>
void append(std::string& bytes, std::uint32_t value) {
  char place[4];
  Shape::template store<std::uint32_t>(place, value);
  bytes.append(place, sizeof place);
}

/// Appends how far `address` is from `from`; false if that takes more than 32 bits.
template <typename Shape>
bool append_distance(std::string& bytes, std::uint64_t address, std::uint64_t from) {
  const std::uint64_t distance = address - from;
  append<Shape>(bytes, static_cast<std::uint32_t>(distance));
  constexpr std::uint64_t sign = 0x80000000;
  return !Shape::is_64bit || ((distance & 0xffffffff) ^ sign) - sign == distance;
}

}  // namespace

InputFile* file_with_unwind_table(const std::vector<InputFile*>& files) {
  constexpr std::uint64_t smallest = 9;
  for (InputFile* file : files) {
    if (file->is_just_symbols) continue;
    for (const InputSection* section : file->sections)
      if (section->name == ".eh_frame" && section->size >= smallest && !section->is_discarded)
        return file;
  }
  return nullptr;
}

std::uint64_t eh_frame_header_size(const UnwindTable& table) {
  return table.is_searchable ? head_size + 4 + table.count * entry_size : head_size;
}

template <typename Shape>
std::string eh_frame_header(const UnwindTable& table, std::string_view content,
                            const UnwindPlaces& places) {
  constexpr char from_place_4 = 0x1b;   // DW_EH_PE_pcrel | DW_EH_PE_sdata4
  constexpr char number_4 = 0x03;       // DW_EH_PE_udata4
  constexpr char from_header_4 = 0x3b;  // DW_EH_PE_datarel | DW_EH_PE_sdata4
  std::string bytes = {1, from_place_4, number_4, from_header_4};
  bool fits = append_distance<Shape>(bytes, places.table, places.header + 4);
  if (!table.is_searchable) {
    bytes[2] = bytes[3] = static_cast<char>(omitted);
    return bytes;
  }
  std::vector<Described> found = Reader<Shape>(content, places.table).read();
  if (found.size() != table.count)
    throw Error(
        fmt::format(".eh_frame has {} FDEs where {} were expected", found.size(), table.count),
        "link without --eh-frame-hdr");
  std::ranges::sort(found, {}, [](const Described& described) {
    return std::tuple(described.start, described.length, described.fde);
  });
  append<Shape>(bytes, static_cast<std::uint32_t>(found.size()));
  bool overlaps = false;
  const Described* last = nullptr;
  for (const Described& described : found) {
    fits = append_distance<Shape>(bytes, described.start, places.header) && fits;
    fits = append_distance<Shape>(bytes, described.fde, places.header) && fits;
    overlaps = overlaps || (last && described.start < last->start + last->length);
    last = &described;
  }
  if (!fits)
    throw Error(".eh_frame_hdr entry overflow", "code and unwind tables are more than 2 GiB apart");
  if (overlaps)
    throw Error(".eh_frame_hdr refers to overlapping FDEs",
                "two unwind table entries describe the same code");
  return bytes;
}

template std::string eh_frame_header<Shape<true, false>>(const UnwindTable&, std::string_view,
                                                         const UnwindPlaces&);
template std::string eh_frame_header<Shape<true, true>>(const UnwindTable&, std::string_view,
                                                        const UnwindPlaces&);
template std::string eh_frame_header<Shape<false, false>>(const UnwindTable&, std::string_view,
                                                          const UnwindPlaces&);
template std::string eh_frame_header<Shape<false, true>>(const UnwindTable&, std::string_view,
                                                         const UnwindPlaces&);

}  // namespace kbx::link
