#include "kbx/ninja/advice.h"

#include <algorithm>
#include <utility>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kbuild/shadow.h"
#include "kbx/kernel/declarations.h"
#include "kbx/ninja/api_advice.h"

/// Many drivers come with a makefile that makes headers first and then calls kbuild. kbx build is
/// the second half of that, so a header that only the first half makes is missing. Makefiles are
/// searched as text: this is advice for a build that has failed already, and no reason to run
/// anything.
namespace kbx::ninja {
namespace {

std::string missing_header(std::string_view line) {
  constexpr std::string_view before = "fatal error: ";
  constexpr std::string_view gcc = ": No such file or directory";
  constexpr std::string_view clang = " file not found";
  const size_t start = line.find(before);
  if (start == std::string_view::npos) return "";
  line.remove_prefix(start + before.size());
  const size_t end = std::min(line.find(gcc), line.find(clang));
  if (end == std::string_view::npos) return "";
  std::string name(line.substr(0, end));
  std::erase(name, '\'');
  return name;
}

/// The target of a rule in this makefile whose file has the wanted name.
std::string target_for(std::string_view text, const std::string& name) {
  for (const std::string_view line : split_lines(text)) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.front() == '\t' || line.front() == '#' ||
        line.find('=') <= colon + 1)
      continue;
    for (const std::string_view target : split_words(line.substr(0, colon)))
      if (target == name || target.ends_with("/" + name)) return std::string(target);
  }
  return "";
}

std::string advice_on_header(std::string_view line, const std::string& source) {
  const std::string header = missing_header(line);
  if (header.empty()) return "";
  const std::string top = kbuild::shadow_anchor(source);
  for (std::string folder = source; is_below(folder, top); folder = dir_name(folder)) {
    for (const char* makefile : {"GNUmakefile", "makefile", "Makefile"}) {
      const std::string path = join_path(folder, makefile);
      const std::string target =
          target_for(read_file_if_present(path).value_or(""), base_name(header));
      if (!target.empty())
        return path + " has a rule that makes " + target +
               ", which the driver's own build runs before kbuild; run it first: make -C " +
               folder + " " + target;
    }
    if (folder == top) break;
  }
  return "";
}

std::string advice_on_line(std::string_view line, const std::string& source, bool tree_programs) {
  const auto has = [&](std::string_view text) { return line.find(text) != std::string_view::npos; };
  if (tree_programs && has("modpost: \"") && has("undefined!"))
    return "neither this kernel nor a module here exports it: look for its name in the kernel's "
           "Module.symvers, or give KBUILD_EXTRA_SYMBOLS=.../Module.symvers of the module that has "
           "it";
  if (has("unrecognized command-line option") || has("error: unknown argument: "))
    return "kbx doctor tells which compiler this kernel wants, kbx why FILE which line asks for "
           "the option";
  return advice_on_header(line, source);
}

}  // namespace

std::vector<std::string> advice_on_failure(const std::vector<std::string>& lines,
                                           const std::string& source, const Layout& layout) {
  for (const std::string& line : lines)
    if (std::string advice = advice_on_line(line, source, layout.tree_programs); !advice.empty())
      return {std::move(advice)};
  const std::vector<std::string> headers = layout.tree.headers.empty()
                                               ? std::vector<std::string>()
                                               : kernel::header_folders(layout.tree);
  return api_advice(lines, headers, layout.rules_folder);
}

std::vector<std::string> as_many_as_are_read(std::vector<std::string> advice) {
  constexpr std::size_t most = 12;
  if (advice.size() <= most) return advice;
  const std::size_t more = advice.size() - most;
  advice.resize(most);
  advice.push_back("and " + std::to_string(more) + " more of this kind");
  return advice;
}

}  // namespace kbx::ninja
