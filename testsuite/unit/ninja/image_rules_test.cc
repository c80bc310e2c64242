#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/base/embedded.h"
#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kbuild/images.h"
#include "kbx/kbuild/planner.h"

using namespace kbx;
using kbuild::Action;
using kbuild::ActionKind;

namespace {

/// A folder of images beside the rules that make them.
class Folder {
 public:
  explicit Folder(const std::string& kbuild) {
    const auto rules = embedded::rules();
    const auto own = std::ranges::find(rules, std::string_view("images.mk"), &embedded::File::path);
    REQUIRE(own != rules.end());
    folder_.file("rules/images.mk", std::string(own->content));
    folder_.file("images/Kbuild", kbuild);
    for (const char* name : {"a.c", "b.c", "c.S", "blob.bin", "plain.lds", "made.lds.S"})
      file(name);
  }

  void file(const std::string& name) const { folder_.file("images/" + name, "\n"); }
  std::string at(const std::string& name) const { return folder_.at("images/" + name); }

  kbuild::Plan plan(const std::vector<std::string>& variables = {}, bool own_linker = true) const {
    kbuild::Request request;
    request.objtree = request.srctree = folder_.at("rules");
    request.source = request.folder = folder_.at("images");
    request.goals = {"images"};
    request.image_rules = folder_.at("rules/images.mk");
    request.variables = variables;
    request.own_linker = own_linker;
    request.shell = [](const makelang::ShellCall&) { return makelang::ShellResult{}; };
    return kbuild::make_plan(request);
  }

  std::string refusal(const std::vector<std::string>& variables = {}) const {
    try {
      plan(variables);
    } catch (const Error& error) {
      return replace_all(error.to_string(), folder_.at("images/"), "");
    }
    return "";
  }

 private:
  test::TemporaryFolder folder_;
};

const Action& maker(const kbuild::Plan& plan, const std::string& path) {
  const auto found = std::ranges::find_if(
      plan.actions, [&](const Action& action) { return action.outputs.front() == path; });
  REQUIRE_MESSAGE(found != plan.actions.end(), "nothing makes ", path);
  return *found;
}

/// The words of the command that makes a file, behind `first`.
std::string words_after(const kbuild::Plan& plan, const std::string& path,
                        const std::string& first) {
  std::string command;
  for (const std::string_view word : split_words(maker(plan, path).steps.front().text))
    command += (command.empty() ? "" : " ") + std::string(word);
  const size_t at = command.find(first);
  REQUIRE_MESSAGE(at != std::string::npos, command);
  return command.substr(at + first.size());
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kernel =
    "image-y := k.elf\nk.elf-y := a.o\nk.elf-$(F) += b.o\nk.elf-lds := plain.lds\n";

}  // namespace

TEST_CASE("a folder of images is told by its Kbuild file alone") {
  const test::TemporaryFolder folder;
  const auto declares = [&](const std::string& text) {
    folder.file("Kbuild", text);
    return kbuild::declares_images(folder.path());
  };
  CHECK(declares("image-y := k.elf\n"));
  CHECK(declares("  image-$(CONFIG_K) += k.elf\n"));
  CHECK(declares("image-y=k.elf"));
  CHECK_FALSE(declares("obj-m := image-y.o\n"));
  CHECK_FALSE(declares("# image-y := k.elf\n"));
  CHECK_FALSE(declares("image-y: k.elf\n"));
  CHECK_FALSE(declares("images-y := k.elf\n"));
  folder.file("Makefile", "image-y := k.elf\n");
  CHECK_FALSE(declares("obj-m := a.o\n"));
}

TEST_CASE("an image is linked of its objects, by its script, without .cmd files") {
  const Folder folder(kernel);
  const kbuild::Plan plan = folder.plan({"F=y"});
  REQUIRE(plan.images.size() == 1);
  CHECK(plan.images[0].name == "k.elf");
  CHECK(plan.images[0].path == folder.at("k.elf"));
  CHECK(plan.images[0].objects == std::vector{folder.at("a.o"), folder.at("b.o")});
  const Action& action = maker(plan, folder.at("k.elf"));
  CHECK(action.kind == ActionKind::image);
  CHECK(action.dot_cmd.empty());
  CHECK(action.depfile == folder.at(".k.elf.d"));
  CHECK(words_after(plan, folder.at("k.elf"), ".k.elf.d ") ==
        "-T " + folder.at("plain.lds") + " -o k.elf a.o b.o");
  CHECK(std::ranges::count(action.inputs, folder.at("plain.lds")) == 1);
}

TEST_CASE("an m part becomes an image against the symbols of its own") {
  const Folder folder(kernel);
  const kbuild::Plan plan = folder.plan({"F=m"});
  REQUIRE(plan.images.size() == 2);
  CHECK(plan.images[0].objects == std::vector{folder.at("a.o")});
  CHECK(words_after(plan, folder.at("b.elf"), ".b.elf.d ") == "--just-symbols=k.elf -o b.elf b.o");
  CHECK(std::ranges::count(maker(plan, folder.at("b.elf")).inputs, folder.at("k.elf")) == 1);
  CHECK(has(maker(plan, folder.at("b.o")).steps.front().text, " -DMODULE "));
  CHECK_FALSE(has(maker(plan, folder.at("a.o")).steps.front().text, "MODULE"));
}

TEST_CASE("an n part is left out, and what is in the image is no module") {
  const Folder off(kernel);
  CHECK(off.plan({"F=n"}).images.size() == 1);
  CHECK(off.plan({"F="}).images.size() == 1);
  const Folder both("image-y := k.elf\nk.elf-y := a.o b.o\nk.elf-m := b.o\n");
  CHECK(both.plan().images.size() == 1);
}

TEST_CASE("parts of several objects, blobs, formats, libraries and preprocessed scripts") {
  const Folder folder(
      "image-y := k.bin\nk.bin-y := part.o\npart-y := a.o\npart-objs := c.o\n"
      "k.bin-blobs := blob.bin\nk.bin-libs := -lgcc\nk.bin-format := binary\n"
      "k.bin-lds := made.lds.S\nldflags-y := -m elf_i386\nLDFLAGS_k.bin := -Map=k.map\n");
  const kbuild::Plan plan = folder.plan();
  const std::string command = maker(plan, folder.at("k.bin")).steps.front().text;
  CHECK(has(command, "-m elf_i386 -Map=k.map "));
  CHECK(words_after(plan, folder.at("k.bin"), ".k.bin.d ") ==
        "--oformat binary -T " + folder.at("made.lds") +
            " -o k.bin a.o c.o -b binary blob.bin -b default -lgcc");
  CHECK(maker(plan, folder.at("made.lds")).kind == ActionKind::script);
  CHECK(maker(plan, folder.at("c.o")).kind == ActionKind::assemble);
}

TEST_CASE("flags of a folder, of a file, and those that are taken away") {
  const Folder folder(
      "image-y := k.elf\nk.elf-y := a.o b.o\nccflags-y := -DALL -DNOT\nCFLAGS_a.o := -DONE\n"
      "CFLAGS_REMOVE_a.o := -DNOT -O2\n");
  const kbuild::Plan plan = folder.plan({"KCFLAGS=-DLAST"});
  const std::string a = maker(plan, folder.at("a.o")).steps.front().text;
  CHECK((has(a, " -DALL ") && has(a, " -DONE ") && has(a, " -DLAST ")));
  CHECK_FALSE((has(a, "-DNOT") || has(a, "-O2")));
  const std::string b = maker(plan, folder.at("b.o")).steps.front().text;
  CHECK((has(b, "-DNOT") && has(b, "-O2")));
  CHECK_FALSE(has(b, "-DONE"));
}

TEST_CASE("an image of what another one and a rule make") {
  const Folder folder(
      "image-y := k.elf disk.img\nk.elf-y := a.o\ndisk.img-blobs := k.elf table\n"
      "cmd_table = cp $< $@\n$(obj)/table: $(src)/blob.bin FORCE\n\t$(call if_changed,table)\n");
  const kbuild::Plan plan = folder.plan();
  REQUIRE(plan.images.size() == 2);
  CHECK(plan.images[1].name == "disk.img");
  const auto& inputs = maker(plan, folder.at("disk.img")).inputs;
  CHECK(inputs == std::vector{folder.at("k.elf"), folder.at("table")});
}

TEST_CASE("declarations that cannot be linked are refused with their place") {
  const auto refusal = [](const std::string& text) {
    return Folder("image-y := k.elf\n" + text).refusal();
  };
  CHECK(has(refusal(""), "Kbuild:1: k.elf has no objects"));
  CHECK(has(refusal("k.elf-y :=\n"), "Kbuild:2: k.elf has no objects"));
  const std::string a = "k.elf-y := a.o\n";
  CHECK(has(refusal(a + "k.elf-lds := none.lds\n"),
            "Kbuild:3: there is no linker script none.lds, nor none.lds.S"));
  CHECK(has(refusal(a + "k.elf-lds := none.lds.S\n"),
            "Kbuild:3: there is no linker script none.lds.S"));
  CHECK(has(refusal(a + "k.elf-lds := plain.lds made.lds\n"), "Kbuild:3: k.elf has more than one"));
  const std::string format = refusal(a + "k.elf-format := binry\n");
  CHECK(has(format, "Kbuild:3: the output format of k.elf is not known: binry"));
  CHECK(has(format, "did you mean binary?"));
  CHECK(has(refusal(a + "k.elf-format := elf64-x86_64\n"), "did you mean elf64-x86-64?"));
  CHECK(has(refusal(a + "k.elf-formt := binary\n"), "Kbuild:3: k.elf-formt says nothing of k.elf"));
  CHECK(
      has(refusal("k.elf-y := a.o blob.bin\n"), "Kbuild:2: blob.bin is listed among the objects"));
  CHECK(has(refusal(a + "k.elf-blobs := none\n"), "Kbuild:3: there is no none"));
  CHECK(
      has(refusal(a + "k.elf-symbols := none\n"), "Kbuild:3: k.elf is to be linked against none"));
  CHECK(has(refusal(a + "k.elf-symbols := k.elf\n"), "which is itself"));
  CHECK(has(refusal(a + "obj-m := b.o\n"), "Kbuild:3: obj-m is set in a folder that declares"));
  CHECK(has(refusal(a + "image-m := b.elf\n"), "Kbuild:3: an image is there (image-y) or not"));
  CHECK(has(refusal("k.elf-y := none.o\n"), "Kbuild:2: none.o is listed, but there is neither"));
  CHECK(has(refusal(a + "image-y += sub/k.elf\n"), "cannot have the name sub/k.elf"));
  CHECK(has(refusal(a + "image-y += k.o\n"), "cannot have the name k.o"));
  CHECK(has(refusal(a + "k.elf-m := b.o\nimage-y += b.elf\n"), "two images have the name b.elf"));
}

TEST_CASE("a link map lies beside its image") {
  const Folder folder("image-y := k.elf\nk.elf-y := a.o\nk.elf-map := k.map\n");
  const kbuild::Plan plan = folder.plan({"KLDFLAGS=--cref"});
  CHECK(plan.images[0].map == folder.at("k.map"));
  CHECK(words_after(plan, folder.at("k.elf"), ".k.elf.d ") == "-Map=k.map -o k.elf a.o");
  CHECK(has(maker(plan, folder.at("k.elf")).steps.front().text, " --cref "));
  const auto refusal = [](const std::string& text) {
    return Folder("image-y := k.elf b.elf\nk.elf-y := a.o\nb.elf-y := b.o\n" + text).refusal();
  };
  CHECK(has(refusal("k.elf-map := b.elf\n"), "Kbuild:4: b.elf is to be the link map of k.elf"));
  CHECK(has(refusal("k.elf-map := k\nb.elf-map := k\n"), "and is that of b.elf"));
  CHECK(has(refusal("k.elf-map := sub/k.map\n"), "Kbuild:4: the link map of k.elf cannot be"));
  CHECK(has(refusal("k.elf-map := blob.bin\n"), "Kbuild:4: blob.bin is a file of this folder"));
  CHECK(has(refusal("image-y += blob.bin\n"), "Kbuild:4: blob.bin is a file of this folder"));
}

TEST_CASE("variables that are misspelt and read by nothing are told") {
  const auto notes = [](const std::string& text) {
    const Folder folder("image-y := k.elf\nk.elf-y := a.o\nk.elf-lds := made.lds.S\n" + text);
    std::string told;
    for (const std::string& note : folder.plan().notes)
      told += replace_all(note, folder.at(""), "") + "\n";
    return told;
  };
  CHECK(notes("ccflag-y := -DX\nCFLAGS_b.o := -DX\nldflags-$(NONE) := -s\n") ==
        "Kbuild:4: nothing reads ccflag-y; did you mean ccflags-y?\n");
  CHECK(notes("LDFLAGS_k.efl := -s\nCPPFLAGS_mad.lds := -DX\n") ==
        "Kbuild:4: nothing reads LDFLAGS_k.efl; did you mean LDFLAGS_k.elf?\n"
        "Kbuild:5: nothing reads CPPFLAGS_mad.lds; did you mean CPPFLAGS_made.lds?\n");
  CHECK(notes("ldflag-y := -s\nldflags-y := $(ldflag-y)\nmine := 1\nCFLAGS_x.o := -DX\n").empty());
}

TEST_CASE("a script beside the source that it would be made of is not written over") {
  const Folder folder("image-y := k.elf\nk.elf-y := a.o\nk.elf-lds := made.lds.S\n");
  folder.file("made.lds");
  CHECK(has(folder.refusal(), "Kbuild:3: the linker script made.lds is here, and so is"));
}

TEST_CASE("another linker may know other formats") {
  const Folder folder("image-y := k.efi\nk.efi-y := a.o\nk.efi-format := pei-x86-64\n");
  CHECK(has(folder.refusal(), "the output format of k.efi is not known"));
  CHECK(folder.refusal({"LD=ld"}).empty());
  CHECK(folder.plan({}, false).images.size() == 1);
}
