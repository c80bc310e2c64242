// A Debian package is an ar archive of three members: debian-binary, control.tar.* and data.tar.*
// (deb(5)). Both tars are read straight out of the ar, without a copy on disk.
//
// The package may come from anywhere, so what a tar entry may do is bounded here and not left to
// the archive library. Every path is walked from the root's descriptor, part by part, without
// following links, so nothing can be written outside. Links are written relative, with climbing
// parts only at their start; as each is made in a folder that was reached without links, none can
// lead out of the root, whatever other links it passes.

#include "kbx/kernel/deb.h"

#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/libarchive.h"

namespace kbx::kernel {
namespace {

constexpr std::uint64_t largest_control_file = 1 << 20;

struct CloseArchive {
  void operator()(archive* value) const { libarchive().read_free(value); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

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

[[noreturn]] void throw_damaged(const std::string& file, const std::string& found) {
  throw Error({file, 0}, "not a whole Debian package: " + found,
              "download the file again; compare its size with the one that the archive lists");
}

[[noreturn]] void throw_hostile(const std::string& file, const std::string& found) {
  throw Error({file, 0}, "refused to unpack: " + found,
              "no kernel header package holds such an entry; do not trust this file");
}

std::string reason(archive* value) {
  const char* text = libarchive().error_string(value);
  return text ? text : "unknown error";
}

/// The ar archive, and a buffer through which a member is handed on.
struct Outer {
  std::string file;
  Archive ar;
  std::array<char, 65536> buffer{};
};

la_ssize_t read_member(archive* inner, void* context, const void** data) {
  Outer& outer = *static_cast<Outer*>(context);
  *data = outer.buffer.data();
  const la_ssize_t got =
      libarchive().read_data(outer.ar.get(), outer.buffer.data(), outer.buffer.size());
  if (got < 0) libarchive().set_error(inner, EILSEQ, "%s", reason(outer.ar.get()).c_str());
  return got < 0 ? -1 : got;
}

/// Opens a .deb at the member whose name starts with `start`.
std::unique_ptr<Outer> open_member(const std::string& file, std::string_view start) {
  auto outer = std::make_unique<Outer>();
  outer->file = file;
  outer->ar.reset(libarchive().read_new());
  libarchive().read_support_format_ar(outer->ar.get());
  if (libarchive().read_open_filename(outer->ar.get(), file.c_str(), 65536) != ARCHIVE_OK)
    throw_damaged(file, reason(outer->ar.get()));
  archive_entry* entry = nullptr;
  for (int status;
       (status = libarchive().read_next_header(outer->ar.get(), &entry)) != ARCHIVE_EOF;) {
    if (status < ARCHIVE_WARN) throw_damaged(file, reason(outer->ar.get()));
    const char* name = libarchive().entry_pathname(entry);
    if (name && std::string_view(name).substr(0, start.size()) == start) return outer;
  }
  throw_damaged(file, "it has no member " + std::string(start) + "*");
}

Archive open_tar(Outer& outer) {
  Archive tar(libarchive().read_new());
  libarchive().read_support_format_tar(tar.get());
  libarchive().read_support_filter_gzip(tar.get());
  libarchive().read_support_filter_xz(tar.get());
  libarchive().read_support_filter_zstd(tar.get());
  libarchive().read_support_filter_bzip2(tar.get());
  if (libarchive().read_open(tar.get(), &outer, nullptr, read_member, nullptr) != ARCHIVE_OK)
    throw_damaged(outer.file, reason(tar.get()));
  return tar;
}

/// The next entry of a tar, or null at its end.
archive_entry* next_entry(archive* tar, const std::string& file) {
  archive_entry* entry = nullptr;
  const int status = libarchive().read_next_header(tar, &entry);
  if (status == ARCHIVE_EOF) return nullptr;
  if (status < ARCHIVE_WARN) throw_damaged(file, reason(tar));
  return entry;
}

/// Reads what follows the end of the tar, so that a file cut off there is noticed.
void drain(Outer& outer) {
  la_ssize_t got = 0;
  do {
    got = libarchive().read_data(outer.ar.get(), outer.buffer.data(), outer.buffer.size());
  } while (got > 0);
  if (got < 0) throw_damaged(outer.file, reason(outer.ar.get()));
}

std::vector<std::vector<std::string>> parse_depends(std::string_view text) {
  std::vector<std::vector<std::string>> result;
  for (std::string_view dependency : split(text, ',')) {
    std::vector<std::string> alternatives;
    for (std::string_view alternative : split(dependency, '|')) {
      const std::string_view name = trim(alternative);
      const std::string_view bare = name.substr(0, name.find_first_of(" (:"));
      if (!bare.empty()) alternatives.emplace_back(bare);
    }
    if (!alternatives.empty()) result.push_back(std::move(alternatives));
  }
  return result;
}

/// Writes the entries of one package below a root.
class Unpacker {
 public:
  Unpacker(const std::string& file, const std::string& root, const UnpackLimits& limits)
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

  Place place_of(const char* path) const;
  Descriptor folder_at(const std::string& folder) const;
  int parent_of(const Place& place);
  void put_folder(const Place& place);
  void put_link(const Place& place, const char* target);
  void put_hard_link(const Place& place, const char* target);
  void put_file(const Place& place, archive* tar, archive_entry* entry);
  void copy_content(archive* tar, int descriptor, const std::string& name);
  [[noreturn]] void fail(const Place& place) const {
    throw system_error("cannot unpack " + join_path(place.folder, place.name) + " of " + file_,
                       errno);
  }

  std::string file_;
  UnpackLimits limits_;
  Descriptor root_;
  std::uint64_t bytes_ = 0;
  std::uint64_t entries_ = 0;
  std::optional<std::string> open_folder_;  // the folder of open_, which most entries share
  Descriptor open_;
};

Unpacker::Place Unpacker::place_of(const char* path) const {
  if (!path) throw_damaged(file_, "an entry has no name");
  if (is_absolute(path)) throw_hostile(file_, "an absolute path: " + std::string(path));
  std::string normal = "/";
  for (std::string_view part : split(path, '/')) {
    if (part == "..") throw_hostile(file_, "a path that climbs: " + std::string(path));
    if (part.size() > 255) throw_hostile(file_, "a name of more than 255 bytes");
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
      throw_hostile(file_, "an entry below " + folder + ", where " + name + " is not a folder");
    if (next.get() < 0)
      throw system_error("cannot make the folder " + folder + " of " + file_, errno);
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
      throw_hostile(file_, "a link out of the package: " + join_path(place.folder, place.name) +
                               " -> " + target);
    }
  }
  std::string inside = "/";
  for (std::string_view part : parts) inside = join_path(inside, part);
  const std::string relative = relative_path(inside, place.folder);
  const int parent = parent_of(place);
  ::unlinkat(parent, place.name.c_str(), 0);
  if (::symlinkat(relative.c_str(), parent, place.name.c_str()) != 0) fail(place);
}

void Unpacker::put_hard_link(const Place& place, const char* target) {
  const Place other = place_of(target);
  const Descriptor other_parent = folder_at(other.folder);
  const int parent = parent_of(place);
  if (::linkat(other_parent.get(), other.name.c_str(), parent, place.name.c_str(), 0) != 0)
    fail(place);
}

void Unpacker::copy_content(archive* tar, int descriptor, const std::string& name) {
  std::array<char, 65536> buffer;
  for (;;) {
    const la_ssize_t got = libarchive().read_data(tar, buffer.data(), buffer.size());
    if (got < 0) throw_damaged(file_, reason(tar));
    if (got == 0) return;
    bytes_ += static_cast<std::uint64_t>(got);
    if (bytes_ > limits_.bytes)
      throw_hostile(file_, "more than " + std::to_string(limits_.bytes) + " bytes of content");
    for (la_ssize_t at = 0; at < got;) {
      const ssize_t put = ::write(descriptor, buffer.data() + at, static_cast<size_t>(got - at));
      if (put < 0 && errno != EINTR)
        throw system_error("cannot write " + name + " of " + file_, errno,
                           errno == ENOSPC ? "free some space on that disk" : "");
      if (put > 0) at += put;
    }
  }
}

void Unpacker::put_file(const Place& place, archive* tar, archive_entry* entry) {
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
    throw_hostile(file_, "more than " + std::to_string(limits_.entries) + " entries");
  const Place place = place_of(libarchive().entry_pathname(entry));
  if (libarchive().entry_filetype(entry) == AE_IFDIR) return put_folder(place);
  if (place.name.empty()) throw_hostile(file_, "an entry that replaces the root");
  if (const char* target = libarchive().entry_hardlink(entry)) return put_hard_link(place, target);
  switch (libarchive().entry_filetype(entry)) {
    case AE_IFREG:
      return put_file(place, tar, entry);
    case AE_IFLNK:
      return put_link(place, libarchive().entry_symlink(entry));
    default:
      throw_hostile(file_, "a device, pipe or socket: " + join_path(place.folder, place.name));
  }
}

}  // namespace

PackageFacts parse_package_facts(std::string_view text, const std::string& file) {
  std::map<std::string, std::string, std::less<>> fields;
  std::string* last = nullptr;
  for (std::string_view line : split_lines(text)) {
    const size_t colon = line.find(':');
    if (!line.empty() && is_space(line[0]) && last) {
      *last += line;
    } else if (colon != std::string_view::npos) {
      last = &fields[std::string(line.substr(0, colon))];
      *last = trim(line.substr(colon + 1));
    }
  }
  PackageFacts facts{fields["Package"], fields["Version"], fields["Architecture"],
                     parse_depends(fields["Depends"])};
  if (facts.name.empty()) throw_damaged(file, "its control file names no package");
  return facts;
}

PackageFacts read_package(const std::string& file) {
  const auto outer = open_member(file, "control.tar");
  const Archive tar = open_tar(*outer);
  while (archive_entry* entry = next_entry(tar.get(), file)) {
    const char* path = libarchive().entry_pathname(entry);
    if (!path || normal_path(path) != "control") continue;
    std::string text;
    std::array<char, 4096> buffer;
    la_ssize_t got = 0;
    while ((got = libarchive().read_data(tar.get(), buffer.data(), buffer.size())) > 0) {
      text.append(buffer.data(), static_cast<size_t>(got));
      if (text.size() > largest_control_file) throw_hostile(file, "a control file of over 1 MiB");
    }
    if (got < 0) throw_damaged(file, reason(tar.get()));
    return parse_package_facts(text, file);
  }
  throw_damaged(file, "it has no control file");
}

void unpack_package(const std::string& file, const std::string& root, const UnpackLimits& limits) {
  const auto outer = open_member(file, "data.tar");
  const Archive tar = open_tar(*outer);
  Unpacker unpacker(file, root, limits);
  while (archive_entry* entry = next_entry(tar.get(), file)) unpacker.put(tar.get(), entry);
  drain(*outer);
}

}  // namespace kbx::kernel
