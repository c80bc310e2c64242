#include "kbx/kernel/tarball.h"

#include <array>

#include "kbx/base/path.h"

namespace kbx::kernel {
namespace {

constexpr std::array<std::string_view, 9> endings = {
    ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2"};

std::string_view ending_of(std::string_view name) {
  for (const std::string_view ending : endings)
    if (name.size() > ending.size() && name.ends_with(ending)) return ending;
  return {};
}

}  // namespace

bool is_tarball_name(std::string_view name) {
  return !ending_of(name).empty();
}

std::string tarball_stem(const std::string& file) {
  const std::string name = base_name(file);
  return name.substr(0, name.size() - ending_of(name).size());
}

void unpack_tarball(const std::string& file, const std::string& root, const UnpackLimits& limits) {
  const ArchiveFile what{file, "tar archive"};
  Archive tar(libarchive().read_new());
  libarchive().read_support_format_tar(tar.get());
  accept_compressions(tar.get());
  if (libarchive().read_open_filename(tar.get(), file.c_str(), 65536) != ARCHIVE_OK)
    throw_damaged(what, reason(tar.get()));
  unpack_entries(tar.get(), what, root, limits);
}

}  // namespace kbx::kernel
