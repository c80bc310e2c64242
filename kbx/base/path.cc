#include "kbx/base/path.h"

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "kbx/base/text.h"

namespace kbx {

bool is_absolute(std::string_view path) {
  return !path.empty() && path.front() == '/';
}

std::string join_path(std::string_view base, std::string_view path) {
  if (base.empty() || is_absolute(path)) return std::string(path);
  std::string joined(base);
  if (joined.back() != '/') joined += '/';
  return joined += path;
}

namespace {

/// True if the part of a path that begins at `at` is "", "." or "..".
bool is_special_part(std::string_view path, size_t at) {
  for (size_t dots = 0; dots <= 2; ++dots, ++at) {
    if (at == path.size() || path[at] == '/') return true;
    if (path[at] != '.') return false;
  }
  return false;
}

/// True if a path surely is normal; most are, and need not be taken apart.
bool is_plainly_normal(std::string_view path) {
  if (!is_absolute(path) && is_special_part(path, 0)) return false;
  for (size_t at = path.find('/'); at != std::string_view::npos; at = path.find('/', at + 1))
    if (is_special_part(path, at + 1)) return false;
  return true;
}

}  // namespace

std::string normal_path(std::string_view path) {
  if (is_plainly_normal(path)) return std::string(path);
  const bool absolute = is_absolute(path);
  std::vector<std::string_view> parts;
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!absolute) {
      parts.push_back(part);
    }
  }
  std::string result = absolute ? "/" : "";
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) result += '/';
    result += parts[i];
  }
  return result.empty() ? "." : result;
}

std::string absolute_path(std::string_view path, std::string_view base) {
  return normal_path(join_path(base, path));
}

std::string dir_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string base_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string_view extension(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(dot);
}

bool is_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return is_absolute(path);
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string relative_path(std::string_view path, std::string_view folder) {
  return std::filesystem::path(path).lexically_relative(std::filesystem::path(folder)).string();
}

std::string current_folder() {
  return std::filesystem::current_path().string();
}

std::string real_path(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (!resolved) return {};
  std::string result(resolved);
  std::free(resolved);
  return result;
}

}  // namespace kbx
