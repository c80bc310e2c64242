#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kbx/kernel/contents.h"
#include "kbx/kernel/store.h"
#include "kbx/kernel/tree.h"

/// Taking kernels out of the store, and seeing that what is in it is whole.
namespace kbx::kernel {

/// The kernels of the store that `name` means: a release, the folder of the headers, the folder
/// that was added, or the newest that words as debian:6.1 mean. Several if it means the kernels of
/// one entry. Throws Error that lists them if it means kernels of several entries, or none.
std::vector<StoredKernel> stored_by_name(const std::string& store, const std::string& name);

/// Takes kernels out of the store, and what kbx made for them out of its overlays; a folder that
/// was added is only forgotten. All names are looked up before anything is removed. Throws Error if
/// one means nothing, or kernels that lie in one entry with others that were not named. Returns
/// what was removed.
std::vector<StoredKernel> remove_kernels(const Places& places,
                                         const std::vector<std::string>& names);

/// Something that nothing needs.
struct Unneeded {
  std::string what;  // in a few words
  std::string path;
  std::uint64_t bytes = 0;  // of its files
};

struct PruneOptions {
  std::optional<unsigned long> unused_days;  // kernels that were not asked for in this time, too
  unsigned long cache_days = 30;             // cached answers that were not read in this time
  bool dry_run = false;
};

/// Removes what interrupted runs left, folders that are gone, overlays of kernels that are no more,
/// old cached answers below `cache`, and kernels that nothing used. Returns what was removed, or
/// with dry_run what would be.
std::vector<Unneeded> prune(const Places& places, const std::string& cache,
                            const PruneOptions& options);

/// What is wrong with an entry of the store.
struct Verdict {
  StoredKernel kernel;     // one of those that lie in it
  bool recorded = true;    // false if there are no checksums to compare with
  std::string unreadable;  // why the record or a file could not be read; may be empty
  std::vector<Difference> differences;

  bool is_good() const { return recorded && unreadable.empty() && differences.empty(); }
};

/// Compares what is unpacked with the checksums that were recorded when it was added, an entry a
/// verdict, newest kernel first. Without names all entries. Folders that were added have no
/// checksums and are left out unless they are named. Throws as stored_by_name.
std::vector<Verdict> verify(const std::string& store, const std::vector<std::string>& names);

}  // namespace kbx::kernel
