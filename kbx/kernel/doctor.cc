#include "kbx/kernel/doctor.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/symlink.h"
#include "kbx/base/text.h"
#include "kbx/kernel/doctor_checks.h"
#include "kbx/kernel/layout.h"

namespace kbx::kernel {
namespace {

using Severity = Finding::Severity;

constexpr size_t columns = 88;
constexpr size_t indent = 10;

size_t line_count(const std::string& path) {
  const MappedFile file(path);
  return static_cast<size_t>(std::count(file.content().begin(), file.content().end(), '\n'));
}

/// The files without which no object compiles, below the folder they belong in.
std::vector<std::string> missing_files(const Tree& tree) {
  std::vector<std::string> missing;
  const auto need = [&](const std::string& folder, const std::string& name) {
    if (!exists(join_path(folder, name))) missing.push_back(name);
  };
  need(tree.objtree, "include/config/auto.conf");
  need(tree.objtree, "include/generated/autoconf.h");
  need(tree.objtree, "include/generated/utsrelease.h");
  const std::string arch = "arch/" + (tree.arch.empty() ? "*" : tree.arch);
  need(tree.objtree, arch + "/include/generated");
  need(tree.srctree, "include/linux/module.h");
  need(tree.srctree, arch + "/Makefile");
  need(tree.srctree, "scripts/Makefile.build");
  return missing;
}

Finding check_symvers(const Patient& patient) {
  const std::string path = join_path(patient.tree.objtree, "Module.symvers");
  const size_t symbols = is_regular_file(path) ? line_count(path) : 0;
  if (symbols > 0)
    return {Severity::good, "Module.symvers lists " + std::to_string(symbols) + " symbols", "", ""};
  const bool versions = patient.config.is_y("CONFIG_MODVERSIONS");
  return {versions ? Severity::broken : Severity::limits,
          std::string("Module.symvers is ") + (is_regular_file(path) ? "empty" : "missing"),
          versions
              ? "It holds the kernel's exported symbols and their CRCs. Without it every symbol "
                "of the kernel counts as undefined, and a module without CRCs is refused by "
                "this kernel (CONFIG_MODVERSIONS) or taints it."
              : "It holds the kernel's exported symbols. Without it, a module that uses one "
                "the kernel does not have is noticed only when it is loaded.",
          headers_package(patient.tree)};
}

std::string wrapped(std::string_view text, const std::string& margin) {
  std::string result;
  size_t column = 0;
  for (std::string_view word : split_words(text)) {
    if (column > 0 && column + 1 + word.size() > columns) {
      result += "\n" + margin;
      column = margin.size();
    } else if (column > 0) {
      result += " ";
      ++column;
    } else {
      result += margin;
      column = margin.size();
    }
    result += word;
    column += word.size();
  }
  return result + "\n";
}

std::string_view name_of(Severity severity) {
  constexpr std::array<std::string_view, 4> names = {"broken", "limits", "harmless", "good"};
  return names[static_cast<size_t>(severity)];
}

void append(std::vector<Finding>& all, const std::vector<Finding>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

std::string headers_package(const Tree& tree) {
  return tree.release.empty() ? "linux-headers" : "linux-headers-" + tree.release;
}

std::string scripts_package(const Tree& tree) {
  constexpr std::string_view mark = "/linux-kbuild-";
  for (const std::string& folder : {tree.headers, tree.srctree}) {
    const std::string target = read_link(join_path(folder, "scripts")).value_or("");
    const size_t at = target.find(mark);
    if (at != std::string::npos) return base_name(dir_name(target.substr(at)));
  }
  return headers_package(tree);
}

std::vector<Finding> check_headers(const Patient& patient) {
  const Tree& tree = patient.tree;
  std::vector<Finding> findings;
  std::vector<std::string> missing = missing_files(tree);
  const bool scripts_missing =
      std::find(missing.begin(), missing.end(), "scripts/Makefile.build") != missing.end();
  if (missing.empty()) {
    findings.push_back(
        {Severity::good, "the headers and their configuration are complete", "", ""});
  } else {
    findings.push_back(
        {Severity::broken, "missing: " + join(missing, ", "),
         "The header package is incomplete. Running make prepare there does not "
         "help: the sources it needs are not in the package.",
         missing.size() == 1 && scripts_missing ? scripts_package(tree) : headers_package(tree)});
  }
  findings.push_back(check_symvers(patient));
  return findings;
}

std::vector<Finding> check_meaning(const Patient& patient) {
  const Config& config = patient.config;
  std::vector<Finding> findings;
  if (config.values.empty()) return findings;
  if (config.is_y("CONFIG_MODULE_SIG_FORCE"))
    findings.push_back({Severity::limits, "only signed modules load (CONFIG_MODULE_SIG_FORCE)",
                        "Sign with a key whose certificate this kernel trusts.", ""});
  else if (config.is_y("CONFIG_MODULE_SIG"))
    findings.push_back({Severity::harmless, "unsigned modules load, and taint the kernel",
                        config.is_y("CONFIG_SECURITY_LOCKDOWN_LSM")
                            ? "With Secure Boot they are refused: then sign with an enrolled key."
                            : "",
                        ""});
  if (config.is_y("CONFIG_TRIM_UNUSED_KSYMS"))
    findings.push_back(
        {Severity::limits, "exports were trimmed (CONFIG_TRIM_UNUSED_KSYMS)",
         "The kernel exports only what its own modules use. A symbol may be declared "
         "in the headers and still be undefined for other modules.",
         ""});
  if (!config.is_y("CONFIG_MODVERSIONS"))
    findings.push_back({Severity::harmless, "symbols have no CRCs (CONFIG_MODVERSIONS is off)",
                        "A module loads only on exactly the release it was built for, and nothing "
                        "tells whether the kernel's structures changed.",
                        ""});
  const bool rust_metadata = exists(join_path(patient.tree.objtree, "rust/libkernel.rmeta")) ||
                             exists(join_path(patient.tree.objtree, "rust/kernel.o"));
  if (config.is_y("CONFIG_RUST") && !rust_metadata)
    findings.push_back({Severity::limits, "modules in Rust cannot be built here, those in C can",
                        "The kernel has Rust (CONFIG_RUST), but its headers bring no rust/*.rmeta.",
                        ""});
  return findings;
}

std::vector<Finding> examine(const Tree& tree, const Environment& environment,
                             const DoctorOptions& options) {
  std::vector<Finding> findings;
  Config config;
  try {
    config = config_of(tree);
  } catch (const Error& error) {
    findings.push_back({Severity::broken, "the configuration cannot be read",
                        error.location().to_string() + ": " + error.what(), headers_package(tree)});
  }
  const Patient patient{tree, config, environment, options};
  append(findings, check_headers(patient));
  append(findings, check_compiler(patient));
  append(findings, check_programs(patient));
  append(findings, check_btf(patient));
  append(findings, check_meaning(patient));
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
  return findings;
}

std::string render(const std::vector<Finding>& findings) {
  const std::string margin(indent, ' ');
  std::string text;
  for (const Finding& finding : findings) {
    std::string title = wrapped(finding.title, margin);
    const std::string_view name = name_of(finding.severity);
    title.replace(0, name.size(), name);
    text += title;
    if (!finding.detail.empty()) text += wrapped(finding.detail, margin);
    if (!finding.remedy.empty()) text += margin + "install: " + finding.remedy + "\n";
  }
  return text;
}

}  // namespace kbx::kernel
