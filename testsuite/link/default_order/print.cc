#include "kbx/link/script/print.h"

#include <cstdio>
#include <exception>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/command/parse.h"
#include "kbx/link/layout/default_order.h"
#include "kbx/link/script/parse.h"

/// Prints a layout in canonical form:
///   print script FILE              of a linker script
///   print default BASE OPTION…     ours for a command line with -m; BASE is where executables
///   start
namespace {

using namespace kbx::link;

script::Script without_target(script::Script script) {
  std::erase_if(script.commands, [](const script::Command& command) {
    return std::holds_alternative<script::OutputFormat>(command) ||
           std::holds_alternative<script::OutputArch>(command);
  });
  return script;
}

int run(const std::vector<std::string>& words) {
  script::Script script;
  if (words.size() == 2 && words[0] == "script") {
    script = without_target(script::parse_script(kbx::read_file(words[1]), words[1]));
  } else if (words.size() > 1 && words[0] == "default") {
    std::vector<std::string> line(words.begin() + 2, words.end());
    line.emplace_back("-lnone");
    const Options options = command::parse("ld", "", line).options;
    const command::Emulation* emulation = command::find_emulation(options.emulation);
    if (!emulation) return 2;
    const Machine* const known =
        find_machine(emulation->machine, emulation->is_64bit, emulation->is_big_endian);
    Machine machine = known ? *known : Machine{};
    machine.number = emulation->machine;
    machine.image_base = std::stoull(words[1], nullptr, 0);
    script = default_script(options, machine);
  } else {
    return 2;
  }
  std::fputs(script::print(script).c_str(), stdout);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run({words + 1, words + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
