// An RPM package (the format of version 3 and 4, docs/manual/format_*.md of rpm) is four parts:
//
//   lead        96 bytes; only its first four, ed ab ee db, and the type at 6 (0 binary, 1 source)
//               still have a meaning
//   signature   a header, padded to a multiple of 8 bytes
//   header      a header
//   payload     a cpio archive (newc), compressed
//
// A header is 8e ad e8 01, four bytes of zero, the number of index entries and the size of the
// store, both 32 bits; then the index, 16 bytes an entry (tag, type, offset into the store, count),
// then the store. All numbers are big endian. Strings end with a zero byte; an array of them is one
// behind the other. kbx reads five tags and verifies no signature: who fetched the file did.
#include "kbx/kernel/rpm.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "kbx/base/error.h"
#include "kbx/base/file.h"

namespace kbx::kernel {
namespace {

constexpr std::string_view lead_magic("\xed\xab\xee\xdb", 4);
constexpr std::string_view header_magic("\x8e\xad\xe8\x01", 4);
constexpr size_t lead_size = 96;
constexpr size_t header_start_size = 16;
constexpr size_t index_entry_size = 16;
constexpr std::uint32_t most_index_entries = 1 << 16;  // rpm's own limit
constexpr std::uint32_t largest_store = 1 << 28;       // rpm's own limit

enum Tag : std::uint32_t {
  tag_name = 1000,
  tag_version = 1001,
  tag_release = 1002,
  tag_epoch = 1003,
  tag_arch = 1022,
  tag_requires = 1049,
};
constexpr std::uint32_t type_int32 = 4;
constexpr std::uint32_t type_string = 6;
constexpr std::uint32_t type_string_array = 8;

ArchiveFile package_file(const std::string& path) {
  return {path, "RPM package"};
}

std::uint32_t number_at(std::string_view bytes, size_t at) {
  std::uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

struct Header {
  std::string_view index;
  std::string_view store;
  size_t end = 0;  // in the file
};

Header header_at(std::string_view content, size_t at, const std::string& file) {
  const auto damaged = [&] { throw_damaged(package_file(file), "a header is cut off or changed"); };
  if (at > content.size() || content.size() - at < header_start_size ||
      content.substr(at, 4) != header_magic)
    damaged();
  const std::uint32_t entries = number_at(content, at + 8);
  const std::uint32_t store = number_at(content, at + 12);
  if (entries > most_index_entries || store > largest_store) damaged();
  const size_t index_size = size_t{entries} * index_entry_size;
  const size_t left = content.size() - at - header_start_size;
  if (index_size > left || store > left - index_size) damaged();
  Header header;
  header.index = content.substr(at + header_start_size, index_size);
  header.store = content.substr(at + header_start_size + index_size, store);
  header.end = at + header_start_size + index_size + store;
  return header;
}

/// The strings of a tag; empty if the header has no such tag, or not as strings.
std::vector<std::string> strings_of(const Header& header, Tag tag, const std::string& file) {
  std::vector<std::string> result;
  for (size_t at = 0; at < header.index.size(); at += index_entry_size) {
    if (number_at(header.index, at) != tag) continue;
    const std::uint32_t type = number_at(header.index, at + 4);
    if (type != type_string && type != type_string_array) continue;
    size_t from = number_at(header.index, at + 8);
    const std::uint32_t count = type == type_string ? 1 : number_at(header.index, at + 12);
    for (std::uint32_t i = 0; i < count; ++i) {
      const size_t end = header.store.find('\0', from);
      if (from > header.store.size() || end == std::string_view::npos)
        throw_damaged(package_file(file), "a text of its header has no end");
      result.emplace_back(header.store.substr(from, end - from));
      from = end + 1;
    }
  }
  return result;
}

std::string string_of(const Header& header, Tag tag, const std::string& file) {
  const auto strings = strings_of(header, tag, file);
  return strings.empty() ? std::string() : strings.front();
}

std::optional<std::uint32_t> number_of(const Header& header, Tag tag) {
  for (size_t at = 0; at < header.index.size(); at += index_entry_size) {
    const size_t from = number_at(header.index, at + 8);
    if (number_at(header.index, at) == tag && number_at(header.index, at + 4) == type_int32 &&
        header.store.size() >= 4 && from <= header.store.size() - 4)
      return number_at(header.store, from);
  }
  return std::nullopt;
}

/// The header with the package's facts; behind it is the payload.
Header main_header(std::string_view content, const std::string& file) {
  if (!content.starts_with(lead_magic) || content.size() < lead_size)
    throw_damaged(package_file(file), "it does not begin as one");
  constexpr size_t type_place = 7;  // low byte of the type
  if (content[type_place] != 0)
    throw Error({file, 0}, "is a package of sources", "give the package of kernel headers");
  const Header signature = header_at(content, lead_size, file);
  return header_at(content, (signature.end + 7) / 8 * 8, file);
}

}  // namespace

bool is_rpm(const std::string& file) {
  return is_regular_file(file) && MappedFile(file).content().starts_with(lead_magic);
}

PackageFacts read_rpm(const std::string& file) {
  const MappedFile mapped(file);
  const Header header = main_header(mapped.content(), file);
  PackageFacts facts;
  facts.name = string_of(header, tag_name, file);
  facts.version = string_of(header, tag_version, file) + "-" + string_of(header, tag_release, file);
  if (const auto epoch = number_of(header, tag_epoch))
    facts.version = std::to_string(*epoch) + ":" + facts.version;
  facts.architecture = string_of(header, tag_arch, file);
  for (std::string& name : strings_of(header, tag_requires, file))
    facts.depends.push_back({std::move(name)});
  if (facts.name.empty()) throw_damaged(package_file(file), "its header names no package");
  return facts;
}

void unpack_rpm(const std::string& file, const std::string& root, const UnpackLimits& limits) {
  const MappedFile mapped(file);
  const std::string_view payload = mapped.content().substr(main_header(mapped.content(), file).end);
  Archive cpio(libarchive().read_new());
  libarchive().read_support_format_cpio(cpio.get());
  accept_compressions(cpio.get());
  if (libarchive().read_open_memory(cpio.get(), payload.data(), payload.size()) != ARCHIVE_OK)
    throw_damaged(package_file(file), reason(cpio.get()));
  unpack_entries(cpio.get(), package_file(file), root, limits);
}

}  // namespace kbx::kernel
