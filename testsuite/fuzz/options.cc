// The command line of make, MAKEFLAGS, and the taking apart of recipe lines. One word per line.
#include "kbx/makelang/options.h"

#include "testsuite/fuzz/fuzz.h"

#include "kbx/base/text.h"
#include "kbx/makelang/evaluation.h"
#include "kbx/makelang/recipe_words.h"
#include "kbx/ninja/shell.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kbx::makelang;
  const std::string text(kbx::fuzz::text_of(data, size).substr(0, 4096));
  const std::string no_nul = kbx::replace_all(text, std::string_view("\0", 1), "@");
  kbx::fuzz::allow_errors([&] {
    Options options;
    std::vector<std::string> arguments;
    for (const std::string_view line : kbx::split_lines(no_nul)) arguments.emplace_back(line);
    add_command_line(options, "make", arguments);
    Options again;
    add_flags_text(again, compose_flags(options, true));
    compose_flags(again, false);
  });
  kbx::fuzz::allow_errors([&] {
    Options options;
    add_flags_text(options, no_nul);
    compose_flags(options, true);
  });
  ShellChoice choice;
  command_words(no_nul, choice);
  choice.one_shell = true;
  one_shell_text(no_nul, choice);
  always_runs(text);
  direct_command(no_nul, "/bin/sh", "-c");
  kbx::shell_split(text);
  kbx::ninja::is_plain_command(text);
  kbx::ninja::needs_own_lines(text);
  kbx::ninja::first_command(text);
  return 0;
}
