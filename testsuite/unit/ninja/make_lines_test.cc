#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/ninja/output.h"
#include "kbx/ninja/writer.h"

using namespace kbx;
using namespace kbx::ninja;
using kbuild::Action;
using kbuild::ActionKind;
using kbuild::Step;

namespace {

Action module_link() {
  Action action;
  action.kind = ActionKind::module;
  action.outputs = {"/m/a.ko"};
  action.steps = {{"ld_ko_o", "ld -r\n  a.o", "LD [M]  /m/a.ko", Step::Save::command, false},
                  {"", "silent", "", Step::Save::nothing, false},
                  {"btf_ko", "pahole", "BTF [M] /m/a.ko", Step::Save::nothing, false}};
  return action;
}

std::string content(std::FILE* file) {
  std::string text(static_cast<size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  REQUIRE(std::fread(text.data(), 1, text.size(), file) == text.size());
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("make prints a line for each command that has one") {
  CHECK(make_text(module_link(), false) ==
        "\x04LD [M]  /m/a.ko\x03"
        "BTF [M] /m/a.ko");
  CHECK(make_text(module_link(), true) == "\x04ld -r\x03  a.o\x03silent\x03pahole");
  Action action = module_link();
  action.kind = ActionKind::custom;
  action.steps = {{"", "echo x", "", Step::Save::nothing, false}};
  CHECK(make_text(action, false) == "-");
}

TEST_CASE("what compilers say comes on standard error, what a driver's rules say does not") {
  const kbx::test::TemporaryFolder folder;
  Layout layout;
  layout.state = folder.path();
  layout.lines = Layout::Lines::of_make;
  write_record(layout, {"/m", "/m", {{"/m/a.o", "a", false}}});
  RunOptions options;
  options.output = std::tmpfile();
  options.errors = std::tmpfile();
  options.make = "make[1]";
  {
    Output output(layout, options);
    output.take(
        "\x01"
        "1/3\x02-\nfrom a rule\n\x01"
        "2/3\x02\x04LD\x03"
        "BTF\nof pahole\n\x01"
        "3/3\x02\x04"
        "CC\nFAILED: /m/a.o \ngcc\nerror: y\n");
    output.finish();
  }
  CHECK(content(options.output) == "from a rule\n  LD\n  BTF\n  CC\n");
  CHECK(content(options.errors) ==
        "of pahole\nerror: y\nkbx: failed: a.o (V=1 shows the command)\n"
        "make[1]: *** [/m/a.o] Error 1\n");
}
