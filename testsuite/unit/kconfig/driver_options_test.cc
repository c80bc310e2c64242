#include "kbx/kconfig/driver_options.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/kconfig/reason.h"

using namespace kbx;
using namespace kbx::kconfig;

namespace {

DriverKconfig driver(const std::string& folder) {
  DriverKconfig from;
  from.folder = folder;
  from.kernel.name = "6.1";
  from.kernel.values = {{"CONFIG_MODULES", "y"}, {"CONFIG_CRC", "m"}};
  from.shell = [](const std::string&) { return std::string(); };
  return from;
}

}  // namespace

TEST_CASE("a symbol's selections are the lines about it, in their order") {
  test::TemporaryFolder folder;
  folder.file("Kconfig",
              "config A\n\tbool \"a\"\n\tselect C\n\timply B\n"
              "config B\n\tbool \"b\"\n\tselect C if A\n"
              "config C\n\tbool\n");
  const DriverOptions options(driver(folder.path()));
  const auto& lines = options.selections_of(*options.find("CONFIG_C"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]->menu->symbol == options.find("A"));
  CHECK(lines[1]->menu->symbol == options.find("B"));
  CHECK(options.selections_of(*options.find("B")).size() == 1);
  CHECK(options.selections_of(*options.find("A")).empty());
  CHECK(options.find("D") == nullptr);
}

TEST_CASE("each of many options is found by its name") {
  // With a search through all of them this would not end within minutes.
  constexpr int count = 200'000;
  test::TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < count; ++i) text += "config METER_" + std::to_string(i) + "\n\tbool\n";
  folder.file("Kconfig", text);
  const DriverOptions options(driver(folder.path()));
  REQUIRE(options.options().size() == count);
  int found = 0;
  for (const Symbol* option : options.options())
    if (options.find(option->name) == option) ++found;
  CHECK(found == count);
}

TEST_CASE("all modules: what depends, is selected, or lies in a choice") {
  test::TemporaryFolder folder;
  folder.file("Kconfig",
              "config A\n\ttristate \"a\"\n"
              "config B\n\tbool \"b\"\n\tdepends on A\n\tselect S\n"
              "config C\n\ttristate \"c\"\n\tdepends on NOT_THERE\n"
              "config D\n\ttristate \"d\"\n\tdepends on CRC\n"
              "config S\n\ttristate \"s\"\n"
              "choice\n\tprompt \"one\"\n"
              "config X\n\tbool \"x\"\nconfig Y\n\tbool \"y\"\nendchoice\n");
  DriverOptions options(driver(folder.path()));
  options.set_all_modules();
  std::string values;
  for (const Symbol* option : options.options()) {
    options.solver().value(*option);
    values += options.solver().text_of(*option);
  }
  CHECK(values == "mynmmyn");  // S: what selects it depends on an m
}

TEST_CASE("an option without a default begins with the kernel's value") {
  test::TemporaryFolder folder;
  folder.file("Kconfig",
              "config CRC\n\ttristate \"crc\"\n"
              "config BUILT_IN\n\ttristate \"built in\"\n"
              "config FLAG\n\tbool \"flag\"\n"
              "config OWN\n\ttristate \"own\"\n\tdefault n\n"
              "config HINDERED\n\tbool \"hindered\"\n\tdepends on ABSENT\n"
              "config NEW\n\ttristate \"new\"\n");
  DriverKconfig from = driver(folder.path());
  for (const char* name : {"BUILT_IN", "FLAG", "OWN", "HINDERED"})
    from.kernel.values.emplace("CONFIG_" + std::string(name), "y");
  DriverOptions options(std::move(from));
  const auto value = [&](std::string_view name) {
    const Symbol& symbol = *options.find(name);
    options.solver().value(symbol);
    return std::string(options.solver().text_of(symbol));
  };
  CHECK(value("CRC") == "m");
  CHECK(value("BUILT_IN") == "m");
  CHECK(value("FLAG") == "y");
  CHECK(value("OWN") == "n");
  CHECK(value("HINDERED") == "n");
  CHECK(value("NEW") == "n");
}

TEST_CASE(
    "the files that a Kconfig with a fault hangs on are those read and the one that is missing") {
  test::TemporaryFolder folder;
  folder.file("Kconfig", "source \"more\"\nsource \"absent\"\n");
  folder.file("more", "config A\n\tbool\n");
  std::vector<std::string> read;
  CHECK_THROWS_AS(DriverOptions(driver(folder.path()), &read), Error);
  const std::vector<std::string> expected = {folder.path() + "/Kconfig", folder.path() + "/more",
                                             folder.path() + "/absent"};
  CHECK(read == expected);
}
