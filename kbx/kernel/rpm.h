#pragma once
#include <string>

#include "kbx/kernel/deb.h"
#include "kbx/kernel/unpack.h"

namespace kbx::kernel {

/// True if a file begins as an RPM package does.
bool is_rpm(const std::string& file);

/// Reads the header of an RPM package: the version is [EPOCH:]VERSION-RELEASE, each requirement is
/// a dependency without alternatives. Throws Error that names the file if it is damaged, or a
/// package of sources.
PackageFacts read_rpm(const std::string& file);

/// Unpacks an RPM package below the folder `root` as unpack_entries does; no script of it runs.
void unpack_rpm(const std::string& file, const std::string& root, const UnpackLimits& limits);

}  // namespace kbx::kernel
