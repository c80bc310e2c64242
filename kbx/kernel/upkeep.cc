// Whatever is removed is first renamed to a name that nothing looks at, then deleted, all under the
// lock of the folder that it is in. So a kernel is there as a whole or not at all, and a deletion
// that is killed leaves what the next addition or pruning deletes.
#include "kbx/kernel/upkeep.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <set>

#include <sys/stat.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/layout.h"

namespace kbx::kernel {
namespace {

/// Folders of kbx's cache that hold answers which can be had again.
constexpr std::array<const char*, 5> caches = {"probes", "symvers", "preprocess", "trees",
                                               "metadata"};

using Entries = std::map<std::string, std::vector<StoredKernel>>;

Entries by_entry(const std::vector<StoredKernel>& kernels) {
  Entries entries;
  for (const StoredKernel& kernel : kernels) entries[kernel.entry].push_back(kernel);
  return entries;
}

std::string lines_of(const std::vector<StoredKernel>& kernels) {
  std::string text;
  for (const StoredKernel& kernel : kernels) {
    const std::string architecture = kernel.architecture();
    text += "\n    " + kernel.release + (architecture.empty() ? "" : " " + architecture) + "  " +
            kernel.headers;
  }
  return text;
}

bool means(const std::string& name, const std::string& path, const StoredKernel& kernel) {
  return kernel.release == name ||
         (!path.empty() && (kernel.headers == path || kernel.root == path || kernel.entry == path));
}

/// Throws if an entry holds a kernel that was not named.
void check_all_named(const std::vector<StoredKernel>& all, const std::vector<StoredKernel>& named) {
  std::set<std::string> headers;
  for (const StoredKernel& kernel : named) headers.insert(kernel.headers);
  for (const auto& [entry, kernels] : by_entry(named))
    for (const StoredKernel& other : all)
      if (other.entry == entry && headers.count(other.headers) == 0)
        throw Error(kernels.front().release + " was added together with " + other.release +
                        ", and they share files",
                    "name both to remove both");
}

double days_since(const std::string& path, bool also_read) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return 0;
  const time_t last = also_read ? std::max(info.st_mtime, info.st_atime) : info.st_mtime;
  return static_cast<double>(::time(nullptr) - last) / 86400;
}

std::uint64_t bytes_below(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return 0;
  if (S_ISREG(info.st_mode)) return static_cast<std::uint64_t>(info.st_size);
  std::uint64_t bytes = 0;
  if (S_ISDIR(info.st_mode))
    for (const std::string& name : list_folder(path)) bytes += bytes_below(join_path(path, name));
  return bytes;
}

/// Removes what is to go, or only tells of it.
class Pruning {
 public:
  explicit Pruning(bool dry_run) : dry_run_(dry_run) {}

  /// `aside` is the folder to rename into, "" for what may be deleted where it is.
  void take(const std::string& what, const std::string& path, const std::string& aside,
            std::uint64_t bytes) {
    done_.push_back({what, path, bytes});
    if (dry_run_) return;
    if (aside.empty())
      remove_tree(path);
    else
      discard(aside, path);
  }
  void take(const std::string& what, const std::string& path, const std::string& aside) {
    take(what, path, aside, bytes_below(path));
  }
  std::vector<Unneeded> done() { return std::move(done_); }

 private:
  bool dry_run_;
  std::vector<Unneeded> done_;
};

void prune_leftovers(const std::string& folder, Pruning& pruning) {
  for (const std::string& name : list_folder(folder))
    if (name.starts_with(aside_prefix))
      pruning.take("left by an interrupted run", join_path(folder, name), "");
}

/// True if `record`, a file folders/HASH, leads to headers.
bool leads_to_headers(const std::string& record) {
  const std::string folder(trim(read_file_if_present(record).value_or("")));
  return !folder.empty() && (is_header_tree(folder) || !header_trees_below(folder).empty());
}

void prune_records(const std::string& store, Pruning& pruning) {
  const std::string folders = join_path(store, "folders");
  for (const std::string& name : list_folder(folders)) {
    const std::string record = join_path(folders, name);
    if (name.find('.') != std::string::npos) {
      if (days_since(record, false) > 1) pruning.take("left by an interrupted run", record, "");
    } else if (!leads_to_headers(record)) {
      const std::string folder(trim(read_file_if_present(record).value_or("")));
      pruning.take("no headers any more in " + folder, record, "", 0);
    }
  }
}

void prune_store(const std::string& store, const PruneOptions& options, Pruning& pruning) {
  if (!is_folder(store)) return;
  const FileLock lock(lock_of_store(store), nullptr);
  prune_leftovers(store, pruning);
  prune_records(store, pruning);
  const Entries entries = by_entry(list(store));
  for (const std::string& name : list_folder(store)) {
    const std::string entry = join_path(store, name);
    if (name[0] != '.' && name != "folders" && entries.count(entry) == 0)
      pruning.take("holds no kernel", entry, store);
  }
  if (!options.unused_days) return;
  for (const auto& [entry, kernels] : entries) {
    const StoredKernel& kernel = kernels.front();
    const double days = days_since(kernel.record, false);
    if (days < static_cast<double>(*options.unused_days)) continue;
    pruning.take(kernel.release + ", not used for " + std::to_string(static_cast<long>(days)) +
                     (static_cast<long>(days) == 1 ? " day" : " days"),
                 entry, store, kernel.registered ? 0 : size_of_entry(entry));
  }
}

/// True if a folder of links is one for a kernel that is there.
bool overlay_stands(const std::string& overlay) {
  const auto names = list_folder(overlay);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return is_header_tree(join_path(overlay, name));
  });
}

void prune_overlays(const std::string& overlays, Pruning& pruning) {
  if (!is_folder(overlays)) return;
  const FileLock lock(lock_of_store(overlays), nullptr);
  prune_leftovers(overlays, pruning);
  for (const std::string& name : list_folder(overlays)) {
    const std::string overlay = join_path(overlays, name);
    if (name[0] != '.' && !overlay_stands(overlay))
      pruning.take("stood in for headers that are gone", overlay, overlays);
  }
}

void prune_caches(const std::string& cache, unsigned long days, Pruning& pruning) {
  for (const char* folder : caches) {
    const std::string path = join_path(cache, folder);
    for (const std::string& name : list_folder(path)) {
      const std::string file = join_path(path, name);
      if (is_regular_file(file) && days_since(file, true) > static_cast<double>(days))
        pruning.take("cached, not read for " + std::to_string(days) + " days", file, "");
    }
  }
}

Verdict verdict_of(const StoredKernel& kernel) {
  Verdict verdict{kernel, true, "", {}};
  const std::string record = join_path(kernel.entry, contents_name);
  const auto text = kernel.registered ? std::nullopt : read_file_if_present(record);
  verdict.recorded = text.has_value();
  if (!text) return verdict;
  try {
    verdict.differences =
        differences(parse_contents(*text, record), contents_of(join_path(kernel.entry, "root")));
  } catch (const Error& error) {
    verdict.unreadable = error.to_string();
  }
  return verdict;
}

}  // namespace

std::vector<StoredKernel> stored_by_name(const std::string& store, const std::string& name) {
  if (is_kernel_words(name)) {
    const std::vector<StoredKernel> found = stored_by_words(store, parse_kernel_words(name));
    if (!found.empty()) return {found.front()};
  }
  const std::vector<StoredKernel> all = list(store);
  const std::string path = name.find('/') == std::string::npos ? "" : real_path(name);
  std::vector<StoredKernel> found;
  for (const StoredKernel& kernel : all)
    if (means(name, path, kernel)) found.push_back(kernel);
  if (found.empty())
    throw Error("no kernel " + name + " is in the store " + store,
                all.empty() ? "it is empty" : "it holds:" + lines_of(all));
  if (by_entry(found).size() > 1)
    throw Error("several kernels in the store are called " + name + ":" + lines_of(found),
                "name one of these folders");
  return found;
}

std::vector<StoredKernel> remove_kernels(const Places& places,
                                         const std::vector<std::string>& names) {
  std::vector<StoredKernel> named;
  if (is_folder(places.store)) {
    const FileLock lock(lock_of_store(places.store), nullptr);
    std::set<std::string> headers;
    for (const std::string& name : names)
      for (const StoredKernel& kernel : stored_by_name(places.store, name))
        if (headers.insert(kernel.headers).second) named.push_back(kernel);
    check_all_named(list(places.store), named);
    for (const auto& [entry, kernels] : by_entry(named)) discard(places.store, entry);
  } else {
    stored_by_name(places.store, names.at(0));
  }
  Pruning pruning(false);
  prune_overlays(places.overlays, pruning);
  return named;
}

std::vector<Unneeded> prune(const Places& places, const std::string& cache,
                            const PruneOptions& options) {
  Pruning pruning(options.dry_run);
  prune_store(places.store, options, pruning);
  prune_overlays(places.overlays, pruning);
  prune_caches(cache, options.cache_days, pruning);
  return pruning.done();
}

std::vector<Verdict> verify(const std::string& store, const std::vector<std::string>& names) {
  std::vector<StoredKernel> kernels;
  if (names.empty()) {
    for (const StoredKernel& kernel : list(store))
      if (!kernel.registered) kernels.push_back(kernel);
  }
  for (const std::string& name : names)
    for (const StoredKernel& kernel : stored_by_name(store, name)) kernels.push_back(kernel);
  std::vector<Verdict> verdicts;
  std::set<std::string> seen;
  for (const StoredKernel& kernel : kernels)
    if (seen.insert(kernel.entry).second) verdicts.push_back(verdict_of(kernel));
  return verdicts;
}

}  // namespace kbx::kernel
