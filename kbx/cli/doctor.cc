#include "kbx/kernel/doctor.h"

#include <algorithm>

#include <fmt/format.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/options.h"
#include "kbx/kernel/tree.h"

namespace kbx::cli {
namespace {

constexpr const char* examples =
    "kbx doctor                             the kernel that kbx build would take\n"
    "kbx doctor -K 6.12.90+deb13-amd64\n"
    "kbx doctor CC=gcc-11                   would this compiler do?";

/// True if the tree names its compiler itself, whatever LLVM= says, as Debian's headers do.
bool names_compiler(const kernel::Tree& tree) {
  const auto text = read_file_if_present(join_path(tree.objtree, ".kernelvariables"));
  if (!text) return false;
  const auto lines = split_lines(*text);
  return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    const auto words = split_words(line);
    return words.size() > 1 && words[0] == "CC";
  });
}

/// The compiler of "CC=…" or "LLVM=1" among the words, "" if they name none.
std::string compiler_of(const std::vector<std::string>& variables, const kernel::Tree& tree) {
  std::string compiler;
  for (const std::string& variable : variables) {
    if (variable.starts_with("CC=")) return variable.substr(3);
    if (!variable.starts_with("LLVM=")) continue;
    if (!names_compiler(tree))
      compiler = "clang";
    else
      fmt::print(
          "note: LLVM= does not change the compiler here, since {} sets CC; CC=clang does\n\n",
          join_path(tree.objtree, ".kernelvariables"));
  }
  return compiler;
}

}  // namespace

int doctor_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Examines a kernel tree: what it lacks, what will not run here, which package mends it, and "
      "what\nis harmless.",
      "kbx doctor");
  std::vector<std::string> kernel_words;
  std::vector<std::string> words;
  bool remedies = false;
  set_help(app, {"[OPTION...] [NAME=value...]", examples});
  add_kernel_option(app, kernel_words);
  app.add_option(
      "WORDS", words,
      "CC=COMPILER or LLVM=1, as the build will get them; header packages (.deb, .rpm, .tar.xz)");
  app.add_flag("--remedies", remedies, "print only the packages that mend what is broken");
  if (const auto status = parse(app, arguments)) return *status;

  const Environment environment = current_environment();
  const Words split = split_variables(words);
  for (const std::string& word : split.folders) {
    if (!word.ends_with(".deb"))
      throw UsageError("unexpected word \"" + word + "\"", "name a kernel with --kernel " + word);
    kernel_words.push_back(word);
  }
  const kernel::Tree tree = kernel::find_tree(join(kernel_words, ","), environment);
  kernel::DoctorOptions options;
  options.cc = compiler_of(split.variables, tree);
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
