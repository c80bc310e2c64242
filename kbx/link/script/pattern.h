#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/script/script.h"

namespace kbx::link::script {

/// True if `name` matches the wildcard `pattern` as fnmatch(3) without flags has it in the C
/// locale:
/// * and ? match a slash and a leading dot too, [a-z], [!a-z] and [^a-z] match one byte, a
/// backslash takes the next character as it is.
bool wildcard_matches(std::string_view pattern, std::string_view name);

/// True if `pattern` has one of ? * [, so that GNU ld matches instead of comparing.
bool is_wildcard(std::string_view pattern);

/// As GNU ld matches names of files and of --unique, --keep-section and the like: a comparison, or
/// a wildcard.
bool name_matches(std::string_view pattern, std::string_view name);

/// The name part of an input section description, looked at once for all names to come. What stands
/// before the first wildcard character and behind the last is compared byte by byte, backslashes
/// included.
class SectionNamePattern {
 public:
  explicit SectionNamePattern(std::string pattern);

  bool matches(std::string_view name) const;
  /// The bytes that every match starts with; the whole name if `is_literal`.
  std::string_view prefix() const { return std::string_view(pattern_).substr(0, prefix_); }
  bool is_literal() const { return prefix_ == pattern_.size(); }

 private:
  std::string pattern_;
  size_t prefix_ = 0;
  size_t suffix_ = 0;
};

/// What the file part of an input section description is compared with.
struct FileNames {
  std::string_view name;  // of the file, or of the archive's member
  std::string_view
      given;  // a file: as the command line had it, with -l and all; a member: its name
  std::string_view archive;        // "" for a file of no archive
  std::string_view archive_given;  // as the command line had the archive
};

/// True if the pattern takes the file: `*`, a wildcard for its name, `archive:member`, `archive:`,
/// `:file`, or a plain name of a file or of an archive. EXCLUDE_FILE of the file pattern is heeded.
bool file_matches(const FilePattern& pattern, const FileNames& file);

/// True if one of an EXCLUDE_FILE's patterns takes the file. A pattern without a colon takes a
/// member by its archive's name too.
bool is_excluded(const std::vector<std::string>& excluded, const FileNames& file);

/// What sections of one pattern are sorted by.
struct SortKey {
  std::string_view name;
  std::uint64_t alignment = 1;
};

/// True if `a` comes before `b` (then `b` not before `a`; if neither comes first the order of the
/// input stays): by name or alignment (greatest first), by init_priority the numbers behind the
/// last dot, and by name if one has none.
bool sorts_before(Sort sort, bool reverse, const SortKey& a, const SortKey& b);

/// The same for the files of SORT_BY_NAME around a file pattern: by archive, then by member.
bool file_sorts_before(bool reverse, const FileNames& a, const FileNames& b);

/// The init_priority in a section's name: .init_array.N, or 65535 - N for .ctors.N and .dtors.N; -1
/// if there is none.
std::int64_t init_priority(std::string_view section_name);

}  // namespace kbx::link::script
