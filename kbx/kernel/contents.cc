// The record is text, one line for each thing: its kind in a letter, its checksum (- for a folder)
// and its path, in which a backslash and a newline are written \\ and \n. The last line is the
// checksum of all before it, so that a damaged record is not taken for damaged headers.
#include "kbx/kernel/contents.h"

#include <cerrno>
#include <optional>

#include <sys/stat.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/symlink.h"
#include "kbx/base/text.h"
#include "kbx/kernel/layout.h"

namespace kbx::kernel {
namespace {

constexpr std::string_view letters = "dfxl";  // in the order of Content::Kind

std::string escaped(std::string_view path) {
  return replace_all(replace_all(path, "\\", "\\\\"), "\n", "\\n");
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool escape = text[at] == '\\' && at + 1 < text.size();
    if (escape) ++at;
    result += escape && text[at] == 'n' ? '\n' : text[at];
  }
  return result;
}

Content content_at(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) throw system_error("cannot read " + path, errno);
  if (S_ISDIR(info.st_mode)) return {Content::Kind::folder, ""};
  if (S_ISLNK(info.st_mode))
    return {Content::Kind::link, content_hash(read_link(path).value_or(""))};
  if (!S_ISREG(info.st_mode)) return {Content::Kind::file, "special"};
  const auto kind = (info.st_mode & 0111) != 0 ? Content::Kind::program : Content::Kind::file;
  return {kind, content_hash(info.st_size > 0 ? read_file(path) : std::string())};
}

void add_below(const std::string& folder, const std::string& below, Contents& contents) {
  for (const std::string& name : list_folder(join_path(folder, below))) {
    const std::string path = join_path(below, name);
    const Content content = content_at(join_path(folder, path));
    contents.emplace(path, content);
    if (content.kind == Content::Kind::folder) add_below(folder, path, contents);
  }
}

/// True if a folder above `path` is in `folders`.
bool is_in_one_of(std::string_view path, const std::map<std::string, bool, std::less<>>& folders) {
  for (size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1))
    if (folders.find(path.substr(0, slash)) != folders.end()) return true;
  return false;
}

/// What is in `all` and not in `others`, without what lies in folders that are such themselves.
void add_unmatched(const Contents& all, const Contents& others, Difference::How how,
                   std::map<std::string, Difference::How>& result) {
  std::map<std::string, bool, std::less<>> folders;
  for (const auto& [path, content] : all) {
    if (others.count(path) > 0 || is_in_one_of(path, folders)) continue;
    result.emplace(path, how);
    if (content.kind == Content::Kind::folder) folders.emplace(path, true);
  }
}

}  // namespace

Contents contents_of(const std::string& folder) {
  Contents contents;
  add_below(folder, "", contents);
  return contents;
}

std::uint64_t bytes_of(const std::string& folder, const Contents& contents) {
  std::uint64_t bytes = 0;
  for (const auto& [path, content] : contents)
    if (content.kind == Content::Kind::file || content.kind == Content::Kind::program)
      if (const auto stamp = stamp_of(join_path(folder, path))) bytes += stamp->size;
  return bytes;
}

std::string written(const Contents& contents) {
  std::string text;
  for (const auto& [path, content] : contents) {
    text += letters[static_cast<size_t>(content.kind)];
    text += " " + (content.hash.empty() ? "-" : content.hash) + " " + escaped(path) + "\n";
  }
  return text + "= " + content_hash(text) + "\n";
}

Contents parse_contents(std::string_view text, const std::string& file) {
  const auto fail = [&]() -> Contents {
    throw Error({file, 0}, "the record of checksums is damaged",
                "remove the kernel from the store and add it again");
  };
  const size_t end = text.rfind("= ");
  if (end == std::string_view::npos || (end > 0 && text[end - 1] != '\n') ||
      text.substr(end) != "= " + content_hash(text.substr(0, end)) + "\n")
    return fail();
  Contents contents;
  for (std::string_view line : split_lines(text.substr(0, end))) {
    const size_t kind = line.empty() ? std::string_view::npos : letters.find(line[0]);
    const size_t space = line.find(' ', 2);
    if (kind == std::string_view::npos || space == std::string_view::npos) return fail();
    const std::string_view hash = line.substr(2, space - 2);
    contents.emplace(
        unescaped(line.substr(space + 1)),
        Content{static_cast<Content::Kind>(kind), hash == "-" ? std::string() : std::string(hash)});
  }
  return contents;
}

std::vector<Difference> differences(const Contents& recorded, const Contents& found) {
  std::map<std::string, Difference::How> all;
  add_unmatched(recorded, found, Difference::How::missing, all);
  add_unmatched(found, recorded, Difference::How::added, all);
  for (const auto& [path, content] : recorded)
    if (const auto other = found.find(path); other != found.end() && other->second != content)
      all.emplace(path, Difference::How::changed);
  std::vector<Difference> result;
  for (const auto& [path, how] : all) result.push_back({how, path});
  return result;
}

}  // namespace kbx::kernel
