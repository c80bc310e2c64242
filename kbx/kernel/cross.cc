#include "kbx/kernel/cross.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <sys/utsname.h>

#include "kbx/kernel/config.h"

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

bool has_gcc(const std::string& prefix, const std::string& path) {
  if (!find_program(prefix + "gcc", path).empty()) return true;
  constexpr int oldest = 8;
  constexpr int newest = 20;
  for (int version = newest; version >= oldest; --version)
    if (!find_program(prefix + "gcc-" + std::to_string(version), path).empty()) return true;
  return false;
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
    if (has_gcc(triplet + "-", path->second)) return triplet + "-";
  return std::nullopt;
}

std::string cross_package(const Tree& tree) {
  const auto triplets = cross_triplets(tree);
  if (triplets.empty()) return {};
  std::string name = triplets.front();
  std::replace(name.begin(), name.end(), '_', '-');
  return "gcc-" + name;
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
