#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kbx {

/// What tells whether a file changed without reading it. Two stamps are equal only if nothing that
/// stat(2) shows of content changed: time of modification in ns, size, inode, kind.
struct FileStamp {
  std::int64_t modified_ns = 0;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::uint32_t kind = 0;  // S_IFMT bits

  bool is_folder() const;
  bool operator==(const FileStamp&) const = default;
};

/// The stamp of what `path` leads to (links followed), or nothing if there is nothing.
std::optional<FileStamp> stamp_of(const std::string& path);

/// Gives the stamps of many files, each folder of which is looked up only once. Move nothing
/// meanwhile.
class FolderStamps {
 public:
  FolderStamps() = default;
  ~FolderStamps();
  FolderStamps(const FolderStamps&) = delete;
  FolderStamps& operator=(const FolderStamps&) = delete;

  /// As stamp_of.
  std::optional<FileStamp> of(const std::string& path);

 private:
  std::vector<std::pair<std::string, int>> folders_;  // with descriptors, -1 if it cannot be opened
};

bool exists(const std::string& path);
bool is_folder(const std::string& path);
bool is_regular_file(const std::string& path);
/// True if `path` is a regular file that this process may execute.
bool is_executable(const std::string& path);

/// The whole content. Throws Error if it cannot be read.
std::string read_file(const std::string& path);
/// The whole content, or nothing if the file cannot be opened.
std::optional<std::string> read_file_if_present(const std::string& path);

/// A file that is written beside `path` and takes that name when it is complete; otherwise it is
/// removed at its end. What fails leaves errno.
class FileAside {
 public:
  explicit FileAside(const std::string& path);
  ~FileAside();
  FileAside(const FileAside&) = delete;
  FileAside& operator=(const FileAside&) = delete;

  /// For writing; negative if the file could not be made.
  int descriptor() const { return descriptor_; }

  /// What `take_name` does with a file that has the name.
  enum class Old { replaced, removed_first };
  /// Gives the file `mode` and its name. Only what is replaced is there at every moment; what is
  /// removed first spares the wait for the disk that file systems put into replacing. False if that
  /// failed.
  bool take_name(unsigned mode, Old old);

 private:
  std::string path_;
  std::string aside_;
  int descriptor_ = -1;
  bool has_name_ = false;
};

/// Writes `path` so that a reader, or the next run after a kill, sees the old content or the new
/// one and nothing between: a file aside, then rename(2). Makes missing folders.
void write_file_atomically(const std::string& path, std::string_view content, unsigned mode = 0644);
/// The same, but leaves the file and its time alone if it has that content already. True if it
/// wrote.
bool write_file_if_changed(const std::string& path, std::string_view content, unsigned mode = 0644);

/// An empty file, if there is none yet. Throws Error if it cannot be made.
void create_file(const std::string& path);

/// Writes `path` in its place: a reader may see a part. Throws Error if it cannot be written.
void overwrite_file(const std::string& path, std::string_view content);

/// mkdir -p.
void make_folders(const std::string& path);
/// rm -rf; no error if there is nothing. Links are removed, not followed.
void remove_tree(const std::string& path);
/// Removes one file; no error if there is nothing.
void remove_file(const std::string& path);
/// A new empty folder below `parent` whose name starts with `prefix`.
std::string make_temporary_folder(const std::string& parent, const std::string& prefix);

/// The names in a folder, sorted, without "." and "..". Empty if it cannot be read.
std::vector<std::string> list_folder(const std::string& path);

/// A file mapped for reading. Move-only; unmapped at its end.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;

  std::string_view content() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

/// An exclusive flock(2) on a file, held until the end of the object; gone with the process,
/// however it ends.
class FileLock {
 public:
  /// Waits for the lock; calls `on_wait` once if it is taken.
  FileLock(const std::string& path, const std::function<void()>& on_wait);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace kbx
