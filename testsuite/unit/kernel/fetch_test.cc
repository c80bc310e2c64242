#include "kbx/kernel/fetch.h"

#include "scratch.h"
#include "tiny_deb.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/base/text.h"

using namespace kbx;
using namespace kbx::kernel;

namespace {

/// An apt that serves an archive of three packages from a folder, and writes down how it was
/// called.
class Archive {
 public:
  Archive() {
    const std::string tree = "./usr/src/linux-headers-6.1-t/";
    add("linux-headers-6.1-t", "linux-headers-6.1-t-common (= 1), linux-kbuild-6.1, gcc-12",
        {{tree + "Makefile", "include /usr/src/linux-headers-6.1-t-common/Makefile\n"},
         {tree + ".config", ""},
         {tree + "include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1-t\"\n"}});
    add("linux-headers-6.1-t-common", "",
        {{"./usr/src/linux-headers-6.1-t-common/Makefile", "PATCHLEVEL = 1\n"}});
    add("linux-kbuild-6.1", "libc6", {{"./usr/lib/linux-kbuild-6.1/scripts/x", ""}});
    scratch.file("archive/linux-headers-amd64.show",
                 "Package: linux-headers-amd64\nDepends: linux-headers-6.1-t (= 1)\n\n");
    script("dpkg", "echo amd64");
    add("linux-headers-6.1.0-1-cloud-arm64", "linux-headers-6.1.0-1-common",
        {{"./usr/src/linux-headers-6.1.0-1-cloud-arm64/Makefile", "PATCHLEVEL = 1\n"},
         {"./usr/src/linux-headers-6.1.0-1-cloud-arm64/.config", "CONFIG_ARM64=y\n"}},
        "arm64");
    add("linux-headers-6.1.0-1-common", "", {{"./usr/src/common", ""}}, "all");
    script("apt-cache", "echo \"$@\" >> " + scratch.at("calls") +
                            "; case \" $* \" in *\" pkgnames \"*) ls " + scratch.at("archive") +
                            " | sed -n 's/[.]deb$//p'; exit;; esac; for w; do f=" +
                            scratch.at("archive") + "/$w.show; [ -f $f ] && cat $f; done; exit 0");
    script("apt-get",
           "echo \"$@\" >> " + scratch.at("calls") +
               "; case \" $* \" in *\" download \"*) for w; do f=" + scratch.at("archive") +
               "/$w.deb; [ -f $f ] && cp $f ./${w}_1_amd64.deb; done; true;; esac");
  }

  void add(const std::string& name, const std::string& depends,
           const std::vector<TinyEntry>& entries, const std::string& architecture = "amd64") const {
    const std::string control = "Package: " + name + "\nVersion: 1\nArchitecture: " + architecture +
                                "\nDepends: " + depends + "\n";
    scratch.file("archive/" + name + ".deb", tiny_deb(control, entries));
    scratch.file("archive/" + name + ".show", control + "\n");
  }
  void script(const std::string& name, const std::string& text) const {
    scratch.file("bin/" + name, "#!/bin/sh\n" + text + "\n", 0755);
  }
  Environment environment() const {
    return {{"PATH", scratch.at("bin") + ":/usr/bin:/bin"},
            {"XDG_CACHE_HOME", scratch.at("cache")}};
  }
  std::string refusal(const std::vector<std::string>& names) const {
    try {
      download_packages(names, environment(), scratch.at("store"));
    } catch (const Error& error) {
      return error.to_string();
    }
    return {};
  }

  Scratch scratch;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the newest headers are found, followed and added, in a state of our own") {
  const Archive archive;
  std::string said;
  const auto kernels = download_headers("", archive.environment(), archive.scratch.at("store"),
                                        [&](const std::string& text) { said += text + "\n"; });
  REQUIRE(kernels.size() == 1);
  CHECK(kernels[0].release == "6.1-t");
  CHECK(kernels[0].packages.size() == 3);
  CHECK(has(said, "downloading linux-headers-6.1-t linux-headers-6.1-t-common linux-kbuild-6.1\n"));
  const std::string calls = read_file(archive.scratch.at("calls"));
  for (std::string_view call : split_lines(calls))
    CHECK(has(std::string(call), "-oDir::State=" + archive.scratch.at("cache/kbx/apt")));
  CHECK_FALSE(exists(archive.scratch.at("cache/kbx/apt/downloads")));
}

TEST_CASE("a release or packages by name") {
  const Archive archive;
  const std::string store = archive.scratch.at("store");
  const auto by_release = download_headers("6.1-t", archive.environment(), store);
  const auto by_name = download_packages({"linux-headers-6.1-t"}, archive.environment(), store);
  CHECK(by_release.at(0).headers == by_name.at(0).headers);
  CHECK(list(store).size() == 1);
}

TEST_CASE("what a killed fetch left is not taken for a package") {
  const Archive archive;
  archive.scratch.file("cache/kbx/apt/downloads/linux-headers-0_1_amd64.deb", "half a");
  CHECK(download_headers("6.1-t", archive.environment(), archive.scratch.at("store")).size() == 1);
}

TEST_CASE("a package that cannot be had is named, with what apt said") {
  const Archive archive;
  CHECK(has(archive.refusal({"linux-headers-9"}), "archive has no linux-headers-9"));
  for (const char* name : {"-oDir=x", "", "a b", "../x", "Upper"})
    CHECK(has(archive.refusal({name}), "is not the name of a Debian package"));
  archive.script("apt-get", "echo 'E: no network' >&2; exit 100");
  CHECK(has(archive.refusal({"linux-headers-9"}), "apt-get update said:\n    E: no network"));
  CHECK(has(archive.refusal({"linux-headers-6.1-t"}), "could not download"));
  CHECK(list(archive.scratch.at("store")).empty());
}

TEST_CASE("without apt the other way is named") {
  const Archive archive;
  remove_file(archive.scratch.at("bin/apt-get"));
  Environment environment = archive.environment();
  environment["PATH"] = archive.scratch.at("bin");
  try {
    download_headers("", environment, archive.scratch.at("store"));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(has(error.to_string(), "apt-get is not here"));
    CHECK(has(error.to_string(), "kbx kernels add"));
  }
}

TEST_CASE("a kernel of another architecture and suite is fetched by words, and found by them") {
  const Archive archive;
  const std::string store = archive.scratch.at("store");
  const auto fetched =
      download_kernel(parse_kernel_words("debian:6.1-cloud:arm64"), archive.environment(), store);
  REQUIRE(fetched.size() == 1);
  CHECK(fetched[0].release == "6.1.0-1-cloud-arm64");
  CHECK(fetched[0].architecture() == "arm64");
  const std::string calls = read_file(archive.scratch.at("calls"));
  for (std::string_view call : split_lines(calls))
    CHECK(has(std::string(call), "-oAPT::Architecture=arm64 -oAPT::Architectures=arm64"));
  CHECK(stored_by_words(store, parse_kernel_words("debian:6.1-cloud:arm64")).size() == 1);
  CHECK(stored_by_words(store, parse_kernel_words("debian:6.1-cloud:amd64")).empty());
  CHECK(stored_by_words(store, parse_kernel_words("debian:trixie:arm64")).empty());
  note_suite(store, fetched[0], "trixie");
  note_suite(store, fetched[0], "trixie");
  CHECK(read_file(fetched[0].entry + "/suites") == "trixie\n");
  CHECK(find_tree("debian:6.1-cloud:arm64", Places{"", store, "", ""}).release ==
        "6.1.0-1-cloud-arm64");
}

TEST_CASE("words that mean nothing list what there is") {
  const Archive archive;
  try {
    download_kernel(parse_kernel_words("debian:9.9:arm64"), archive.environment(),
                    archive.scratch.at("store"));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(has(error.to_string(),
              "has no kernel debian:9.9:arm64; what there is:\n    "
              "debian:6.1-cloud:arm64  (6.1.0-1-cloud-arm64)"));
    CHECK(has(error.to_string(), "--suite trixie"));
  }
}

TEST_CASE("sources that are none are refused") {
  const Archive archive;
  PackageSource source;
  source.lines = {"http://deb.debian.org/debian trixie main"};
  const auto fetch = [&] {
    download_headers("6.1-t", archive.environment(), archive.scratch.at("store"), {}, source);
  };
  CHECK_THROWS_AS(fetch(), Error);
  source.lines = {"deb http://localhost/debian x main"};
  fetch();
  CHECK(has(read_file(archive.scratch.at("calls")), "-oDir::Etc::SourceParts=/dev/null"));
  source.suite = "x main\ndeb http://elsewhere/ y";
  CHECK_THROWS_AS(fetch(), Error);
}
