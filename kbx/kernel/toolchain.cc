#include "kbx/kernel/toolchain.h"

#include <algorithm>
#include <array>
#include <optional>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/tree.h"

namespace kbx::kernel {
namespace {

bool is_launcher(std::string_view program) {
  constexpr std::array<std::string_view, 5> launchers = {"ccache", "sccache", "distcc", "icecc",
                                                         "icecream"};
  return std::find(launchers.begin(), launchers.end(), base_name(program)) != launchers.end();
}

std::string variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// Finds the compiler itself: a link called gcc that leads to ccache is passed over.
void find_file(CompilerPath& compiler, const std::string& search_path) {
  const std::string& program = compiler.arguments.at(0);
  compiler.path = find_program(program, search_path);
  compiler.resolved = real_path(compiler.path);
  if (program.find('/') != std::string::npos || !is_launcher(compiler.resolved)) return;
  for (std::string_view folder : split(search_path, ':')) {
    const std::string candidate = find_program(program, folder);
    const std::string behind = real_path(candidate);
    if (candidate.empty() || is_launcher(behind)) continue;
    compiler.resolved = behind;
    return;
  }
}

/// The answer of the compiler to one option.
std::string ask(const CompilerPath& where, const std::string& option, ProbeCache& cache,
                const Environment& environment) {
  std::vector<std::string> words;
  for (const std::string& word : where.arguments) words.push_back(shell_quote(word));
  const Probe probe{where.identity, join(words, " ") + " " + option + " 2>/dev/null", "", "C"};
  Environment plain = environment;
  plain["LC_ALL"] = "C";
  const ProbeResult result = run_probe(cache, probe, plain);
  if (result.status != 0)
    throw Error(where.command + " " + option + " ended with status " +
                    std::to_string(result.status) + "; expected a compiler that answers",
                "name another compiler with CC=");
  const auto lines = split_lines(result.output);
  return lines.empty() ? std::string() : std::string(trim(lines[0]));
}

/// 120200 for "12.2.0", as CONFIG_GCC_VERSION writes it; nothing if `version` is not so.
std::optional<unsigned long> version_number(std::string_view version) {
  unsigned long number = 0;
  const auto parts = split(version, '.');
  for (size_t at = 0; at < 3; ++at) {
    const auto part = at < parts.size() ? parse_number(parts[at]) : 0;
    if (!part || (at > 0 && *part > 99)) return std::nullopt;
    number = number * 100 + *part;
  }
  return number;
}

/// The first word of `text` that begins with a digit and has a dot, behind "version" for clang.
std::string version_in(std::string_view text) {
  const auto words = split_words(text);
  const auto marker = std::find(words.begin(), words.end(), "version");
  if (marker == words.end() || marker + 1 == words.end()) return {};
  const std::string_view word = *(marker + 1);
  return std::string(word.substr(0, word.find_first_not_of("0123456789.")));
}

/// `text` without its first word, the name that the compiler was called by.
std::string without_name(std::string_view text) {
  const size_t space = text.find(' ');
  return std::string(space == std::string_view::npos ? text : text.substr(space + 1));
}

/// The plain values of a file of make variables. What is inside a conditional, or names other
/// variables than CROSS_COMPILE and the ccache switch, is left out.
std::map<std::string, std::string, std::less<>> plain_variables(std::string_view text) {
  std::map<std::string, std::string, std::less<>> values;
  int depth = 0;
  for (std::string_view line : split_lines(text)) {
    auto words = split_words(line);
    if (words.empty()) continue;
    if (words[0].substr(0, 2) == "if") ++depth;
    if (words[0] == "endif") --depth;
    if (words[0] == "override") words.erase(words.begin());
    if (depth > 0 || words.size() < 3 || (words[1] != "=" && words[1] != ":=")) continue;
    values[std::string(words[0])] = std::string(words.back());
  }
  return values;
}

}  // namespace

unsigned long Compiler::major() const {
  return parse_number(std::string_view(version).substr(0, version.find('.'))).value_or(0);
}

CompilerPath locate_compiler(const std::string& command, const Environment& environment) {
  CompilerPath result;
  result.command = command;
  auto words = shell_split(command);
  if (!words) throw Error("a quote is not closed in the compiler command " + command, "check CC=");
  const auto first = std::find_if_not(words->begin(), words->end(),
                                      [](const std::string& word) { return is_launcher(word); });
  result.launcher.assign(words->begin(), first);
  result.arguments.assign(first, words->end());
  if (result.arguments.empty())
    throw Error("the compiler command \"" + command + "\" names no compiler",
                "give the compiler's name, e.g. CC=gcc");
  std::string search_path = variable(environment, "PATH");
  if (search_path.empty()) search_path = "/usr/local/bin:/usr/bin:/bin";
  find_file(result, search_path);
  const auto stamp = stamp_of(result.resolved);
  if (!stamp) return result;
  result.identity = join(result.arguments, " ") + " " + result.resolved + " " +
                    std::to_string(stamp->size) + " " + std::to_string(stamp->modified_ns) + " " +
                    std::to_string(stamp->inode);
  return result;
}

Compiler describe_compiler(const CompilerPath& where, ProbeCache& cache,
                           const Environment& environment) {
  if (where.identity.empty())
    throw Error("the compiler " + where.arguments.at(0) + " was not found in PATH",
                "install it, or name another with CC=");
  Compiler compiler;
  compiler.where = where;
  compiler.version_text = ask(where, "--version", cache, environment);
  compiler.target = ask(where, "-dumpmachine", cache, environment);
  if (compiler.version_text.find("clang") != std::string::npos) {
    compiler.family = Compiler::Family::clang;
    compiler.version = version_in(compiler.version_text);
  } else {
    // Any other compiler with this option is taken for gcc, which calls itself by any name.
    compiler.version = ask(where, "-dumpfullversion", cache, environment);
    compiler.family = Compiler::Family::gcc;
  }
  return compiler;
}

CompilerMatch compare_compiler(const Compiler& compiler, const Config& config) {
  CompilerMatch match;
  match.kernel_text = config.get("CONFIG_CC_VERSION_TEXT");
  const bool kernel_gcc = config.is_y("CONFIG_CC_IS_GCC");
  const bool kernel_clang = config.is_y("CONFIG_CC_IS_CLANG");
  if ((kernel_gcc && compiler.family == Compiler::Family::clang) ||
      (kernel_clang && compiler.family == Compiler::Family::gcc)) {
    match.same_family = match.same_major = match.same = false;
    return match;
  }
  if (!match.kernel_text.empty() &&
      without_name(match.kernel_text) == without_name(compiler.version_text))
    return match;
  const auto kernel_version =
      config.number(kernel_clang ? "CONFIG_CLANG_VERSION" : "CONFIG_GCC_VERSION");
  const auto version = version_number(compiler.version);
  if (!kernel_version || *kernel_version == 0 || !version) return match;
  match.same = *kernel_version == *version;
  match.same_major = *kernel_version / 10000 == *version / 10000;
  return match;
}

std::string compiler_asked_for(const Tree& tree, const Config& config) {
  const std::string& kernel_text = config.get("CONFIG_CC_VERSION_TEXT");
  std::string name = kernel_text.substr(0, kernel_text.find(' '));
  if (const auto text = read_file_if_present(join_path(tree.objtree, ".kernelvariables"))) {
    const auto variables = plain_variables(*text);
    if (const auto cc = variables.find("CC"); cc != variables.end()) {
      const auto cross = variables.find("CROSS_COMPILE");
      name = replace_all(cc->second, "$(CROSS_COMPILE)",
                         cross == variables.end() ? std::string_view() : cross->second);
    }
  }
  // Distributions' kernels built with plain clang say "Debian clang version …" and the like.
  if (config.is_y("CONFIG_CC_IS_CLANG") && name.find("clang") == std::string::npos) return "clang";
  return name.empty() || name.find('$') != std::string::npos ? "gcc" : name;
}

}  // namespace kbx::kernel
