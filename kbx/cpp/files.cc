#include "kbx/cpp/files.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/descriptor.h"
#include "kbx/cpp/token.h"

namespace kbx::cpp::detail {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 29;
constexpr std::size_t margin = 16;

/// Reads `size` bytes, or what there is.
std::size_t read_all(int descriptor, char* place, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(descriptor, place + done, size - done);
    if (count == 0) break;
    if (count > 0)
      done += static_cast<std::size_t>(count);
    else if (errno != EINTR)
      throw Unsure{"a file that cannot be read"};
  }
  return done;
}

}  // namespace

SourceFile* SourceFiles::open(const std::string& path) {
  if (const auto known = files_.find(path); known != files_.end()) return known->second.get();
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (descriptor.get() < 0) {
    if (errno != ENOENT && errno != ENOTDIR) throw Unsure{"a file that cannot be opened"};
    return nullptr;
  }
  if (::fstat(descriptor.get(), &status) != 0) throw Unsure{"a file that cannot be read"};
  if (S_ISDIR(status.st_mode)) return nullptr;
  if (!S_ISREG(status.st_mode)) throw Unsure{"what is no regular file"};
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > most_bytes || (bytes_ += size) > most_bytes) throw Unsure{"too much text"};
  char* text = arena_.room(size + 1 + margin);
  auto file = std::make_unique<SourceFile>();
  std::size_t read = read_all(descriptor.get(), text, size);
  if (std::memchr(text, '\r', read)) throw Unsure{"a carriage return"};
  if (read == 0 || text[read - 1] != '\n') text[read++] = '\n';
  std::memset(text + read, 0, margin);
  std::size_t last = read - 1;
  while (last > 0 && (text[last - 1] == ' ' || text[last - 1] == '\t')) --last;
  if (last > 0 && text[last - 1] == '\\') throw Unsure{"a backslash at the end of a file"};
  file->path = path;
  file->text = text;
  file->size = read;
  if (read >= 3 && std::memcmp(text, "\xef\xbb\xbf", 3) == 0) {
    file->text += 3;
    file->size -= 3;
  }
  file->modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  return files_.emplace(path, std::move(file)).first->second.get();
}

const Found& SourceFiles::find(std::string_view name, const std::string* own, std::size_t first) {
  key_.assign(own ? *own : std::string());
  key_ += '\0';
  key_ += std::to_string(own ? 0 : first + 1);
  key_ += '\0';
  key_ += name;
  const auto known = found_.find(key_);
  if (known != found_.end()) return known->second;
  Found found = look(std::string(name), own, first);
  return found_.emplace(key_, found).first->second;
}

/// GCC keeps a header that is found in one folder by one name apart from the same file by another
/// name or folder, except that all ways through the folders of the command line meet.
bool* SourceFiles::entry(const std::string& name, std::string_view folder, std::size_t next) {
  std::string key = name;
  key += '\0';
  key += std::to_string(next);
  key += '\0';
  key += folder;
  return &entered_.try_emplace(std::move(key), false).first->second;
}

Found SourceFiles::look(const std::string& name, const std::string* own, std::size_t first) {
  if (name.starts_with('/')) return {open(name), 0, false, false, entry(name, "", 0)};
  if (own)
    if (SourceFile* file = open(*own + name)) return {file, 0, true, false, entry(name, *own, 0)};
  const std::size_t slash = name.find('/');
  const std::string below = slash == std::string::npos ? std::string() : name.substr(0, slash);
  for (std::size_t at = first; at < folders_.chain.size(); ++at) {
    const IncludeFolder& folder = folders_.chain[at];
    if (!below.empty()) {
      // Most folders lack most of the folders that are asked for.
      auto [known, is_new] = missing_[at].try_emplace(below, false);
      if (is_new) {
        path_ = folder.path + below;
        struct stat status {};
        known->second =
            ::stat(path_.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
      }
      if (known->second) continue;
    }
    path_ = folder.path + name;
    if (SourceFile* file = open(path_))
      return {file, at + 1, true, folder.is_system, entry(name, "", at + 1)};
  }
  return {};
}

void SourceFiles::set_once(SourceFile& file) {
  if (!file.is_once) once_.push_back(&file);
  file.is_once = true;
}

bool SourceFiles::is_once(const SourceFile& file) const {
  if (file.is_once) return true;
  for (const SourceFile* other : once_)
    if (other->size == file.size && other->modified_ns == file.modified_ns &&
        std::memcmp(other->text, file.text, file.size) == 0)
      return true;
  return false;
}

}  // namespace kbx::cpp::detail
