// A dynamically linked program lists the symbol versions it needs in Verneed records, which
// DT_VERNEED of its dynamic section leads to. Addresses there are those of memory; the PT_LOAD
// segments tell where in the file they lie. Section headers are not used: they may be stripped.

#include "kbx/elf/needed_versions.h"

#include <array>
#include <utility>

#include "kbx/base/error.h"
#include "kbx/base/text.h"

namespace kbx::elf {
namespace {

constexpr std::uint32_t pt_load = 1;
constexpr std::uint32_t pt_dynamic = 2;
// Far more than any program has. Records may share strings, so that without bounds a small file
// could ask for a lot of memory and time.
constexpr size_t most_versions = 4096;
constexpr size_t longest_string = 1024;
constexpr size_t most_segments = 512;
constexpr std::uint64_t dt_null = 0;
constexpr std::uint64_t dt_strtab = 5;
constexpr std::uint64_t dt_verneed = 0x6ffffffe;
constexpr std::uint64_t dt_verneednum = 0x6fffffff;

/// The bytes of a file, read in the file's own byte order, never past its end.
class Reader {
 public:
  Reader(std::string_view content, const std::string& file, bool wide, bool little)
      : content_(content), file_(file), wide_(wide), little_(little) {}

  std::uint64_t number(std::uint64_t at, unsigned size) const {
    if (at > content_.size() || size > content_.size() - at) fail("ends before byte", at + size);
    std::uint64_t value = 0;
    for (unsigned byte = 0; byte < size; ++byte) {
      const std::uint64_t position = at + (little_ ? size - 1 - byte : byte);
      value = value << 8 | static_cast<unsigned char>(content_[position]);
    }
    return value;
  }
  std::uint16_t half(std::uint64_t at) const { return static_cast<std::uint16_t>(number(at, 2)); }
  std::uint32_t word(std::uint64_t at) const { return static_cast<std::uint32_t>(number(at, 4)); }
  /// A number of the class's address size.
  std::uint64_t address(std::uint64_t at) const { return number(at, wide_ ? 8 : 4); }
  bool wide() const { return wide_; }

  std::string text(std::uint64_t at) const {
    const std::string_view rest =
        at < content_.size() ? content_.substr(at, longest_string) : std::string_view();
    const size_t size = rest.find('\0');
    if (size == std::string_view::npos) fail("has an unfinished string at byte", at);
    return std::string(rest.substr(0, size));
  }

  [[noreturn]] void fail(const std::string& what, std::uint64_t at) const {
    throw Error({file_, 0}, "damaged ELF file: it " + what + " " + std::to_string(at),
                "reinstall the package that this file is from");
  }

 private:
  std::string_view content_;
  const std::string& file_;
  bool wide_;
  bool little_;
};

struct Segment {
  std::uint32_t type = 0;
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // in the file
};

std::vector<Segment> segments_of(const Reader& reader) {
  const bool wide = reader.wide();
  const std::uint64_t table = reader.address(wide ? 32 : 28);
  const std::uint16_t entry_size = reader.half(wide ? 54 : 42);
  const std::uint16_t count = reader.half(wide ? 56 : 44);
  if (count > most_segments) reader.fail("has more segments than", most_segments);
  std::vector<Segment> segments;
  for (std::uint64_t number = 0; number < count; ++number) {
    const std::uint64_t at = table + number * entry_size;
    segments.push_back({reader.word(at), reader.address(at + (wide ? 8 : 4)),
                        reader.address(at + (wide ? 16 : 8)),
                        reader.address(at + (wide ? 32 : 16))});
  }
  return segments;
}

std::uint64_t file_offset(const Reader& reader, const std::vector<Segment>& segments,
                          std::uint64_t address) {
  for (const Segment& segment : segments)
    if (segment.type == pt_load && address >= segment.address &&
        address - segment.address < segment.size)
      return segment.offset + (address - segment.address);
  reader.fail("has no segment for address", address);
}

struct DynamicInfo {
  std::uint64_t strings = 0;
  std::uint64_t needs = 0;
  std::uint64_t need_count = 0;
};

DynamicInfo dynamic_info(const Reader& reader, const Segment& dynamic) {
  DynamicInfo info;
  const std::uint64_t half = reader.wide() ? 8 : 4;
  for (std::uint64_t at = 0; at + 2 * half <= dynamic.size; at += 2 * half) {
    const std::uint64_t tag = reader.address(dynamic.offset + at);
    const std::uint64_t value = reader.address(dynamic.offset + at + half);
    if (tag == dt_null) break;
    if (tag == dt_strtab) info.strings = value;
    if (tag == dt_verneed) info.needs = value;
    if (tag == dt_verneednum) info.need_count = value;
  }
  return info;
}

/// Walks the Verneed records and their Vernaux. Each step leads forward, so the walk ends.
std::vector<NeededVersion> needed_versions(const Reader& reader,
                                           const std::vector<Segment>& segments,
                                           const DynamicInfo& info) {
  std::vector<NeededVersion> result;
  if (info.needs == 0 || info.need_count == 0) return result;
  const std::uint64_t strings = file_offset(reader, segments, info.strings);
  std::uint64_t need = file_offset(reader, segments, info.needs);
  for (std::uint64_t number = 0; number < info.need_count; ++number) {
    if (number == most_versions) reader.fail("needs more libraries than", most_versions);
    const std::string library = reader.text(strings + reader.word(need + 4));
    const std::uint16_t aux_count = reader.half(need + 2);
    std::uint64_t aux = need + reader.word(need + 8);
    for (std::uint16_t aux_number = 0; aux_number < aux_count; ++aux_number) {
      if (result.size() == most_versions) reader.fail("needs more versions than", most_versions);
      result.push_back({library, reader.text(strings + reader.word(aux + 8))});
      const std::uint32_t next = reader.word(aux + 12);
      if (next == 0) break;
      aux += next;
    }
    const std::uint32_t next = reader.word(need + 12);
    if (next == 0) break;
    need += next;
  }
  return result;
}

}  // namespace

bool Program::same_machine(const Program& other) const {
  return machine == other.machine && is_64_bit == other.is_64_bit &&
         is_little_endian == other.is_little_endian;
}

std::string Program::machine_name() const {
  constexpr std::array<std::pair<std::uint16_t, std::string_view>, 12> names = {{
      {2, "SPARC"},
      {3, "i386"},
      {8, "MIPS"},
      {20, "PowerPC"},
      {21, "PowerPC64"},
      {22, "S/390"},
      {40, "ARM"},
      {43, "SPARC64"},
      {62, "x86-64"},
      {183, "AArch64"},
      {243, "RISC-V"},
      {258, "LoongArch"},
  }};
  for (const auto& [number, name] : names)
    if (number == machine) return std::string(name);
  return "machine " + std::to_string(machine);
}

std::string Program::needed_glibc() const {
  constexpr std::string_view prefix = "GLIBC_";
  std::string largest;
  for (const NeededVersion& needed : needed_versions) {
    if (needed.version.substr(0, prefix.size()) != prefix) continue;
    const std::string version = needed.version.substr(prefix.size());
    const bool numeric =
        !version.empty() && version.find_first_not_of("0123456789.") == std::string::npos;
    if (numeric && (largest.empty() || compare_versions(largest, version) < 0)) largest = version;
  }
  return largest;
}

std::optional<Program> read_program(std::string_view content, const std::string& file) {
  if (content.substr(0, 4) !=
      "\x7f"
      "ELF")
    return std::nullopt;
  const auto ident = [&](size_t at) { return at < content.size() ? content[at] : '\0'; };
  Program program;
  program.is_64_bit = ident(4) == 2;
  program.is_little_endian = ident(5) == 1;
  const Reader reader(content, file, program.is_64_bit, program.is_little_endian);
  if (ident(4) != 1 && ident(4) != 2) reader.fail("names no class at byte", 4);
  if (ident(5) != 1 && ident(5) != 2) reader.fail("names no byte order at byte", 5);
  program.machine = reader.half(18);
  const std::vector<Segment> segments = segments_of(reader);
  for (const Segment& segment : segments)
    if (segment.type == pt_dynamic)
      program.needed_versions = needed_versions(reader, segments, dynamic_info(reader, segment));
  return program;
}

int compare_versions(std::string_view a, std::string_view b) {
  const auto parts_a = split(a, '.');
  const auto parts_b = split(b, '.');
  for (size_t at = 0; at < parts_a.size() || at < parts_b.size(); ++at) {
    const unsigned long x = at < parts_a.size() ? parse_number(parts_a[at]).value_or(0) : 0;
    const unsigned long y = at < parts_b.size() ? parse_number(parts_b[at]).value_or(0) : 0;
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

}  // namespace kbx::elf
