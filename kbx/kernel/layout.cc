#include "kbx/kernel/layout.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <set>

#include <sys/stat.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/symlink.h"
#include "kbx/base/text.h"

namespace kbx::kernel {
namespace {

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

/// Adds the real path of `folder` if it is a header tree. `folder` may be an absolute link that
/// means a place below `root`.
void add_tree(const std::string& folder, const std::string& root, std::set<std::string>& found) {
  std::string candidate = folder;
  if (const auto target = read_link(folder); target && is_absolute(*target))
    candidate = path_in_root(*target, root);
  if (is_header_tree(candidate)) found.insert(real_path(candidate));
}

void add_suse_trees(const std::string& folder, const std::string& root,
                    std::set<std::string>& found) {
  for (const std::string& arch : list_folder(folder))
    for (const std::string& flavour : list_folder(join_path(folder, arch)))
      add_tree(join_path(folder, arch + "/" + flavour), root, found);
}

/// The text between the first pair of double quotes on the line that defines `macro`.
std::string quoted_definition(const std::string& text, std::string_view macro) {
  for (std::string_view line : split_lines(text)) {
    const auto words = split_words(line);
    if (words.size() < 3 || words[0] != "#define" || words[1] != macro) continue;
    const size_t open = line.find('"');
    const size_t close = line.rfind('"');
    if (open != std::string_view::npos && close > open)
      return std::string(line.substr(open + 1, close - open - 1));
  }
  return {};
}

/// The Kconfig symbol that an architecture's own Kconfig sets. Those that are not the folder's name
/// in capitals are few.
std::string symbol_of_arch(const std::string& arch) {
  if (arch == "powerpc") return "CONFIG_PPC";
  if (arch == "sh") return "CONFIG_SUPERH";
  if (arch == "um") return "CONFIG_UML";
  std::string symbol = "CONFIG_";
  for (char c : arch) symbol += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return symbol;
}

std::vector<std::string> newest_first(const std::set<std::string>& found) {
  std::vector<std::string> trees(found.begin(), found.end());
  std::stable_sort(trees.begin(), trees.end(), [](const std::string& a, const std::string& b) {
    return compare_releases(release_of(a), release_of(b)) > 0;
  });
  return trees;
}

/// Adds the trees in `folder` and up to `depth` folders further down; none within another.
void add_nested(const std::string& folder, int depth, std::set<std::string>& found) {
  if (read_link(folder)) return;
  if (is_header_tree(folder)) {
    found.insert(real_path(folder));
  } else if (depth > 0) {
    for (const std::string& name : list_folder(folder))
      add_nested(join_path(folder, name), depth - 1, found);
  }
}

}  // namespace

bool lexists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

bool is_header_tree(const std::string& folder) {
  if (!lexists(join_path(folder, "Makefile"))) return false;
  for (const char* trace : {".config", ".kernelvariables", "include/config/auto.conf",
                            "include/generated/autoconf.h", "include/generated/utsrelease.h"})
    if (exists(join_path(folder, trace))) return true;
  return false;
}

std::vector<std::string> header_trees_below(const std::string& root) {
  std::set<std::string> found;
  const std::string sources = root + "/usr/src";
  for (const std::string& name : list_folder(sources)) {
    const std::string folder = join_path(sources, name);
    if (starts_with(name, "linux-headers-")) add_tree(folder, root, found);
    if (starts_with(name, "linux-") && name.ends_with("-obj")) add_suse_trees(folder, root, found);
  }
  for (const std::string& name : list_folder(sources + "/kernels"))
    add_tree(sources + "/kernels/" + name, root, found);
  for (const std::string& modules : {root + "/lib/modules", root + "/usr/lib/modules"})
    for (const std::string& name : list_folder(modules))
      add_tree(modules + "/" + name + "/build", root, found);
  return newest_first(found);
}

std::vector<std::string> header_trees_within(const std::string& root) {
  const std::vector<std::string> below = header_trees_below(root);
  std::set<std::string> found(below.begin(), below.end());
  const std::string sources = join_path(root, "usr/src");
  for (const std::string& name : list_folder(sources))
    if (starts_with(name, "linux") || name == "kernel")
      add_tree(join_path(sources, name), root, found);
  constexpr int deepest = 3;
  if (found.empty()) add_nested(root, deepest, found);
  return newest_first(found);
}

std::string root_of(const std::string& objtree) {
  size_t end = std::string::npos;
  for (std::string_view place : {"/usr/src/", "/usr/lib/modules/", "/lib/modules/"}) {
    const size_t at = objtree.rfind(place);
    if (at == std::string::npos) continue;
    const bool merged_usr =
        place == "/lib/modules/" && at >= 4 && objtree.substr(at - 4, 4) == "/usr";
    if (merged_usr) continue;
    if (end == std::string::npos || at > end) end = at;
  }
  return end == std::string::npos ? std::string() : objtree.substr(0, end);
}

std::string path_in_root(std::string_view installed, const std::string& root) {
  if (root.empty() || is_below(normal_path(installed), root)) return std::string(installed);
  std::string moved = root + std::string(installed);
  return lexists(moved) ? moved : std::string(installed);
}

std::string release_of(const std::string& objtree) {
  if (const auto header =
          read_file_if_present(join_path(objtree, "include/generated/utsrelease.h"))) {
    std::string release = quoted_definition(*header, "UTS_RELEASE");
    if (!release.empty()) return release;
  }
  if (const auto text = read_file_if_present(join_path(objtree, "include/config/kernel.release")))
    if (const auto words = split_words(*text); !words.empty()) return std::string(words[0]);
  constexpr std::string_view debian = "linux-headers-";
  const std::string name = base_name(objtree);
  return starts_with(name, debian) ? name.substr(debian.size()) : std::string();
}

std::string source_arch_of(const std::string& objtree) {
  const std::string folder = join_path(objtree, "arch");
  std::vector<std::string> all;
  std::vector<std::string> generated;
  for (const std::string& name : list_folder(folder)) {
    const std::string arch = join_path(folder, name);
    if (is_folder(join_path(arch, "include/generated"))) generated.push_back(name);
    if (is_folder(arch)) all.push_back(name);
  }
  if (generated.size() == 1) return generated[0];
  auto config = read_file_if_present(join_path(objtree, "include/config/auto.conf"));
  if (!config) config = read_file_if_present(join_path(objtree, ".config"));
  if (config)
    for (const std::string& name : all)
      if (("\n" + *config).find("\n" + symbol_of_arch(name) + "=y\n") != std::string::npos)
        return name;
  return all.size() == 1 ? all[0] : std::string();
}

int compare_releases(const std::string& a, const std::string& b) {
  return ::strverscmp(a.c_str(), b.c_str());
}

}  // namespace kbx::kernel
