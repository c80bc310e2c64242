#include "kbx/ninja/own_programs.h"

#include <doctest/doctest.h>

using namespace kbx::ninja;

TEST_CASE("the tree's genksyms and modpost are replaced where they are called") {
  CHECK(with_own_programs("cat a.i | scripts/genksyms/genksyms -r /dev/null >> a.cmd", "/k/kbx",
                          "") == "cat a.i | /k/kbx genksyms --kernel . -r /dev/null >> a.cmd");
  CHECK(with_own_programs("/t/scripts/mod/modpost -m -o x", "/k/kbx", "") ==
        "/k/kbx modpost --tree /t/ -m -o x");
  CHECK(with_own_programs("if true; then ./scripts/mod/modpost; fi", "/k/kbx", "") ==
        "if true; then /k/kbx modpost --tree ./; fi");
  CHECK(with_own_programs("cat m | scripts/mod/modpost -T -", "/my kbx", "") ==
        "cat m | '/my kbx' modpost --tree . -T -");
  CHECK(with_own_programs("(scripts/mod/modpost a.o)&& scripts/mod/modpost b.o", "k", "") ==
        "(k modpost --tree . a.o)&& k modpost --tree . b.o");
}

TEST_CASE("the tree's recordmcount is replaced, the script of that name is not") {
  CHECK(with_own_programs("if [ a.o != b.o ]; then ./scripts/recordmcount -w \"a.o\"; fi", "k",
                          "") == "if [ a.o != b.o ]; then k recordmcount -w \"a.o\"; fi");
  for (const char* text : {"perl /t/scripts/recordmcount.pl arm", "scripts/recordmcount.pl arm"})
    CHECK(with_own_programs(text, "k", "") == text);
}

TEST_CASE("the same words as an argument, or as part of another name, are left alone") {
  for (const char* text :
       {"cp scripts/mod/modpost /tmp", "ls -l ./scripts/genksyms/genksyms",
        "scripts/mod/modpost.real -m", "myscripts/mod/modpost -m", "gcc -c a.c", ""})
    CHECK(with_own_programs(text, "/k/kbx", "") == text);
}

TEST_CASE("a pipeline from the preprocessor becomes one call") {
  CHECK(with_own_programs("gcc -E a.c | scripts/genksyms/genksyms -r /dev/null >> a.cmd", "/k/kbx",
                          "") ==
        "/k/kbx genksyms --kernel . -r /dev/null --preprocess gcc -E a.c >> a.cmd");
  CHECK(
      with_own_programs("set -e; if true; then ccache gcc -E -DA='\"b|c\"' a.c "
                        "| /t/scripts/genksyms/genksyms > x; fi",
                        "k", "") ==
      "set -e; if true; then k genksyms --kernel /t/ --preprocess ccache gcc -E -DA='\"b|c\"' a.c "
      "> x; fi");
  CHECK(with_own_programs("true && gcc -E a.c | scripts/genksyms/genksyms", "k", "") ==
        "true && k genksyms --kernel . --preprocess gcc -E a.c ");
}

TEST_CASE("modpost reads the list of modules itself") {
  CHECK(with_own_programs("sed 's/ko$/o/'  m/x.order | scripts/mod/modpost -m   -T - ", "/my kbx",
                          "") == "'/my kbx' modpost --tree . -m   --modules -T m/x.order");
  CHECK(with_own_programs("a; sed 's/ko$/o/' m | scripts/mod/modpost -T - vmlinux.o; b", "k", "") ==
        "a; k modpost --tree . --modules -T m vmlinux.o; b");
  for (const char* left : {"sed 's/ko$/O/' m", "sed 's/ko$/o/' m n", "sed 's/ko$/o/'",
                           "sed 's/ko$/o/' $m", "sed 's/ko$/o/' m < n"})
    CHECK(with_own_programs(std::string(left) + " | scripts/mod/modpost -T -", "k", "") ==
          std::string(left) + " | k modpost --tree . -T -");
  CHECK(with_own_programs("sed 's/ko$/o/' m | scripts/mod/modpost -T list", "k", "") ==
        "sed 's/ko$/o/' m | k modpost --tree . -T list");
}

TEST_CASE("a pipeline that is more than plain words stays one") {
  for (const char* left :
       {"gcc -E $flags a.c", "gcc -E -xc -", "gcc -E a.S", "gcc -c a.c", "A=b gcc -E a.c",
        "gcc -E a.c 2>/dev/null", "cat a | gcc -E a.c", "gcc -E `b` a.c", "gcc -E *.c",
        "gcc -E \"$b\" a.c", "{ gcc -E a.c; }", "! gcc -E a.c"})
    CHECK(with_own_programs(std::string(left) + " | scripts/genksyms/genksyms", "k", "") ==
          std::string(left) + " | k genksyms --kernel .");
  for (const char* behind : {" < b", " 2> b", " -T x 2>&1"})
    CHECK(with_own_programs(std::string("gcc -E a.c | scripts/genksyms/genksyms") + behind, "k",
                            "") == std::string("gcc -E a.c | k genksyms --kernel .") + behind);
}

TEST_CASE("the linker is replaced where it is called") {
  CHECK(with_own_programs("ld -r -m elf_x86_64 -o a.ko a.o a.mod.o", "/k/kbx", "ld") ==
        "/k/kbx ld -r -m elf_x86_64 -o a.ko a.o a.mod.o");
  CHECK(with_own_programs("if true; then ld -r -o b a.o; mv b a.o; fi; ld -v", "/my kbx", "ld") ==
        "if true; then '/my kbx' ld -r -o b a.o; mv b a.o; fi; '/my kbx' ld -v");
  CHECK(with_own_programs("arm-ld -r a.o", "k", "arm-ld") == "k ld -r a.o");
  CHECK(with_own_programs("ld -m elf64lriscv -r a.o", "k", "ld") == "k ld -m elf64lriscv -r a.o");
  CHECK(with_own_programs("ld -maarch64linux -r a.o", "k", "ld") == "k ld -maarch64linux -r a.o");
  // Machines for which nothing shows that the result is right.
  CHECK(with_own_programs("ld -m elf32xtensa -r a.o; ld -r b.o", "k", "ld") ==
        "ld -m elf32xtensa -r a.o; k ld -r b.o");
  for (const char* text : {"gcc -fuse-ld=ld -o a a.c", "rm ld", "cp /usr/bin/ld ld", "./ld -r",
                           "ldd a", "printf ld", "build -r", "ld-probe; xld"})
    CHECK(with_own_programs(text, "/k/kbx", "ld") == text);
}

TEST_CASE("GNU ld is known by its names") {
  for (const char* name :
       {"ld", "ld.bfd", "x86_64-linux-gnu-ld", "/usr/bin/aarch64-linux-gnu-ld.bfd"})
    CHECK(is_gnu_linker(name));
  for (const char* name : {"ld.lld", "ld.gold", "mold", "gcc", "ccache ld", "ld -z", ""})
    CHECK_FALSE(is_gnu_linker(name));
}
