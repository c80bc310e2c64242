#include "kbx/kernel/repair.h"

#include <algorithm>
#include <array>

#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/doctor.h"
#include "kbx/kernel/stand_in.h"

/// kbuild calls the programs of a tree by their paths from the build folder, so a folder that has
/// kbx in these places is all that plain make needs. Every folder on the way to one of them has to
/// be a folder of its own; everything else is a link. What a program was is kept beside it under
/// another name: from its text kbx learns what this tree expects of it.
namespace kbx::kernel {
namespace {

constexpr std::array<std::string_view, 5> replaceable = {
    "scripts/basic/fixdep", "scripts/mod/modpost", "scripts/genksyms/genksyms",
    "scripts/recordmcount", "scripts/sign-file"};

/// Programs that make calls when it builds external modules, and for which there is no substitute.
constexpr std::array<std::string_view, 4> irreplaceable = {
    "tools/objtool/objtool", "tools/bpf/resolve_btfids/resolve_btfids", "scripts/sorttable",
    "scripts/gendwarfksyms/gendwarfksyms"};

std::vector<BrokenProgram> broken_among(const Tree& tree, const auto& paths) {
  std::vector<BrokenProgram> broken;
  for (const std::string_view path : paths) {
    if (!exists(join_path(tree.objtree, path))) continue;
    const std::string obstacle = obstacle_to_running(tree, std::string(path));
    if (!obstacle.empty()) broken.push_back({std::string(path), obstacle});
  }
  return broken;
}

/// Gives the folder `name` of the stand-in, and those above it, an image of their own.
StandIn& unfold(std::map<std::string, StandIn>& folders, const std::string& top,
                const std::string& objtree, const std::string& name) {
  const std::string key = name == "." ? top : join_path(top, name);
  if (const auto found = folders.find(key); found != folders.end()) return found->second;
  if (name != ".") unfold(folders, top, objtree, dir_name(name)).links.erase(base_name(name));
  const std::string folder = name == "." ? objtree : real_path(join_path(objtree, name));
  return folders.emplace(key, links_of(folder, "")).first->second;
}

}  // namespace

Repaired repair(const Tree& tree, const std::string& kbx, const std::string& overlays, bool all) {
  Repaired repaired{tree.objtree, broken_among(tree, replaceable),
                    broken_among(tree, irreplaceable)};
  if (all)
    for (const std::string_view path : replaceable)
      if (std::ranges::none_of(
              repaired.replaced,
              [&](const BrokenProgram& program) { return program.path == path; }) &&
          exists(join_path(tree.objtree, path)))
        repaired.replaced.push_back({std::string(path), ""});
  if (repaired.replaced.empty()) return repaired;

  const std::string top = tree.release.empty() ? "objtree" : tree.release;
  std::map<std::string, StandIn> folders;
  for (const BrokenProgram& program : repaired.replaced) {
    StandIn& folder = unfold(folders, top, tree.objtree, dir_name(program.path));
    const std::string name = base_name(program.path);
    folder.links[name + ".original"] = folder.links[name];
    folder.links[name] = kbx;
  }
  std::string key = "repaired";
  for (const auto& [name, folder] : folders) key += '\0' + name + '\0' + described(folder);
  const auto makefile = read_file_if_present(join_path(tree.objtree, "Makefile"));
  const std::string place = join_path(overlays, content_hash(key + '\0' + makefile.value_or("")));
  repaired.objtree = join_path(place, top);
  if (makefile && makefile->find(tree.objtree) != std::string::npos) {
    // It names the build folder, which is another one now.
    StandIn& folder = unfold(folders, top, tree.objtree, ".");
    folder.links.erase("Makefile");
    folder.makefile = replace_all(*makefile, tree.objtree, repaired.objtree);
  }
  ensure(place, folders);
  return repaired;
}

}  // namespace kbx::kernel
