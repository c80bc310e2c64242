#include "kbx/cli/step.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/cli/kernel_program.h"
#include "kbx/ninja/fixdep.h"
#include "kbx/ninja/launcher.h"
#include "kbx/ninja/metadata_step.h"
#include "kbx/ninja/object_step.h"

namespace kbx::cli {
namespace {

[[noreturn]] void refuse_option(std::string_view option) {
  throw Error("kbx step: unknown option " + std::string(option),
              "the state folder was written by another kbx; remove it and build again");
}

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
      else if (option == "--options")
        step.options = value;
      else if (option == "--shadow")
        step.shadow = value;
      else if (option == "--prefix")
        step.dialect.saved_command_prefix = value;
      else if (option == "--exported-symbols")
        step.tell_exports = {ninja::ExportCheck::Among::symbols, value};
      else if (option == "--exported-sections")
        step.tell_exports = {ninja::ExportCheck::Among::sections, value};
      else
        refuse_option(option);
    }
  }
  step.dialect.names_files_once = step.dialect.saved_command_prefix == "savedcmd_";
  return step;
}

using Slots = std::vector<std::pair<std::string_view, std::string*>>;

/// Reads "--NAME VALUE" for the names that are given.
void parse_values(int count, const char* const* arguments, const Slots& slots) {
  for (int i = 0; i < count; i += 2) {
    const auto slot =
        std::ranges::find(slots, std::string_view(arguments[i]), &Slots::value_type::first);
    if (slot == slots.end()) refuse_option(arguments[i]);
    if (i + 1 == count) throw Error("kbx step: " + std::string(slot->first) + " needs a value");
    *slot->second = arguments[i + 1];
  }
}

/// The same where each of the names has to be given.
void parse_all_values(int count, const char* const* arguments, const Slots& slots) {
  parse_values(count, arguments, slots);
  for (const auto& [name, value] : slots)
    if (value->empty()) throw Error("kbx step: " + std::string(name) + " needs a value");
}

int template_step(int count, const char* const* arguments) {
  ninja::TemplateStep step;
  parse_all_values(count, arguments,
                   {{"--request", &step.request},
                    {"--output", &step.output},
                    {"--ninja-depfile", &step.ninja_depfile},
                    {"--members", &step.members}});
  step.cache = ninja::metadata_cache(current_environment());
  return ninja::run_template_step(step);
}

[[noreturn]] void launch_step(int count, const char* const* arguments) {
  const char* const* const end = arguments + count;
  const char* const* const command = std::find(arguments, end, std::string_view("--"));
  if (command == end) throw Error("kbx step launch: no command; expected -- COMMAND");
  ninja::LaunchStep step;
  step.command.assign(command + 1, end);
  parse_values(static_cast<int>(command - arguments), arguments,
               {{"--launcher", &step.launcher}, {"--shadow", &step.shadow}});
  ninja::run_launch_step(step);
}

int metadata_step(int count, const char* const* arguments) {
  ninja::MetadataStep step;
  parse_all_values(count, arguments, {{"--template", &step.from}, {"--members", &step.members}});
  return ninja::run_metadata_step(step);
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
    const std::string_view what = count > 0 ? arguments[0] : "";
    if (what == "object") return ninja::run_object_step(parse(count - 1, arguments + 1));
    if (what == "metadata") return metadata_step(count - 1, arguments + 1);
    if (what == "template") return template_step(count - 1, arguments + 1);
    if (what == "launch") launch_step(count - 1, arguments + 1);
    throw Error("kbx step: expected \"object\", \"template\", \"launch\" or \"metadata\"");
  } catch (const Error& error) {
    std::fprintf(stderr, "kbx: %s\n", error.to_string().c_str());
    return ninja::step_failed;
  }
}

int fixdep_command(const char* program, int count, const char* const* arguments) {
  if (gave_help(count, arguments, fixdep_help)) return 0;
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
