#include "kbx/ninja/export_check.h"

#include "assemble.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"

using namespace kbx;
using namespace kbx::ninja;
using kbx::test::assemble;

namespace {

constexpr auto symbols = ExportCheck::Among::symbols;
constexpr auto sections = ExportCheck::Among::sections;

}  // namespace

TEST_CASE("exports are looked for where the tree looks for them") {
  const std::string by_symbol = assemble("__ksymtab_f: .long 0\n");
  CHECK(exports_symbols(by_symbol, "a.o", {symbols, "__ksymtab"}));
  CHECK_FALSE(exports_symbols(by_symbol, "a.o", {symbols, " __export_symbol_"}));
  CHECK_FALSE(exports_symbols(by_symbol, "a.o", {sections, "__ksymtab"}));

  const std::string by_mark = assemble("__export_symbol_f: .long 0\n");
  CHECK(exports_symbols(by_mark, "a.o", {symbols, " __export_symbol_"}));
  CHECK_FALSE(exports_symbols(assemble("my__export_symbol_f: .long 0\n"), "a.o",
                              {symbols, " __export_symbol_"}));

  const std::string by_section = assemble(".section ___ksymtab+f,\"a\"\n.long 0\n");
  CHECK(exports_symbols(by_section, "a.o", {sections, "__ksymtab"}));
  CHECK_FALSE(exports_symbols(by_section, "a.o", {symbols, "__ksymtab"}));

  CHECK_THROWS_AS(exports_symbols("BC\xc0\xde bitcode", "a.o", {symbols, "__ksymtab"}), Error);
}

TEST_CASE("the guards of all trees are read") {
  const auto old = guarded_by_exports(
      "if objdump -h /m/a.o | grep -q __ksymtab; then gcc -E a.c | scripts/genksyms/genksyms -r "
      "/dev/null > /m/.tmp_a.ver; ld -r -o /m/.tmp_a.o /m/a.o; rm -f /m/.tmp_a.ver; fi;");
  REQUIRE(old);
  CHECK(old->check.among == sections);
  CHECK(old->check.pattern == "__ksymtab");
  CHECK(old->body.starts_with("gcc -E"));
  CHECK(old->body.ends_with("rm -f /m/.tmp_a.ver"));

  const auto recent = guarded_by_exports(
      "if llvm-nm /m/a.o 2>/dev/null | grep -q ' __export_symbol_'; then  gcc -E a.c >> x; fi");
  REQUIRE(recent);
  CHECK(recent->check.among == symbols);
  CHECK(recent->check.pattern == " __export_symbol_");
  CHECK(recent->body == "gcc -E a.c >> x");
}

TEST_CASE("a guard that asks something else stays as it is") {
  CHECK_FALSE(guarded_by_exports("gcc -c a.c"));
  CHECK_FALSE(guarded_by_exports("if [ -f vmlinux ]; then pahole a.ko; fi"));
  CHECK_FALSE(guarded_by_exports("if nm a.o | grep -q '__ksymtab.*_gpl'; then x; fi"));
  CHECK_FALSE(guarded_by_exports("if nm -u a.o | grep -q __ksymtab; then x; fi"));
  CHECK_FALSE(guarded_by_exports("if readelf -S a.o | grep -q __ksymtab; then x; fi"));
  CHECK_FALSE(guarded_by_exports("if nm a.o | grep -q __ksymtab; then x; fi; y"));
  CHECK_FALSE(guarded_by_exports(""));
}
