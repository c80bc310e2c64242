#include <fmt/format.h>

#include "kbx/makelang/options.h"

namespace kbx::makelang {
namespace {

struct Line {
  const char* names;
  const char* meaning;
};

constexpr Line lines[] = {
    {"-b, -m", "Accepted and without effect."},
    {"-B, --always-make", "Remake every target, up to date or not."},
    {"-C DIRECTORY, --directory=DIRECTORY", "Work in DIRECTORY."},
    {"-d", "Same as --debug=a."},
    {"--debug[=FLAGS]", "Tell how decisions are taken."},
    {"-e, --environment-overrides", "The environment wins over makefiles."},
    {"-E STRING, --eval=STRING", "Read STRING before the makefiles."},
    {"-f FILE, --file=FILE, --makefile=FILE", "Use FILE as the makefile."},
    {"-h, --help", "Show this text."},
    {"-i, --ignore-errors", "Go on when a recipe line fails."},
    {"-I DIRECTORY, --include-dir=DIRECTORY", "Look into DIRECTORY for include."},
    {"-j [N], --jobs[=N]", "Run N recipes side by side; without N, as many as there are."},
    {"-k, --keep-going", "After an error make what does not depend on it."},
    {"-l [N], --load-average[=N], --max-load[=N]", "Start no further job above a load of N."},
    {"-L, --check-symlink-times", "A link is as new as the newer of itself and its target."},
    {"-n, --just-print, --dry-run, --recon", "Print the recipes, run nothing."},
    {"-o FILE, --old-file=FILE, --assume-old=FILE",
     "Never remake FILE, nor anything for its sake."},
    {"-O[TYPE], --output-sync[=TYPE]", "Keep the output of parallel jobs together."},
    {"-p, --print-data-base", "Print variables and rules."},
    {"-q, --question", "Run nothing; tell by the exit status whether all is up to date."},
    {"-r, --no-builtin-rules", "Do without the built-in implicit rules."},
    {"-R, --no-builtin-variables", "Do without the built-in variables."},
    {"-s, --silent, --quiet", "Print no recipes."},
    {"--no-silent", "Print recipes in spite of -s."},
    {"-S, --no-keep-going, --stop", "Undo -k."},
    {"-t, --touch", "Touch targets instead of making them."},
    {"--trace", "Tell why each target is remade."},
    {"-v, --version", "Print the version."},
    {"-w, --print-directory", "Name the working directory."},
    {"--no-print-directory", "Undo -w, also where it is implied."},
    {"-W FILE, --what-if=FILE, --new-file=FILE, --assume-new=FILE", "Treat FILE as just changed."},
    {"--warn-undefined-variables", "Warn about variables that are not defined."},
};

}  // namespace

std::string usage_text(const std::string& program) {
  std::string text = fmt::format("Usage: {} [options] [target] ...\nOptions:\n", program);
  for (const Line& line : lines) {
    const std::string names = fmt::format("  {}", line.names);
    text += names.size() < 29 ? fmt::format("{:<30}{}\n", names, line.meaning)
                              : fmt::format("{}\n{:30}{}\n", names, "", line.meaning);
  }
  return text;
}

std::string version_text() {
  return "GNU Make 4.3 (kbx)\n";
}

}  // namespace kbx::makelang
