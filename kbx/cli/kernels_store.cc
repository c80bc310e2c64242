#include "kbx/cli/kernels_store.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/layout.h"

namespace kbx::cli {
namespace {

constexpr size_t shown_differences = 20;  // of one kernel

std::string_view place_name(kernel::KnownTree::Where where) {
  using Where = kernel::KnownTree::Where;
  switch (where) {
    case Where::installed:
      return "installed";
    case Where::store:
      return "store";
    case Where::registered:
      return "folder";
  }
  return "";
}

/// As its packages call it, else the name below arch/.
std::string architecture_of(const kernel::KnownTree& tree) {
  const std::string by_package = tree.stored ? tree.stored->architecture() : "";
  return by_package.empty() ? kernel::source_arch_of(tree.folder) : by_package;
}

std::string origin_of(const kernel::KnownTree& tree) {
  if (!tree.stored || tree.stored->packages.empty()) return tree.folder;
  std::vector<std::string> packages;
  // Packages of one version are told with it once.
  std::map<std::string, std::vector<std::string>> by_version;
  for (const kernel::StoredPackage& package : tree.stored->packages)
    by_version[package.version].push_back(package.name);
  for (const auto& [version, names] : by_version)
    packages.push_back(join(names, " ") + (version.empty() ? "" : " (" + version + ")"));
  return join(packages, ", ");
}

std::string size_of(const kernel::KnownTree& tree) {
  const bool unpacked = tree.where == kernel::KnownTree::Where::store;
  return unpacked ? size_text(kernel::size_of_entry(tree.stored->entry)) : "";
}

std::string_view name_of(kernel::Difference::How how) {
  using How = kernel::Difference::How;
  return how == How::missing ? "missing" : how == How::added ? "new" : "changed";
}

void print_verdict(const kernel::Verdict& verdict) {
  const std::string& release = verdict.kernel.release;
  if (verdict.is_good()) {
    fmt::print("{}  whole\n", release);
    return;
  }
  if (verdict.kernel.registered) {
    fmt::print("{}  a folder that was added where it lies; it has no checksums\n", release);
    return;
  }
  if (!verdict.recorded) {
    fmt::print("{}  has no checksums: remove it and add it again\n", release);
    return;
  }
  fmt::print("{}  damaged, in {}/root\n", release, verdict.kernel.entry);
  if (!verdict.unreadable.empty()) fmt::print("  {}\n", verdict.unreadable);
  const size_t shown = std::min(verdict.differences.size(), shown_differences);
  for (size_t at = 0; at < shown; ++at)
    fmt::print("  {:<7}  {}\n", name_of(verdict.differences[at].how), verdict.differences[at].path);
  if (shown < verdict.differences.size())
    fmt::print("  and {} more\n", verdict.differences.size() - shown);
  fmt::print("  to mend it: kbx kernels remove {}, then add it again\n", release);
}

}  // namespace

int list_kernels(const Environment& environment, bool quiet) {
  const std::vector<kernel::KnownTree> trees = kernel::known_trees(environment);
  if (quiet) return trees.empty() ? 1 : 0;
  if (trees.empty()) {
    fmt::print(
        "no kernel headers are known\n  hint: install your distribution's linux-headers package, "
        "or: kbx kernels fetch\n");
    return 0;
  }
  using Row = std::array<std::string, 4>;
  std::vector<Row> rows;
  Row widest;
  for (const kernel::KnownTree& tree : trees) {
    rows.push_back(
        {tree.release, architecture_of(tree), std::string(place_name(tree.where)), size_of(tree)});
    for (size_t at = 0; at < widest.size(); ++at)
      if (rows.back()[at].size() > widest[at].size()) widest[at] = rows.back()[at];
  }
  for (size_t at = 0; at < trees.size(); ++at) {
    const auto& [release, architecture, place, size] = rows[at];
    fmt::print("{:<{}}  {:<{}}  {:<{}}  {:>{}}{}{}{}\n", release, widest[0].size(), architecture,
               widest[1].size(), place, widest[2].size(), size, widest[3].size(),
               widest[3].empty() ? "" : "  ", origin_of(trees[at]),
               trees[at].running ? "  (running)" : "");
  }
  return 0;
}

int list_kernels_json(const Environment& environment) {
  nlohmann::json kernels = nlohmann::json::array();
  for (const kernel::KnownTree& tree : kernel::known_trees(environment)) {
    nlohmann::json packages = nlohmann::json::array();
    if (tree.stored)
      for (const kernel::StoredPackage& package : tree.stored->packages)
        packages.push_back({{"name", package.name},
                            {"version", package.version},
                            {"architecture", package.architecture}});
    nlohmann::json kernel = {{"release", tree.release},
                             {"where", place_name(tree.where)},
                             {"folder", tree.folder},
                             {"running", tree.running},
                             {"arch", kernel::source_arch_of(tree.folder)},
                             {"architecture", architecture_of(tree)},
                             {"packages", packages}};
    if (tree.where == kernel::KnownTree::Where::store)
      kernel["bytes"] = kernel::size_of_entry(tree.stored->entry);
    kernels.push_back(std::move(kernel));
  }
  fmt::print("{}\n", kernels.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  return 0;
}

int remove_kernels(const std::vector<std::string>& names, const kernel::Places& places) {
  for (const kernel::StoredKernel& kernel : kernel::remove_kernels(places, names))
    fmt::print("{} {}\n", kernel.registered ? "forgot" : "removed",
               kernel.registered ? kernel.headers : kernel.release);
  return 0;
}

int prune_kernels(const kernel::PruneOptions& options, const kernel::Places& places,
                  const std::string& cache) {
  // Cached answers are many small files, and told as one.
  std::map<std::string, std::pair<size_t, std::string>> by_what;
  std::uint64_t bytes = 0;
  const std::vector<kernel::Unneeded> all = kernel::prune(places, cache, options);
  for (const kernel::Unneeded& unneeded : all) {
    bytes += unneeded.bytes;
    auto& [count, path] = by_what[unneeded.what];
    ++count;
    path = count == 1 ? unneeded.path : "";
  }
  const char* verb = options.dry_run ? "would remove" : "removed";
  for (const auto& [what, which] : by_what)
    fmt::print("{} {}: {}\n", verb,
               which.first == 1 ? which.second : std::to_string(which.first) + " items", what);
  if (all.empty())
    fmt::print("nothing to remove\n");
  else
    fmt::print("{} in all\n", size_text(bytes));
  return 0;
}

int verify_kernels(const std::vector<std::string>& names, const std::string& store) {
  const std::vector<kernel::Verdict> verdicts = kernel::verify(store, names);
  if (verdicts.empty()) fmt::print("nothing is unpacked in the store {}\n", store);
  for (const kernel::Verdict& verdict : verdicts) print_verdict(verdict);
  const bool good = std::all_of(verdicts.begin(), verdicts.end(),
                                [](const kernel::Verdict& verdict) { return verdict.is_good(); });
  return good ? 0 : 1;
}

}  // namespace kbx::cli
