#pragma once
#include <string>
#include <vector>

#include "kbx/base/process.h"

namespace kbx::dkms {

/// A module that a dkms.conf says is built.
struct BuiltModule {
  std::string location;   // BUILT_MODULE_LOCATION: folder below the build folder, "" is that itself
  std::string name;       // BUILT_MODULE_NAME, without .ko
  std::string dest_name;  // DEST_MODULE_NAME; the name, if that is not given
  bool strip = true;      // STRIP
};

/// What dkms would have in its variables while it reads a dkms.conf (dkms(8), "DKMS.CONF").
struct Surroundings {
  std::string conf;               // the file, absolute
  std::string kernelver;          // the kernel's release
  std::string arch;               // as uname -m says it
  std::string kernel_source_dir;  // the kernel tree
  std::string dkms_tree;          // in the place of /var/lib/dkms
  std::string source_tree;        // in the place of /usr/src
};

/// A dkms.conf, as it comes out for one kernel.
struct Conf {
  std::string name;     // PACKAGE_NAME
  std::string version;  // PACKAGE_VERSION
  std::string make;     // the command that builds: MAKE[i] whose MAKE_MATCH[i] fits, or dkms's own
  std::string clean;    // CLEAN
  std::string pre_build;
  std::string post_build;
  std::vector<std::string> patches;  // PATCH[i] whose PATCH_MATCH[i] fits
  std::vector<BuiltModule> modules;
  std::string excluded;     // why BUILD_EXCLUSIVE_* leaves this kernel out; "" if it does not
  std::string obsolete_by;  // OBSOLETE_BY, where this kernel is such a one; else ""
};

/// Reads a dkms.conf. It is shell text, and so it is run, by bash, as dkms does. Throws Error if
/// that fails or something that has to be there is missing.
Conf read_conf(const Surroundings& surroundings, const Environment& environment);

/// The arguments of a bash that runs `command` with everything set that the dkms.conf sets, in the
/// current folder.
std::vector<std::string> command_in_conf(const Surroundings& surroundings,
                                         const std::string& command);

}  // namespace kbx::dkms
