// Archives of ar(1), as far as make needs them: a magic line, then members that each start with a
// header of 60 printable bytes. GNU ar keeps long names in a member called "//" and refers to them
// as "/OFFSET"; BSD ar puts "#1/LENGTH" into the header and the name in front of the content.
#include "kbx/makelang/resolve_archive.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::makelang {
namespace {

constexpr std::string_view magic = "!<arch>\n";
constexpr size_t header_size = 60;
constexpr size_t time_offset = 16;
constexpr size_t time_size = 12;
constexpr size_t size_offset = 48;

struct Member {
  size_t header = 0;  // offset in the archive
  std::int64_t time = 0;
};

std::optional<unsigned long> field(std::string_view content, size_t at, size_t size) {
  return parse_number(trim(content.substr(at, size)));
}

std::string long_name(std::string_view names, std::string_view reference) {
  const auto offset = parse_number(reference);
  if (!offset || *offset >= names.size()) return {};
  const std::string_view rest = names.substr(*offset);
  std::string_view name = rest.substr(0, rest.find('\n'));
  if (name.ends_with('/')) name.remove_suffix(1);
  return std::string(name);
}

/// A name in an old System V header is cut at 15 characters.
bool names_agree(std::string_view found, std::string_view wanted) {
  return found == wanted || (found.size() == 15 && wanted.size() > 15 && wanted.starts_with(found));
}

std::optional<Member> find_member(std::string_view content, std::string_view wanted) {
  if (!content.starts_with(magic)) return std::nullopt;
  std::string_view names;
  size_t at = magic.size();
  while (at + header_size <= content.size()) {
    const std::string_view header = content.substr(at, header_size);
    const auto size = field(header, size_offset, 10);
    if (!size || *size > content.size() - at - header_size) return std::nullopt;
    const std::string_view body = content.substr(at + header_size, *size);
    const std::string_view raw = trim(header.substr(0, 16));
    std::string name(raw);
    if (raw == "//") {
      names = body;
    } else if (raw.starts_with("#1/")) {
      const auto length = parse_number(raw.substr(3));
      name = length && *length <= body.size() ? std::string(body.substr(0, *length)) : "";
      name.resize(name.find_last_not_of('\0') + 1);
    } else if (raw.size() > 1 && raw[0] == '/') {
      name = long_name(names, raw.substr(1));
    } else if (raw.ends_with('/')) {
      name.pop_back();
    }
    if (raw != "//" && raw != "/" && names_agree(name, wanted)) {
      const auto time = field(header, time_offset, time_size);
      return Member{at, static_cast<std::int64_t>(time.value_or(0))};
    }
    at += header_size + *size + (*size & 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<ArchiveName> archive_name(std::string_view name) {
  const size_t open = name.find('(');
  if (open == std::string_view::npos || open == 0 || name.back() != ')') return std::nullopt;
  if (open + 2 == name.size()) return std::nullopt;
  return ArchiveName{std::string(name.substr(0, open)),
                     std::string(name.substr(open + 1, name.size() - open - 2))};
}

std::optional<std::int64_t> archive_member_time(const std::string& path, std::string_view member) {
  const auto content = read_file_if_present(path);
  if (!content) return std::nullopt;
  const auto found = find_member(*content, base_name(member));
  if (!found) return std::nullopt;
  return found->time;
}

bool touch_archive_member(const std::string& path, std::string_view member, std::int64_t now) {
  const auto content = read_file_if_present(path);
  if (!content) return false;
  const auto found = find_member(*content, base_name(member));
  if (!found) return false;
  const std::string text = fmt::format("{:<12}", now);
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const ssize_t written =
      ::pwrite(descriptor, text.data(), time_size, static_cast<off_t>(found->header + time_offset));
  ::close(descriptor);
  return written == static_cast<ssize_t>(time_size);
}

}  // namespace kbx::makelang
