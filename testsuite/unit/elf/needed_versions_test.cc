#include "kbx/elf/needed_versions.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/process.h"
#include "kbx/base/text.h"

using namespace kbx;
using namespace kbx::elf;

TEST_CASE("the needed glibc of this program is what objdump says") {
  const std::string path = "/proc/self/exe";
  const MappedFile file(path);
  const auto program = read_program(file.content(), path);
  REQUIRE(program);
  const CommandResult dump =
      run({{"objdump", "-p", "/proc/" + std::to_string(::getpid()) + "/exe"}, "", nullptr, ""});
  if (dump.status != 0) {
    MESSAGE("objdump is not here: not compared");
    return;
  }
  std::string largest;
  std::vector<std::string> all;
  for (std::string_view line : split_lines(dump.output)) {
    const auto words = split_words(line);
    if (words.size() != 4 || words[0].substr(0, 2) != "0x") continue;
    all.emplace_back(words[3]);
    if (words[3].substr(0, 6) != "GLIBC_") continue;
    const std::string version(words[3].substr(6));
    if (version.find_first_not_of("0123456789.") != std::string::npos) continue;
    if (largest.empty() || compare_versions(largest, version) < 0) largest = version;
  }
  REQUIRE(!all.empty());
  CHECK(program->needed_glibc() == largest);
  CHECK(program->needed_versions.size() == all.size());
  CHECK(program->same_machine(*program));
}

TEST_CASE("what is not ELF is nothing, what is cut off is an error or the same") {
  CHECK_FALSE(read_program("", "f"));
  CHECK_FALSE(read_program("#!/bin/sh\n", "f"));
  const MappedFile file("/proc/self/exe");
  const std::string_view whole = file.content().substr(0, 200000);
  for (size_t size = 4; size < whole.size(); size += size < 2000 ? 1 : 997) {
    try {
      read_program(whole.substr(0, size), "f");
    } catch (const Error& error) {
      CHECK(error.location().file == "f");
    }
  }
  CHECK_THROWS_AS(read_program(whole.substr(0, 40), "f"), Error);
}

TEST_CASE("no changed byte of the headers leads outside the file") {
  const MappedFile file("/proc/self/exe");
  std::string content(file.content());
  for (size_t at = 4; at < 1000; ++at)
    for (char value : {'\x00', '\xff', '\x7f'}) {
      const char old = content[at];
      content[at] = value;
      try {
        read_program(content, "f");
      } catch (const Error&) {
      }
      content[at] = old;
    }
}

TEST_CASE("byte order, class and machine are read as the file has them") {
  std::string big(52, '\0');
  big.replace(0, 6,
              "\x7f"
              "ELF\x01\x02",
              6);
  big[19] = 22;
  const auto program = read_program(big, "f");
  REQUIRE(program);
  CHECK_FALSE(program->is_64_bit);
  CHECK_FALSE(program->is_little_endian);
  CHECK(program->machine_name() == "S/390");
  CHECK(program->needed_glibc().empty());
}

TEST_CASE("versions compare by number") {
  CHECK(compare_versions("2.9", "2.34") < 0);
  CHECK(compare_versions("2.34", "2.34") == 0);
  CHECK(compare_versions("2.34.1", "2.34") > 0);
}
