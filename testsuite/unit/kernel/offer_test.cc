#include "kbx/kernel/offer.h"

#include "scratch.h"
#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"

using namespace kbx;
using namespace kbx::kernel;

namespace {

struct Scene {
  Scratch scratch;
  Tree tree;
  std::string cache;

  Scene() {
    tree.objtree = tree.srctree = join_path(scratch.path(), "tree");
    tree.headers = tree.objtree;
    tree.arch = "x86";
    cache = join_path(scratch.path(), "cache");
    put("include/config/auto.conf",
        "CONFIG_64BIT=y\nCONFIG_MODVERSIONS=y\nCONFIG_MODULE_DECOMPRESS=y\n"
        "CONFIG_MODULE_COMPRESS_XZ=y\n");
    put("include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1.0\"\n");
    put("include/linux/vermagic.h",
        "#include <generated/utsrelease.h>\n#ifdef CONFIG_SMP\n#define S \"SMP \"\n#else\n"
        "#define S \"\"\n#endif\n#define VERMAGIC_STRING UTS_RELEASE \" \" S\n");
  }
  void put(const std::string& name, const std::string& content) const {
    write_file_atomically(join_path(tree.objtree, name), content);
  }
  void expect_alike() const {
    const auto plain = symbols_of_tree(tree);
    for (int run = 0; run < 2; ++run) {
      const auto kept = symbols_of_tree(tree, {}, cache);
      CHECK(kept.machine == plain.machine);
      CHECK(kept.vermagic == plain.vermagic);
      CHECK(kept.options.modversions == plain.options.modversions);
      CHECK(kept.options.signatures == plain.options.signatures);
      CHECK(kept.options.decompresses == plain.options.decompresses);
      CHECK(kept.options.reads_extended_versions == plain.options.reads_extended_versions);
    }
  }
};

}  // namespace

TEST_CASE("what a tree says of its kernel is remembered as it was read") {
  const Scene scene;
  const auto plain = symbols_of_tree(scene.tree);
  CHECK(plain.vermagic == "6.1.0 ");
  REQUIRE(plain.machine);
  CHECK(plain.machine->is_64bit);
  CHECK(plain.options.modversions == true);
  CHECK(plain.options.decompresses == "xz");
  CHECK_FALSE(plain.options.reads_extended_versions);
  scene.expect_alike();
  CHECK(list_folder(scene.cache).size() == 1);
}

TEST_CASE("a file of the tree that changes, comes or goes counts at once") {
  const Scene scene;
  scene.expect_alike();
  scene.put("include/config/auto.conf", "CONFIG_64BIT=y\nCONFIG_SMP=y\n");
  scene.expect_alike();
  CHECK(symbols_of_tree(scene.tree, {}, scene.cache).vermagic == "6.1.0 SMP ");
  scene.put("include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1.10\"\n");
  scene.expect_alike();
  CHECK(symbols_of_tree(scene.tree, {}, scene.cache).vermagic == "6.1.10 SMP ");
  scene.put("scripts/Makefile.modpost", "EXTENDED_MODVERSIONS");
  scene.expect_alike();
  CHECK(symbols_of_tree(scene.tree, {}, scene.cache).options.reads_extended_versions == true);
  scene.put("arch/x86/include/generated/utsrelease.h", "#define UTS_RELEASE \"7\"\n");
  scene.expect_alike();
  CHECK(symbols_of_tree(scene.tree, {}, scene.cache).vermagic == "7 SMP ");
  remove_file(join_path(scene.tree.objtree, "include/config/auto.conf"));
  scene.expect_alike();
  scene.put(".config", "CONFIG_MODVERSIONS=y\n");
  scene.expect_alike();
  CHECK(symbols_of_tree(scene.tree, {}, scene.cache).options.modversions == true);
}

TEST_CASE("a damaged memory of a tree is none") {
  const Scene scene;
  scene.expect_alike();
  const std::string file = join_path(scene.cache, list_folder(scene.cache).at(0));
  const std::string whole = read_file(file);
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string other = whole;
    other[at] = static_cast<char>(other[at] ^ 0x10);
    write_file_atomically(file, other);
    scene.expect_alike();
    write_file_atomically(file, whole.substr(0, at));
    scene.expect_alike();
  }
}
