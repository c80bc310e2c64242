#include "kbx/link/output/flat.h"

#include <algorithm>
#include <array>
#include <deque>
#include <span>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/file.h"

/// Flat outputs. A binary is memory as it is, from the lowest address on. Motorola's S-records and
/// Intel's hexadecimal format are text, a line for up to 16 bytes with its address, number and
/// checksum; which of the forms they have are used, and that the lines are sorted by address as far
/// as GNU ld 2.40 sorts them, follows what it writes.
namespace kbx::link {
namespace {

constexpr std::size_t line_bytes = 16;

std::uint64_t end_of(const Chunk& chunk) {
  if (chunk.bytes.size() > ~std::uint64_t{0} - chunk.address)
    throw Error(fmt::format("{} bytes at {:#x} reach beyond the end of memory", chunk.bytes.size(),
                            chunk.address));
  return chunk.address + chunk.bytes.size();
}

void check_size(std::uint64_t size, std::uint64_t largest) {
  if (size > largest)
    throw Error(fmt::format("the output would have {} bytes", size),
                "a flat binary holds all memory between its sections; look for an address in the "
                "script that is far from the others");
}

Image binary(const std::vector<Chunk>& chunks, std::uint64_t largest) {
  std::uint64_t low = ~std::uint64_t{0};
  std::uint64_t high = 0;
  for (const Chunk& chunk : chunks) {
    low = std::min(low, chunk.address);
    high = std::max(high, end_of(chunk));
  }
  if (chunks.empty()) return Image(0);
  check_size(high - low, largest);
  Image image(static_cast<std::size_t>(high - low));
  for (const Chunk& chunk : chunks)
    std::copy(chunk.bytes.begin(), chunk.bytes.end(),
              image.data() + static_cast<std::size_t>(chunk.address - low));
  return image;
}

/// What does not come behind all others goes before those of its address.
std::vector<Chunk> sorted(const std::vector<Chunk>& chunks) {
  std::vector<Chunk> result;
  result.reserve(chunks.size());
  for (const Chunk& chunk : chunks) {
    if (result.empty() || chunk.address >= result.back().address) {
      result.push_back(chunk);
      continue;
    }
    const auto place = std::partition_point(result.begin(), result.end(), [&](const Chunk& own) {
      return own.address < chunk.address;
    });
    result.insert(place, chunk);
  }
  return result;
}

/// The lines of a text format.
class Lines {
 public:
  /// One line: `start`, the bytes of `head` and `data`, and what `checksum` makes of their sum.
  template <typename Checksum>
  void add(std::string_view start, std::span<const std::uint8_t> head, std::string_view data,
           const Checksum& checksum) {
    text_ += start;
    unsigned sum = 0;
    const auto add_byte = [&](unsigned byte) {
      sum += byte;
      fmt::format_to(std::back_inserter(text_), "{:02X}", byte);
    };
    for (const std::uint8_t byte : head) add_byte(byte);
    for (const char byte : data) add_byte(static_cast<std::uint8_t>(byte));
    add_byte(checksum(sum) & 0xffu);
    text_ += "\r\n";
  }

  Image image() const {
    Image image(text_.size());
    std::copy(text_.begin(), text_.end(), image.data());
    return image;
  }

 private:
  std::string text_;
};

std::uint8_t byte_of(std::uint64_t value, unsigned number) {
  return static_cast<std::uint8_t>(value >> 8 * number);
}

/// S0 has the file's name, S1 to S3 data at an address of 2 to 4 bytes, S9 to S7 the entry.
class SRecords {
 public:
  Image write(const std::vector<Chunk>& chunks, std::uint64_t start, const std::string& name) {
    unsigned type = 1;
    for (const Chunk& chunk : chunks) {
      const std::uint64_t last = end_of(chunk) - 1;
      if (last > 0xffffffff)
        throw Error(fmt::format("address {:#x} is too large for S-records", last),
                    "they have 32 bits for an address");
      type = std::max(type, last > 0xffffff ? 3u : last > 0xffff ? 2u : 1u);
    }
    constexpr std::size_t longest_name = 40;
    add(0, 2, 0, std::string_view(name).substr(0, longest_name));
    for (const Chunk& chunk : chunks)
      for (std::size_t at = 0; at < chunk.bytes.size(); at += line_bytes)
        add(type, type + 1, chunk.address + at, chunk.bytes.substr(at, line_bytes));
    add(10 - type, type + 1, start, {});
    return lines_.image();
  }

 private:
  void add(unsigned type, unsigned width, std::uint64_t address, std::string_view data) {
    std::vector<std::uint8_t> head{static_cast<std::uint8_t>(width + data.size() + 1)};
    while (width > 0) head.push_back(byte_of(address, --width));
    lines_.add(fmt::format("S{}", type), head, data, [](unsigned sum) { return ~sum; });
  }

  Lines lines_;
};

/// Addresses have 16 bits; records of their own set the higher ones, as a segment up to 1 MiB.
class IntelHex {
 public:
  Image write(const std::vector<Chunk>& chunks, std::uint64_t start) {
    for (const Chunk& chunk : chunks)
      for (std::size_t at = 0; at < chunk.bytes.size();) {
        const std::uint64_t address = chunk.address + at;
        set_base(address);
        const std::uint64_t offset = address - segment_ - base_;
        // No line crosses a boundary of 64 KiB.
        const std::uint64_t room = offset + line_bytes > 0xffff ? 0x10000 - offset : line_bytes;
        const std::string_view data = chunk.bytes.substr(
            at, static_cast<std::size_t>(std::min<std::uint64_t>(room, line_bytes)));
        add(offset, data_record, data);
        at += data.size();
      }
    if (start != 0) add_start(start);
    add(0, end_record, {});
    return lines_.image();
  }

 private:
  enum Record : std::uint8_t {
    data_record = 0,
    end_record = 1,
    segment_record = 2,
    start_segment_record = 3,
    base_record = 4,
    start_record = 5,
  };

  void set_base(std::uint64_t address) {
    if (address > 0xffffffff)
      throw Error(fmt::format("address {:#x} is too large for Intel's hexadecimal format", address),
                  "it has 32 bits for an address");
    if (address <= segment_ + base_ + 0xffff) return;
    if (address <= 0xfffff) {
      segment_ = address & 0xf0000;
      add_word(segment_record, segment_ >> 4);
      return;
    }
    if (segment_ != 0) add_word(segment_record, 0);
    segment_ = 0;
    base_ = address & 0xffff0000;
    add_word(base_record, base_ >> 16);
  }

  void add_start(std::uint64_t start) {
    if (start > 0xffffffff)
      throw Error(fmt::format("entry {:#x} is too large for Intel's hexadecimal format", start),
                  "it has 32 bits for an address");
    const bool is_segment = start <= 0xfffff;
    const std::uint64_t value = is_segment ? (start & 0xf0000) << 12 | (start & 0xffff) : start;
    std::string bytes;
    for (unsigned i = 4; i > 0; --i) bytes += static_cast<char>(byte_of(value, i - 1));
    add(0, is_segment ? start_segment_record : start_record, bytes);
  }

  void add_word(Record record, std::uint64_t value) {
    const char bytes[] = {static_cast<char>(byte_of(value, 1)),
                          static_cast<char>(byte_of(value, 0))};
    add(0, record, {bytes, sizeof bytes});
  }

  void add(std::uint64_t offset, Record record, std::string_view data) {
    const std::array<std::uint8_t, 4> head = {static_cast<std::uint8_t>(data.size()),
                                              byte_of(offset, 1), byte_of(offset, 0), record};
    lines_.add(":", head, data, [](unsigned sum) { return 0 - sum; });
  }

  std::uint64_t segment_ = 0;
  std::uint64_t base_ = 0;
  Lines lines_;
};

void refuse_relocations(const InputSection& section) {
  if (section.rel.content.empty() && section.rela.content.empty()) return;
  throw Error(Location{section.file->path, 0},
              fmt::format("section {} has relocations, for which the output's format has no place",
                          section.name),
              "link without -r, or without --oformat");
}

}  // namespace

std::optional<FlatFormat> flat_format(std::string_view target) {
  if (target == "binary") return FlatFormat::binary;
  if (target == "srec") return FlatFormat::srec;
  if (target == "ihex") return FlatFormat::ihex;
  return std::nullopt;
}

Image make_flat(FlatFormat format, const std::vector<Chunk>& chunks, std::uint64_t start,
                const std::string& name, std::uint64_t largest) {
  if (format == FlatFormat::binary) return binary(chunks, largest);
  std::uint64_t size = 0;
  for (const Chunk& chunk : chunks) size += chunk.bytes.size();
  check_size(size, largest / 4);
  if (format == FlatFormat::srec) return SRecords().write(sorted(chunks), start, name);
  return IntelHex().write(sorted(chunks), start);
}

Image make_flat_executable(FlatFormat format, const OutputSections& sections, Image& image,
                           std::uint64_t start, const Options& options) {
  std::vector<Chunk> chunks;
  constexpr Traits loaded = trait_alloc | trait_load;
  for (const OutputSection* section = sections.first(); section; section = section->next) {
    if ((section->traits & loaded) != loaded || (section->traits & trait_never_load) ||
        header_type(*section) == SHT_NOBITS)
      continue;
    for (const Piece& piece : section->pieces)
      if (piece.size != 0)
        chunks.push_back({section->load_address + piece.offset,
                          {image.data() + section->file_offset + piece.offset,
                           static_cast<std::size_t>(piece.size)}});
  }
  return make_flat(format, chunks, start, options.output, options.largest_output);
}

Image make_flat_relocatable(FlatFormat format, const OutputSections& sections, std::uint64_t start,
                            const Options& options) {
  std::vector<Chunk> chunks;
  std::deque<std::string> fills;
  constexpr Traits loaded = trait_alloc | trait_load;
  for (const OutputSection* section = sections.first(); section; section = section->next)
    for (const Piece& piece : section->pieces) {
      if (piece.input) refuse_relocations(*piece.input);
      if ((section->traits & loaded) != loaded || (section->traits & trait_never_load) ||
          piece.size == 0)
        continue;
      std::string_view bytes;
      if (piece.input && piece.input->content.size() >= piece.size) {
        bytes = piece.input->content.substr(0, static_cast<std::size_t>(piece.size));
      } else {
        check_size(piece.size, options.largest_output);
        std::string& fill = fills.emplace_back(static_cast<std::size_t>(piece.size), '\0');
        for (std::size_t i = 0; !piece.bytes.empty() && i < fill.size(); ++i)
          fill[i] = piece.bytes[i % piece.bytes.size()];
        bytes = fill;
      }
      chunks.push_back({section->address + piece.offset, bytes});
    }
  return make_flat(format, chunks, start, options.output, options.largest_output);
}

}  // namespace kbx::link
