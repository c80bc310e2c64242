#include "kbx/kernel/store.h"

#include <future>

#include "scratch.h"
#include "tiny_deb.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/base/symlink.h"
#include "kbx/kernel/layout.h"

using namespace kbx;
using namespace kbx::kernel;

namespace {

const std::string control =
    "Package: linux-headers-6.1-t\nVersion: 6.1.1-1\nArchitecture: amd64\nDepends: "
    "linux-headers-6.1-t-common (= 6.1.1-1), linux-kbuild-6.1 (>= 6) | other,\n linux-compiler-x\n";
const std::string objtree = "./usr/src/linux-headers-6.1-t/";

std::vector<TinyEntry> header_entries() {
  return {{"./", "", AE_IFDIR},
          {"./usr/", "", AE_IFDIR},
          {objtree, "", AE_IFDIR},
          {objtree + "Makefile", "include /usr/src/linux-headers-6.1-t-common/Makefile\n"},
          {objtree + ".config", "CONFIG_X86=y\n"},
          {objtree + "include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1-t\"\n"},
          {objtree + "scripts", "/usr/lib/linux-kbuild-6.1/scripts", AE_IFLNK},
          {"./lib/modules/6.1-t/build", "/usr/src/linux-headers-6.1-t", AE_IFLNK}};
}

/// Writes the three packages of a kernel; returns their paths.
std::vector<std::string> write_set(const Scratch& scratch, int filter = ARCHIVE_FILTER_XZ) {
  scratch.file("h.deb", tiny_deb(control, header_entries(), filter));
  scratch.file("c.deb",
               tiny_deb("Package: linux-headers-6.1-t-common\nVersion: 6.1.1-1\n",
                        {{"./usr/src/linux-headers-6.1-t-common/Makefile", "PATCHLEVEL = 1\n"},
                         {"./usr/src/linux-headers-6.1-t-common/scripts",
                          "../../lib/linux-kbuild-6.1/scripts", AE_IFLNK}},
                        filter));
  scratch.file("k.deb",
               tiny_deb("Package: linux-kbuild-6.1\nVersion: 6.1.1-1\n",
                        {{"./usr/lib/linux-kbuild-6.1/scripts/Kbuild.include", "x"}}, filter));
  return {scratch.at("h.deb"), scratch.at("c.deb"), scratch.at("k.deb")};
}

std::string refusal(const Scratch& scratch, const std::vector<std::string>& files,
                    const UnpackLimits& limits = {}) {
  try {
    add_packages(scratch.at("store"), files, limits);
  } catch (const Error& error) {
    return error.to_string();
  }
  return {};
}

/// What the store says of a package that holds `entry` besides a header tree.
std::string refusal_of(const TinyEntry& entry, const UnpackLimits& limits = {}) {
  const Scratch scratch;
  std::vector<TinyEntry> entries = header_entries();
  entries.push_back(entry);
  scratch.file("x.deb", tiny_deb("Package: linux-headers-6.1-t\nVersion: 1\n", entries));
  const std::string message = refusal(scratch, {scratch.at("x.deb")}, limits);
  CHECK(list(scratch.at("store")).empty());
  CHECK(list_folder(scratch.at("store")) == std::vector<std::string>{".lock"});
  CHECK(message.find("x.deb: ") != std::string::npos);
  CHECK_FALSE(exists(scratch.at("outside")));
  return message;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("packages of one kernel share a root and become a kernel, whatever compresses them") {
  for (int filter :
       {ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_NONE}) {
    CAPTURE(filter);
    const Scratch scratch;
    const auto kernels = add_packages(scratch.at("store"), write_set(scratch, filter));
    REQUIRE(kernels.size() == 1);
    CHECK(kernels[0].release == "6.1-t");
    CHECK(kernels[0].packages.size() == 3);
    CHECK(kernels[0].packages[0].name == "linux-headers-6.1-t");
    CHECK(kernels[0].packages[0].version == "6.1.1-1");
    CHECK(kernels[0].architecture() == "amd64");
    CHECK(is_below(kernels[0].headers, kernels[0].root));
    CHECK(exists(kernels[0].root + "/usr/src/linux-headers-6.1-t-common/scripts/Kbuild.include"));
    CHECK(stamp_of(kernels[0].headers + "/Makefile")->modified_ns == 1'000'000'000'000'000'000);
    CHECK(list(scratch.at("store")).size() == 1);
    CHECK(find_tree("6.1-t", scratch.places()).headers == kernels[0].headers);
  }
}

TEST_CASE("absolute links are kept inside the root") {
  const Scratch scratch;
  const auto kernel = add_packages(scratch.at("store"), write_set(scratch)).at(0);
  CHECK(read_link(kernel.headers + "/scripts") == "../../lib/linux-kbuild-6.1/scripts");
  CHECK(read_link(kernel.root + "/lib/modules/6.1-t/build") ==
        "../../../usr/src/linux-headers-6.1-t");
}

TEST_CASE("adding again finds what is there, in any order; two at once both succeed") {
  const Scratch scratch;
  auto files = write_set(scratch);
  auto other = std::async(std::launch::async,
                          [&] { return add_packages(scratch.at("store"), files).at(0).headers; });
  const std::string second = add_packages(scratch.at("store"), files).at(0).headers;
  const std::string first = other.get();
  std::swap(files[0], files[2]);
  CHECK(first == second);
  CHECK(add_packages(scratch.at("store"), files).at(0).headers == first);
  CHECK(list(scratch.at("store")).size() == 1);
}

TEST_CASE("what a killed run left is not listed and goes with the next addition") {
  const Scratch scratch;
  scratch.debian_tree("store/.aside-killed/root", "6.1.0-1-half");
  CHECK(list(scratch.at("store")).empty());
  add_packages(scratch.at("store"), write_set(scratch));
  CHECK_FALSE(exists(scratch.at("store/.aside-killed")));
}

TEST_CASE("a spec of several packages adds and finds") {
  const Scratch scratch;
  const auto files = write_set(scratch);
  const Tree tree = find_tree(files[0] + "," + files[1] + "," + files[2], scratch.places());
  CHECK(tree.release == "6.1-t");
  CHECK(tree.redirected);
}

TEST_CASE("a missing part is named") {
  const Scratch scratch;
  const auto files = write_set(scratch);
  const std::string message = refusal(scratch, {files[0], files[1]});
  CHECK(has(message, "h.deb: linux-headers-6.1-t needs linux-kbuild-6.1"));
  CHECK(has(message, "apt-get download linux-kbuild-6.1"));
  CHECK(has(refusal(scratch, {files[2]}), "k.deb: holds no kernel headers"));
  CHECK(has(refusal(scratch, {scratch.at("none.deb")}), "none.deb: there is no such file"));
  CHECK(has(refusal(scratch, {}), "no package files"));
}

TEST_CASE("two versions of a package are refused, the same one twice is not") {
  const Scratch scratch;
  auto files = write_set(scratch);
  files.push_back(files[0]);
  CHECK(refusal(scratch, files).empty());
  scratch.file("h2.deb", tiny_deb(control, {}));
  files.push_back(scratch.at("h2.deb"));
  CHECK(has(refusal(scratch, files), "another version of linux-headers-6.1-t"));
}

TEST_CASE("a file cut off anywhere is refused by name and leaves nothing") {
  const Scratch scratch;
  for (int filter : {ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_NONE}) {
    const std::string whole = tiny_deb("Package: linux-headers-6.1-t\n", header_entries(), filter);
    for (size_t size = 0; size + 1 < whole.size(); size += 1 + whole.size() / 60) {
      CAPTURE(size);
      scratch.file("cut.deb", whole.substr(0, size));
      const std::string message = refusal(scratch, {scratch.at("cut.deb")});
      CHECK(has(message, "cut.deb: not a whole Debian package: "));
      CHECK(has(message, "download the file again"));
    }
  }
  CHECK(list(scratch.at("store")).empty());
}

TEST_CASE("a changed byte of compressed content is noticed") {
  const Scratch scratch;
  std::string whole = tiny_deb("Package: linux-headers-6.1-t\n", header_entries());
  whole[whole.size() - whole.size() / 4] ^= 0x20;
  scratch.file("x.deb", whole);
  CHECK(has(refusal(scratch, {scratch.at("x.deb")}), "x.deb: not a whole Debian package"));
}

TEST_CASE("hostile entries are refused") {
  CHECK(has(refusal_of({"../outside", "x"}), "a path that climbs"));
  CHECK(has(refusal_of({"./usr/../../outside", "x"}), "a path that climbs"));
  CHECK(has(refusal_of({"/tmp/outside", "x"}), "an absolute path"));
  CHECK(has(refusal_of({"./out", "../../etc/passwd", AE_IFLNK}), "a link out of the package"));
  CHECK(has(refusal_of({"./usr/out", "x/../../../etc", AE_IFLNK}), "a link out of the package"));
  CHECK(has(refusal_of({"./dev/null", "", AE_IFCHR}), "a device"));
  CHECK(has(refusal_of({"./pipe", "", AE_IFIFO}), "a device, pipe"));
  CHECK(has(refusal_of({"./hard", "../outside", AE_IFREG, true}), "a path that climbs"));
  CHECK(has(refusal_of({"./" + std::string(300, 'n'), "x"}), "more than 255"));
  CHECK(has(refusal_of({"./big", std::string(5000, 'x')}, {4000, 100}), "more than 4000 bytes"));
  CHECK(has(refusal_of({"./one-more", ""}, {4000, 5}), "more than 5 entries"));
}

TEST_CASE("nothing is written through a link") {
  const Scratch scratch;
  make_folders(scratch.at("outside"));
  std::vector<TinyEntry> entries = header_entries();
  entries.push_back({"./way", scratch.at("outside"), AE_IFLNK});
  entries.push_back({"./way/file", "x"});
  scratch.file("x.deb", tiny_deb("Package: linux-headers-6.1-t\n", entries));
  CHECK(has(refusal(scratch, {scratch.at("x.deb")}), "where way is not a folder"));
  CHECK(list_folder(scratch.at("outside")).empty());
}

TEST_CASE("no chain of links leads out of the root") {
  const Scratch scratch;
  std::vector<TinyEntry> entries = header_entries();
  entries.push_back({"./here", ".", AE_IFLNK});
  entries.push_back({"./usr/out", "../here/../packages.json", AE_IFLNK});
  entries.push_back({"./absolute", "/../../etc/passwd", AE_IFLNK});
  scratch.file("x.deb", tiny_deb("Package: linux-headers-6.1-t\n", entries));
  const auto kernel = add_packages(scratch.at("store"), {scratch.at("x.deb")}).at(0);
  CHECK(read_link(kernel.root + "/usr/out") == "../packages.json");
  CHECK(read_link(kernel.root + "/absolute") == "etc/passwd");
  CHECK_FALSE(exists(kernel.root + "/usr/out"));
}

TEST_CASE("a registered folder is listed until it is gone") {
  const Scratch scratch;
  scratch.debian_tree("root", "6.1.0-1-test");
  CHECK(add_folder(scratch.at("store"), scratch.at("root")).size() == 1);
  add_folder(scratch.at("store"), scratch.at("root/"));
  const auto kernels = list(scratch.at("store"));
  REQUIRE(kernels.size() == 1);
  CHECK(kernels[0].registered);
  CHECK(find_tree("6.1.0-1-test", scratch.places()).redirected);
  remove_tree(scratch.at("root"));
  CHECK(list(scratch.at("store")).empty());
  CHECK_THROWS_AS(add_folder(scratch.at("store"), scratch.at("root")), Error);
}
