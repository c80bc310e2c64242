#include "kbx/ninja/shell.h"

#include <doctest/doctest.h>

using namespace kbx::ninja;

TEST_CASE("plain commands are told from those that need a shell of their own") {
  CHECK(is_plain_command("gcc -DX='\"a;b\"' -c -o a.o a.c"));
  CHECK(is_plain_command("echo \"$HOME\" $x > out 2>&1"));
  for (const char* text :
       {"a; b", "a && b", "a | b", "a &", "(a)", "`a`", "echo \"$(a)\"", "cd x", "exit 0", "A=1 b",
        "if a; then b; fi", "{ a; }", "", "a\nb", "exec a", "! a", "a \\"})
    CHECK_FALSE_MESSAGE(is_plain_command(text), text);
}

TEST_CASE("lists of plain commands are told from what changes the shell") {
  for (const char* text :
       {"a", "a; b", "a ; b;", "a | b", "gcc -DX='a && b' a.c ; ./objtool a.o;",
        "{ echo ; echo 'x: $(y)' ; } >> .a.o.cmd", "printf '%s\\n' a | awk '{ print }' > b"})
    CHECK_MESSAGE(is_plain_list(text), text);
  for (const char* text :
       {"", "a;; b", "a && b", "a || b", "a; cd b", "A=1; b", "a & b", "a; (b)", "{ a; b; }",
        "{ a; } > $b", "{ a; cd b; } > c", "{ a } > b", "if a; then b; fi", "a; exit", "a\nb"})
    CHECK_FALSE_MESSAGE(is_plain_list(text), text);
}

TEST_CASE("comments and line breaks need lines of their own") {
  for (const char* text : {"# all", "a # rest", "a;#b", "a\nb", "a \\"})
    CHECK_MESSAGE(needs_own_lines(text), text);
  for (const char* text : {"a#b", "'# x'", "\"# x\"", "\\# x", "echo $#"})
    CHECK_FALSE_MESSAGE(needs_own_lines(text), text);
}

TEST_CASE("the compiler's command ends at the first separator") {
  CHECK(first_command("gcc -DX='a;b' a.c  ; objtool a.o") == "gcc -DX='a;b' a.c");
  CHECK(first_command("gcc a.c 2>&1 && x") == "gcc a.c 2>&1");
  CHECK(first_command("gcc a.c") == "gcc a.c");
}
