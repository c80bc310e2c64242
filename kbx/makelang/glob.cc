#include "kbx/makelang/glob.h"

#include <algorithm>

#include <fnmatch.h>
#include <sys/stat.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"

namespace kbx::makelang {
namespace {

std::string without_backslashes(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

bool is_there(const std::string& path) {
  struct stat status;
  return ::lstat(path.c_str(), &status) == 0;
}

/// Appends what `rest` of a pattern finds below `found`, the part that is settled (with its slash).
void find_below(const std::string& found, std::string_view rest, const std::string& folder,
                std::vector<std::string>& matches) {
  std::string base = found;
  std::string part;
  while (part.empty()) {
    const size_t slashes = std::min(rest.find_first_not_of('/'), rest.size());
    base += rest.substr(0, slashes);
    rest.remove_prefix(slashes);
    if (rest.empty()) {
      if (is_there(join_path(folder, base))) matches.push_back(base);
      return;
    }
    const size_t end = std::min(rest.find('/'), rest.size());
    part = rest.substr(0, end);
    rest.remove_prefix(end);
    if (has_wildcard(part)) break;
    base += without_backslashes(part);
    part.clear();
  }
  std::vector<std::string> names = list_folder(join_path(folder, base.empty() ? "." : base));
  if (part[0] == '.') {
    names.emplace_back(".");
    names.emplace_back("..");
  }
  for (const std::string& name : names) {
    if (::fnmatch(part.c_str(), name.c_str(), FNM_PERIOD) != 0) continue;
    if (rest.empty())
      matches.push_back(base + name);
    else if (is_folder(join_path(folder, base + name)))
      find_below(base + name, rest, folder, matches);
  }
}

}  // namespace

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

std::vector<std::string> glob(std::string_view pattern, const std::string& folder) {
  std::vector<std::string> matches;
  if (pattern.empty()) return matches;
  find_below("", pattern, folder, matches);
  std::sort(matches.begin(), matches.end());
  return matches;
}

}  // namespace kbx::makelang
