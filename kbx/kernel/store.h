#pragma once
#include <string>
#include <vector>

#include "kbx/kernel/deb.h"

/// The kernel store: header packages unpacked below one folder, without being installed.
///
///   STORE/HASH/root/            what dpkg -x of each package of the set leaves, links kept inside
///   STORE/HASH/packages.json    the packages' names and versions
///   STORE/folders/HASH          the path of a registered folder
///
/// HASH stands for the content of the package files, so adding them again changes nothing. An entry
/// is made aside and renamed into place when it is whole; whatever else a killed run left is
/// removed by the next that adds.
namespace kbx::kernel {

/// A header tree in the store.
struct StoredKernel {
  std::string release;
  std::string headers;                // the objtree's folder
  std::string root;                   // the folder it was unpacked below; "" is this machine
  bool registered = false;            // by add_folder; else unpacked by add_packages
  std::vector<std::string> packages;  // "name version" of what was unpacked
};

/// Unpacks Debian packages into the store. Packages that depend on each other share one root; each
/// such set must hold the headers of a kernel and the linux-headers-* and linux-kbuild-* packages
/// they depend on. No maintainer script runs. Returns the kernels that the files hold, those that
/// were there already among them. Throws Error that names the file if one is damaged or hostile;
/// then its set is not added.
std::vector<StoredKernel> add_packages(const std::string& store,
                                       const std::vector<std::string>& files,
                                       const UnpackLimits& limits = {});

/// Remembers a folder (a header tree, or a root that holds some) by its path. Returns its kernels.
std::vector<StoredKernel> add_folder(const std::string& store, const std::string& folder);

/// All kernels of the store, newest first. A folder that is gone is left out.
std::vector<StoredKernel> list(const std::string& store);

}  // namespace kbx::kernel
