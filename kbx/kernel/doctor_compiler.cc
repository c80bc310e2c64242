#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/elf/needed_versions.h"
#include "kbx/kernel/cross.h"
#include "kbx/kernel/doctor_checks.h"
#include "kbx/kernel/forced_flags.h"
#include "kbx/kernel/layout.h"
#include "kbx/kernel/toolchain.h"

namespace kbx::kernel {
namespace {

using Severity = Finding::Severity;

/// How compilers for a SRCARCH call their machine in -dumpmachine.
struct MachineNames {
  std::string_view arch;
  std::string_view starts;  // separated by spaces
};

constexpr std::array<MachineNames, 8> machine_names = {{
    {"x86", "x86_64 i386 i486 i586 i686"},
    {"arm64", "aarch64"},
    {"arm", "arm"},
    {"powerpc", "powerpc"},
    {"riscv", "riscv"},
    {"s390", "s390"},
    {"mips", "mips"},
    {"loongarch", "loongarch"},
}};

bool makes_code_for(const std::string& target, const std::string& arch) {
  for (const MachineNames& names : machine_names) {
    if (names.arch != arch) continue;
    for (std::string_view start : split_words(names.starts))
      if (target.substr(0, start.size()) == start) return true;
    return false;
  }
  return true;
}

/// The target of the compiler called cc here, which tells what a native triplet is; "" if none is.
std::string native_target(const Environment& environment) {
  for (const char* name : {"gcc", "cc", "clang"}) {
    const CompilerPath where = locate_compiler(name, environment);
    if (where.identity.empty()) continue;
    ProbeCache cache("");
    try {
      return describe_compiler(where, cache, environment).target;
    } catch (const Error&) {
    }
  }
  return {};
}

bool is_native(const std::string& triplet, const Environment& environment) {
  if (triplet.empty()) return true;
  const std::string target = native_target(environment);
  return target.substr(0, target.find('-')) == triplet.substr(0, triplet.find('-'));
}

/// The compiler to examine further, with a finding if it is not the one asked for.
struct Choice {
  std::optional<CompilerPath> compiler;
  std::optional<Finding> finding;
};

/// What kbx build takes instead of a cross compiler that is not here.
Choice choose_cross_compiler(const Patient& patient, Finding finding) {
  if (finding.remedy.empty()) finding.remedy = cross_package(patient.tree);
  const auto prefix = cross_prefix(patient.tree, patient.environment);
  if (!prefix || names_toolchain({}, patient.environment)) return {std::nullopt, finding};
  const auto other = stand_in_compiler(patient.tree, *prefix, patient.environment);
  if (!other) return {std::nullopt, finding};
  finding.severity = Severity::limits;
  finding.detail += " " + other->command + " is here: kbx build takes it.";
  return {locate_compiler(other->command, patient.environment), finding};
}

Choice choose_compiler(const Patient& patient) {
  const bool given = !patient.options.cc.empty();
  std::string asked = given ? patient.options.cc : compiler_asked_for(patient.tree, patient.config);
  if (!given && compiler_triplet(asked).empty() && !names_toolchain({}, patient.environment))
    asked = cross_prefix(patient.tree, patient.environment).value_or("") + asked;
  const CompilerPath wanted = locate_compiler(asked, patient.environment);
  if (!wanted.identity.empty()) return {wanted, std::nullopt};
  const std::string name = wanted.arguments.at(0);
  const bool native = is_native(compiler_triplet(name), patient.environment);
  Finding finding{Severity::broken, "the compiler " + name + " is not here",
                  given ? "" : "It is the one that this tree asks for.",
                  compiler_package(name, native)};
  if (given) return {std::nullopt, finding};
  if (!native) return choose_cross_compiler(patient, finding);
  std::string bare = name.substr(compiler_triplet(name).size());
  const std::string family = bare.substr(0, bare.find('-'));
  for (const std::string& other : {bare, family}) {
    const CompilerPath found = locate_compiler(other, patient.environment);
    if (found.identity.empty() || other == name) continue;
    finding.detail += " " + other + " is here and was examined instead: CC=" + other + ".";
    if (other == bare) finding.severity = Severity::limits;
    return {found, finding};
  }
  return {std::nullopt, finding};
}

Finding judge_match(const Compiler& compiler, const Config& config, const std::string& package) {
  const CompilerMatch match = compare_compiler(compiler, config);
  const std::string name = base_name(compiler.where.arguments.at(0)) + " " + compiler.version;
  const std::string built = "The kernel was built with " + match.kernel_text + ". ";
  if (match.same) return {Severity::good, "the compiler is the kernel's own: " + name, "", ""};
  if (!match.same_family)
    return {Severity::broken, name + " is not of the family that built the kernel",
            built + "gcc and clang take different flags; the configuration has those of the other.",
            package};
  if (!match.same_major)
    return {Severity::limits, name + " is another major version than the kernel's",
            built + "Modules usually build and work; flags that it lacks are named here.", package};
  return {Severity::harmless, name + " is another release than the kernel's",
          built + "The same major version makes compatible modules.", ""};
}

std::optional<Finding> check_plugins(const Patient& patient, bool same_compiler) {
  if (!patient.config.is_y("CONFIG_GCC_PLUGINS")) return std::nullopt;
  const std::string folder = join_path(patient.tree.objtree, "scripts/gcc-plugins");
  std::vector<std::string> plugins;
  for (const std::string& name : list_folder(folder))
    if (extension(name) == ".so") plugins.push_back(name);
  if (plugins.empty())
    return Finding{Severity::broken, "the kernel's gcc plugins are missing",
                   "The configuration has CONFIG_GCC_PLUGINS, but scripts/gcc-plugins holds none.",
                   scripts_package(patient.tree)};
  const std::string first = join_path(folder, plugins[0]);
  const auto plugin = elf::read_program(MappedFile(first).content(), first);
  const std::string self = "/proc/self/exe";
  const auto here = elf::read_program(MappedFile(self).content(), self);
  if (plugin && here && !plugin->same_machine(*here))
    return Finding{Severity::broken, "the gcc plugins are for " + plugin->machine_name(),
                   "This machine's gcc cannot load scripts/gcc-plugins/" + plugins[0] + ".", ""};
  if (!same_compiler)
    return Finding{Severity::broken, "the gcc plugins are for another version of gcc",
                   "gcc refuses a plugin that was not built for exactly its version (incompatible "
                   "gcc/plugin versions).",
                   ""};
  return Finding{Severity::good, "the gcc plugins fit the compiler", "", ""};
}

}  // namespace

std::vector<Finding> check_compiler(const Patient& patient) {
  std::vector<Finding> findings;
  const Choice choice = choose_compiler(patient);
  if (choice.finding) findings.push_back(*choice.finding);
  if (!choice.compiler) return findings;
  ProbeCache cache("");
  Compiler compiler;
  try {
    compiler = describe_compiler(*choice.compiler, cache, patient.environment);
  } catch (const Error& error) {
    findings.push_back({Severity::broken, error.what(), error.hint(), ""});
    return findings;
  }
  const std::string name = base_name(choice.compiler->arguments.at(0));
  const std::string kernels_own = compiler_asked_for(patient.tree, patient.config);
  const std::string package =
      compiler_package(kernels_own, is_native(compiler_triplet(kernels_own), patient.environment));
  if (!makes_code_for(compiler.target, patient.tree.arch)) {
    findings.push_back(
        {Severity::broken,
         name + " makes code for " + compiler.target + ", the kernel is for " + patient.tree.arch,
         "Name a cross compiler: CROSS_COMPILE=TRIPLET- or LLVM=1, or have one in PATH.",
         cross_package(patient.tree)});
    return findings;
  }
  findings.push_back(judge_match(compiler, patient.config, package));
  const auto refused = refused_flags(*choice.compiler, patient.config, patient.environment);
  if (!refused.empty())
    findings.push_back({Severity::broken, name + " does not know " + join(refused, " "),
                        "The kernel's configuration passes this to every compilation.", package});
  const bool same = compare_compiler(compiler, patient.config).same;
  if (const auto plugins = check_plugins(patient, same)) findings.push_back(*plugins);
  return findings;
}

}  // namespace kbx::kernel
