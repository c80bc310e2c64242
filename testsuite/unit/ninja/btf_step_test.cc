#include "kbx/ninja/btf_step.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/base/file.h"

using namespace kbx;
using namespace kbx::ninja;

namespace {

/// A tree with a vmlinux, a resolve_btfids that runs here and a pahole that knows --old.
class BtfTree {
 public:
  BtfTree() {
    folder_.file("tree/vmlinux", "");
    resolve_btfids(read_file("/bin/true"));
    folder_.file("bin/pahole",
                 "#!/bin/sh\nfor f; do case $f in --old|--lang=*|--version) ;; *) echo \"pahole: "
                 "unrecognized option '$f'\" >&2; exit 64;; esac; done\n",
                 0755);
    tree_.objtree = tree_.srctree = folder_.at("tree");
  }

  void resolve_btfids(std::string content, char machine = 0) const {
    if (machine != 0) content[18] = machine;
    folder_.file("tree/tools/bpf/resolve_btfids/resolve_btfids", content, 0755);
  }
  void remove(const std::string& name) const { remove_tree(folder_.at(name)); }

  /// The step of a module as kbuild has it, once BTF was left out where it has to be.
  std::string step(const std::string& options) const {
    kbuild::Plan plan;
    plan.objtree = tree_.objtree;
    kbuild::Action action;
    action.kind = kbuild::ActionKind::module;
    action.target = "/m/kx.ko";
    kbuild::Step link;
    link.text = "ld -r";
    kbuild::Step btf;
    btf.text =
        "if [ ! -f vmlinux ]; then printf \"Skipping BTF generation for %s due to unavailability "
        "of vmlinux\\n\" /m/kx.ko 1>&2; else LLVM_OBJCOPY=\"objcopy\" pahole -J " +
        options + " --btf_base vmlinux /m/kx.ko; ./tools/bpf/resolve_btfids/resolve_btfids -b " +
        "vmlinux /m/kx.ko; fi;";
    whole_ = btf.text;
    action.steps = {link, btf};
    plan.actions = {action};
    leave_out_btf(plan, tree_, {{"PATH", folder_.at("bin")}});
    CHECK(plan.actions[0].steps[0].text == "ld -r");
    return plan.actions[0].steps[1].text;
  }
  bool keeps_step(const std::string& options) const { return step(options) == whole_; }

 private:
  test::TemporaryFolder folder_;
  kernel::Tree tree_;
  mutable std::string whole_;
};

}  // namespace

TEST_CASE("BTF is made where the tree's program runs and pahole knows the options") {
  const BtfTree tree;
  CHECK(tree.keeps_step("--old --lang=rust"));
}

TEST_CASE("BTF is left out where the tree's program is for another machine") {
  const BtfTree tree;
  tree.resolve_btfids(read_file("/bin/true"), 22);
  CHECK(tree.step("--old") ==
        "echo 'Skipping BTF generation for /m/kx.ko since the tree'\\''s resolve_btfids is built "
        "for S/390' 1>&2");
}

TEST_CASE("BTF is left out where pahole does not know an option of the tree") {
  const BtfTree tree;
  CHECK(tree.step("--old --new=a,b") ==
        "echo 'Skipping BTF generation for /m/kx.ko since the pahole here does not know --new, "
        "which the tree asks for' 1>&2");
}

TEST_CASE("what can be mended fails as with kbuild: no pahole, no program of the tree") {
  const BtfTree tree;
  tree.remove("bin/pahole");
  tree.remove("tree/tools");
  CHECK(tree.keeps_step("--new"));
}

TEST_CASE("without vmlinux the step says so by itself") {
  const BtfTree tree;
  tree.resolve_btfids(read_file("/bin/true"), 22);
  tree.remove("tree/vmlinux");
  CHECK(tree.keeps_step("--new"));
}

TEST_CASE("lines about BTF that is left out are told from others") {
  const auto why = [](std::string_view line) {
    const auto notice = read_btf_notice(line);
    return notice ? std::string(notice->module) + ": " + std::string(notice->reason) : "";
  };
  CHECK(why("Skipping BTF generation for a/kx.ko due to unavailability of vmlinux") ==
        "a/kx.ko: these headers come without vmlinux");
  CHECK(why("Skipping BTF generation for kx.ko since it rains") == "kx.ko: it rains");
  CHECK(why("Skipping BTF generation for kx.ko") == "");
  CHECK(why("Skipping BTF generation for kx.ko as always") == "");
  CHECK(why("BTF [M] kx.ko") == "");
}
