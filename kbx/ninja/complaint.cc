#include "kbx/ninja/complaint.h"

#include <algorithm>
#include <array>
#include <optional>

#include "kbx/base/text.h"

/// What compilers say, told by gcc 12 and clang 14 and the forms that later ones print. An error is
/// one line, "FILE:LINE:COLUMN: error: TEXT"; an excerpt of the source follows it, and notes. TEXT
/// is matched against patterns in which % stands for anything: the first of them is what the
/// pattern is about, a second one the struct or the type.
///
/// Two errors need what follows. Of a function put where another type is wanted, gcc and clang say
/// the types, and the excerpt has the member (".remove = foo_remove"). Of a wrong number of
/// arguments, clang leaves the name to a note.
namespace kbx::ninja {
namespace {

using About = Complaint::About;

struct Pattern {
  About about;
  std::string_view text;
  bool struct_first = false;
};

constexpr std::array patterns{
    Pattern{About::header, "fatal error: '%' file not found"},
    Pattern{About::header, "fatal error: %: No such file or directory"},
    Pattern{About::name, "error: implicit declaration of function '%'"},
    Pattern{About::name, "error: call to undeclared function '%'"},
    Pattern{About::name, "error: '%' undeclared"},
    Pattern{About::name, "error: use of undeclared identifier '%'"},
    Pattern{About::name, "error: unknown type name '%'"},
    Pattern{About::name, "error: invalid use of undefined type 'struct %'"},
    Pattern{About::name, "error: dereferencing pointer to incomplete type 'struct %'"},
    Pattern{About::name, "error: invalid application of 'sizeof' to incomplete type 'struct %'"},
    Pattern{About::name, "error: invalid application of 'sizeof' to an incomplete type 'struct %'"},
    Pattern{About::name, "error: incomplete definition of type 'struct %'"},
    Pattern{About::name, "error: variable has incomplete type 'struct %'"},
    Pattern{About::member, "error: '%' has no member named '%'", true},
    Pattern{About::member, "error: no member named '%' in '%'"},
    Pattern{About::member, "error: field designator '%' does not refer to any field in type '%'"},
    Pattern{About::arguments, "error: too few arguments to function '%'"},
    Pattern{About::arguments, "error: too many arguments to function '%'"},
    Pattern{About::arguments, "error: macro \"%\" passed "},
    Pattern{About::arguments, "error: macro \"%\" requires "},
    Pattern{About::arguments, "error: passing argument % of '%'", true},
    Pattern{About::read_only, "error: assignment of read-only member '%'"},
    Pattern{About::read_only, "error: cannot assign to non-static data member '%'"},
};

constexpr std::array pointer_patterns{
    std::string_view("error: initialization of '%' from incompatible pointer type"),
    std::string_view("error: assignment to '%' from incompatible pointer type"),
    std::string_view("error: incompatible function pointer types initializing '%'"),
    std::string_view("error: incompatible function pointer types assigning to '%'"),
};

/// gcc's quotes in UTF-8 as it writes them in the C locale.
std::string with_plain_quotes(std::string_view line) {
  return replace_all(replace_all(line, "\u2018", "'"), "\u2019", "'");
}

/// What the signs % of a pattern stand for, if the pattern occurs in the line.
std::optional<std::vector<std::string>> match(std::string_view line, std::string_view pattern) {
  const std::vector<std::string_view> parts = split(pattern, '%');
  size_t at = line.find(parts.front());
  if (at == std::string_view::npos) return std::nullopt;
  at += parts.front().size();
  std::vector<std::string> found;
  for (size_t i = 1; i < parts.size(); ++i) {
    const size_t end = line.find(parts[i], at);
    if (end == std::string_view::npos) return std::nullopt;
    found.emplace_back(line.substr(at, end - at));
    at = end + parts[i].size();
  }
  return found;
}

/// The tag of "struct x", "const struct x" or "x_t {aka struct x}"; else the type as it is.
std::string tag_of(std::string_view type) {
  for (const std::string_view word : {"struct ", "union "})
    if (const size_t at = type.find(word); at != std::string_view::npos) {
      const std::string_view rest = type.substr(at + word.size());
      return std::string(rest.substr(0, rest.find_first_of(" }*")));
    }
  return std::string(type);
}

/// gcc adds what a typedef stands for: "'foo_t' {aka 'struct foo'} has no member".
std::string without_typedef(const std::string& line) {
  const size_t aka = line.find("' {aka '");
  if (aka == std::string::npos) return line;
  const size_t start = line.rfind('\'', aka - 1);
  const size_t end = line.find("'}", aka);
  if (start == std::string::npos || end == std::string::npos) return line;
  return line.substr(0, start) + line.substr(aka + 7, end - aka - 6) + line.substr(end + 2);
}

bool is_name(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) && std::ranges::all_of(text, is_name_character);
}

std::optional<Complaint> complaint_in(const std::string& line) {
  for (const Pattern& pattern : patterns) {
    const bool of_struct = pattern.about == About::member;
    const auto found = match(of_struct ? without_typedef(line) : line, pattern.text);
    if (!found) continue;
    Complaint complaint;
    complaint.about = pattern.about;
    const bool two = found->size() == 2;
    complaint.name = two && pattern.struct_first ? (*found)[1] : (*found)[0];
    if (two && of_struct) complaint.of = tag_of((*found)[pattern.struct_first ? 0 : 1]);
    if (pattern.about == About::header || is_name(complaint.name)) return complaint;
  }
  return std::nullopt;
}

std::optional<std::string> wanted_pointer(const std::string& line) {
  for (const std::string_view pattern : pointer_patterns)
    if (const auto found = match(line, pattern)) return found->front();
  return std::nullopt;
}

/// The name behind the last "." or "->" of `text`, "" if there is none.
std::string last_member(std::string_view text) {
  text = trim(text);
  const size_t start = text.find_last_of(".>");
  if (start == std::string_view::npos) return "";
  const std::string_view name = text.substr(start + 1);
  return is_name(name) ? std::string(name) : "";
}

/// The member that a line behind the error names: gcc's note does, else the last assignment or
/// initializer of the excerpt.
std::string assigned_member(const std::string& line) {
  if (const auto found = match(line, "near initialization for '%'"))
    return last_member(found->front());
  for (size_t equals = line.rfind('='); equals != std::string::npos && equals > 0;
       equals = line.rfind('=', equals - 1))
    if (std::string name = last_member(std::string_view(line).substr(0, equals)); !name.empty())
      return name;
  return "";
}

std::string function_in_note(const std::string& line) {
  const auto found = match(line, "note: '%' declared here");
  return found && is_name(found->front()) ? found->front() : "";
}

/// Looks from `at` on for what `part` tells, up to the next error.
template <typename Part>
std::string told_behind(const std::vector<std::string>& lines, size_t at, const Part& part) {
  constexpr size_t most = 8;
  for (size_t i = at + 1; i < lines.size() && i <= at + most; ++i) {
    if (lines[i].find("error: ") != std::string::npos) return "";
    if (std::string found = part(lines[i]); !found.empty()) return found;
  }
  return "";
}

std::optional<Complaint> complaint_at(const std::vector<std::string>& lines, size_t at) {
  if (auto complaint = complaint_in(lines[at])) return complaint;
  if (auto type = wanted_pointer(lines[at])) {
    std::string member = told_behind(lines, at, assigned_member);
    if (member.empty()) return std::nullopt;
    return Complaint{About::pointer, std::move(member), "", std::move(*type)};
  }
  constexpr std::string_view few = "error: too few arguments to function call";
  constexpr std::string_view many = "error: too many arguments to function call";
  if (lines[at].find(few) != std::string::npos || lines[at].find(many) != std::string::npos) {
    std::string name = told_behind(lines, at, function_in_note);
    if (!name.empty()) return Complaint{About::arguments, std::move(name), "", ""};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Complaint> complaints_in(const std::vector<std::string>& lines) {
  std::vector<std::string> plain;
  plain.reserve(lines.size());
  for (const std::string& line : lines) plain.push_back(with_plain_quotes(line));
  std::vector<Complaint> result;
  for (size_t at = 0; at < plain.size(); ++at) {
    if (plain[at].find("error: ") == std::string::npos) continue;
    auto complaint = complaint_at(plain, at);
    if (complaint && std::ranges::find(result, *complaint) == result.end())
      result.push_back(std::move(*complaint));
  }
  return result;
}

}  // namespace kbx::ninja
