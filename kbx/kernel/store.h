#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/kernel/deb.h"
#include "kbx/kernel/kernel_words.h"

/// The kernel store: header packages unpacked below one folder, without being installed.
///
///   STORE/HASH/root/            what dpkg -x of each package of the set leaves, links kept inside
///   STORE/HASH/packages.json    the packages' names and versions, and the size of what is unpacked
///   STORE/HASH/contents         what was unpacked, with checksums (contents.h)
///   STORE/HASH/suites           the suites that it was fetched from as their newest, one a line
///   STORE/folders/HASH          the path of a registered folder
///
/// The time of packages.json and of folders/HASH is when the kernel was last asked for.
/// HASH stands for the content of the package files, so adding them again changes nothing. An entry
/// is made aside and renamed into place when it is whole; whatever else a killed run left is
/// removed by the next that adds.
namespace kbx::kernel {

/// A package that was unpacked.
struct StoredPackage {
  std::string name;
  std::string version;
  std::string architecture;  // as its format calls it: amd64, all, x86_64, noarch; may be empty
};

/// A header tree in the store.
struct StoredKernel {
  std::string release;
  std::string headers;                  // the objtree's folder
  std::string root;                     // the folder it was unpacked below; "" is this machine
  bool registered = false;              // by add_folder; else unpacked by add_packages
  std::vector<StoredPackage> packages;  // what was unpacked
  std::string entry;   // what holds it in the store: the folder STORE/HASH, the file folders/HASH
  std::string record;  // the file whose time says when it was last asked for

  /// The architecture as its packages call it; "" if they do not tell.
  std::string architecture() const;
};

/// True for the name of a file that add_packages can unpack: a .deb, a .rpm, or a tar archive.
bool is_package_name(std::string_view file);

/// Unpacks packages into the store. Packages that depend on each other share one root; each
/// such set must hold the headers of a kernel and the linux-headers-* and linux-kbuild-* packages
/// they depend on. No maintainer script runs. Returns the kernels that the files hold, those that
/// were there already among them. Throws Error that names the file if one is damaged or hostile;
/// then nothing is added.
std::vector<StoredKernel> add_packages(const std::string& store,
                                       const std::vector<std::string>& files,
                                       const UnpackLimits& limits = {});

/// Remembers a folder (a header tree, or a root that holds some) by its path. Returns its kernels.
std::vector<StoredKernel> add_folder(const std::string& store, const std::string& folder);

/// All kernels of the store, newest first. A folder that is gone is left out.
std::vector<StoredKernel> list(const std::string& store);

/// Bytes of what was unpacked into an entry: as it was recorded, else counted.
std::uint64_t size_of_entry(const std::string& entry);

/// Has a kernel count as asked for now. A store that cannot be written to is no error.
void mark_used(const StoredKernel& kernel);

/// Remembers that a kernel was the newest of a suite ("trixie") when it was fetched.
void note_suite(const std::string& store, const StoredKernel& kernel, const std::string& suite);

/// The kernels of the store that the words mean, newest first.
std::vector<StoredKernel> stored_by_words(const std::string& store, const KernelWords& words);

/// The names below which the parts of an entry that is being made or removed lie in the store.
constexpr std::string_view aside_prefix = ".aside-";

/// The file that is locked by who changes the store.
std::string lock_of_store(const std::string& store);

/// Has nothing by that name in the store at any moment after its begin: renames it aside, then
/// deletes. Call with the store locked. Throws Error if it cannot be renamed.
void discard(const std::string& store, const std::string& path);

}  // namespace kbx::kernel
