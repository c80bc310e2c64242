#include "kbx/ninja/object_step.h"

#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/process.h"

using namespace kbx;
using namespace kbx::ninja;

namespace {

/// The object that gcc makes of an assembler text.
std::string assemble(const std::string& text) {
  const std::string folder = make_temporary_folder("/tmp", "kbx-step-test-");
  const std::string object = folder + "/a.o";
  Command command;
  command.arguments = {"gcc", "-x", "assembler", "-c", "-o", object, "-"};
  command.input = text;
  REQUIRE(run(command).status == 0);
  std::string content = read_file(object);
  remove_tree(folder);
  return content;
}

}  // namespace

TEST_CASE("both ways of exporting are seen") {
  CHECK(exports_symbols(assemble("__ksymtab_f: .long 0\n"), "a.o"));
  CHECK(exports_symbols(assemble("__export_symbol_f: .long 0\n"), "a.o"));
  CHECK_FALSE(exports_symbols(assemble(".globl f\nf: .long 0\n"), "a.o"));
  CHECK(exports_symbols("BC\xc0\xde bitcode", "a.o"));
}

TEST_CASE("a static symbol must not be exported") {
  CHECK(local_export_errors(assemble("f: .long 0\n__ksymtab_f: .long 0\n"), "/m/a.o") ==
        "/m/a.o: error: local symbol f was exported\n");
  CHECK(local_export_errors(assemble(".globl f\nf: .long 0\n__ksymtab_f: .long 0\n"), "a.o") == "");
  CHECK(local_export_errors(assemble("__ksymtab_f: .long f\n"), "a.o") == "");
  CHECK(local_export_errors(assemble(".weak f\nf: .long 0\n__ksymtab_f: .long 0\n"), "a.o") == "");
}
