#pragma once
#include <string>

namespace kbx::kernel {

/// A kernel tree as make can enter it.
struct Relocated {
  std::string objtree;      // the folder to give to make -C
  std::string srctree;      // where the full top Makefile is
  bool redirected = false;  // objtree is an overlay, not the folder the tree lies in
};

/// Makes a tree usable where it lies. `objtree` (absolute, real) was unpacked below `root` ("" if
/// it is where its package meant it to be); if its Makefile or its links name absolute paths that
/// are to be found below `root`, an overlay is made below the folder `overlays`, or the one made
/// earlier is taken. The tree itself is only read. Throws Error if the Makefile leads to a source
/// tree that is neither below `root` nor on this machine.
Relocated relocate(const std::string& objtree, const std::string& root, const std::string& release,
                   const std::string& overlays);

}  // namespace kbx::kernel
