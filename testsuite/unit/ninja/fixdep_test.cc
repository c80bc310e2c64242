#include "kbx/ninja/fixdep.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/ninja/object_step.h"

using namespace kbx;
using namespace kbx::ninja;

// The expectations were written by the fixdep programs of Linux 5.10, 6.1, 6.12 and 7.3.

namespace {

FixdepDialect dialect_510() {
  return {"cmd_", true, false};
}
FixdepDialect dialect_61() {
  return {"cmd_", false, false};
}
FixdepDialect dialect_612() {
  return {"savedcmd_", false, true};
}

class Folder {
 public:
  Folder() : path_(make_temporary_folder("/tmp", "kbx-fixdep-test-")), before_(current_folder()) {
    REQUIRE(::chdir(path_.c_str()) == 0);
    write_file_atomically("a.c",
                          "CONFIG_FOO CONFIG_FOO CONFIG_BAR_MODULE xCONFIG_NO _CONFIG_NO2 "
                          "CONFIG_foo_Bar CONFIG_ CONFIG_9 -CONFIG_Z9_MODULE_MODULE "
                          "CONFIG__MODULE \"CONFIG_S\"\nCONFIG_END\n");
    write_file_atomically("h.h", "CONFIG_H1 CONFIG_FOO CONFIG_A_B_C\nCONFIG_TAIL");
    write_file_atomically("x.so", "CONFIG_SH");
    write_file_atomically("include/generated/autoconf.h", "CONFIG_AC");
    write_file_atomically("include/generated/autoksyms.h", "CONFIG_AK");
    write_file_atomically("empty.h", "");
  }
  ~Folder() {
    if (::chdir(before_.c_str()) == 0) remove_tree(path_);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string before_;
};

const char* const depfile =
    "a.o: a.c h.h ./h.h include/generated/autoconf.h \\\n"
    "  ./include/generated/autoconf.h include/generated/autoksyms.h \\\n x.so h.h empty.h\n";

}  // namespace

TEST_CASE("fixdep of Linux 5.10") {
  const Folder folder;
  CHECK(fixdep_text(depfile, "a.o", "gcc $$x", dialect_510(), true) ==
        "cmd_a.o := gcc $$x\n\nsource_a.o := a.c\n\ndeps_a.o := \\\n"
        "    $(wildcard include/config/foo.h) \\\n    $(wildcard include/config/bar.h) \\\n"
        "    $(wildcard include/config/foo/bar.h) \\\n    $(wildcard include/config/9.h) \\\n"
        "    $(wildcard include/config/z9/module.h) \\\n    $(wildcard include/config/s.h) \\\n"
        "    $(wildcard include/config/end.h) \\\n  h.h \\\n"
        "    $(wildcard include/config/h1.h) \\\n    $(wildcard include/config/a/b/c.h) \\\n"
        "    $(wildcard include/config/tail.h) \\\n  ./h.h \\\n  x.so \\\n"
        "    $(wildcard include/config/sh.h) \\\n  h.h \\\n  empty.h \\\n"
        "\na.o: $(deps_a.o)\n\n$(deps_a.o):\n");
}

TEST_CASE("fixdep of Linux 6.1 keeps the case of symbols") {
  const Folder folder;
  const auto text = fixdep_text(depfile, "a.o", "gcc", dialect_61(), true);
  REQUIRE(text);
  CHECK(text->find("    $(wildcard include/config/foo_Bar) \\\n") != std::string::npos);
  CHECK(text->find("autoksyms.h") == std::string::npos);
}

TEST_CASE("fixdep of Linux 6.12 lists a file once and leaves libraries unread") {
  const Folder folder;
  CHECK(fixdep_text(depfile, "a.o", "gcc", dialect_612(), true) ==
        "savedcmd_a.o := gcc\n\nsource_a.o := a.c\n\ndeps_a.o := \\\n"
        "    $(wildcard include/config/FOO) \\\n    $(wildcard include/config/BAR) \\\n"
        "    $(wildcard include/config/foo_Bar) \\\n    $(wildcard include/config/9) \\\n"
        "    $(wildcard include/config/Z9_MODULE) \\\n    $(wildcard include/config/S) \\\n"
        "    $(wildcard include/config/END) \\\n  h.h \\\n    $(wildcard include/config/H1) \\\n"
        "    $(wildcard include/config/A_B_C) \\\n    $(wildcard include/config/TAIL) \\\n"
        "  ./h.h \\\n  include/generated/autoksyms.h \\\n    $(wildcard include/config/AK) \\\n"
        "  x.so \\\n  empty.h \\\n\na.o: $(deps_a.o)\n\n$(deps_a.o):\n");
}

TEST_CASE("the light form reads no file") {
  CHECK(fixdep_text("a.o: a.c h.h", "a.o", "gcc", dialect_612(), false) ==
        "savedcmd_a.o := gcc\n\nsource_a.o := a.c\n\ndeps_a.o := \\\n  h.h \\\n\n"
        "a.o: $(deps_a.o)\n\n$(deps_a.o):\n");
}

TEST_CASE("fixdep refuses what is no dependency file, and names a file that is not there") {
  const Folder folder;
  for (const char* text : {"", "a.o:", "a.c h.h\n"})
    CHECK_FALSE(fixdep_text(text, "a.o", "c", dialect_612(), true));
  CHECK_THROWS_WITH_AS(fixdep_text("a.o: gone.h", "a.o", "c", dialect_612(), true),
                       "error opening file: gone.h: No such file or directory", Error);
}

TEST_CASE("the dialect is told by what lies in the tree") {
  const Folder folder;
  CHECK_FALSE(probe_fixdep(folder.path(), "cmd_").lower_case_config_headers);
  write_file_atomically("include/config/modules.h", "");
  CHECK(probe_fixdep(folder.path(), "cmd_").lower_case_config_headers);
  CHECK(probe_saved_command_prefix(folder.path()) == "savedcmd_");
  write_file_atomically("scripts/Kbuild.include", "cmd_and_savecmd = 'cmd_$@ := '");
  CHECK(probe_saved_command_prefix(folder.path()) == "cmd_");
}

TEST_CASE("a command is escaped as make-cmd does") {
  CHECK(escape_command("a $b #c 'd'") == "a $$b $(pound)c 'd'");
}

TEST_CASE("names in a .d file lose the quoting of the compiler and get that of Ninja") {
  const auto inputs = depfile_inputs("a.o: a.c \\\n  sp\\ ace.h ha\\#sh.h do$$lar.h c:x.h\n");
  CHECK(inputs == std::vector<std::string>{"a.c", "sp ace.h", "ha#sh.h", "do$lar.h", "c:x.h"});
  CHECK(depfile_text("/o o", {"/sp ace.h", "/ha#sh.h", "/do$lar.h"}) ==
        "/o\\ o: \\\n /sp\\ ace.h \\\n /ha\\#sh.h \\\n /do$$lar.h\n");
  CHECK(depfile_inputs("a.o:\\\n a.c\n\na.c:\n") == std::vector<std::string>{"a.c"});
  CHECK(depfile_inputs("").empty());
}

TEST_CASE("\"..\" behind a link leads where the system goes") {
  const Folder folder;
  make_folders("real/deep");
  write_file_atomically("real/x.h", "");
  REQUIRE(::symlink("real/deep", "link") == 0);
  CHECK(path_for_ninja("./h.h", folder.path()) == folder.path() + "/h.h");
  CHECK(path_for_ninja("real/deep/../x.h", folder.path()) == folder.path() + "/real/x.h");
  CHECK(path_for_ninja("link/../x.h", folder.path()) == folder.path() + "/real/x.h");
}
