#include "kbx/kernel/declarations.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>

#include "kbx/base/file.h"
#include "kbx/base/parallel.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

/// A declaration is recognized by the shape of its line, as people do who look for one with grep:
/// the kernel's headers keep to one style, and nothing hangs on a miss but an advice. Comments need
/// no thought, since their lines begin with " *". A name counts if it is
/// - what #define defines;
/// - the tag of a struct, union or enum that opens a brace or ends its line;
/// - followed by "(" in a line that begins at the margin, with a type in front of it or in the line
///   above;
/// - at the end of a typedef, or of an "extern";
/// - an indented NAME that is all capitals, in front of "," or "=", or alone: a constant.
namespace kbx::kernel {
namespace {

bool begins_at_margin(std::string_view line) {
  return !line.empty() && is_name_character(line.front());
}

/// The word that ends where `text` does, blanks behind it not counted.
std::string_view last_word(std::string_view text) {
  text = trim(text);
  size_t start = text.size();
  while (start > 0 && is_name_character(text[start - 1])) --start;
  return text.substr(start);
}

bool is_constant(std::string_view name, std::string_view before, std::string_view after) {
  if (!trim(before).empty() || before.empty()) return false;
  if (std::ranges::any_of(name, [](char c) { return c >= 'a' && c <= 'z'; })) return false;
  return after.empty() || after.front() == ',' || after.front() == '=' || after.starts_with("/*");
}

/// True of a type with its attributes, "extern int __printf(1, 2)".
bool is_type(std::string_view before) {
  return before.find_first_of("=;{") == std::string_view::npos &&
         std::ranges::count(before, '(') == std::ranges::count(before, ')');
}

bool is_function(std::string_view line, std::string_view before, std::string_view above) {
  if (!begins_at_margin(line)) return false;
  if (line.starts_with("return") || line.starts_with("else")) return false;
  if (!trim(before).empty()) return is_type(before);
  above = trim(above);
  return begins_at_margin(above) && above.find_first_of(";{}\\,():") == std::string_view::npos;
}

/// Whether the name at [at, at + size) of `line` is declared there.
bool declares(std::string_view line, std::string_view above, size_t at, size_t size) {
  const std::string_view name = line.substr(at, size);
  const std::string_view before = line.substr(0, at);
  const std::string_view after = trim(line.substr(at + size));
  const std::string_view word = last_word(before);
  const std::string_view start = trim(before);
  if (start.starts_with('#')) return word == "define" && trim(start.substr(1)) == "define";
  if (word == "struct" || word == "union" || word == "enum")
    return after.starts_with('{') || (after.empty() && begins_at_margin(line));
  if (line.starts_with("typedef"))
    return after.starts_with(';') || after.starts_with(")(") || after.starts_with(") (");
  if (start == "}" && !begins_at_margin(line)) return after.starts_with(';');
  if (after.starts_with('(')) return is_function(line, before, above);
  if (line.starts_with("extern")) return after.starts_with(';') || after.starts_with('[');
  return is_constant(name, before, after);
}

using Wanted = std::set<std::string, std::less<>>;
using Found = std::map<std::string, size_t, std::less<>>;  // name and line

Found declarations_in(std::string_view text, const Wanted& names) {
  Found found;
  std::string_view above;
  size_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    for (size_t at = 0; at < line.size();) {
      size_t end = at;
      while (end < line.size() && is_name_character(line[end])) ++end;
      const std::string_view name = line.substr(at, end - at);
      if (name.size() > 2 && names.contains(name) && declares(line, above, at, name.size()))
        found.emplace(name, number);
      at = end + 1;
    }
    above = line;
  }
  return found;
}

struct Header {
  std::string file;
  std::string included;
};

void append_headers(const std::string& folder, const std::string& below,
                    std::vector<Header>& headers) {
  for (const std::string& name : list_folder(join_path(folder, below))) {
    const std::string included = below.empty() ? name : below + "/" + name;
    if (name.ends_with(".h"))
      headers.push_back({join_path(folder, included), included});
    else if (name.find('.') == std::string::npos && included != "dt-bindings" &&
             included != "config" && included != "uapi" && is_folder(join_path(folder, included)))
      append_headers(folder, included, headers);
  }
}

std::vector<Header> headers_below(const std::vector<std::string>& folders) {
  std::vector<Header> headers;
  for (const std::string& folder : folders) append_headers(folder, "", headers);
  return headers;
}

/// Less is likelier to be meant.
auto rank(const std::string& included) {
  const bool of_linux = included.starts_with("linux/");
  const bool generic = included.starts_with("asm-generic/") || included.starts_with("trace/");
  return std::tuple(of_linux  ? 0
                    : generic ? 2
                              : 1,
                    std::ranges::count(included, '/'), included.size(), included);
}

}  // namespace

std::vector<std::string> header_folders(const Tree& tree) {
  std::vector<std::string> folders;
  const std::string arch = "arch/" + tree.arch + "/include";
  for (const char* below : {"include", "include/uapi"}) {
    folders.push_back(join_path(tree.srctree, below));
    if (tree.objtree != tree.srctree) folders.push_back(join_path(tree.objtree, below));
  }
  folders.push_back(join_path(tree.srctree, arch));
  folders.push_back(join_path(tree.objtree, arch + "/generated"));
  folders.push_back(join_path(tree.srctree, arch + "/uapi"));
  return folders;
}

std::map<std::string, Declaration, std::less<>> find_declarations(
    const std::vector<std::string>& folders, const std::vector<std::string>& names) {
  std::map<std::string, Declaration, std::less<>> result;
  const Wanted wanted(names.begin(), names.end());
  if (wanted.empty()) return result;
  const std::vector<Header> headers = headers_below(folders);
  std::mutex guard;
  parallel_for(headers.size(), processors(), [&](size_t i) {
    const auto text = read_file_if_present(headers[i].file);
    if (!text) return;
    for (const auto& [name, line] : declarations_in(*text, wanted)) {
      const std::lock_guard<std::mutex> lock(guard);
      const auto known = result.find(name);
      if (known == result.end() || rank(headers[i].included) < rank(known->second.included))
        result[name] = {headers[i].file, headers[i].included, line};
    }
  });
  return result;
}

bool has_header(const std::vector<std::string>& folders, std::string_view header) {
  return std::ranges::any_of(folders, [&](const std::string& folder) {
    return is_regular_file(join_path(folder, header));
  });
}

std::vector<std::string> headers_called(const std::vector<std::string>& folders,
                                        std::string_view header) {
  const std::string name = base_name(header);
  std::set<std::string> found;
  for (const Header& candidate : headers_below(folders))
    if (base_name(candidate.included) == name) found.insert(candidate.included);
  return {found.begin(), found.end()};
}

}  // namespace kbx::kernel
