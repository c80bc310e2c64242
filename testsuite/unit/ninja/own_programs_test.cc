#include "kbx/ninja/own_programs.h"

#include <doctest/doctest.h>

using namespace kbx::ninja;

TEST_CASE("the tree's genksyms and modpost are replaced where they are called") {
  CHECK(
      with_own_programs("gcc -E a.c | scripts/genksyms/genksyms -r /dev/null >> a.cmd", "/k/kbx") ==
      "gcc -E a.c | /k/kbx genksyms --kernel . -r /dev/null >> a.cmd");
  CHECK(with_own_programs("/t/scripts/mod/modpost -m -o x", "/k/kbx") ==
        "/k/kbx modpost --tree /t/ -m -o x");
  CHECK(with_own_programs("if true; then ./scripts/mod/modpost; fi", "/k/kbx") ==
        "if true; then /k/kbx modpost --tree ./; fi");
  CHECK(with_own_programs("sed 's/ko$/o/' m | scripts/mod/modpost -T -", "/my kbx") ==
        "sed 's/ko$/o/' m | '/my kbx' modpost --tree . -T -");
  CHECK(with_own_programs("(scripts/mod/modpost a.o)&& scripts/mod/modpost b.o", "k") ==
        "(k modpost --tree . a.o)&& k modpost --tree . b.o");
}

TEST_CASE("the same words as an argument, or as part of another name, are left alone") {
  for (const char* text :
       {"cp scripts/mod/modpost /tmp", "ls -l ./scripts/genksyms/genksyms",
        "scripts/mod/modpost.real -m", "myscripts/mod/modpost -m", "gcc -c a.c", ""})
    CHECK(with_own_programs(text, "/k/kbx") == text);
}
