#include <algorithm>

#include <fmt/format.h>

#include "kbx/base/path.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/job_options.h"

namespace kbx::cli {
namespace {

std::string place(const kbuild::WordOrigin& origin) {
  const std::string where = origin.where.to_string();
  if (!where.empty()) return where + (origin.variable.empty() ? "" : "  (" + origin.variable + ")");
  return origin.variable.empty() ? "" : "command line or environment  (" + origin.variable + ")";
}

}  // namespace

int why_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Tells which Makefile line put each flag into the command of a file, and what rebuilds it.",
      "kbx why");
  JobOptions options;
  std::string output;
  app.add_option("FILE", output, "an object or module: hello.o, sub/part.o, hello.ko")->required();
  options.add_to(app);
  if (const auto status = parse(app, arguments)) return *status;

  const kbuild::Explanation told = explain_output(options.job(), output);
  fmt::print("{}\n  in {}\n\n", told.action.outputs.front(), told.action.folder);
  size_t width = 0;
  for (const kbuild::WordOrigin& origin : told.words)
    width = std::max(width, std::min<size_t>(origin.word.size(), 48));
  for (const kbuild::WordOrigin& origin : told.words)
    fmt::print("  {:<{}}  {}\n", origin.word, width, place(origin));
  fmt::print("\nmade again when one of these changes, or a header that it includes:\n");
  for (const std::string& input : told.action.inputs) fmt::print("  {}\n", input);
  return 0;
}

}  // namespace kbx::cli
