#pragma once
#include <filesystem>
#include <string>

#include "testsuite/unit/temporary_folder.h"

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/kernel/tree.h"

/// A folder of its own for one test case, with what kernel trees need.
class Scratch {
 public:
  const std::string& path() const { return folder_.path(); }
  std::string at(const std::string& name) const { return folder_.at(name); }

  void file(const std::string& name, const std::string& content, unsigned mode = 0644) const {
    folder_.file(name, content, mode);
  }
  void link(const std::string& target, const std::string& name) const {
    kbx::make_folders(kbx::dir_name(at(name)));
    std::filesystem::create_symlink(target, at(name));
  }

  /// Places whose machine, store and overlays are folders here.
  kbx::kernel::Places places() const {
    return {at("machine"), at("store"), at("overlays"), "6.9.9-running"};
  }

  /// Debian's layout below `root`: an objtree of one Makefile line, -common, and linux-kbuild with
  /// links as the packages have them.
  void debian_tree(const std::string& root, const std::string& release) const {
    const std::string prefix = root.empty() ? "" : root + "/";
    const std::string objtree = prefix + "usr/src/linux-headers-" + release;
    const std::string common = prefix + "usr/src/linux-headers-" + release + "-common";
    file(objtree + "/Makefile", "include /usr/src/linux-headers-" + release + "-common/Makefile\n");
    file(objtree + "/.config", "CONFIG_X86=y\n");
    file(objtree + "/include/config/auto.conf", "CONFIG_X86=y\n");
    file(objtree + "/include/generated/autoconf.h", "#define CONFIG_X86 1\n");
    file(objtree + "/include/generated/utsrelease.h", "#define UTS_RELEASE \"" + release + "\"\n");
    file(objtree + "/arch/x86/include/generated/asm/x.h", "");
    link("/usr/lib/linux-kbuild-6.1/scripts", objtree + "/scripts");
    file(common + "/Makefile",
         "VERSION = 6\nPATCHLEVEL = 1\nall: ; @echo $(CURDIR) $(abspath $(dir $(lastword "
         "$(MAKEFILE_LIST)))) $$(cat scripts/name)\n");
    link("../../lib/linux-kbuild-6.1/scripts", common + "/scripts");
    file(prefix + "usr/lib/linux-kbuild-6.1/scripts/name", release + "\n");
    if (!lexists_here(prefix + "lib/modules/" + release + "/build"))
      link("/usr/src/linux-headers-" + release, prefix + "lib/modules/" + release + "/build");
  }

 private:
  bool lexists_here(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(at(name)));
  }

  kbx::test::TemporaryFolder folder_;
};
