#include "kbx/kernel/config.h"

#include "scratch.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"

using namespace kbx;
using namespace kbx::kernel;

TEST_CASE("values are read without their quotes") {
  const Config config = parse_config(
      "#\n# Automatically generated file\n#\nCONFIG_X86=y\nCONFIG_EXT4_FS=m\n"
      "# CONFIG_OFF is not set\nCONFIG_NO=n\nCONFIG_HZ=250\nCONFIG_PHYSICAL_START=0x1000000\n"
      "CONFIG_EMPTY=\"\"\nCONFIG_TEXT=\"gcc-12 (Debian \\\"12\\\" \\\\ x=y) # 12\"\n",
      "f");
  CHECK(config.is_y("CONFIG_X86"));
  CHECK(config.get("CONFIG_EXT4_FS") == "m");
  CHECK_FALSE(config.is_y("CONFIG_EXT4_FS"));
  CHECK(config.get("CONFIG_OFF").empty());
  CHECK(config.values.count("CONFIG_NO") == 0);
  CHECK(config.number("CONFIG_HZ") == 250);
  CHECK_FALSE(config.number("CONFIG_PHYSICAL_START"));
  CHECK(config.get("CONFIG_PHYSICAL_START") == "0x1000000");
  CHECK(config.values.count("CONFIG_EMPTY") == 1);
  CHECK(config.get("CONFIG_TEXT") == "gcc-12 (Debian \"12\" \\ x=y) # 12");
}

TEST_CASE("nonsense is an error at its line") {
  for (const std::string line : {"CONFIG_X", "X=y", "CONFIG_=y", "CONFIG_A B=y", "CONFIG_X=\"open",
                                 "CONFIG_X=\"a\"b", "CONFIG_X=\"a\\", "CONFIG_X=\"", "\x01\x02"}) {
    CAPTURE(line);
    try {
      parse_config("CONFIG_A=y\n\n" + line, "folder/.config");
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.location().file == "folder/.config");
      CHECK(error.location().line == 3);
    }
  }
}

TEST_CASE("a tree's auto.conf counts, else its .config, else nothing") {
  const Scratch scratch;
  Tree tree;
  tree.objtree = scratch.path();
  CHECK(config_of(tree).values.empty());
  scratch.file(".config", "CONFIG_A=y\n");
  CHECK(config_of(tree).is_y("CONFIG_A"));
  scratch.file("include/config/auto.conf", "CONFIG_B=y\n");
  CHECK(config_of(tree).is_y("CONFIG_B"));
  CHECK_FALSE(config_of(tree).is_y("CONFIG_A"));
}
