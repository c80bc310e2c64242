#include "kbx/ninja/stamp.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <glob.h>

#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/ninja/record.h"

/// The stamp: a text file of one fact per line, tab-separated, in names with "\n", "\t" and "\\"
/// escaped.
///
///     kbx stamp 1
///     request HASH
///     file MODIFIED SIZE INODE KIND PATH
///     none PATH
///     glob PATTERN MATCH MATCH …
///     env NAME VALUE
///     unset NAME
///     end HASH-OF-ALL-ABOVE
///
/// The last line tells a whole file from a torn one.
namespace kbx::ninja {
namespace {

constexpr std::string_view first_line = "kbx stamp 1\n";

std::string stamp_path(const std::string& state_folder) {
  return join_path(state_folder, "stamp");
}

std::string escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    if (c == '\\')
      escaped += "\\\\";
    else if (c == '\n')
      escaped += "\\n";
    else if (c == '\t')
      escaped += "\\t";
    else
      escaped += c;
  }
  return escaped;
}

std::string unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      plain += text[at];
      continue;
    }
    const char c = text[++at];
    plain += c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }
  return plain;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::vector<std::string> files_matching(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

/// Compares the facts of one stamp with the world.
class Checker {
 public:
  Checker(const std::string& state_folder, std::string_view request_hash,
          const Environment& environment)
      : state_folder_(state_folder), request_hash_(request_hash), environment_(environment) {}

  bool holds(std::string_view line) {
    const auto fields = split(line, '\t');
    const std::string_view kind = fields[0];
    if (kind == "request") return fields.size() == 2 && fields[1] == request_hash_;
    if (kind == "file") return fields.size() == 6 && file_holds(fields);
    if (kind == "none") return fields.size() == 2 && !stamp_of(unescape(fields[1]));
    if (kind == "glob") return fields.size() >= 2 && glob_holds(fields);
    if (kind == "env") {
      const auto found = environment_.find(unescape(fields[1]));
      return fields.size() == 3 && found != environment_.end() &&
             found->second == unescape(fields[2]);
    }
    if (kind == "unset") return fields.size() == 2 && !environment_.contains(unescape(fields[1]));
    return false;
  }

 private:
  static bool file_holds(const std::vector<std::string_view>& fields) {
    FileStamp stamp;
    if (!read_number(fields[1], stamp.modified_ns) || !read_number(fields[2], stamp.size) ||
        !read_number(fields[3], stamp.inode) || !read_number(fields[4], stamp.kind))
      return false;
    return stamp_of(unescape(fields[5])) == stamp;
  }

  bool glob_holds(const std::vector<std::string_view>& fields) {
    std::vector<std::string> known;
    for (size_t i = 2; i < fields.size(); ++i) known.push_back(unescape(fields[i]));
    std::vector<std::string> found = files_matching(unescape(fields[1]));
    std::ranges::sort(known);
    std::ranges::sort(found);
    if (known == found) return true;
    // What the build itself made was left out of the list.
    std::vector<std::string> added;
    std::ranges::set_difference(found, known, std::back_inserter(added));
    return std::ranges::includes(found, known) &&
           std::ranges::all_of(added, [this](const std::string& path) { return is_output(path); });
  }

  bool is_output(const std::string& path) {
    if (!outputs_) {
      Layout layout;
      layout.state = state_folder_;
      const auto record = read_record(layout);
      outputs_.emplace();
      if (record)
        for (const Record::Output& output : record->outputs) outputs_->push_back(output.path);
      std::ranges::sort(*outputs_);
    }
    return std::ranges::binary_search(*outputs_, normal_path(path));
  }

  const std::string& state_folder_;
  std::string_view request_hash_;
  const Environment& environment_;
  std::optional<std::vector<std::string>> outputs_;
};

}  // namespace

bool fresh(const std::string& state_folder, std::string_view request_hash,
           const Environment& environment) {
  const auto content = read_file_if_present(stamp_path(state_folder));
  if (!content || !content->starts_with(first_line)) return false;
  constexpr std::string_view last = "end\t";
  const size_t end = content->rfind("\nend\t");
  if (end == std::string::npos) return false;
  const std::string_view facts = std::string_view(*content).substr(0, end + 1);
  const std::string_view seal = std::string_view(*content).substr(end + 1 + last.size());
  if (seal != content_hash(facts) + "\n") return false;
  if (!exists(join_path(state_folder, "build.ninja"))) return false;
  Checker checker(state_folder, request_hash, environment);
  for (const std::string_view line : split_lines(facts.substr(first_line.size())))
    if (!checker.holds(line)) return false;
  return true;
}

void write_stamp(const std::string& state_folder, std::string_view request_hash,
                 const kbuild::Inputs& inputs) {
  std::string text(first_line);
  text += "request\t" + std::string(request_hash) + "\n";
  for (const auto& [path, stamp] : inputs.files) {
    if (stamp)
      text += "file\t" + std::to_string(stamp->modified_ns) + "\t" + std::to_string(stamp->size) +
              "\t" + std::to_string(stamp->inode) + "\t" + std::to_string(stamp->kind) + "\t" +
              escape(path) + "\n";
    else
      text += "none\t" + escape(path) + "\n";
  }
  for (const auto& [pattern, matches] : inputs.wildcards) {
    text += "glob\t" + escape(pattern);
    for (const std::string& match : matches) text += "\t" + escape(match);
    text += "\n";
  }
  for (const auto& [name, value] : inputs.environment)
    text += value ? "env\t" + escape(name) + "\t" + escape(*value) + "\n"
                  : "unset\t" + escape(name) + "\n";
  text += "end\t" + content_hash(text) + "\n";
  write_file_atomically(stamp_path(state_folder), text);
}

void remove_stamp(const std::string& state_folder) {
  remove_file(stamp_path(state_folder));
}

}  // namespace kbx::ninja
