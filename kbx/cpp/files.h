#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/cpp/names.h"
#include "kbx/cpp/preprocess.h"

namespace kbx::cpp::detail {

/// A file that was read, once. Its text ends with a newline and 16 zero bytes.
struct SourceFile {
  std::string path;
  const char* text = nullptr;
  std::size_t size = 0;  ///< up to behind the newline
  std::int64_t modified_ns = 0;
  const Name* guard = nullptr;  ///< nothing in it counts while this is a macro
  bool is_once = false;         ///< #pragma once
};

/// Where a header was found.
struct Found {
  SourceFile* file = nullptr;  ///< null: nowhere
  std::size_t next = 0;        ///< where #include_next from it goes on
  bool has_next = false;       ///< false if it was named by an absolute path
  bool is_system = false;
  /// One for each name that is asked for and folder that has it: whether it was entered.
  bool* was_entered = nullptr;
};

/// Finds and reads headers, and remembers both.
class SourceFiles {
 public:
  SourceFiles(IncludeFolders folders, Arena& arena)
      : folders_(std::move(folders)), arena_(arena), missing_(folders_.chain.size()) {}

  /// The file at `path`, or null if there is none. Throws Unsure for one that is not plain text.
  SourceFile* open(const std::string& path);
  /// Looks for `name` in the folder `own` (a prefix) if it is given, then in the folders from
  /// `first` on.
  const Found& find(std::string_view name, const std::string* own, std::size_t first);
  std::size_t first_angled() const { return folders_.first_angled; }

  /// Marks a file, which is not to be read again under any name.
  void set_once(SourceFile& file);
  /// True if a file with this content and time is marked.
  bool is_once(const SourceFile& file) const;

 private:
  Found look(const std::string& name, const std::string* own, std::size_t first);
  bool* entry(const std::string& name, std::string_view folder, std::size_t next);

  IncludeFolders folders_;
  Arena& arena_;
  std::unordered_map<std::string, std::unique_ptr<SourceFile>> files_;
  std::unordered_map<std::string, Found> found_;
  std::unordered_map<std::string, bool> entered_;
  /// By folder: whether a folder below it is missing.
  std::vector<std::unordered_map<std::string, bool>> missing_;
  std::vector<const SourceFile*> once_;
  std::size_t bytes_ = 0;
  std::string key_;
  std::string path_;
};

}  // namespace kbx::cpp::detail
