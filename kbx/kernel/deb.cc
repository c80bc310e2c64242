// A Debian package is an ar archive of three members: debian-binary, control.tar.* and data.tar.*
// (deb(5)). Both tars are read straight out of the ar, without a copy on disk.

#include "kbx/kernel/deb.h"

#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/unpack.h"

namespace kbx::kernel {
namespace {

constexpr std::uint64_t largest_control_file = 1 << 20;

ArchiveFile package_file(const std::string& path) {
  return {path, "Debian package"};
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
    throw_damaged(package_file(file), reason(outer->ar.get()));
  archive_entry* entry = nullptr;
  for (int status;
       (status = libarchive().read_next_header(outer->ar.get(), &entry)) != ARCHIVE_EOF;) {
    if (status < ARCHIVE_WARN) throw_damaged(package_file(file), reason(outer->ar.get()));
    const char* name = libarchive().entry_pathname(entry);
    if (name && std::string_view(name).substr(0, start.size()) == start) return outer;
  }
  throw_damaged(package_file(file), "it has no member " + std::string(start) + "*");
}

Archive open_tar(Outer& outer) {
  Archive tar(libarchive().read_new());
  libarchive().read_support_format_tar(tar.get());
  accept_compressions(tar.get());
  if (libarchive().read_open(tar.get(), &outer, nullptr, read_member, nullptr) != ARCHIVE_OK)
    throw_damaged(package_file(outer.file), reason(tar.get()));
  return tar;
}

/// Reads what follows the end of the tar, so that a file cut off there is noticed.
void drain(Outer& outer) {
  la_ssize_t got = 0;
  do {
    got = libarchive().read_data(outer.ar.get(), outer.buffer.data(), outer.buffer.size());
  } while (got > 0);
  if (got < 0) throw_damaged(package_file(outer.file), reason(outer.ar.get()));
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
  if (facts.name.empty()) throw_damaged(package_file(file), "its control file names no package");
  return facts;
}

PackageFacts read_package(const std::string& file) {
  const auto outer = open_member(file, "control.tar");
  const Archive tar = open_tar(*outer);
  while (archive_entry* entry = next_entry(tar.get(), package_file(file))) {
    const char* path = libarchive().entry_pathname(entry);
    if (!path || normal_path(path) != "control") continue;
    std::string text;
    std::array<char, 4096> buffer;
    la_ssize_t got = 0;
    while ((got = libarchive().read_data(tar.get(), buffer.data(), buffer.size())) > 0) {
      text.append(buffer.data(), static_cast<size_t>(got));
      if (text.size() > largest_control_file) throw_hostile(file, "a control file of over 1 MiB");
    }
    if (got < 0) throw_damaged(package_file(file), reason(tar.get()));
    return parse_package_facts(text, file);
  }
  throw_damaged(package_file(file), "it has no control file");
}

void unpack_package(const std::string& file, const std::string& root, const UnpackLimits& limits) {
  const auto outer = open_member(file, "data.tar");
  const Archive tar = open_tar(*outer);
  unpack_entries(tar.get(), package_file(file), root, limits);
  drain(*outer);
}

}  // namespace kbx::kernel
