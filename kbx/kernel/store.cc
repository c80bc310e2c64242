#include "kbx/kernel/store.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/contents.h"
#include "kbx/kernel/layout.h"
#include "kbx/kernel/rpm.h"
#include "kbx/kernel/tarball.h"

namespace kbx::kernel {
namespace {

struct PackageFile {
  std::string file;
  std::string hash;
  PackageFacts facts;
};

constexpr const char* record_name = "packages.json";
constexpr const char* suites_name = "suites";

bool has_line(std::string_view text, std::string_view wanted) {
  const auto lines = split_lines(text);
  return std::find(lines.begin(), lines.end(), wanted) != lines.end();
}

/// What a file says of itself. A tar archive says nothing, and goes by its name.
PackageFacts facts_of(const std::string& file) {
  if (is_rpm(file)) return read_rpm(file);
  if (is_tarball_name(file)) return {tarball_stem(file), "", "", {}};
  return read_package(file);
}

void unpack_file(const std::string& file, const std::string& root, const UnpackLimits& limits) {
  if (is_rpm(file)) return unpack_rpm(file, root, limits);
  if (is_tarball_name(file)) return unpack_tarball(file, root, limits);
  unpack_package(file, root, limits);
}

/// True for the name of a package that carries part of a header tree.
bool is_part_of_headers(std::string_view name) {
  return name.starts_with("linux-headers-") || name.starts_with("linux-kbuild-") ||
         (name.starts_with("kernel-") && name.ends_with("devel"));
}

std::vector<PackageFile> read_files(const std::vector<std::string>& files) {
  if (files.empty()) throw Error("no package files were given", "name one or more .deb files");
  std::map<std::string, PackageFile> by_name;
  for (const std::string& file : files) {
    if (!is_regular_file(file))
      throw Error({file, 0}, "there is no such file; expected a header package or a tar archive",
                  "check the path, or download the package with: apt-get download PACKAGE");
    PackageFile package{file, content_hash(MappedFile(file).content()), facts_of(file)};
    const auto [known, is_new] = by_name.emplace(package.facts.name, package);
    if (!is_new && known->second.hash != package.hash)
      throw Error({file, 0},
                  "is another version of " + package.facts.name + " than " + known->second.file,
                  "give one version of each package at a time");
  }
  std::vector<PackageFile> result;
  for (auto& [name, package] : by_name) result.push_back(std::move(package));
  return result;
}

/// Splits packages into the sets that their dependencies connect.
std::vector<std::vector<PackageFile>> connected_sets(const std::vector<PackageFile>& packages) {
  std::vector<size_t> set_of(packages.size());
  std::iota(set_of.begin(), set_of.end(), size_t{0});
  const auto needs = [](const PackageFile& package, const std::string& name) {
    for (const auto& alternatives : package.facts.depends)
      if (std::find(alternatives.begin(), alternatives.end(), name) != alternatives.end())
        return true;
    return false;
  };
  for (size_t a = 0; a < packages.size(); ++a)
    for (size_t b = 0; b < packages.size(); ++b)
      if (needs(packages[a], packages[b].facts.name))
        std::replace(set_of.begin(), set_of.end(), size_t{set_of[b]}, size_t{set_of[a]});
  std::map<size_t, std::vector<PackageFile>> sets;
  for (size_t at = 0; at < packages.size(); ++at) sets[set_of[at]].push_back(packages[at]);
  std::vector<std::vector<PackageFile>> result;
  for (auto& [number, set] : sets) result.push_back(std::move(set));
  return result;
}

/// Throws if a package that carries part of the header tree was not given.
void check_complete(const std::vector<PackageFile>& set) {
  std::set<std::string> given;
  for (const PackageFile& package : set) given.insert(package.facts.name);
  for (const PackageFile& package : set)
    for (const auto& alternatives : package.facts.depends) {
      const std::string& first = alternatives.front();
      if (!is_part_of_headers(first)) continue;
      const bool met = std::any_of(alternatives.begin(), alternatives.end(),
                                   [&](const std::string& name) { return given.count(name) > 0; });
      if (!met)
        throw Error({package.file, 0},
                    package.facts.name + " needs " + first + ", which was not given with it",
                    "download that package too" +
                        (first.starts_with("linux-") ? " (apt-get download " + first + ")" : "") +
                        " and give all files at once");
    }
}

std::string hash_of(const std::vector<PackageFile>& set) {
  std::vector<std::string> hashes;
  for (const PackageFile& package : set) hashes.push_back(package.hash);
  std::sort(hashes.begin(), hashes.end());
  return content_hash(join(hashes, "\n"));
}

std::string packages_json(const std::vector<PackageFile>& set, std::uint64_t bytes) {
  nlohmann::json packages = nlohmann::json::array();
  for (const PackageFile& package : set)
    packages.push_back({{"name", package.facts.name},
                        {"version", package.facts.version},
                        {"architecture", package.facts.architecture}});
  return nlohmann::json({{"packages", packages}, {"bytes", bytes}})
             .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

nlohmann::json record_of(const std::string& entry) {
  const auto text = read_file_if_present(join_path(entry, record_name));
  return nlohmann::json::parse(text.value_or(""), nullptr, false);
}

std::vector<StoredPackage> packages_of(const std::string& entry) {
  std::vector<StoredPackage> result;
  const nlohmann::json json = record_of(entry);
  if (!json.is_object() || !json.contains("packages") || !json["packages"].is_array())
    return result;
  for (const auto& package : json["packages"])
    if (package.is_object())
      result.push_back({text_of(package, "name"), text_of(package, "version"),
                        text_of(package, "architecture")});
  return result;
}

std::vector<StoredKernel> kernels_of_entry(const std::string& entry) {
  std::vector<StoredKernel> result;
  const std::string root = real_path(join_path(entry, "root"));
  if (root.empty()) return result;
  const std::vector<StoredPackage> packages = packages_of(entry);
  for (const std::string& headers : header_trees_within(root))
    result.push_back({release_of(headers), headers, root, false, packages, entry,
                      join_path(entry, record_name)});
  return result;
}

/// `record` is the file folders/HASH.
std::vector<StoredKernel> kernels_of_folder(const std::string& folder, const std::string& record) {
  std::vector<StoredKernel> result;
  if (is_header_tree(folder))
    return {{release_of(folder), folder, root_of(folder), true, {}, record, record}};
  for (const std::string& headers : header_trees_below(folder))
    result.push_back({release_of(headers), headers, folder, true, {}, record, record});
  return result;
}

/// A set of packages on its way into the store. Without publish() nothing of it stays.
class Prepared {
 public:
  /// Unpacks the set aside. Called with the store locked.
  Prepared(const std::string& store, std::string entry, const std::vector<PackageFile>& set,
           const UnpackLimits& limits)
      : entry_(std::move(entry)), aside_(make_temporary_folder(store, std::string(aside_prefix))) {
    try {
      fill(set, limits);
    } catch (...) {
      remove_tree(aside_);
      throw;
    }
  }
  ~Prepared() {
    try {
      if (!aside_.empty()) remove_tree(aside_);
    } catch (const Error&) {  // the next change of the store removes it
      return;
    }
  }
  Prepared(Prepared&& other) noexcept
      : entry_(std::move(other.entry_)), aside_(std::exchange(other.aside_, {})) {}
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  Prepared& operator=(Prepared&&) = delete;

  void publish() {
    if (::rename(aside_.c_str(), entry_.c_str()) != 0)
      throw system_error("cannot make " + entry_, errno);
    aside_.clear();
  }

 private:
  void fill(const std::vector<PackageFile>& set, const UnpackLimits& limits) const {
    const std::string root = join_path(aside_, "root");
    make_folders(root);
    for (const PackageFile& package : set) unpack_file(package.file, root, limits);
    if (header_trees_within(root).empty())
      throw Error({set.front().file, 0}, "holds no kernel headers",
                  "give the packages linux-headers-RELEASE, linux-headers-*-common and "
                  "linux-kbuild-*");
    const Contents contents = contents_of(root);
    write_file_atomically(join_path(aside_, contents_name), written(contents));
    write_file_atomically(join_path(aside_, record_name),
                          packages_json(set, bytes_of(root, contents)));
    ::chmod(aside_.c_str(), 0755);
  }

  std::string entry_;
  std::string aside_;
};

std::string entry_of(const std::string& store, const std::vector<PackageFile>& set) {
  return join_path(store, hash_of(set));
}

/// Adds all of the sets that the store does not have, or none.
void make_entries(const std::string& store, const std::vector<std::vector<PackageFile>>& sets,
                  const UnpackLimits& limits) {
  const FileLock lock(lock_of_store(store), nullptr);
  for (const std::string& name : list_folder(store))
    if (name.starts_with(aside_prefix)) remove_tree(join_path(store, name));
  std::vector<Prepared> prepared;
  for (const auto& set : sets)
    if (const std::string entry = entry_of(store, set); !is_folder(entry))
      prepared.emplace_back(store, entry, set, limits);
  for (Prepared& entry : prepared) entry.publish();
}

void sort_newest_first(std::vector<StoredKernel>& kernels) {
  std::stable_sort(kernels.begin(), kernels.end(),
                   [](const StoredKernel& a, const StoredKernel& b) {
                     return compare_releases(a.release, b.release) > 0;
                   });
}

}  // namespace

bool is_package_name(std::string_view file) {
  return file.ends_with(".deb") || file.ends_with(".rpm") || is_tarball_name(file);
}

std::vector<StoredKernel> add_packages(const std::string& store,
                                       const std::vector<std::string>& files,
                                       const UnpackLimits& limits) {
  const auto sets = connected_sets(read_files(files));
  for (const auto& set : sets) check_complete(set);
  make_folders(store);
  std::vector<StoredKernel> result;
  const auto is_known = [&](const auto& set) { return is_folder(entry_of(store, set)); };
  if (!std::ranges::all_of(sets, is_known)) make_entries(store, sets, limits);
  for (const auto& set : sets) {
    const auto kernels = kernels_of_entry(entry_of(store, set));
    result.insert(result.end(), kernels.begin(), kernels.end());
  }
  sort_newest_first(result);
  return result;
}

std::vector<StoredKernel> add_folder(const std::string& store, const std::string& folder) {
  const std::string path = real_path(folder);
  const std::string record = join_path(store, "folders/" + content_hash(path));
  std::vector<StoredKernel> kernels = kernels_of_folder(path, record);
  if (kernels.empty())
    throw Error({folder, 0},
                "holds no kernel headers: expected a Makefile with .config or include/generated "
                "beside it, or usr/src/linux-headers-* below it",
                "give the folder that /lib/modules/RELEASE/build leads to");
  write_file_atomically(record, path + "\n");
  sort_newest_first(kernels);
  return kernels;
}

std::vector<StoredKernel> list(const std::string& store) {
  std::vector<StoredKernel> result;
  const auto append = [&](const std::vector<StoredKernel>& kernels) {
    result.insert(result.end(), kernels.begin(), kernels.end());
  };
  for (const std::string& name : list_folder(store))
    if (!name.empty() && name[0] != '.' && name != "folders")
      append(kernels_of_entry(join_path(store, name)));
  const std::string folders = join_path(store, "folders");
  for (const std::string& name : list_folder(folders)) {
    if (name.find('.') != std::string::npos) continue;  // half written
    const std::string record = join_path(folders, name);
    if (const auto path = read_file_if_present(record))
      append(kernels_of_folder(std::string(trim(*path)), record));
  }
  sort_newest_first(result);
  return result;
}

std::string StoredKernel::architecture() const {
  for (const StoredPackage& package : packages)
    if (!package.architecture.empty() && package.architecture != "all" &&
        package.architecture != "noarch")
      return package.architecture;
  return {};
}

std::uint64_t size_of_entry(const std::string& entry) {
  const nlohmann::json json = record_of(entry);
  if (json.is_object() && json.contains("bytes") && json["bytes"].is_number_unsigned())
    return json["bytes"].get<std::uint64_t>();
  const std::string root = join_path(entry, "root");
  return bytes_of(root, contents_of(root));
}

void mark_used(const StoredKernel& kernel) {
  constexpr std::int64_t hour_ns = std::int64_t{3600} * 1'000'000'000;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const auto stamp = stamp_of(kernel.record);
  const std::int64_t age =
      std::int64_t{now.tv_sec} * 1'000'000'000 - (stamp ? stamp->modified_ns : 0);
  if (stamp && (age > hour_ns || age < 0)) ::utimensat(AT_FDCWD, kernel.record.c_str(), nullptr, 0);
}

void note_suite(const std::string& store, const StoredKernel& kernel, const std::string& suite) {
  const FileLock lock(lock_of_store(store), nullptr);
  const std::string file = join_path(kernel.entry, suites_name);
  const std::string known = read_file_if_present(file).value_or("");
  if (is_folder(kernel.entry) && !has_line(known, suite))
    write_file_atomically(file, known + suite + "\n");
}

std::vector<StoredKernel> stored_by_words(const std::string& store, const KernelWords& words) {
  std::vector<StoredKernel> possible;
  std::vector<std::string> releases;
  for (const StoredKernel& kernel : list(store)) {
    if (kernel.registered || kernel.architecture() != words.architecture) continue;
    const auto suites = read_file_if_present(join_path(kernel.entry, suites_name));
    if (!words.suite.empty() && !has_line(suites.value_or(""), words.suite)) continue;
    possible.push_back(kernel);
    releases.push_back(kernel.release);
  }
  std::vector<StoredKernel> result;
  for (const std::string& release : matching_releases(words, releases))
    for (const StoredKernel& kernel : possible)
      if (kernel.release == release) result.push_back(kernel);
  return result;
}

std::string lock_of_store(const std::string& store) {
  return join_path(store, ".lock");
}

void discard(const std::string& store, const std::string& path) {
  const std::string aside = make_temporary_folder(store, std::string(aside_prefix));
  if (::rename(path.c_str(), join_path(aside, "discarded").c_str()) != 0 && errno != ENOENT) {
    const int reason = errno;
    remove_tree(aside);
    throw system_error("cannot remove " + path, reason);
  }
  remove_tree(aside);
}

}  // namespace kbx::kernel
