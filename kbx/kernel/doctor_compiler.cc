// The compiler is judged by what the configuration forces on it. A configuration made with one
// compiler records what that one could do, and kbuild then passes flags without asking again; those
// are tried here. What kbuild wraps in cc-option adapts itself and is of no interest.

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
#include "kbx/kernel/layout.h"
#include "kbx/kernel/toolchain.h"

namespace kbx::kernel {
namespace {

using Severity = Finding::Severity;

/// A flag that the top Makefiles pass whenever a symbol is set, and the kernel's compiler family it
/// is for ("" is any). @ stands for the value of the symbol `number`.
struct ForcedFlag {
  std::string_view symbol;
  std::string_view family;
  std::string_view flag;
  std::string_view number = {};
};

constexpr std::array<ForcedFlag, 16> forced_flags = {{
    {"CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT", "", "-fmin-function-alignment=@",
     "CONFIG_FUNCTION_ALIGNMENT"},
    {"CONFIG_CALL_PADDING", "", "-fpatchable-function-entry=@,@", "CONFIG_FUNCTION_PADDING_BYTES"},
    {"CONFIG_INIT_STACK_ALL_ZERO", "", "-ftrivial-auto-var-init=zero"},
    {"CONFIG_INIT_STACK_ALL_PATTERN", "", "-ftrivial-auto-var-init=pattern"},
    {"CONFIG_ZERO_CALL_USED_REGS", "", "-fzero-call-used-regs=used-gpr"},
    {"CONFIG_STACKPROTECTOR_STRONG", "", "-fstack-protector-strong"},
    {"CONFIG_SLS", "", "-mharden-sls=all"},
    {"CONFIG_MITIGATION_SLS", "", "-mharden-sls=all"},
    {"CONFIG_RETHUNK", "", "-mfunction-return=thunk-extern"},
    {"CONFIG_MITIGATION_RETHUNK", "", "-mfunction-return=thunk-extern"},
    {"CONFIG_RETPOLINE", "gcc", "-mindirect-branch=thunk-extern"},
    {"CONFIG_MITIGATION_RETPOLINE", "gcc", "-mindirect-branch=thunk-extern"},
    {"CONFIG_RETPOLINE", "clang", "-mretpoline-external-thunk"},
    {"CONFIG_MITIGATION_RETPOLINE", "clang", "-mretpoline-external-thunk"},
    {"CONFIG_CFI_CLANG", "clang", "-fsanitize=kcfi"},
    {"CONFIG_LTO_CLANG", "clang", "-flto"},
}};

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

std::vector<std::string> flags_forced_by(const Config& config) {
  std::vector<std::string> flags;
  const std::string_view family = config.is_y("CONFIG_CC_IS_CLANG") ? "clang" : "gcc";
  for (const ForcedFlag& forced : forced_flags) {
    const bool fits = forced.family.empty() || forced.family == family;
    const std::string& number = config.get(forced.number);
    if (!fits || !config.is_y(forced.symbol) || (!forced.number.empty() && number.empty()))
      continue;
    flags.push_back(replace_all(forced.flag, "@", number));
  }
  // Some symbols hold the flag itself: CONFIG_CC_IMPLICIT_FALLTHROUGH, CONFIG_CC_MS_EXTENSIONS, …
  for (const auto& [symbol, value] : config.values)
    if (symbol.substr(0, 10) == "CONFIG_CC_" && value.substr(0, 1) == "-") flags.push_back(value);
  return flags;
}

bool accepts(const CompilerPath& compiler, const std::vector<std::string>& flags,
             const Environment& environment) {
  Command command;
  command.arguments = compiler.arguments;
  command.arguments.insert(command.arguments.end(), flags.begin(), flags.end());
  for (const char* word : {"-Werror", "-x", "c", "-c", "/dev/null", "-o", "/dev/null"})
    command.arguments.emplace_back(word);
  command.environment = &environment;
  command.capture_errors = true;
  return run(command).status == 0;
}

std::vector<std::string> refused_flags(const CompilerPath& compiler, const Config& config,
                                       const Environment& environment) {
  const std::vector<std::string> flags = flags_forced_by(config);
  if (flags.empty() || accepts(compiler, flags, environment)) return {};
  std::vector<std::string> refused;
  for (const std::string& flag : flags)
    if (!accepts(compiler, {flag}, environment)) refused.push_back(flag);
  return refused;
}

/// A triplet in front of gcc or clang, as in x86_64-linux-gnu-gcc-12: "x86_64-linux-gnu-", or "".
std::string triplet_of(const std::string& name) {
  for (std::string_view family : {"gcc", "clang", "cc"}) {
    const size_t at = name.find("-" + std::string(family));
    if (at != std::string::npos && name.find('-') < at) return name.substr(0, at + 1);
  }
  return {};
}

bool makes_code_for(const std::string& target, const std::string& arch) {
  for (const MachineNames& names : machine_names) {
    if (names.arch != arch) continue;
    for (std::string_view start : split_words(names.starts))
      if (target.substr(0, start.size()) == start) return true;
    return false;
  }
  return true;
}

/// The Debian package of a compiler: gcc-12 for a native one whatever it is called, else
/// gcc-12-aarch64-linux-gnu.
std::string package_of(const std::string& name, bool native) {
  const std::string triplet = triplet_of(name);
  std::string bare = name.substr(triplet.size());
  if (triplet.empty() || native) return bare;
  return bare + "-" + triplet.substr(0, triplet.size() - 1);
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

Choice choose_compiler(const Patient& patient) {
  const bool given = !patient.options.cc.empty();
  std::string asked = given ? patient.options.cc : compiler_asked_for(patient.tree, patient.config);
  if (!given && triplet_of(asked).empty() && !names_toolchain({}, patient.environment))
    asked = cross_prefix(patient.tree, patient.environment).value_or("") + asked;
  const CompilerPath wanted = locate_compiler(asked, patient.environment);
  if (!wanted.identity.empty()) return {wanted, std::nullopt};
  const std::string name = wanted.arguments.at(0);
  const bool native = is_native(triplet_of(name), patient.environment);
  Finding finding{Severity::broken, "the compiler " + name + " is not here",
                  given ? "" : "It is the one that this tree asks for.",
                  given || cross_package(patient.tree).empty() ? package_of(name, native)
                                                               : cross_package(patient.tree)};
  if (given || !native) return {std::nullopt, finding};
  std::string bare = name.substr(triplet_of(name).size());
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
      package_of(kernels_own, is_native(triplet_of(kernels_own), patient.environment));
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
