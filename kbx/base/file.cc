#include "kbx/base/file.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/descriptor.h"
#include "kbx/base/error.h"
#include "kbx/base/path.h"

namespace kbx {
namespace {

std::string read_all(int descriptor, const std::string& path) {
  struct stat info {};
  std::string content;
  if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode))
    content.reserve(static_cast<size_t>(info.st_size) + 1);
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error("cannot read " + path, errno);
    if (got == 0) return content;
    content.append(buffer, static_cast<size_t>(got));
  }
}

void write_all(int descriptor, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t put = ::write(descriptor, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0)
      throw system_error("cannot write " + path, errno,
                         errno == ENOSPC ? "free some space on that disk" : "");
    content.remove_prefix(static_cast<size_t>(put));
  }
}

}  // namespace

bool FileStamp::is_folder() const {
  return S_ISDIR(kind);
}

namespace {

FileStamp stamp_from(const struct stat& info) {
  // In unsigned numbers, as some file systems keep times that do not fit.
  const std::uint64_t time = static_cast<std::uint64_t>(info.st_mtim.tv_sec) * 1'000'000'000 +
                             static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
  return FileStamp{static_cast<std::int64_t>(time), static_cast<std::uint64_t>(info.st_size),
                   info.st_ino, info.st_mode & S_IFMT};
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return stamp_from(info);
}

FolderStamps::~FolderStamps() {
  for (const auto& [folder, descriptor] : folders_)
    if (descriptor >= 0) ::close(descriptor);
}

std::optional<FileStamp> FolderStamps::of(const std::string& path) {
  constexpr size_t most_folders = 64;
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == path.size()) return stamp_of(path);
  const std::string_view folder = std::string_view(path).substr(0, slash);
  auto known = std::ranges::find(folders_, folder,
                                 [](const auto& entry) { return std::string_view(entry.first); });
  if (known == folders_.end()) {
    if (folders_.size() == most_folders) return stamp_of(path);
    const std::string name(folder);
    const int descriptor = ::open(name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    known = folders_.emplace(folders_.end(), name, descriptor);
  }
  if (known->second < 0) return stamp_of(path);
  struct stat info {};
  if (::fstatat(known->second, path.c_str() + slash + 1, &info, 0) != 0) return std::nullopt;
  return stamp_from(info);
}

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool is_regular_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool is_executable(const std::string& path) {
  return is_regular_file(path) && ::access(path.c_str(), X_OK) == 0;
}

std::string read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw system_error("cannot open " + path, errno);
  return read_all(file.get(), path);
}

std::optional<std::string> read_file_if_present(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return std::nullopt;
  return read_all(file.get(), path);
}

FileAside::FileAside(const std::string& path)
    : path_(path), aside_(path + ".XXXXXX"), descriptor_(::mkostemp(aside_.data(), O_CLOEXEC)) {}

FileAside::~FileAside() {
  if (descriptor_ < 0) return;
  if (!has_name_) ::unlink(aside_.c_str());
  ::close(descriptor_);
}

bool FileAside::take_name(unsigned mode, Old old) {
  if (::fchmod(descriptor_, mode) != 0) return false;
  if (old == Old::removed_first && ::unlink(path_.c_str()) != 0 && errno != ENOENT) return false;
  has_name_ = ::rename(aside_.c_str(), path_.c_str()) == 0;
  return has_name_;
}

void write_file_atomically(const std::string& path, std::string_view content, unsigned mode) {
  std::optional<FileAside> aside(path);
  if (aside->descriptor() < 0 && errno == ENOENT) {
    make_folders(dir_name(path));
    aside.emplace(path);
  }
  if (aside->descriptor() < 0) throw system_error("cannot write " + path, errno);
  write_all(aside->descriptor(), content, path);
  if (!aside->take_name(mode, FileAside::Old::replaced))
    throw system_error("cannot write " + path, errno);
}

bool write_file_if_changed(const std::string& path, std::string_view content, unsigned mode) {
  if (read_file_if_present(path) == content) return false;
  write_file_atomically(path, content, mode);
  return true;
}

void create_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw system_error("cannot write " + path, errno);
  ::close(descriptor);
}

void overwrite_file(const std::string& path, std::string_view content) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) throw system_error("cannot write " + path, errno);
  const Descriptor file(descriptor);
  write_all(file.get(), content, path);
}

void make_folders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error && !is_folder(path))
    throw system_error("cannot make the folder " + path, error.value());
}

void remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) throw system_error("cannot remove " + path, error.value());
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
    throw system_error("cannot remove " + path, errno);
}

std::string make_temporary_folder(const std::string& parent, const std::string& prefix) {
  make_folders(parent);
  std::string name = join_path(parent, prefix + "XXXXXX");
  if (!::mkdtemp(name.data())) throw system_error("cannot make a folder in " + parent, errno);
  return name;
}

std::vector<std::string> list_folder(const std::string& path) {
  std::vector<std::string> names;
  DIR* folder = ::opendir(path.c_str());
  if (!folder) return names;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(folder);
  std::sort(names.begin(), names.end());
  return names;
}

MappedFile::MappedFile(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0)
    throw system_error("cannot open " + path, errno);
  if (!S_ISREG(info.st_mode)) throw Error("cannot read " + path + ": it is not a regular file");
  size_ = static_cast<size_t>(info.st_size);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) throw system_error("cannot map " + path, errno);
  data_ = static_cast<const char*>(address);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<char*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

FileLock::FileLock(const std::string& path, const std::function<void()>& on_wait)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) throw system_error("cannot open the lock file " + path, errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  if (on_wait) on_wait();
  while (::flock(descriptor_, LOCK_EX) != 0)
    if (errno != EINTR) throw system_error("cannot lock " + path, errno);
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

}  // namespace kbx
