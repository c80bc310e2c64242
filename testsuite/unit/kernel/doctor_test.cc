#include "kbx/kernel/doctor.h"

#include <algorithm>

#include "scratch.h"
#include <doctest/doctest.h>

#include "kbx/base/text.h"

using namespace kbx;
using namespace kbx::kernel;

namespace {

using Severity = Finding::Severity;

/// A whole kernel tree and a compiler of its own; the tests take pieces away.
class Ward {
 public:
  Ward() {
    for (const char* name : {"include/generated/autoconf.h", "include/linux/module.h",
                             "arch/x86/Makefile", "scripts/Makefile.build"})
      scratch.file(tree_file(name), "");
    scratch.file(tree_file("include/generated/utsrelease.h"), "#define UTS_RELEASE \"6.1-t\"\n");
    scratch.file(tree_file("arch/x86/include/generated/asm/x.h"), "");
    scratch.file(tree_file("Makefile"), "PATCHLEVEL = 1\n");
    scratch.file(tree_file("Module.symvers"), "0x1\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n");
    for (const char* name :
         {"scripts/basic/fixdep", "scripts/mod/modpost", "scripts/genksyms/genksyms"})
      program(name);
    compiler("gcc-12", "12.2.0");
    set("CONFIG_X86=y\nCONFIG_MODVERSIONS=y\nCONFIG_CC_IS_GCC=y\nCONFIG_GCC_VERSION=120200\n"
        "CONFIG_CC_VERSION_TEXT=\"gcc-12 (Debian) 12.2.0\"\n");
  }

  static std::string tree_file(const std::string& name) { return "linux/" + name; }

  /// Puts a program of this machine, or of the machine with this ELF number, into the tree.
  void program(const std::string& name, int machine = -1) const {
    std::string content = read_file("/bin/true");
    if (machine >= 0) {
      content[18] = static_cast<char>(machine);
      content[19] = 0;
    }
    scratch.file(tree_file(name), content, 0755);
  }

  /// A compiler that refuses the flags in `refused`, a sh pattern.
  void compiler(const std::string& name, const std::string& version,
                const std::string& refused = "none", const std::string& target = "x86_64-linux-gnu",
                const std::string& text = "") const {
    scratch.file("bin/" + name,
                 "#!/bin/sh\ncase $1 in --version) echo '" +
                     (text.empty() ? name + " (Debian) " + version : text) +
                     "';; -dumpmachine) echo " + target + ";; -dumpfullversion) echo " + version +
                     ";; *) for f; do case $f in " + refused +
                     ") exit 1;; esac; done;; esac\nexit 0\n",
                 0755);
  }

  void set(const std::string& config) const {
    scratch.file(tree_file("include/config/auto.conf"), config);
  }
  void also(const std::string& config) const {
    set(read_file(scratch.at(tree_file("include/config/auto.conf"))) + config);
  }
  void remove(const std::string& name) const { remove_tree(scratch.at(tree_file(name))); }

  std::vector<Finding> examined(DoctorOptions options = {}) const {
    const Tree tree = find_tree(scratch.at("linux"), scratch.places());
    return examine(tree, {{"PATH", scratch.at("bin")}}, options);
  }

  /// The finding whose title holds `part`; fails the test if there is none.
  Finding finding(const std::string& part, const DoctorOptions& options = {}) const {
    const auto findings = examined(options);
    for (const Finding& found : findings)
      if (found.title.find(part) != std::string::npos) return found;
    FAIL_CHECK("no finding with \"", part, "\" in:\n", render(findings));
    return {};
  }

  Scratch scratch;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a healthy tree has nothing but good findings") {
  const Ward ward;
  const auto findings = ward.examined();
  CAPTURE(render(findings));
  CHECK(findings.size() == 4);
  for (const Finding& found : findings) CHECK(found.severity == Severity::good);
}

TEST_CASE("missing headers are listed with the package that has them") {
  const Ward ward;
  ward.remove("include/generated/autoconf.h");
  ward.remove("arch/x86/Makefile");
  const Finding found = ward.finding("missing: ");
  CHECK(found.severity == Severity::broken);
  CHECK(found.title == "missing: include/generated/autoconf.h, arch/x86/Makefile");
  CHECK(found.remedy == "linux-headers-6.1-t");
}

TEST_CASE("a tree of no known architecture lacks what would tell it") {
  const Ward ward;
  ward.remove("arch");
  const Finding found = ward.finding("missing: ");
  CHECK(found.title == "missing: arch/*/include/generated, arch/*/Makefile");
}

TEST_CASE("a damaged configuration is shown with its line") {
  const Ward ward;
  ward.also("garbage\n");
  CHECK(has(ward.finding("configuration cannot be read").detail, "auto.conf:6: found \"garbage\""));
}

TEST_CASE("Module.symvers that is missing or empty matters more with modversions") {
  const Ward ward;
  ward.remove("Module.symvers");
  CHECK(ward.finding("Module.symvers is missing").severity == Severity::broken);
  ward.scratch.file(Ward::tree_file("Module.symvers"), "");
  CHECK(ward.finding("Module.symvers is empty").severity == Severity::broken);
  ward.set("CONFIG_CC_IS_GCC=y\nCONFIG_CC_VERSION_TEXT=\"gcc-12 (Debian) 12.2.0\"\n");
  CHECK(ward.finding("Module.symvers is empty").severity == Severity::limits);
  CHECK(ward.finding("CONFIG_MODVERSIONS is off").severity == Severity::harmless);
}

TEST_CASE("an absent compiler is named with its package and what is here instead") {
  const Ward ward;
  ward.set(
      "CONFIG_CC_IS_GCC=y\nCONFIG_GCC_VERSION=100201\n"
      "CONFIG_CC_VERSION_TEXT=\"gcc-10 (Debian) 10.2.1\"\n");
  ward.compiler("gcc", "12.2.0");
  const Finding absent = ward.finding("gcc-10 is not here");
  CHECK(absent.severity == Severity::broken);
  CHECK(absent.remedy == "gcc-10");
  CHECK(has(absent.detail, "CC=gcc."));
  CHECK(ward.finding("another major version").severity == Severity::limits);
  CHECK(ward.finding("no-such-cc is not here", {"no-such-cc", "", ""}).severity ==
        Severity::broken);
}

TEST_CASE("the same compiler by its longer name only needs CC=") {
  const Ward ward;
  ward.compiler("gcc", "12.2.0");
  ward.also("CONFIG_CC_VERSION_TEXT=\"x86_64-linux-gnu-gcc-12 (Debian) 12.2.0\"\n");
  const Finding found = ward.finding("x86_64-linux-gnu-gcc-12 is not here");
  CHECK(found.severity == Severity::limits);
  CHECK(found.remedy == "gcc-12");
  CHECK(has(found.detail, "CC=gcc-12."));
  CHECK(ward.finding("the kernel's own: gcc-12").severity == Severity::good);
}

TEST_CASE("the wrong family and the wrong machine are broken") {
  const Ward ward;
  ward.compiler("clang", "", "none", "x86_64-pc-linux-gnu", "Debian clang version 14.0.6");
  CHECK(ward.finding("not of the family", {"clang", "", ""}).severity == Severity::broken);
  ward.compiler("arm-gcc", "12.2.0", "none", "arm-linux-gnueabihf");
  const Finding wrong = ward.finding("makes code for arm-linux-gnueabihf", {"arm-gcc", "", ""});
  CHECK(wrong.severity == Severity::broken);
}

TEST_CASE("a flag that the configuration forces and the compiler lacks is named") {
  const Ward ward;
  ward.also(
      "CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=y\nCONFIG_FUNCTION_ALIGNMENT=16\n"
      "CONFIG_CC_MS_EXTENSIONS=\"-fms-extensions\"\nCONFIG_SLS=y\n");
  ward.compiler("gcc-12", "12.2.0", "-fmin-function*|-fms*");
  const Finding found = ward.finding("does not know");
  CHECK(found.severity == Severity::broken);
  CHECK(found.title == "gcc-12 does not know -fmin-function-alignment=16 -fms-extensions");
}

TEST_CASE("gcc plugins need to be there, of this machine and of this very gcc") {
  const Ward ward;
  ward.also("CONFIG_GCC_PLUGINS=y\n");
  CHECK(ward.finding("plugins are missing").severity == Severity::broken);
  ward.program("scripts/gcc-plugins/latent.so");
  CHECK(ward.finding("plugins fit").severity == Severity::good);
  ward.compiler("gcc-12", "12.3.0");
  CHECK(ward.finding("plugins are for another version of gcc").severity == Severity::broken);
  ward.program("scripts/gcc-plugins/latent.so", 22);
  CHECK(ward.finding("plugins are for S/390").severity == Severity::broken);
}

TEST_CASE("programs of another machine or a newer glibc limit, those without a substitute break") {
  const Ward ward;
  ward.program("scripts/basic/fixdep", 22);
  ward.program("scripts/mod/modpost", 22);
  const Finding foreign = ward.finding("built for S/390");
  CHECK(foreign.severity == Severity::limits);
  CHECK(has(foreign.detail, "kbx build brings its own"));
  CHECK(has(foreign.title, "scripts/mod/modpost"));
  ward.also("CONFIG_OBJTOOL=y\n");
  CHECK(ward.finding("objtool: missing").severity == Severity::broken);
  ward.program("tools/objtool/objtool");
  const Finding old = ward.finding("tools/objtool/objtool: built for glibc 2.", {"", "", "2.0"});
  CHECK(old.severity == Severity::broken);
  CHECK(has(old.detail, "This machine has glibc 2.0."));
}

TEST_CASE("what a dispatcher starts counts, objtool's only for this architecture") {
  const Ward ward;
  ward.also("CONFIG_OBJTOOL=y\n");
  ward.program("tools/objtool/objtool");
  ward.program("tools/objtool/objtool.real-powerpc", 22);
  CHECK(ward.finding("programs of the tree run").severity == Severity::good);
  ward.program("tools/objtool/objtool.real-x86", 22);
  CHECK(ward.finding("objtool: built for S/390").severity == Severity::broken);
  ward.program("scripts/mod/modpost.real-lsb-64", 40);
  CHECK(ward.finding("scripts/mod/modpost: built for ARM").severity == Severity::limits);
  ward.scratch.file(Ward::tree_file("scripts/basic/fixdep"),
                    "\x7f"
                    "ELF",
                    0755);
  CHECK(ward.finding("fixdep: damaged").severity == Severity::limits);
}

TEST_CASE("a missing program names Debian's package of scripts") {
  const Scratch scratch;
  scratch.debian_tree("root", "6.1-t");
  const Tree tree = find_tree(scratch.at("root"), scratch.places());
  for (const Finding& found : examine(tree, {{"PATH", "/usr/bin:/bin"}}))
    if (has(found.title, "scripts/mod/modpost")) {
      CHECK(found.remedy == "linux-kbuild-6.1");
      CHECK(found.severity == Severity::broken);
      return;
    }
  FAIL("modpost was not missed");
}

TEST_CASE("BTF without vmlinux is harmless; pahole's age is told") {
  const Ward ward;
  ward.also("CONFIG_DEBUG_INFO_BTF_MODULES=y\nCONFIG_PAHOLE_VERSION=130\n");
  CHECK(ward.finding("the module will load").severity == Severity::harmless);
  ward.scratch.file(Ward::tree_file("vmlinux"), "");
  const Finding missing = ward.finding("pahole is not here", {"", "no-such-pahole", ""});
  CHECK(missing.severity == Severity::broken);
  CHECK(missing.remedy == "dwarves");
  ward.scratch.file("bin/pahole", "#!/bin/sh\necho v1.24\n", 0755);
  CHECK(ward.finding("pahole 1.24 is older than the kernel's, 1.30").severity == Severity::limits);
  ward.scratch.file("bin/pahole", "#!/bin/sh\necho v1.30\n", 0755);
  CHECK(ward.finding("BTF can be generated").severity == Severity::good);
  ward.program("tools/bpf/resolve_btfids/resolve_btfids", 22);
  const Finding foreign = ward.finding("BTF will not be generated");
  CHECK(foreign.severity == Severity::harmless);
  CHECK(has(foreign.detail, "resolve_btfids is built for S/390"));
}

TEST_CASE("a flag whose number is 0 is not passed, so no compiler lacks it") {
  const Ward ward;
  ward.also("CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=y\nCONFIG_FUNCTION_ALIGNMENT=0\n");
  ward.compiler("gcc-12", "12.2.0", "-fmin-function*");
  for (const Finding& found : ward.examined()) CHECK(found.severity == Severity::good);
}

TEST_CASE("what the configuration means is said") {
  const Ward ward;
  ward.also("CONFIG_MODULE_SIG=y\nCONFIG_RUST=y\nCONFIG_TRIM_UNUSED_KSYMS=y\n");
  CHECK(ward.finding("unsigned modules load").severity == Severity::harmless);
  CHECK(ward.finding("in Rust cannot").severity == Severity::limits);
  CHECK(ward.finding("exports were trimmed").severity == Severity::limits);
  ward.also("CONFIG_MODULE_SIG_FORCE=y\n");
  CHECK(ward.finding("only signed modules load").severity == Severity::limits);
}

TEST_CASE("findings are rendered worst first, wrapped, with the remedy") {
  const std::string text =
      render({{Severity::broken, "title", "a long " + std::string(80, 'x'), "p"},
              {Severity::good, "fine", "", ""}});
  CHECK(text == "broken    title\n          a long\n          " + std::string(80, 'x') +
                    "\n          install: p\ngood      fine\n");
  const Ward ward;
  ward.remove("Module.symvers");
  const auto findings = ward.examined();
  CHECK(std::is_sorted(findings.begin(), findings.end(),
                       [](const Finding& a, const Finding& b) { return a.severity < b.severity; }));
  const std::string rendered = render(findings);
  for (std::string_view line : split_lines(rendered)) CHECK(line.size() <= 88);
}
