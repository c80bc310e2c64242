#include "kbx/symbols/symvers_index.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/symbols/kernel_symbols.h"

using namespace kbx;
using namespace kbx::symbols;

namespace {

constexpr int rows = 4000;

std::string row(int number, const std::string& module = "drivers/char/some_module") {
  return "0x0000" + std::to_string(1000 + number) + "\tsymbol_" + std::to_string(number) + "\t" +
         module + "\tEXPORT_SYMBOL_GPL\tNAMES\n";
}

std::string list(const std::string& more = "") {
  std::string text;
  for (int i = 0; i < rows; ++i) text += row(i);
  return text + more;
}

struct Scene {
  test::TemporaryFolder folder;
  std::string path = join_path(folder.path(), "Module.symvers");
  std::string cache = join_path(folder.path(), "cache");

  explicit Scene(const std::string& text) { write_file_atomically(path, text); }
  std::optional<SymversIndex> open() const { return SymversIndex::open(path, cache); }
  std::string kept() const { return join_path(cache, list_folder(cache).at(0)); }
};

}  // namespace

TEST_CASE("rows are found by symbol, in the run that makes the index and in later ones") {
  const Scene scene(list());
  for (int run = 0; run < 2; ++run) {
    const auto index = scene.open();
    REQUIRE(index);
    CHECK(index->rows() == rows);
    CHECK(index->has_crcs());
    CHECK_FALSE(index->names_kernel());
    for (int i = 0; i < rows; ++i) {
      const auto found = index->find("symbol_" + std::to_string(i));
      REQUIRE(found);
      CHECK(found->symbol == "symbol_" + std::to_string(i));
      CHECK(found->module == "drivers/char/some_module");
      CHECK(found->license == "EXPORT_SYMBOL_GPL");
      CHECK(found->name_space == "NAMES");
    }
    for (const char* name : {"symbol", "symbol_", "symbol_4000", "", "drivers/char/some_module"})
      CHECK_FALSE(index->find(name));
  }
}

TEST_CASE("a list that changed has another index") {
  const Scene scene(list());
  REQUIRE(scene.open());
  write_file_atomically(scene.path, list(row(4000, "vmlinux")));
  const auto index = scene.open();
  REQUIRE(index);
  CHECK(index->find("symbol_4000"));
  CHECK(index->names_kernel());
}

TEST_CASE("a damaged index is made again") {
  const Scene scene(list());
  REQUIRE(scene.open());
  const std::string whole = read_file(scene.kept());
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{56}, std::size_t{60},
                                 whole.size() / 2, whole.size() - 1}) {
    write_file_atomically(scene.kept(), whole.substr(0, size));
    const auto index = scene.open();
    REQUIRE(index);
    CHECK(index->find("symbol_17"));
    CHECK(read_file(scene.kept()) == whole);
  }
  for (const std::size_t at : {std::size_t{0}, std::size_t{9}, std::size_t{33}, std::size_t{36},
                               std::size_t{50}, std::size_t{100}, whole.size() - 1}) {
    std::string other = whole;
    other[at] = static_cast<char>(other[at] ^ 0x41);
    write_file_atomically(scene.kept(), other);
    const auto index = scene.open();
    REQUIRE(index);
    CHECK(index->find("symbol_17"));
    CHECK(read_file(scene.kept()) == whole);
  }
}

TEST_CASE("a list that a reader has something to say about has no index") {
  for (const std::string& more :
       {row(3), std::string("0x1\tx\n"), std::string("0x1\tx\tvmlinux\tEXPORT_NOTHING\t\n"),
        std::string("x\ty\tvmlinux\tEXPORT_SYMBOL\t\n")}) {
    CAPTURE(more);
    CHECK_FALSE(Scene(list(more)).open());
  }
  CHECK_FALSE(Scene(row(1)).open());
  const Scene scene(list());
  CHECK_FALSE(SymversIndex::open(scene.path, ""));
  CHECK_FALSE(SymversIndex::open(scene.path + ".not", scene.cache));
}

TEST_CASE("a cache that cannot be written is no fault") {
  const Scene scene(list());
  write_file_atomically(scene.cache, "no folder");
  CHECK_FALSE(scene.open());
}

TEST_CASE("what is asked for is the same with and without an index") {
  const Scene scene(list(row(4000, "vmlinux")));
  const SymbolChoice wanted({"symbol_1", "symbol_4000", "other"});
  KernelSymbols by_index;
  KernelSymbols by_rows;
  CHECK(add_symvers_file(by_index, scene.path, wanted, scene.cache) == rows + 1);
  CHECK(add_symvers_file(by_rows, scene.path, wanted, "") == rows + 1);
  CHECK(list_folder(scene.cache).size() == 1);
  CHECK(by_index.exports == by_rows.exports);
  CHECK(by_index.exports.size() == 2);
  CHECK(by_index.has_crcs());
  CHECK(by_rows.has_crcs());
}
