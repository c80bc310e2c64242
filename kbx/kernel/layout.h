#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a folder with prebuilt kernel headers looks like, and what can be read off it without
/// running anything. Nothing here writes.
namespace kbx::kernel {

/// True if something is there, be it a link that leads nowhere.
bool lexists(const std::string& path);

/// True if kbuild could take `folder` for a prebuilt tree: a Makefile and at least one of the files
/// that configuring a kernel leaves. A damaged tree counts too, so that it can be examined.
bool is_header_tree(const std::string& folder);

/// The header trees of the distributions' layouts below `root` ("" is this machine), real paths,
/// newest release first: usr/src/linux-headers-* (Debian, Ubuntu), usr/src/kernels/* (Fedora),
/// usr/src/linux-*-obj/*/* (SUSE), {,usr/}lib/modules/*/build (everyone).
std::vector<std::string> header_trees_below(const std::string& root);

/// The same of what was unpacked into `root` from an archive of any layout: usr/src/linux* and
/// usr/src/kernel too (Gentoo, Yocto), else the trees that lie up to three folders down
/// (output/build/linux-6.1 of Buildroot, a tree by itself).
std::vector<std::string> header_trees_within(const std::string& root);

/// The folder below which the tree was unpacked, as `dpkg -x` leaves it: what stands before the
/// last /usr/src/, /lib/modules/ or /usr/lib/modules/ of its path. "" if that is this machine's own
/// root, or if the tree lies in no such place.
std::string root_of(const std::string& objtree);

/// `installed`, an absolute path as the packages mean it, seen in a tree unpacked below `root`:
/// root/installed if there is such a thing, else `installed` itself.
std::string path_in_root(std::string_view installed, const std::string& root);

/// What `uname -r` will say: UTS_RELEASE of include/generated/utsrelease.h (which is what modules
/// are compiled with; Debian's kernel.release differs from it up to 6.1), else
/// include/config/kernel.release, else the folder's name, else "".
std::string release_of(const std::string& objtree);

/// SRCARCH, the name below arch/ that the tree was configured for: the one arch/*/include/generated
/// there is, else the one whose symbol is set in the configuration, else "".
std::string source_arch_of(const std::string& objtree);

/// Less than zero if release `a` is older than `b`, more than zero if newer; numbers compare as
/// numbers (strverscmp(3)).
int compare_releases(const std::string& a, const std::string& b);

}  // namespace kbx::kernel
