// Header packages bring programs that kbuild runs. They are built for the machine and the C library
// of the distribution, so they may not start elsewhere. Their files tell that before anything is
// compiled. Debian's modpost and objtool only start one of several modpost.real-* and
// objtool.real-ARCH, so those count too.

#include <algorithm>
#include <map>

#include <gnu/libc-version.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/elf/needed_versions.h"
#include "kbx/kernel/doctor_checks.h"

namespace kbx::kernel {
namespace {

using Severity = Finding::Severity;

/// A program of the tree that kbuild runs when it builds modules.
struct TreeProgram {
  std::string path;         // below the objtree
  bool only_for_this_arch;  // of PROGRAM.real-*, only that of the tree's architecture is run
  bool replaceable;         // kbx runs its own
  bool has_to_be_there;     // kbuild's rules name it as a prerequisite
};

std::vector<TreeProgram> programs_of(const Config& config) {
  std::vector<TreeProgram> programs = {{"scripts/basic/fixdep", false, true, false},
                                       {"scripts/mod/modpost", false, true, true}};
  if (config.is_y("CONFIG_MODVERSIONS"))
    programs.push_back({"scripts/genksyms/genksyms", false, true, false});
  if (config.is_y("CONFIG_FTRACE_MCOUNT_USE_RECORDMCOUNT"))
    programs.push_back({"scripts/recordmcount", false, true, false});
  if (config.is_y("CONFIG_OBJTOOL") || config.is_y("CONFIG_STACK_VALIDATION"))
    programs.push_back({"tools/objtool/objtool", true, false, true});
  return programs;
}

/// The files that are executed when `program` is: itself, and those it starts.
std::vector<std::string> files_of(const TreeProgram& program, const Tree& tree) {
  const std::string path = join_path(tree.objtree, program.path);
  const std::string prefix = base_name(path) + ".real-";
  std::vector<std::string> files = {path};
  for (const std::string& name : list_folder(dir_name(path))) {
    if (name.substr(0, prefix.size()) != prefix) continue;
    if (!program.only_for_this_arch || name == prefix + tree.arch)
      files.push_back(join_path(dir_name(path), name));
  }
  return files;
}

/// Why a file cannot be executed here, in a few words; "" if it can.
std::string obstacle(const std::string& file, const elf::Program& here, const std::string& glibc) {
  if (!is_regular_file(file)) return "missing";
  if (!is_executable(file)) return "not executable";
  const auto program = elf::read_program(MappedFile(file).content(), file);
  if (!program) return "";
  if (!program->same_machine(here)) return "built for " + program->machine_name();
  const std::string needed = program->needed_glibc();
  if (!needed.empty() && elf::compare_versions(needed, glibc) > 0)
    return "built for glibc " + needed + " or newer";
  return "";
}

std::string first_obstacle(const TreeProgram& program, const Tree& tree, const elf::Program& here,
                           const std::string& glibc) {
  for (const std::string& file : files_of(program, tree)) {
    try {
      if (std::string found = obstacle(file, here, glibc); !found.empty()) return found;
    } catch (const Error& error) {
      return "damaged (" + std::string(error.what()) + ")";
    }
  }
  return {};
}

bool is_absent(std::string_view obstacle) {
  return obstacle == "missing" || obstacle == "not executable";
}

std::string explanation(const std::string& obstacle, bool replaceable, const elf::Program& here,
                        const std::string& glibc) {
  std::string text;
  const bool library = obstacle.find("glibc") != std::string::npos;
  const bool foreign = !library && obstacle.substr(0, 9) == "built for";
  if (foreign) text = "This machine is " + here.machine_name() + ". ";
  if (library) text = "This machine has glibc " + glibc + ". ";
  if (replaceable) return text + "make stops there; kbx build brings its own.";
  text += is_absent(obstacle) ? "kbuild needs it for every module, so nothing can be built."
                              : "kbx build runs it for every module, so nothing can be built.";
  if (foreign || library) text += " Build where the headers are from, or in a container of that.";
  return text;
}

/// "v1.24" and "1.24" as 124, the way CONFIG_PAHOLE_VERSION counts; 0 if it is neither.
unsigned long pahole_number(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text[0] == 'v') text.remove_prefix(1);
  const auto parts = split(text, '.');
  if (parts.size() < 2) return 0;
  return parse_number(parts[0]).value_or(0) * 100 + parse_number(parts[1]).value_or(0);
}

std::string pahole_shown(unsigned long number) {
  return std::to_string(number / 100) + "." + std::to_string(number % 100);
}

}  // namespace

std::string obstacle_to_running(const Tree& tree, const std::string& path) {
  const std::string self = "/proc/self/exe";
  const auto here = elf::read_program(MappedFile(self).content(), self).value_or(elf::Program());
  const bool only_for_this_arch = base_name(path) == "objtool";
  return first_obstacle({path, only_for_this_arch, false, true}, tree, here,
                        gnu_get_libc_version());
}

std::vector<Finding> check_programs(const Patient& patient) {
  const std::string self = "/proc/self/exe";
  const auto here = elf::read_program(MappedFile(self).content(), self).value_or(elf::Program());
  const std::string glibc =
      patient.options.glibc.empty() ? gnu_get_libc_version() : patient.options.glibc;
  std::map<std::pair<std::string, bool>, std::vector<std::string>> troubled;  // by obstacle
  for (const TreeProgram& program : programs_of(patient.config)) {
    const std::string found = first_obstacle(program, patient.tree, here, glibc);
    const bool does_without = program.replaceable && !(program.has_to_be_there && is_absent(found));
    if (!found.empty()) troubled[{found, does_without}].push_back(program.path);
  }
  if (troubled.empty())
    return {{Severity::good, "the programs of the tree run on this machine", "", ""}};
  std::vector<Finding> findings;
  for (const auto& [trouble, programs] : troubled) {
    const auto& [what, replaceable] = trouble;
    findings.push_back({replaceable ? Severity::limits : Severity::broken,
                        join(programs, ", ") + ": " + what,
                        explanation(what, replaceable, here, glibc),
                        is_absent(what) ? scripts_package(patient.tree) : ""});
  }
  return findings;
}

std::vector<Finding> check_btf(const Patient& patient) {
  if (!patient.config.is_y("CONFIG_DEBUG_INFO_BTF_MODULES")) return {};
  if (!exists(join_path(patient.tree.objtree, "vmlinux")))
    return {
        {Severity::harmless, "BTF will not be generated; the module will load",
         "There is no vmlinux beside the headers to base it on. Only tracing by type (bpftrace, "
         "CO-RE) of the module itself goes without.",
         ""}};
  if (const std::string found =
          obstacle_to_running(patient.tree, "tools/bpf/resolve_btfids/resolve_btfids");
      found.starts_with("built for"))
    return {{Severity::harmless, "BTF will not be generated; the module will load",
             "The tree's resolve_btfids is " + found +
                 ". make stops there; kbx build leaves BTF out. Only tracing by type (bpftrace, "
                 "CO-RE) of the module itself goes without.",
             ""}};
  std::string pahole = patient.options.pahole;
  if (const auto given = patient.environment.find("PAHOLE");
      pahole.empty() && given != patient.environment.end())
    pahole = given->second;
  Command command{{pahole.empty() ? "pahole" : pahole, "--version"}, "", &patient.environment, ""};
  command.capture_errors = true;
  const CommandResult answer = run(command);
  if (answer.status != 0)
    return {
        {Severity::broken, "pahole is not here: no module can be finished",
         "There is a vmlinux beside the headers, so kbuild has pahole make BTF of every module.",
         "dwarves"}};
  const unsigned long version = pahole_number(answer.output);
  const unsigned long wanted = patient.config.number("CONFIG_PAHOLE_VERSION").value_or(0);
  if (version < wanted)
    return {
        {Severity::limits,
         "pahole " + pahole_shown(version) + " is older than the kernel's, " + pahole_shown(wanted),
         "kbuild passes the options of the newer one; where this one does not know them, make "
         "fails, and kbx build leaves BTF out.",
         "dwarves"}};
  return {{Severity::good, "BTF can be generated with pahole " + pahole_shown(version), "", ""}};
}

}  // namespace kbx::kernel
