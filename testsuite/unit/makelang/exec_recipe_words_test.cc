#include <doctest/doctest.h>

#include "kbx/makelang/recipe_words.h"

using namespace kbx::makelang;
using Words = std::vector<std::string>;

TEST_CASE("a simple command needs no shell") {
  CHECK(command_words("cc -c  -o a.o 'a b.c'", {}) == Words{"cc", "-c", "-o", "a.o", "a b.c"});
  CHECK(command_words("printf a\\ b ''", {}) == Words{"printf", "a b", ""});
  CHECK(command_words("touch x=y", {}) == Words{"touch", "x=y"});
  CHECK(command_words("echo a \\\n  b", {}) == Words{"echo", "a", "b"});
  CHECK(command_words("   ", {}).empty());
}

TEST_CASE("what a shell would interpret goes to the shell") {
  for (const char* line : {"a; b", "a | b", "echo $X", "X=1 cmd", "cd dir", "exit 1", ":", "a > b",
                           "echo \"$x\"", "ls *.c", "echo 'a", "a && b", "echo ~", "! a"})
    CHECK_MESSAGE((command_words(line, {}) == Words{"/bin/sh", "-c", line}), line);
}

TEST_CASE("another shell gets every line") {
  ShellChoice choice;
  choice.shell = "/bin/bash";
  choice.flags = "-e -c";
  CHECK(command_words("true", choice) == Words{"/bin/bash", "-e", "-c", "true"});
}

TEST_CASE("in one-shell mode a Bourne shell does not see the prefixes of inner lines") {
  ShellChoice choice;
  choice.one_shell = true;
  CHECK(command_words("echo a\n@echo b\n -echo c", choice) ==
        Words{"/bin/sh", "-c", "echo a\necho b\necho c"});
}

TEST_CASE("lines that run under -n") {
  CHECK(always_runs("$(MAKE) -C x"));
  CHECK(always_runs("@+echo"));
  CHECK(always_runs("cd x && ${MAKE}"));
  CHECK(!always_runs("echo +"));
}
