#include "kbx/cpp/compiler.h"

#include <algorithm>
#include <string_view>

#include <unistd.h>

#include "kbx/base/cache.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cpp/check.h"

// The file, in which each line of the body is one of these:
//   kbx-preprocess-1 HASH     first; HASH is that of all bytes after this line
//   reason TEXT               the compiler is to do the work itself
//   folder PATH               it looks for headers here
//   computed NAME             it computes this macro
//   value QUERY(ARGUMENT) N
//   macros                    last: all lines behind it are what -dM prints

namespace kbx::cpp {
namespace {

constexpr int value_bits = 31;
constexpr std::string_view magic = "kbx-preprocess-1 ";

std::string identity_of(const std::string& program, const std::string& path) {
  const std::string found = find_program(program, path);
  const auto stamp = found.empty() ? std::nullopt : stamp_of(found);
  if (!stamp) return {};
  return found + "\n" + real_path(found) + "\n" + std::to_string(stamp->size) + " " +
         std::to_string(stamp->modified_ns) + " " + std::to_string(stamp->inode) + "\n";
}

std::string variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// Each "QUERY(WORD)" in a text, without white space in it.
std::vector<std::string> questions_in(std::string_view source, std::string_view query) {
  std::vector<std::string> questions;
  for (std::size_t at = source.find(query); at != std::string_view::npos;
       at = source.find(query, at + 1)) {
    std::string_view rest = source.substr(at + query.size());
    if (!rest.starts_with('(')) continue;
    rest.remove_prefix(1);
    std::size_t size = 0;
    while (size < rest.size() && kbx::is_name_character(rest[size])) ++size;
    if (size == 0 || size > 200 || !rest.substr(size).starts_with(')')) continue;
    questions.push_back(std::string(query) + "(" + std::string(rest.substr(0, size)) + ")");
  }
  return questions;
}

}  // namespace

CompilerAnswers::CompilerAnswers(const PreprocessCommand& command, const Environment& environment)
    : command_(command), environment_(environment) {
  for (const char* name : {"CPATH", "C_INCLUDE_PATH", "DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"})
    if (!variable(environment, name).empty()) {
      known_.reason = std::string("the environment's ") + name;
      return;
    }
  const std::string path = variable(environment, "PATH");
  std::string key;
  for (const std::string& word : command.compiler) {
    const std::string identity = identity_of(word, path);
    if (identity.empty()) {
      known_.reason = "a compiler that is not found";
      return;
    }
    key += identity;
  }
  for (const char* name : {"GCC_EXEC_PREFIX", "COMPILER_PATH"})
    key += std::string(name) + "=" + variable(environment, name) + "\n";
  for (const std::string& flag : command.flags) key += flag + "\n";
  // The verdict of check() is one about this text.
  key += preprocess_check_source();
  environment_["LC_ALL"] = "C";
  file_ = join_path(cache_folder(environment), "preprocess/" + content_hash(key));
  if (const auto text = read_file_if_present(file_))
    if (auto known = parse(*text)) {
      known_ = std::move(*known);
      return;
    }
  // Where nothing can be kept, asking would cost more than it saves.
  const std::string folder = dir_name(file_);
  make_folders(folder);
  if (::access(folder.c_str(), W_OK) != 0) {
    known_.reason = "a folder for caches that cannot be written";
    return;
  }
  is_changed_ = true;
  ask_basics();
  if (known_.reason.empty()) check();
  save();
}

CompilerFacts CompilerAnswers::facts() {
  CompilerFacts facts;
  facts.macros = known_.macros;
  facts.computed_macros = known_.computed_macros;
  facts.ask = [this](std::string_view query, std::string_view argument, std::string_view source) {
    return ask(query, argument, source);
  };
  return facts;
}

CommandResult CompilerAnswers::run_compiler(const std::vector<std::string>& options,
                                            const std::string& input) const {
  Command command;
  command.arguments = command_.compiler;
  command.arguments.insert(command.arguments.end(), command_.flags.begin(), command_.flags.end());
  command.arguments.insert(command.arguments.end(), options.begin(), options.end());
  command.environment = &environment_;
  command.input = input;
  command.capture_errors = true;
  return run(command);
}

/// What is predefined, where the compiler looks for headers, and which macros it computes.
void CompilerAnswers::ask_basics() {
  const CommandResult given = run_compiler({"-v", "-dM", "-E", "-x", "c", "-"}, "");
  if (given.status != 0 || given.output.find("#define __GNUC__ ") == std::string::npos) {
    known_.reason = "a compiler that does not answer";
    return;
  }
  if (given.output.find("#define __clang__ ") != std::string::npos) {
    known_.reason = "a compiler that is not GCC";
    return;
  }
  known_.macros = given.output;
  bool is_list = false;
  for (const std::string_view line : split_lines(given.errors)) {
    if (line.starts_with("#include "))
      is_list = line.starts_with("#include <");
    else if (line == "End of search list.")
      is_list = false;
    else if (is_list && line.starts_with(' '))
      known_.folders.emplace_back(trim(line));
  }
  std::string questions;
  for (const std::string_view name : computed_macro_names())
    questions += "#ifdef " + std::string(name) + "\nkbx '" + std::string(name) + "'\n#endif\n";
  const CommandResult defined = run_compiler({"-P", "-E", "-x", "c", "-"}, questions);
  if (defined.status != 0) known_.reason = "a compiler that does not answer";
  for (const std::string_view name : computed_macro_names())
    if (defined.output.find("kbx '" + std::string(name) + "'") != std::string::npos)
      known_.computed_macros.emplace_back(name);
}

/// Has the compiler and preprocess() do the same text, which holds what versions of GCC may do
/// differently.
void CompilerAnswers::check() {
  const std::string folder = make_temporary_folder(dir_name(file_), "check-");
  const std::string source = join_path(folder, "check.c");
  write_file_atomically(source, std::string(preprocess_check_source()));
  const CommandResult expected = run_compiler({"-nostdinc", "-E", source}, "");
  PreprocessJob job;
  job.file = source;
  const PreprocessResult seen = preprocess(job, facts());
  remove_tree(folder);
  if (expected.status != 0)
    known_.reason = "a compiler that does not answer";
  else if (!seen.done)
    known_.reason = "a trial that failed: " + seen.reason;
  else if (!same_preprocessed_text(expected.output, seen.done->text))
    known_.reason = "a compiler that does some things another way";
}

/// The value of each question, bit by bit as #if tells it; none at all if the compiler refuses.
std::vector<int> CompilerAnswers::values_of(const std::vector<std::string>& questions) const {
  const auto line = [](const std::string& question, int bit) {
    return "kbx '" + question + "' " + std::to_string(bit) + "\n";
  };
  std::string input;
  for (const std::string& question : questions) {
    input += "#if " + question + " < 0 || " + question + " > 0x7fffffff\n#error\n#endif\n";
    for (int bit = 0; bit < value_bits; ++bit)
      input += "#if " + question + " >> " + std::to_string(bit) + " & 1\n" + line(question, bit) +
               "#endif\n";
  }
  const CommandResult given = run_compiler({"-P", "-E", "-x", "c", "-"}, input);
  if (given.status != 0) return {};
  const std::string output = "\n" + given.output;
  std::vector<int> values;
  for (const std::string& question : questions) {
    int value = 0;
    for (int bit = 0; bit < value_bits; ++bit)
      if (output.find("\n" + line(question, bit)) != std::string::npos) value |= 1 << bit;
    values.push_back(value);
  }
  return values;
}

std::optional<int> CompilerAnswers::ask(std::string_view query, std::string_view argument,
                                        std::string_view source) {
  const std::string asked = std::string(query) + "(" + std::string(argument) + ")";
  if (const auto known = known_.values.find(asked); known != known_.values.end())
    return known->second;
  std::vector<std::string> questions = questions_in(source, query);
  questions.push_back(asked);
  const std::vector<int> values = values_of(questions);
  for (std::size_t at = 0; at < values.size(); ++at)
    known_.values.insert_or_assign(questions[at], values[at]);
  is_changed_ = true;
  const auto known = known_.values.find(asked);
  return known == known_.values.end() ? std::nullopt : std::optional(known->second);
}

void CompilerAnswers::save() {
  if (!is_changed_ || file_.empty()) return;
  is_changed_ = false;
  try {
    // What another process asked meanwhile is kept.
    if (const auto text = read_file_if_present(file_))
      if (const auto other = parse(*text))
        known_.values.insert(other->values.begin(), other->values.end());
    write_file_atomically(file_, written(known_));
  } catch (const Error&) {
    // The next run asks again.
  }
}

std::optional<CompilerAnswers::Known> CompilerAnswers::parse(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(magic)) return std::nullopt;
  const std::string_view hash = text.substr(magic.size(), end - magic.size());
  text.remove_prefix(end + 1);
  if (hash != content_hash(text)) return std::nullopt;
  Known known;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline + 1);
    const std::size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    const std::string_view rest =
        blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
    if (word == "macros") {
      known.macros = text;
      return known;
    }
    if (word == "reason") {
      known.reason = rest;
    } else if (word == "folder") {
      known.folders.emplace_back(rest);
    } else if (word == "computed") {
      known.computed_macros.emplace_back(rest);
    } else if (word == "value") {
      const std::size_t last = rest.rfind(' ');
      if (last == std::string_view::npos) return std::nullopt;
      const auto number = parse_number(rest.substr(last + 1));
      if (!number || *number > 0x7fffffff) return std::nullopt;
      known.values.emplace(rest.substr(0, last), static_cast<int>(*number));
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::string CompilerAnswers::written(const Known& known) {
  std::string body;
  if (!known.reason.empty()) body += "reason " + known.reason + "\n";
  for (const std::string& folder : known.folders) body += "folder " + folder + "\n";
  for (const std::string& name : known.computed_macros) body += "computed " + name + "\n";
  for (const auto& [question, value] : known.values)
    body += "value " + question + " " + std::to_string(value) + "\n";
  body += "macros\n" + known.macros;
  return std::string(magic) + content_hash(body) + "\n" + body;
}

}  // namespace kbx::cpp
