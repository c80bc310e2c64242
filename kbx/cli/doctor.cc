#include "kbx/kernel/doctor.h"

#include <algorithm>

#include <fmt/format.h>

#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/options.h"
#include "kbx/kernel/tree.h"

namespace kbx::cli {
namespace {

/// The compiler of "CC=…" or "LLVM=1" among the words, "" if they name none.
std::string compiler_of(const std::vector<std::string>& variables) {
  std::string compiler;
  for (const std::string& variable : variables) {
    if (variable.starts_with("LLVM=") && compiler.empty()) compiler = "clang";
    if (variable.starts_with("CC=")) compiler = variable.substr(3);
  }
  return compiler;
}

}  // namespace

int doctor_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Examines a kernel tree: what it lacks, what will not run here, and what is harmless.",
      "kbx doctor");
  std::vector<std::string> kernel_words;
  std::vector<std::string> words;
  bool remedies = false;
  app.add_option("--kernel,-K", kernel_words,
                 "a release, a folder of headers, or header packages (.deb)")
      ->allow_extra_args(false);
  app.add_option("WORDS", words, "CC=COMPILER or LLVM=1, as the build will get them");
  app.add_flag("--remedies", remedies, "print only the packages that mend what is broken");
  if (const auto status = parse(app, arguments)) return *status;

  const Environment environment = current_environment();
  const kernel::Tree tree = kernel::find_tree(join(kernel_words, ","), environment);
  kernel::DoctorOptions options;
  options.cc = compiler_of(split_variables(words).variables);
  const std::vector<kernel::Finding> findings = kernel::examine(tree, environment, options);
  const auto broken = [](const kernel::Finding& finding) {
    return finding.severity == kernel::Finding::Severity::broken;
  };
  if (remedies) {
    for (const kernel::Finding& finding : findings)
      if (broken(finding) && !finding.remedy.empty()) fmt::print("{}\n", finding.remedy);
    return 0;
  }
  fmt::print("{}  {}\n\n{}", tree.release, tree.headers, kernel::render(findings));
  return std::any_of(findings.begin(), findings.end(), broken) ? 1 : 0;
}

}  // namespace kbx::cli
