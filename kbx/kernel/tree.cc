#include "kbx/kernel/tree.h"

#include <algorithm>
#include <optional>
#include <set>

#include <sys/utsname.h>

#include "kbx/base/cache.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/symlink.h"
#include "kbx/base/text.h"
#include "kbx/kernel/layout.h"
#include "kbx/kernel/overlay.h"
#include "kbx/kernel/store.h"

namespace kbx::kernel {
namespace {

Tree tree_at(const std::string& headers, const std::string& root, const Places& places) {
  Tree tree;
  tree.headers = headers;
  tree.root = root;
  tree.release = release_of(headers);
  tree.arch = source_arch_of(headers);
  const Relocated relocated = relocate(headers, root, tree.release, places.overlays);
  tree.objtree = relocated.objtree;
  tree.srctree = relocated.srctree;
  tree.redirected = relocated.redirected;
  return tree;
}

/// The header tree that `folder` is or that its build link leads to; "" if neither.
std::string headers_at(const std::string& folder) {
  if (is_header_tree(folder)) return real_path(folder);
  const std::string build = join_path(folder, "build");
  std::string target = build;
  if (const auto link = read_link(build); link && is_absolute(*link))
    target = path_in_root(*link, root_of(real_path(folder) + "/"));
  return is_header_tree(target) ? real_path(target) : std::string();
}

std::string install_hint(const std::string& release) {
  return "install the package linux-headers-" + release +
         " (Debian, Ubuntu) or kernel-devel (Fedora, SUSE), or add its files with: kbx kernels add "
         "FILE.deb...";
}

std::string known_releases(const Places& places) {
  std::string text;
  for (const KnownTree& known : known_trees(places)) text += " " + known.release;
  return text.empty() ? " none" : text;
}

Tree the_only_one(const std::vector<std::string>& trees, const std::string& root,
                  const std::string& spec, const Places& places) {
  if (trees.size() == 1) return tree_at(trees[0], root, places);
  std::string names;
  for (const std::string& tree : trees) names += "\n    " + tree;
  throw Error("the headers of several kernels are in " + spec + ":" + names,
              "name one of these folders");
}

/// The tree of a folder that was named, which may lie in the store.
Tree tree_in_use(const std::string& headers, const Places& places) {
  if (is_below(headers, real_path(places.store)))
    for (const StoredKernel& kernel : list(places.store))
      if (kernel.headers == headers) mark_used(kernel);
  return tree_at(headers, root_of(headers), places);
}

Tree tree_of_folder(const std::string& spec, const Places& places) {
  const std::string folder = real_path(spec);
  if (const std::string headers = headers_at(folder); !headers.empty())
    return tree_in_use(headers, places);
  const std::vector<std::string> trees = header_trees_below(folder == "/" ? "" : folder);
  if (!trees.empty()) return the_only_one(trees, folder == "/" ? "" : folder, spec, places);
  throw Error({spec, 0},
              "this folder holds no kernel headers: expected a Makefile with .config or "
              "include/generated beside it, a build link, or usr/src/linux-headers-* below it",
              "give the folder that /lib/modules/RELEASE/build leads to");
}

Tree tree_of_packages(const std::string& spec, const Places& places) {
  std::vector<std::string> files;
  for (std::string_view file : split(spec, ','))
    if (!file.empty()) files.emplace_back(file);
  const std::vector<StoredKernel> kernels = add_packages(places.store, files);
  std::vector<std::string> trees;
  for (const StoredKernel& kernel : kernels) {
    mark_used(kernel);
    trees.push_back(kernel.headers);
  }
  return the_only_one(trees, kernels.at(0).root, spec, places);
}

std::optional<Tree> installed_tree(const std::string& release, const Places& places) {
  for (const char* modules : {"/lib/modules/", "/usr/lib/modules/"})
    if (const auto headers = headers_at(places.system + modules + release); !headers.empty())
      return tree_at(headers, places.system, places);
  const std::string debian = places.system + "/usr/src/linux-headers-" + release;
  if (is_header_tree(debian)) return tree_at(real_path(debian), places.system, places);
  return std::nullopt;
}

std::optional<Tree> stored_tree(const std::string& release, const Places& places) {
  for (const StoredKernel& kernel : list(places.store))
    if (release.empty() || kernel.release == release) {
      mark_used(kernel);
      return tree_at(kernel.headers, kernel.root, places);
    }
  return std::nullopt;
}

Tree tree_of_words(const std::string& spec, const Places& places) {
  const KernelWords words = parse_kernel_words(spec);
  const std::vector<StoredKernel> kernels = stored_by_words(places.store, words);
  if (kernels.empty())
    throw Error("no kernel " + spec + " is in the store; known kernels:" + known_releases(places),
                "download it with: kbx kernels fetch " + spec);
  mark_used(kernels.front());
  return tree_at(kernels.front().headers, kernels.front().root, places);
}

Tree default_tree(const Places& places) {
  if (auto tree = installed_tree(places.running, places)) return *tree;
  const std::vector<std::string> installed = header_trees_below(places.system);
  if (!installed.empty()) return tree_at(installed[0], places.system, places);
  if (auto tree = stored_tree("", places)) return *tree;
  throw Error("no kernel headers are installed (the running kernel is " + places.running +
                  ") and none are in the store " + places.store,
              install_hint(places.running));
}

bool names_packages(const std::string& spec) {
  return std::ranges::any_of(split(spec, ','), is_package_name);
}

}  // namespace

Places places_of(const Environment& environment) {
  utsname names{};
  ::uname(&names);
  const std::string cache = cache_folder(environment);
  return {"", join_path(cache, "kernels"), join_path(cache, "overlays"), names.release};
}

Tree find_tree(const std::string& spec, const Environment& environment) {
  return find_tree(spec, places_of(environment));
}

Tree find_tree(const std::string& spec, const Places& places) {
  if (spec.empty()) return default_tree(places);
  if (is_kernel_words(spec)) return tree_of_words(spec, places);
  if (names_packages(spec)) return tree_of_packages(spec, places);
  if (spec.find('/') == std::string::npos) {
    if (auto tree = installed_tree(spec, places)) return *tree;
    if (auto tree = stored_tree(spec, places)) return *tree;
  }
  if (is_folder(spec)) return tree_of_folder(spec, places);
  // The build link of an unpacked root leads to the installed path; its folder knows better.
  const std::string folder = dir_name(spec);
  if (base_name(spec) == "build" && lexists(spec) && !headers_at(folder).empty())
    return tree_of_folder(folder, places);
  if (spec.find('/') != std::string::npos)
    throw Error({spec, 0}, "there is no such folder; expected kernel headers",
                "known kernels:" + known_releases(places));
  throw Error("no headers of kernel " + spec + " in /lib/modules/" + spec +
                  "/build, /usr/src/linux-headers-" + spec +
                  " or the store; known kernels:" + known_releases(places),
              install_hint(spec));
}

std::vector<KnownTree> known_trees(const Environment& environment) {
  return known_trees(places_of(environment));
}

std::vector<KnownTree> known_trees(const Places& places) {
  std::vector<KnownTree> result;
  for (const std::string& headers : header_trees_below(places.system))
    result.push_back({release_of(headers), headers, KnownTree::Where::installed, false, {}});
  for (const StoredKernel& kernel : list(places.store)) {
    const auto where = kernel.registered ? KnownTree::Where::registered : KnownTree::Where::store;
    result.push_back({kernel.release, kernel.headers, where, false, kernel});
  }
  for (KnownTree& known : result) known.running = known.release == places.running;
  return result;
}

}  // namespace kbx::kernel
