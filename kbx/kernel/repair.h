#pragma once
#include <string>
#include <vector>

#include "kbx/kernel/tree.h"

namespace kbx::kernel {

/// A program of a kernel tree that cannot be executed on this machine, and why ("missing", "built
/// for S/390", …).
struct BrokenProgram {
  std::string path;  // below the build folder
  std::string obstacle;
};

struct Repaired {
  std::string objtree;                  // the folder to give to make -C
  std::vector<BrokenProgram> replaced;  // kbx stands in for these
  std::vector<BrokenProgram> left;      // nothing does for these: make stops where it calls them
};

/// Makes a tree whose programs were built for another machine usable for plain make here: a folder
/// of links to the tree, below `overlays`, in which scripts/basic/fixdep, scripts/mod/modpost,
/// scripts/genksyms/genksyms, scripts/recordmcount and scripts/sign-file are links to the program
/// `kbx`, which answers to their names. Only those that cannot run, or `all` of them. The tree
/// itself is only read, nothing is copied, and the folder stays the same as long as the tree does.
/// If there is nothing to replace, `objtree` is the tree's own. Throws Error if the folder cannot
/// be made.
Repaired repair(const Tree& tree, const std::string& kbx, const std::string& overlays, bool all);

}  // namespace kbx::kernel
