#include "kbx/kernel/cross.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <sys/utsname.h>

#include "kbx/base/error.h"
#include "kbx/base/text.h"
#include "kbx/kernel/config.h"
#include "kbx/kernel/forced_flags.h"
#include "kbx/kernel/toolchain.h"

namespace kbx::kernel {
namespace {

/// SRCARCH of the machine, as the kernel's Makefile makes it of `uname -m`.
std::string source_arch_of_machine() {
  utsname names{};
  ::uname(&names);
  const std::string_view machine = names.machine;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> starts = {
      {{"x86_64", "x86"},
       {"i", "x86"},
       {"aarch64", "arm64"},
       {"arm", "arm"},
       {"s390", "s390"},
       {"ppc", "powerpc"},
       {"mips", "mips"},
       {"riscv", "riscv"},
       {"loongarch", "loongarch"}}};
  for (const auto& [start, arch] : starts)
    if (machine.starts_with(start)) return std::string(arch);
  return std::string(machine);
}

std::string mips_triplet(const Config& config) {
  const std::string ending = config.is_y("CONFIG_CPU_LITTLE_ENDIAN") ? "el" : "";
  return config.is_y("CONFIG_64BIT") ? "mips64" + ending + "-linux-gnuabi64"
                                     : "mips" + ending + "-linux-gnu";
}

/// Debian's triplet; another choice of floating point makes no difference to a kernel.
std::string debian_triplet(const Tree& tree) {
  if (tree.arch == "x86") return "x86_64-linux-gnu";
  if (tree.arch == "arm64") return "aarch64-linux-gnu";
  if (tree.arch == "arm") return "arm-linux-gnueabihf";
  if (tree.arch == "s390") return "s390x-linux-gnu";
  if (tree.arch == "riscv") return "riscv64-linux-gnu";
  if (tree.arch == "loongarch") return "loongarch64-linux-gnu";
  if (tree.arch == "mips") return mips_triplet(config_of(tree));
  if (tree.arch != "powerpc") return {};
  const Config config = config_of(tree);
  if (config.is_y("CONFIG_CPU_LITTLE_ENDIAN")) return "powerpc64le-linux-gnu";
  return config.is_y("CONFIG_PPC64") ? "powerpc64-linux-gnu" : "powerpc-linux-gnu";
}

/// The gcc of a toolchain, of no version rather than of one, and of the newest; "" if it has none.
std::string gcc_of(const std::string& prefix, const std::string& path) {
  std::string plain = prefix + "gcc";
  if (!find_program(plain, path).empty()) return plain;
  constexpr int oldest = 8;
  constexpr int newest = 20;
  for (int version = newest; version >= oldest; --version)
    if (std::string name = plain + "-" + std::to_string(version); !find_program(name, path).empty())
      return name;
  return {};
}

}  // namespace

std::vector<std::string> cross_triplets(const Tree& tree) {
  if (tree.arch.empty() || tree.arch == source_arch_of_machine()) return {};
  const std::string triplet = debian_triplet(tree);
  if (triplet.empty()) return {};
  const size_t hyphen = triplet.find('-');
  const std::string machine = triplet.substr(0, hyphen);
  const std::string system = triplet.substr(hyphen + 1);  // linux-gnueabihf
  std::vector<std::string> result = {triplet};
  if (tree.arch == "arm") result.emplace_back("arm-linux-gnueabi");
  for (const char* vendor : {"none", "unknown", "buildroot", "openwrt"})
    result.push_back(machine + "-" + vendor + "-" + system);
  result.push_back(machine + "-linux");
  result.push_back(machine + "-poky-linux" + (tree.arch == "arm" ? "-gnueabi" : ""));
  return result;
}

std::optional<std::string> cross_prefix(const Tree& tree, const Environment& environment) {
  const auto path = environment.find("PATH");
  if (path == environment.end()) return std::nullopt;
  for (const std::string& triplet : cross_triplets(tree))
    if (!gcc_of(triplet + "-", path->second).empty()) return triplet + "-";
  return std::nullopt;
}

std::string cross_package(const Tree& tree) {
  const auto triplets = cross_triplets(tree);
  if (triplets.empty()) return {};
  std::string name = triplets.front();
  std::replace(name.begin(), name.end(), '_', '-');
  return "gcc-" + name;
}

std::optional<StandIn> stand_in_compiler(const Tree& tree, const std::string& prefix,
                                         const Environment& environment) {
  const auto path = environment.find("PATH");
  if (path == environment.end()) return std::nullopt;
  StandIn result;
  result.wanted = compiler_asked_for(tree, config_of(tree));
  if (result.wanted.find("clang") != std::string::npos) return std::nullopt;
  if (compiler_triplet(result.wanted).empty()) result.wanted = prefix + result.wanted;
  result.command = gcc_of(prefix, path->second);
  if (result.command.empty() || !locate_compiler(result.wanted, environment).path.empty())
    return std::nullopt;
  return result;
}

std::string stand_in_note(const StandIn& compiler, const Tree& tree, ProbeCache& cache,
                          const Environment& environment) {
  const Config config = config_of(tree);
  const CompilerPath where = locate_compiler(compiler.command, environment);
  const std::string known =
      compiler.command + " " + describe_compiler(where, cache, environment).version;
  const std::string package = compiler_package(compiler.wanted, false);
  if (const auto refused = refused_flags(where, config, environment); !refused.empty())
    throw Error("the compiler " + compiler.wanted + " was not found in PATH, and " + known +
                    " cannot take its place: it does not know " + join(refused, " "),
                "install " + package + ", or name another compiler: CC=");
  std::string note = compiler.wanted + ", which this tree asks for, is not here: " + known +
                     " takes its place (package " + package + " has it)";
  if (const std::string& text = config.get("CONFIG_CC_VERSION_TEXT"); !text.empty())
    note += "; the kernel was built with " + text;
  return note;
}

std::string compiler_triplet(const std::string& name) {
  for (std::string_view family : {"gcc", "clang", "cc"}) {
    const size_t at = name.find("-" + std::string(family));
    if (at != std::string::npos && name.find('-') < at) return name.substr(0, at + 1);
  }
  return {};
}

std::string compiler_package(const std::string& name, bool native) {
  const std::string triplet = compiler_triplet(name);
  std::string bare = name.substr(triplet.size());
  if (triplet.empty() || native) return bare;
  return bare + "-" + replace_all(triplet.substr(0, triplet.size() - 1), "_", "-");
}

bool names_toolchain(const std::vector<std::string>& variables, const Environment& environment) {
  const auto names_one = [](const std::string& variable) {
    const std::string name = variable.substr(0, variable.find_first_of(":+?="));
    return name == "CROSS_COMPILE" || name == "LLVM" || name == "CC";
  };
  return std::any_of(variables.begin(), variables.end(), names_one) ||
         environment.count("CROSS_COMPILE") > 0 || environment.count("LLVM") > 0;
}

}  // namespace kbx::kernel
