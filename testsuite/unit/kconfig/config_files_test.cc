#include "testsuite/unit/kconfig/given.h"
#include <doctest/doctest.h>

#include "kbx/kconfig/read_config.h"
#include "kbx/kconfig/solver.h"
#include "kbx/kconfig/write_config.h"

using namespace kbx;
using namespace kbx::kconfig;
using kbx::test::Given;

namespace {

constexpr const char* two = "config A\n\tbool \"a\"\nconfig S\n\tstring \"s\"\n";

/// The .config that a text becomes, behind its heading.
std::string rewritten(const std::string& text, std::string& messages) {
  Given given(two);
  Solver solver(given.model, given.told.console());
  const Environment none;
  ConfigReader reader(solver, none, given.told.console(), [](const std::string&) {});
  const std::string file = given.folder.file("config", text);
  CHECK(reader.read(file));
  ChangedInput changed(solver, none);
  const std::string written = config_text(solver, none, changed);
  messages = given.told.text();
  for (std::size_t at = 0; (at = messages.find(file)) != std::string::npos;)
    messages.replace(at, file.size(), ".config");
  return written.substr(written.find("# Main menu\n#\n") + 14);
}

}  // namespace

TEST_CASE("what is written reads as it was") {
  std::string messages;
  const std::string text = "CONFIG_A=y\nCONFIG_S=\"a \\\"b\\\" \\\\\"\n";
  CHECK(rewritten(text, messages) == text);
  CHECK(messages.empty());
}

TEST_CASE("what is wrong in a configuration is told with its line and passed over") {
  std::string messages;
  CHECK(rewritten("junk\r\nCONFIG_A=maybe\nCONFIG_A=y\r\nCONFIG_A=y\nCONFIG_S=\"open\n",
                  messages) == "CONFIG_A=y\nCONFIG_S=\"\"\n");
  CHECK(messages ==
        ".config:1:warning: unexpected data: junk\n"
        ".config:2:warning: symbol value 'maybe' invalid for A\n"
        ".config:4:warning: override: reassigning to symbol A\n"
        ".config:5:warning: invalid string found\n");
}

TEST_CASE("a new configuration takes the place of the old one, which keeps another name") {
  Given given(two);
  Solver solver(given.model, given.told.console());
  const std::string file = given.folder.file("config", "before");
  const Environment environment = {{"KCONFIG_CONFIG", file}};
  std::string notices;
  const Notice notice = [&notices](const std::string& text) { notices += text + "\n"; };
  CHECK(write_config(solver, environment, given.told.console(), notice));
  CHECK(read_file(file + ".old") == "before");
  CHECK(read_file(file).ends_with("# CONFIG_A is not set\nCONFIG_S=\"\"\n"));
  CHECK(write_config(solver, environment, given.told.console(), notice));
  CHECK(notices == "configuration written to " + file + "\nNo change to " + file + "\n");
  CHECK(read_file(file + ".old") == "before");
}

TEST_CASE("where nothing can be written that is told, and what is there stays") {
  Given given(two);
  Solver solver(given.model, given.told.console());
  const std::string file = given.folder.file("config", "before");
  const Environment below = {{"KCONFIG_CONFIG", file + "/below"}};
  CHECK(!write_config(solver, below, given.told.console(), [](const std::string&) {}));
  CHECK(given.told.text().find(file) != std::string::npos);
  CHECK(read_file(file) == "before");
  CHECK(!write_defconfig(file + "/below", solver, {}, given.told.console()));
}
