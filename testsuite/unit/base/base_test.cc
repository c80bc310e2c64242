#include <doctest/doctest.h>

#include "kbx/base/path.h"
#include "kbx/base/process.h"
#include "kbx/base/text.h"

using namespace kbx;

TEST_CASE("normal_path folds dots without looking at the file system") {
  CHECK(normal_path("/a/./b//../c") == "/a/c");
  CHECK(normal_path("../x/..") == "..");
  CHECK(normal_path("/..") == "/");
  CHECK(normal_path("") == ".");
  CHECK(normal_path("/") == "/");
  CHECK(normal_path("./a/.b/") == "a/.b");
  CHECK(normal_path("/a/b/..") == "/a");
  for (const char* normal : {".hidden", "/.hidden/..b/...", "a/.../b", "/a.b/c..d/e."})
    CHECK(normal_path(normal) == normal);
}

TEST_CASE("is_below needs a whole part") {
  CHECK(is_below("/a/b", "/a"));
  CHECK(is_below("/a", "/a"));
  CHECK_FALSE(is_below("/ab", "/a"));
}

TEST_CASE("shell_quote leaves plain words alone and survives the shell") {
  CHECK(shell_quote("-DX=1") == "-DX=1");
  CHECK(shell_quote("") == "''");
  for (const std::string text : {"a b", "it's", "$HOME `x` \"q\"", "\\", "\n"}) {
    const CommandResult echoed =
        run({{"/bin/sh", "-c", "printf %s " + shell_quote(text)}, "", nullptr, ""});
    CHECK(echoed.output == text);
  }
}

TEST_CASE("shell_split reads quotes as the shell does") {
  const auto words = shell_split(R"(cc -DA='"x y"' "-DB=\"q\"" a\ b)");
  REQUIRE(words);
  CHECK(*words == std::vector<std::string>{"cc", "-DA=\"x y\"", "-DB=\"q\"", "a b"});
  CHECK_FALSE(shell_split("'open"));
  CHECK(shell_split("a \\\n") == std::vector<std::string>{"a"});
  CHECK(shell_split("a b\\\nc \\\n d") == std::vector<std::string>{"a", "bc", "d"});
  CHECK(shell_split("\"a\\\nb\"") == std::vector<std::string>{"ab"});
}

TEST_CASE("run passes input, output, errors and status") {
  const CommandResult result =
      run({{"/bin/sh", "-c", "cat; echo e >&2; exit 3"}, "/", nullptr, "hello", true, true});
  CHECK(result.output == "hello");
  CHECK(result.errors == "e\n");
  CHECK(result.status == 3);
  CHECK(run({{"no-such-program-here"}, "", nullptr, ""}).status == 127);
}
