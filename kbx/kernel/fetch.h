#pragma once
#include <functional>
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/kernel_words.h"
#include "kbx/kernel/store.h"

namespace kbx::kernel {

/// Told, in a few words each, what is being done; may be empty.
using Progress = std::function<void(const std::string&)>;

/// Where packages come from. Empty: the machine's own sources, for its own architecture.
struct PackageSource {
  std::vector<std::string> lines;  // "deb URI SUITE COMPONENT...", as sources.list(5) has them
  std::string suite;         // a suite of Debian, from the mirror that the machine's sources name
  std::string architecture;  // Debian's name
};

/// Downloads the header packages of a kernel release ("" is the distribution's newest: what
/// linux-headers-ARCH or linux-headers-generic leads to) and adds them to the store. Nothing is
/// installed and the system's apt is left alone: apt-get and apt-cache work in a folder below the
/// cache folder of `environment`, with the machine's own sources and keys unless `source` names
/// others. Throws Error, with what apt said, if a package cannot be had.
std::vector<StoredKernel> download_headers(const std::string& release,
                                           const Environment& environment, const std::string& store,
                                           const Progress& progress = {},
                                           const PackageSource& source = {});

/// The same for packages by name. Those of the linux-headers-*, linux-kbuild-* and
/// linux-compiler-* packages that they depend on are downloaded too.
std::vector<StoredKernel> download_packages(const std::vector<std::string>& names,
                                            const Environment& environment,
                                            const std::string& store, const Progress& progress = {},
                                            const PackageSource& source = {});

/// The same for the newest release that the words mean; their architecture and suite go before
/// those of `source`. Throws Error that lists what the archive has if it is none.
std::vector<StoredKernel> download_kernel(const KernelWords& words, const Environment& environment,
                                          const std::string& store, const Progress& progress = {},
                                          PackageSource source = {});

}  // namespace kbx::kernel
