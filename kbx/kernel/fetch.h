#pragma once
#include <functional>
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/store.h"

namespace kbx::kernel {

/// Told, in a few words each, what is being done; may be empty.
using Progress = std::function<void(const std::string&)>;

/// Downloads the header packages of a kernel release ("" is the distribution's newest: what
/// linux-headers-ARCH or linux-headers-generic leads to) and adds them to the store. Nothing is
/// installed and the system's apt is left alone: apt-get and apt-cache work in a folder below the
/// cache folder of `environment`, with the machine's own sources list and keys. Throws Error, with
/// what apt said, if a package cannot be had.
std::vector<StoredKernel> download_headers(const std::string& release,
                                           const Environment& environment, const std::string& store,
                                           const Progress& progress = {});

/// The same for packages by name. Those of the linux-headers-*, linux-kbuild-* and
/// linux-compiler-* packages that they depend on are downloaded too.
std::vector<StoredKernel> download_packages(const std::vector<std::string>& names,
                                            const Environment& environment,
                                            const std::string& store,
                                            const Progress& progress = {});

}  // namespace kbx::kernel
