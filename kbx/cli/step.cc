#include "kbx/cli/step.h"

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/ninja/fixdep.h"
#include "kbx/ninja/object_step.h"

namespace kbx::cli {
namespace {

ninja::ObjectStep parse(int count, const char* const* arguments) {
  ninja::ObjectStep step;
  for (int i = 0; i < count; ++i) {
    const std::string_view option = arguments[i];
    if (option == "--light") {
      step.light = true;
    } else if (option == "--check-local-export") {
      step.check_local_export = true;
    } else if (option == "--lower-case-configs") {
      step.dialect.lower_case_config_headers = true;
    } else {
      if (i + 1 == count) throw Error("kbx step: " + std::string(option) + " needs a value");
      const char* value = arguments[++i];
      if (option == "--object")
        step.object = value;
      else if (option == "--target")
        step.target = value;
      else if (option == "--depfile")
        step.depfile = value;
      else if (option == "--ninja-depfile")
        step.ninja_depfile = value;
      else if (option == "--cmd-file")
        step.cmd_file = value;
      else if (option == "--command-from")
        step.command_file = value;
      else if (option == "--prefix")
        step.dialect.saved_command_prefix = value;
      else if (option == "--exported-symbols")
        step.tell_exports = {ninja::ExportCheck::Among::symbols, value};
      else if (option == "--exported-sections")
        step.tell_exports = {ninja::ExportCheck::Among::sections, value};
      else
        throw Error("kbx step: unknown option " + std::string(option),
                    "the state folder was written by another kbx; remove it and build again");
    }
  }
  step.dialect.names_files_once = step.dialect.saved_command_prefix == "savedcmd_";
  return step;
}

constexpr const char* fixdep_help =
    "usage: kbx fixdep DEPFILE TARGET COMMAND\n"
    "Prints what the kernel's scripts/basic/fixdep prints: the content of TARGET's .cmd file, from "
    "the\ncompiler's DEPFILE. Also under the name fixdep, in a tree as scripts/basic/fixdep.\n\n"
    "options:\n  --help                  show this text\n\n"
    "examples:\n  kbx fixdep .a.o.d a.o 'gcc -c a.c' > .a.o.cmd\n";

}  // namespace

int step_command(int count, const char* const* arguments) {
  try {
    if (count < 1 || std::string_view(arguments[0]) != "object")
      throw Error("kbx step: expected \"object\"");
    return ninja::run_object_step(parse(count - 1, arguments + 1));
  } catch (const Error& error) {
    std::fprintf(stderr, "kbx: %s\n", error.to_string().c_str());
    return ninja::step_failed;
  }
}

int fixdep_command(const char* program, int count, const char* const* arguments) {
  if (count == 1 && std::string_view(arguments[0]) == "--help") {
    std::fputs(fixdep_help, stdout);
    return 0;
  }
  if (count != 3) {
    std::fputs("Usage: fixdep <depfile> <target> <cmdline>\n", stderr);
    return 1;
  }
  constexpr std::string_view place = "scripts/basic/fixdep";
  const std::string_view name = program;
  std::string tree = ".";
  if (name.ends_with(place) && name.size() > place.size())
    tree = name.substr(0, name.size() - place.size());
  try {
    const auto dialect = ninja::probe_fixdep(tree, ninja::probe_saved_command_prefix(tree));
    const auto depfile = read_file_if_present(arguments[0]);
    if (!depfile) throw system_error(std::string("error opening file: ") + arguments[0], errno);
    const auto text = ninja::fixdep_text(*depfile, arguments[1], arguments[2], dialect, true);
    if (!text) {
      std::fputs("fixdep: parse error; no targets found\n", stderr);
      return 1;
    }
    if (std::fwrite(text->data(), 1, text->size(), stdout) != text->size() ||
        std::fflush(stdout) != 0) {
      std::fputs("fixdep: not all data was written to the output\n", stderr);
      return 1;
    }
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "fixdep: %s\n", error.what());
    return 2;
  }
}

}  // namespace kbx::cli
