#include "kbx/menu/lines.h"

#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"

using namespace kbx;

namespace {

/// A driver's folder with this Kconfig, below a kernel with PCI and modules.
struct Fixture {
  explicit Fixture(const std::string& kconfig) : folder(make_temporary_folder("/tmp", "menu-")) {
    write_file_atomically(join_path(folder, "Kconfig"), kconfig);
    kconfig::DriverKconfig from;
    from.folder = folder;
    from.kernel.name = "6.1";
    from.kernel.values = {{"CONFIG_MODULES", "y"}, {"CONFIG_PCI", "y"}, {"CONFIG_CRC", "m"}};
    from.shell = [](const std::string&) { return std::string(); };
    options = std::make_unique<kconfig::DriverOptions>(std::move(from));
  }
  ~Fixture() { remove_tree(folder); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  std::vector<menu::Line> root() { return menu::lines_of(*options, *options->model().root()); }

  std::string folder;
  std::unique_ptr<kconfig::DriverOptions> options;
};

}  // namespace

TEST_CASE("lines show values, pages, and what cannot be reached") {
  Fixture driver(
      "config A\n\ttristate \"First\"\n"
      "config B\n\tbool \"Second\"\n\tdepends on A\n"
      "config C\n\tint \"Third\"\n\tdefault 7\n\tdepends on NOT_THERE\n"
      "menuconfig D\n\tbool \"Fourth\"\n\tdefault y\n\tdepends on PCI\n"
      "config E\n\tbool \"Inside\"\n\tdepends on D\n");
  const auto lines = driver.root();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].text == "< > First");
  CHECK(lines[1].depth == 1);
  CHECK_FALSE(lines[1].reachable);
  CHECK_FALSE(lines[2].reachable);
  CHECK(lines[3].text == "[*] Fourth  --->");
  CHECK(lines[3].opens);
  const auto inside = menu::lines_of(*driver.options, *lines[3].entry);
  REQUIRE(inside.size() == 1);
  CHECK(inside[0].text == "[ ] Inside");
  CHECK(&menu::page_of(*driver.options, *inside[0].entry) == lines[3].entry);
}

TEST_CASE("a value turns through those that it may have") {
  Fixture driver(
      "config A\n\ttristate \"First\"\nconfig B\n\ttristate \"Second\"\n\tdepends on CRC\n");
  const auto lines = driver.root();
  for (const char* text : {"<M> First", "<*> First", "< > First"}) {
    CHECK(menu::turn(*driver.options, *lines[0].entry));
    CHECK(driver.root()[0].text == text);
  }
  for (const char* text : {"<M> Second", "< > Second"}) {
    CHECK(menu::turn(*driver.options, *lines[1].entry));
    CHECK(driver.root()[1].text == text);
  }
}

TEST_CASE("one member of a choice is taken") {
  Fixture driver(
      "choice\n\tprompt \"Which\"\nconfig ONE\n\tbool \"One\"\nconfig TWO\n\tbool "
      "\"Two\"\nendchoice\n");
  auto lines = driver.root();
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].text == "(X) One");
  CHECK(menu::turn(*driver.options, *lines[2].entry));
  lines = driver.root();
  CHECK(lines[1].text == "( ) One");
  CHECK(lines[2].text == "(X) Two");
}

TEST_CASE("reasons and search") {
  Fixture driver(
      "config A\n\tbool \"First\"\n\tdepends on NOT_THERE\nconfig BEE\n\tint \"Second\"\n\trange 1 "
      "9\n");
  const auto lines = driver.root();
  const std::string remark = menu::remark(*driver.options, *lines[0].entry);
  CHECK(remark ==
        "CONFIG_A: out of reach: depends on NOT_THERE [=n]; NOT_THERE is n: the kernel 6.1 "
        "lacks it");
  CHECK(menu::set(*driver.options, *lines[1].entry, "10").find("[1 9]") != std::string::npos);
  CHECK(menu::set(*driver.options, *lines[1].entry, "9").empty());
  CHECK(menu::search(*driver.options, "CONFIG_be").size() == 1);
  CHECK(menu::search(*driver.options, "FIRST").size() == 1);
  CHECK(menu::search(*driver.options, "third").empty());
}
