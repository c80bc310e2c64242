#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What lies below a folder, with checksums, so that damage can be told later.
namespace kbx::kernel {

/// The file of an entry of the store in which its contents are recorded.
constexpr const char* contents_name = "contents";

/// One thing below a folder.
struct Content {
  enum class Kind { folder, file, program, link };  // a program is a file that may be executed
  Kind kind = Kind::file;
  std::string hash;  // content_hash of a file's bytes or a link's target; "" of a folder

  bool operator==(const Content&) const = default;
};

/// By path below the folder.
using Contents = std::map<std::string, Content>;

/// Everything below `folder`; links are not followed. Throws Error if a part cannot be read.
Contents contents_of(const std::string& folder);

/// Bytes of the files that `contents` names below `folder`.
std::uint64_t bytes_of(const std::string& folder, const Contents& contents);

/// As it is kept: a line for each, and a last one with the checksum of all.
std::string written(const Contents& contents);
/// What `written` gave. Throws Error that names `file` if it is damaged.
Contents parse_contents(std::string_view text, const std::string& file);

/// How something differs from what was recorded.
struct Difference {
  enum class How { missing, changed, added };
  How how = How::changed;
  std::string path;
};

/// The differences in order of their paths. Of a folder that is missing, or was added, what is in
/// it is not told.
std::vector<Difference> differences(const Contents& recorded, const Contents& found);

}  // namespace kbx::kernel
