#include "kbx/link/input/archive.h"

#include <algorithm>

#include <ar.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/text.h"

/// Archives in the System V form that GNU ar writes: a magic line, then for each file a header of
/// text fields and the content, padded to two bytes. "/" is the symbol index (its numbers are big
/// endian, 8 bytes each in "/SYM64/"), "//" the table of long names, "/N" a name at offset N there.
/// A thin archive ("!<thin>") has the same headers but no content except for these two.
namespace kbx::link {
namespace {

constexpr std::string_view magic = "!<arch>\n";
constexpr std::string_view thin_magic = "!<thin>\n";

class ArchiveReader {
 public:
  ArchiveReader(std::string_view content, Archive& archive)
      : content_(content), archive_(archive) {}

  void read() {
    archive_.is_thin = content_.substr(0, magic.size()) == thin_magic;
    std::size_t at = magic.size();
    while (at < content_.size()) at = read_member(at);
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& what) const {
    throw Error(Location{archive_.path, 0},
                fmt::format("broken archive: {} at offset {:#x}", what, at),
                "delete it and build it again");
  }

  std::size_t read_member(std::size_t at) {
    if (content_.size() - at < sizeof(ar_hdr)) fail(at, "a header is cut short");
    const std::string_view header = content_.substr(at, sizeof(ar_hdr));
    if (header.substr(58, 2) != ARFMAG) fail(at, "no member header");
    const auto size = parse_number(trim(header.substr(48, 10)));
    if (!size) fail(at, "a size that is no number");
    const std::string_view name = header.substr(0, 16);
    const std::size_t start = at + sizeof(ar_hdr);
    const bool is_index = name.substr(0, 2) == "/ " || name.substr(0, 7) == "/SYM64/";
    const bool is_names = name.substr(0, 2) == "//";
    const bool has_content = !archive_.is_thin || is_index || is_names;
    if (has_content && *size > content_.size() - start)
      fail(at, fmt::format("a member of {} bytes reaches beyond the end", *size));
    const std::string_view content = has_content ? content_.substr(start, *size) : "";
    if (is_index)
      read_index(content, name[1] == 'S' ? 8 : 4, at);
    else if (is_names)
      long_names_ = content;
    else
      archive_.members.push_back({name_of(name, at), content, at});
    return start + (has_content ? (*size + 1) & ~std::size_t{1} : 0);
  }

  std::string name_of(std::string_view field, std::size_t at) const {
    if (field[0] != '/') return std::string(trim(field.substr(0, field.find('/'))));
    // ar leaves a slash at the end of the field where it moved a member of a thin archive.
    const std::string_view digits = field.substr(1);
    const auto offset = parse_number(digits.substr(0, digits.find_first_not_of("0123456789")));
    if (!offset || *offset >= long_names_.size()) fail(at, "a name outside of the table of names");
    const std::string_view rest = long_names_.substr(*offset);
    std::string_view name = rest.substr(0, rest.find('\n'));
    if (!name.empty() && name.back() == '/') name.remove_suffix(1);
    return std::string(name);
  }

  std::uint64_t big_endian(std::string_view bytes) const {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }

  void read_index(std::string_view content, std::size_t width, std::size_t at) {
    archive_.has_index = true;
    if (content.size() < width) fail(at, "a symbol index without its count");
    const std::uint64_t count = big_endian(content.substr(0, width));
    if (count > (content.size() - width) / width) fail(at, "a symbol index that is cut short");
    std::string_view names = content.substr(width + static_cast<std::size_t>(count) * width);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t end = names.find('\0');
      if (end == std::string_view::npos) fail(at, "a symbol index with too few names");
      archive_.symbols.push_back(
          {names.substr(0, end), big_endian(content.substr(width + i * width, width))});
      names.remove_prefix(end + 1);
    }
  }

  std::string_view content_;
  Archive& archive_;
  std::string_view long_names_;
};

}  // namespace

const ArchiveMember* Archive::member_at(std::uint64_t offset) const {
  const auto found = std::lower_bound(
      members.begin(), members.end(), offset,
      [](const ArchiveMember& member, std::uint64_t wanted) { return member.offset < wanted; });
  return found != members.end() && found->offset == offset ? &*found : nullptr;
}

bool is_archive(std::string_view content) {
  const std::string_view start = content.substr(0, magic.size());
  return start == magic || start == thin_magic;
}

Archive read_archive(std::string_view content, std::string path) {
  Archive archive;
  archive.path = std::move(path);
  ArchiveReader(content, archive).read();
  return archive;
}

}  // namespace kbx::link
