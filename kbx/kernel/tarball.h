#pragma once
#include <string>
#include <string_view>

#include "kbx/kernel/unpack.h"

namespace kbx::kernel {

/// True for the name of a tar archive: .tar, .tar.gz, .tgz, .tar.xz, .txz, .tar.zst, .tar.bz2, …
bool is_tarball_name(std::string_view name);

/// The name without its folders and the ending that makes it one of a tar archive.
std::string tarball_stem(const std::string& file);

/// Unpacks a tar archive below the folder `root` as unpack_entries does.
void unpack_tarball(const std::string& file, const std::string& root, const UnpackLimits& limits);

}  // namespace kbx::kernel
