// A package may come from anywhere, so what an entry may do is bounded here and not left to the
// archive library. Every path is walked from the root's descriptor, part by part, without
// following links, so nothing can be written outside. Links are written relative, with climbing
// parts only at their start; as each is made in a folder that was reached without links, none can
// lead out of the root, whatever other links it passes.
#include "kbx/kernel/unpack.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kernel {
namespace {

// Paths of a kernel have less than 150 bytes; the store's own stand before these, and all together
// have to stay below PATH_MAX.
constexpr size_t longest_path = 1024;
constexpr size_t longest_shown_name = 80;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
}

class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  int get() const { return value_; }

 private:
  int value_;
};

/// Writes the entries of one archive below a root.
class Unpacker {
 public:
  Unpacker(const ArchiveFile& file, const std::string& root, const UnpackLimits& limits)
      : file_(file),
        limits_(limits),
        root_(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (root_.get() < 0) throw system_error("cannot open the folder " + root, errno);
  }

  void put(archive* tar, archive_entry* entry);

 private:
  struct Place {
    std::string folder;  // "/" or "/a/b", as seen from the root
    std::string name;    // "" for the root itself
  };

  void check_name(std::string_view path) const;
  Place place_of(const char* path) const;
  Descriptor folder_at(const std::string& folder) const;
  int parent_of(const Place& place);
  void put_folder(const Place& place);
  void put_link(const Place& place, const char* target);
  void put_hard_link(const Place& place, const char* target, archive* tar, archive_entry* entry);
  void put_file(const Place& place, archive* tar, archive_entry* entry);
  void check_size(archive_entry* entry) const;
  [[noreturn]] void throw_too_large() const;
  void copy_content(archive* tar, int descriptor, const std::string& name);
  [[noreturn]] void fail(const Place& place) const {
    if (errno == EEXIST || errno == EISDIR)
      throw_hostile(file_.path, "an entry in place of a folder: " + place.name);
    throw system_error("cannot unpack " + join_path(place.folder, place.name) + " of " + file_.path,
                       errno);
  }

  ArchiveFile file_;
  UnpackLimits limits_;
  Descriptor root_;
  std::uint64_t bytes_ = 0;
  std::uint64_t entries_ = 0;
  std::optional<std::string> open_folder_;  // the folder of open_, which most entries share
  Descriptor open_;
};

/// A name that people may see: what a terminal would act on is shown as "?".
std::string shown(std::string_view name) {
  std::string text(name.substr(0, longest_shown_name));
  for (char& c : text)
    if (is_control(c)) c = '?';
  return name.size() > longest_shown_name ? text + "..." : text;
}

/// Throws for what no file of a kernel has in its name, and records by lines and terminals trip
/// over.
void Unpacker::check_name(std::string_view path) const {
  if (std::ranges::any_of(path, is_control))
    throw_hostile(file_.path, "a name with a control character: " + shown(path));
  if (path.size() > longest_path)
    throw_hostile(file_.path,
                  "a path of more than " + std::to_string(longest_path) + " bytes: " + shown(path));
}

Unpacker::Place Unpacker::place_of(const char* path) const {
  if (!path) throw_damaged(file_, "an entry has no name");
  check_name(path);
  if (is_absolute(path)) throw_hostile(file_.path, "an absolute path: " + std::string(path));
  std::string normal = "/";
  for (std::string_view part : split(path, '/')) {
    if (part == "..") throw_hostile(file_.path, "a path that climbs: " + std::string(path));
    if (part.size() > 255) throw_hostile(file_.path, "a name of more than 255 bytes");
    if (!part.empty() && part != ".") normal = join_path(normal, part);
  }
  if (normal == "/") return {"/", ""};
  return {dir_name(normal), base_name(normal)};
}

/// Opens a folder below the root, making what is missing, following no link.
Descriptor Unpacker::folder_at(const std::string& folder) const {
  Descriptor at(::openat(root_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (std::string_view part : split(folder, '/')) {
    if (part.empty()) continue;
    const std::string name(part);
    constexpr int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Descriptor next(::openat(at.get(), name.c_str(), how));
    if (next.get() < 0 && errno == ENOENT && ::mkdirat(at.get(), name.c_str(), 0755) == 0)
      next = Descriptor(::openat(at.get(), name.c_str(), how));
    if (next.get() < 0 && (errno == ELOOP || errno == ENOTDIR))
      throw_hostile(file_.path,
                    "an entry below " + folder + ", where " + name + " is not a folder");
    if (next.get() < 0)
      throw system_error("cannot make the folder " + folder + " of " + file_.path, errno);
    at = std::move(next);
  }
  return at;
}

int Unpacker::parent_of(const Place& place) {
  if (open_folder_ != place.folder) {
    open_ = folder_at(place.folder);
    open_folder_ = place.folder;
  }
  return open_.get();
}

void Unpacker::put_folder(const Place& place) {
  if (!place.name.empty()) folder_at(join_path(place.folder, place.name));
}

void Unpacker::put_link(const Place& place, const char* target) {
  if (!target || !*target) throw_damaged(file_, "a link has no target");
  check_name(target);
  std::vector<std::string_view> parts;
  const std::string seen_from_root =
      is_absolute(target) ? std::string(target) : place.folder + "/" + target;
  for (std::string_view part : split(seen_from_root, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    } else if (!is_absolute(target)) {
      throw_hostile(file_.path, "a link out of the package: " +
                                    join_path(place.folder, place.name) + " -> " + target);
    }
  }
  std::string inside = "/";
  for (std::string_view part : parts) inside = join_path(inside, part);
  const std::string relative = relative_path(inside, place.folder);
  const int parent = parent_of(place);
  ::unlinkat(parent, place.name.c_str(), 0);
  if (::symlinkat(relative.c_str(), parent, place.name.c_str()) != 0) fail(place);
}

/// In a cpio archive the last of the links to a file has its content.
void Unpacker::put_hard_link(const Place& place, const char* target, archive* tar,
                             archive_entry* entry) {
  const Place other = place_of(target);
  const Descriptor other_parent = folder_at(other.folder);
  const int parent = parent_of(place);
  ::unlinkat(parent, place.name.c_str(), 0);
  if (::linkat(other_parent.get(), other.name.c_str(), parent, place.name.c_str(), 0) != 0) {
    if (errno == ENOENT) throw_damaged(file_, "a hard link to nothing: " + std::string(target));
    if (errno == EPERM) throw_hostile(file_.path, "a hard link to a folder: " + place.name);
    fail(place);
  }
  if (libarchive().entry_size(entry) <= 0) return;
  check_size(entry);
  const Descriptor file(
      ::openat(parent, place.name.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() < 0) fail(place);
  copy_content(tar, file.get(), join_path(place.folder, place.name));
}

/// What is announced counts before a byte of it is written: a hole of terabytes costs an archive
/// nothing.
void Unpacker::check_size(archive_entry* entry) const {
  const la_int64_t size = libarchive().entry_size(entry);
  if (size < 0) throw_damaged(file_, "a file of a negative size");
  if (static_cast<std::uint64_t>(size) > limits_.bytes - bytes_) throw_too_large();
}

void Unpacker::throw_too_large() const {
  throw_hostile(file_.path, "more than " + std::to_string(limits_.bytes) + " bytes of content");
}

void Unpacker::copy_content(archive* tar, int descriptor, const std::string& name) {
  std::array<char, 65536> buffer;
  for (;;) {
    const la_ssize_t got = libarchive().read_data(tar, buffer.data(), buffer.size());
    if (got < 0) throw_damaged(file_, reason(tar));
    if (got == 0) return;
    bytes_ += static_cast<std::uint64_t>(got);
    if (bytes_ > limits_.bytes) throw_too_large();
    for (la_ssize_t at = 0; at < got;) {
      const ssize_t put = ::write(descriptor, buffer.data() + at, static_cast<size_t>(got - at));
      if (put < 0 && errno != EINTR)
        throw system_error("cannot write " + name + " of " + file_.path, errno,
                           errno == ENOSPC ? "free some space on that disk" : "");
      if (put > 0) at += put;
    }
  }
}

void Unpacker::put_file(const Place& place, archive* tar, archive_entry* entry) {
  check_size(entry);
  const int parent = parent_of(place);
  ::unlinkat(parent, place.name.c_str(), 0);
  const mode_t mode = (libarchive().entry_perm(entry) & 0111) ? 0755 : 0644;
  const Descriptor file(::openat(parent, place.name.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (file.get() < 0) fail(place);
  copy_content(tar, file.get(), join_path(place.folder, place.name));
  const timespec time{libarchive().entry_mtime(entry), 0};
  const timespec times[2] = {time, time};
  ::futimens(file.get(), times);
}

void Unpacker::put(archive* tar, archive_entry* entry) {
  if (++entries_ > limits_.entries)
    throw_hostile(file_.path, "more than " + std::to_string(limits_.entries) + " entries");
  const Place place = place_of(libarchive().entry_pathname(entry));
  if (libarchive().entry_filetype(entry) == AE_IFDIR) return put_folder(place);
  if (place.name.empty()) throw_hostile(file_.path, "an entry that replaces the root");
  if (const char* target = libarchive().entry_hardlink(entry))
    return put_hard_link(place, target, tar, entry);
  switch (libarchive().entry_filetype(entry)) {
    case AE_IFREG:
      return put_file(place, tar, entry);
    case AE_IFLNK:
      return put_link(place, libarchive().entry_symlink(entry));
    default:
      throw_hostile(file_.path, "a device, pipe or socket: " + join_path(place.folder, place.name));
  }
}

}  // namespace

void throw_damaged(const ArchiveFile& file, const std::string& found) {
  throw Error({file.path, 0}, "not a whole " + file.format + ": " + found,
              "download the file again; compare its size with the one that the archive lists");
}

void throw_hostile(const std::string& file, const std::string& found) {
  throw Error({file, 0}, "refused to unpack: " + found,
              "no kernel header package holds such an entry; do not trust this file");
}

std::string reason(archive* value) {
  const char* text = libarchive().error_string(value);
  return text ? text : "unknown error";
}

archive_entry* next_entry(archive* opened, const ArchiveFile& file) {
  archive_entry* entry = nullptr;
  const int status = libarchive().read_next_header(opened, &entry);
  if (status == ARCHIVE_EOF) return nullptr;
  if (status < ARCHIVE_WARN) throw_damaged(file, reason(opened));
  return entry;
}

void accept_compressions(archive* value) {
  libarchive().read_support_filter_gzip(value);
  libarchive().read_support_filter_xz(value);
  libarchive().read_support_filter_zstd(value);
  libarchive().read_support_filter_bzip2(value);
}

void unpack_entries(archive* opened, const ArchiveFile& file, const std::string& root,
                    const UnpackLimits& limits) {
  Unpacker unpacker(file, root, limits);
  while (archive_entry* entry = next_entry(opened, file)) unpacker.put(opened, entry);
}

}  // namespace kbx::kernel
