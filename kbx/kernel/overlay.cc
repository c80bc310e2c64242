// Kernel header packages are made to be installed: Debian's objtree has a Makefile of one line that
// includes /usr/src/linux-headers-RELEASE-common/Makefile, and packages may link scripts, tools and
// build by absolute paths. Unpacked into some other folder, such a tree leads out of itself, to
// nothing or, worse, to another kernel's files.
//
// An overlay is a small folder that stands in for the objtree. Each entry of the objtree is an
// absolute link into it; links that name an installed path name the same path below the root
// instead, and so does the Makefile. kbuild enters the overlay as it would the installed folder:
// its working folder is the overlay, so ./include, ./arch and ./scripts are found through the links
// and $(srctree) is the folder whose Makefile is included. A source tree with absolute links of
// its own gets a stand-in beside it.
//
// The folder's name is a hash of all that it is made from, so an overlay is never changed: a tree
// that changed gets another one.

#include "kbx/kernel/overlay.h"

#include <cerrno>
#include <map>
#include <optional>

#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/layout.h"
#include "kbx/kernel/stand_in.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::kernel {
namespace {

/// True for a top Makefile that only leads to the full one.
bool is_stub(std::string_view makefile) {
  for (std::string_view line : split_lines(makefile))
    if (const auto words = split_words(line); !words.empty() && words[0] == "PATCHLEVEL")
      return false;
  return true;
}

/// `text` with each word that is an absolute path led through `lead`.
template <typename Lead>
std::string with_paths_led(std::string_view text, const Lead& lead) {
  constexpr std::string_view ends = " \t\n:;,\"'()";
  std::string result;
  size_t at = 0;
  bool at_start = true;
  while (at < text.size()) {
    if (text[at] == '/' && at_start) {
      const size_t end = std::min(text.find_first_of(ends, at), text.size());
      result += lead(text.substr(at, end - at));
      at = end;
      at_start = false;
    } else {
      at_start = ends.find(text[at]) != std::string_view::npos || text[at] == '=';
      result += text[at++];
    }
  }
  return result;
}

/// The Makefile that a line of a stub includes, or "".
std::string included_makefile(std::string_view line) {
  const auto words = split_words(line);
  const bool leads = words.size() == 2 && words[0] == "include" &&
                     base_name(words[1]) == "Makefile" &&
                     words[1].find('$') == std::string_view::npos;
  return leads ? std::string(words[1]) : std::string();
}

/// The folder of the Makefile that the stub comes to include when make reads it, or `objtree`.
std::string evaluated_source(const std::string& objtree) {
  const std::string stub = join_path(objtree, "Makefile");
  makelang::Setup setup;
  setup.environment = current_environment();
  setup.folder = objtree;
  makelang::Hooks hooks;
  hooks.print = [](makelang::Stream, std::string_view) {};
  hooks.hidden = [&](std::string_view path) { return path != stub; };
  makelang::Evaluation evaluation(setup, hooks);
  evaluation.read_makefile("Makefile", true);
  for (const makelang::MakefileUse& use : evaluation.observations().makefiles)
    if (const std::string path = normal_path(use.path);
        path != stub && base_name(path) == "Makefile")
      return dir_name(path);
  return objtree;
}

/// The folder whose Makefile the stub includes, or `objtree` if it includes none. Relative names
/// are seen from `objtree`.
std::string included_source(std::string_view stub, const std::string& objtree) {
  for (std::string_view line : split_lines(stub))
    if (const std::string makefile = included_makefile(line); !makefile.empty())
      return dir_name(absolute_path(makefile, objtree));
  return evaluated_source(objtree);
}

/// The stub with its source tree and every path that is found below the root led there.
/// `installed` is what the package calls the objtree.
std::string stub_led(std::string_view stub, const std::string& installed, const std::string& root,
                     const Relocated& to) {
  const auto lead = [&](std::string_view path) {
    return path == installed ? to.objtree : path_in_root(path, root);
  };
  std::string result;
  for (std::string_view line : split_lines(stub)) {
    const bool leads = !included_makefile(line).empty();
    result += leads ? "include " + join_path(to.srctree, "Makefile") : with_paths_led(line, lead);
    result += '\n';
  }
  return result;
}

[[noreturn]] void throw_no_source(const std::string& objtree, const std::string& root,
                                  const std::string& source) {
  const std::string where =
      root.empty() ? "on this machine" : "below " + root + " nor on this machine";
  throw Error(
      {join_path(objtree, "Makefile"), 1},
      "leads to " + source + "/Makefile, which is " + (root.empty() ? "not " : "neither ") + where,
      "the headers are incomplete: add the package " + base_name(source) +
          " to the same place, or put the source tree beside the folder, as " + base_name(source));
}

/// The source tree that a stub calls `named`: below the root or where it says, else a folder of
/// that name beside `objtree` or one further up. The latter is how output folders of kernels travel
/// that were built elsewhere, such as Android's (out/ made of modules_prepare_outdir.tar.gz, and
/// common/). Throws Error if there is none.
std::string source_of(const std::string& named, const std::string& objtree,
                      const std::string& root) {
  std::string source = path_in_root(named, root);
  if (source == objtree || exists(join_path(source, "Makefile"))) return source;
  constexpr int furthest = 2;
  std::string folder = objtree;
  for (int up = 0; up < furthest && folder != root && folder != "/"; ++up) {
    folder = dir_name(folder);
    std::string beside = join_path(folder, base_name(named));
    const auto makefile = read_file_if_present(join_path(beside, "Makefile"));
    if (beside != objtree && makefile && !is_stub(*makefile)) return beside;
  }
  throw_no_source(objtree, root, named);
}

}  // namespace

Relocated relocate(const std::string& objtree, const std::string& root, const std::string& release,
                   const std::string& overlays) {
  const std::string makefile_path = join_path(objtree, "Makefile");
  const auto makefile = read_file_if_present(makefile_path);
  const bool stub = makefile && is_stub(*makefile);
  const std::string named_source = stub ? included_source(*makefile, objtree) : objtree;
  const std::string source = stub ? source_of(named_source, objtree, root) : objtree;
  const bool is_beside = source != path_in_root(named_source, root);
  if (root.empty() && !is_beside) return {objtree, source, false};

  StandIn object_folder = links_of(objtree, root);
  StandIn source_folder = source != objtree ? links_of(source, root) : StandIn();
  const auto lead_inside = [&](std::string_view path) { return path_in_root(path, root); };
  const bool makefile_differs =
      is_beside || (stub && with_paths_led(*makefile, lead_inside) != *makefile);
  if (!object_folder.differs && !source_folder.differs && !makefile_differs)
    return {objtree, source, false};

  const std::string key = objtree + '\0' + source + '\0' + makefile.value_or("") + '\0' +
                          described(object_folder) + described(source_folder);
  const std::string folder = join_path(overlays, content_hash(key));
  Relocated result{join_path(folder, release.empty() ? "objtree" : release), source, true};
  if (source == objtree) result.srctree = result.objtree;
  std::map<std::string, StandIn> wanted;
  if (source_folder.differs) {
    result.srctree = join_path(folder, "source");
    wanted.emplace("source", source_folder);
  }
  if (stub) {
    object_folder.links.erase("Makefile");
    object_folder.makefile = stub_led(*makefile, objtree.substr(root.size()), root, result);
  }
  wanted.emplace(base_name(result.objtree), object_folder);
  ensure(folder, wanted);
  return result;
}

}  // namespace kbx::kernel
