#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/store.h"

namespace kbx::kernel {

/// A kernel tree that can be built against. All paths are absolute.
struct Tree {
  std::string objtree;      // kbuild's working folder: what to give to make -C
  std::string srctree;      // where the full top Makefile is
  std::string release;      // what uname -r says there; "" if the tree does not tell
  std::string arch;         // SRCARCH, the name below arch/, e.g. "x86"; "" if unknown
  std::string root;         // the folder it was unpacked below; "" is this machine
  std::string headers;      // the folder it lies in; differs from objtree if redirected
  bool redirected = false;  // objtree is an overlay made by kbx (overlay.h)
};

/// Where kernel trees are looked for. Tests give their own.
struct Places {
  std::string system;    // root of the machine: "" or a folder
  std::string store;     // the kernel store (store.h)
  std::string overlays;  // where overlays are made
  std::string running;   // release of the running kernel
};

/// The places of a process with this environment: below its cache folder (kbx/base/cache.h) and
/// uname(2).
Places places_of(const Environment& environment);

/// Finds the kernel tree that a person means by `spec`:
///   ""             the running kernel's, else the newest installed, else the newest in the store
///   a release      /lib/modules/REL/build, else /usr/src/linux-headers-REL, else in the store
///   a folder       a header tree, /lib/modules/REL, or a root with exactly one header tree
///   debian:WHAT    the newest in the store that the words mean (kernel_words.h)
///   FILE.deb,...   these packages, added to the store first
/// Throws Error, with what to install, if there is none or if several fit.
Tree find_tree(const std::string& spec, const Environment& environment);
Tree find_tree(const std::string& spec, const Places& places);

/// A tree that can be named by its release.
struct KnownTree {
  enum class Where { installed, store, registered };
  std::string release;
  std::string folder;  // where its headers lie
  Where where = Where::installed;
  bool running = false;                // its release is the running kernel's
  std::optional<StoredKernel> stored;  // what the store says of it
};

/// Every tree that find_tree knows by release: installed, then those in the store; newest first.
std::vector<KnownTree> known_trees(const Environment& environment);
std::vector<KnownTree> known_trees(const Places& places);

}  // namespace kbx::kernel
