#include "kbx/ninja/object_step.h"

#include "assemble.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"

using namespace kbx;
using namespace kbx::ninja;
using kbx::test::assemble;

TEST_CASE("a static symbol must not be exported") {
  CHECK(local_export_errors(assemble("f: .long 0\n__ksymtab_f: .long 0\n"), "/m/a.o") ==
        "/m/a.o: error: local symbol f was exported\n");
  CHECK(local_export_errors(assemble(".globl f\nf: .long 0\n__ksymtab_f: .long 0\n"), "a.o") == "");
  CHECK(local_export_errors(assemble("__ksymtab_f: .long f\n"), "a.o") == "");
  CHECK(local_export_errors(assemble(".weak f\nf: .long 0\n__ksymtab_f: .long 0\n"), "a.o") == "");
}
