#include <algorithm>
#include <array>
#include <iostream>

#include <fmt/format.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/job_options.h"

namespace kbx::cli {
namespace {

constexpr const char* examples =
    "kbx why hello.o\n"
    "kbx why hello.o | grep Wno-\n"
    "kbx why drivers/foo/main.o -K 6.12.90+deb13-amd64 W=1";

/// Short names for the long paths of a build.
class Names {
 public:
  explicit Names(const kbuild::Plan& plan, const std::string& srctree) : source_(plan.source) {
    if (plan.folder != plan.source) shadow_ = plan.folder;
    if (srctree.empty()) {
      rules_ = plan.objtree;
      add("<kbx>", rules_);
    } else {
      add("<kernel>", srctree);
      if (plan.objtree != srctree) add("<build>", plan.objtree);
    }
    add("<out>", shadow_);
  }

  /// The names and what they stand for.
  void print() const {
    for (const auto& [name, folder] : names_)
      fmt::print("  {:<9} {}\n", name,
                 is_below(folder, current_folder()) ? shown_path(folder) : folder);
  }

  /// A file: the driver's own as seen from the current folder.
  std::string file(const std::string& path) const {
    if (!shadow_.empty() && is_below(path, shadow_)) {
      const std::string real = source_ + path.substr(shadow_.size());
      if (exists(real)) return shown_path(real);
    }
    if (is_below(path, source_) && (shadow_.empty() || !is_below(path, shadow_)) && !is_rule(path))
      return shown_path(path);
    return word(path);
  }

  /// A word of a command.
  std::string word(std::string text) const {
    for (const auto& [name, folder] : names_) text = replace_all(text, folder, name);
    return text;
  }

  /// True if rules of kbx stand where a kernel tree's stand.
  bool of_images() const { return !rules_.empty(); }

  bool of_driver(const std::string& path) const {
    return (is_below(path, source_) && !is_rule(path)) ||
           (!shadow_.empty() && is_below(path, shadow_));
  }

 private:
  bool is_rule(const std::string& path) const { return of_images() && is_below(path, rules_); }
  void add(const std::string& name, const std::string& folder) {
    if (!folder.empty()) names_.emplace_back(name, folder);
    const auto longer = [](const auto& a, const auto& b) {
      return a.second.size() > b.second.size();
    };
    std::ranges::stable_sort(names_, longer);
  }

  std::string source_;
  std::string shadow_;
  std::string rules_;                                       // of images: the folder of kbx's rules
  std::vector<std::pair<std::string, std::string>> names_;  // the longest folder first
};

struct Row {
  std::string words;
  std::string place;
  bool from_driver = false;  // or from the command line, or from the environment
};

std::string place_of(const kbuild::WordOrigin& origin, const Names& names) {
  using makelang::Origin;
  std::string place = names.file(origin.where.file);
  if (origin.where.line > 0) place += ":" + std::to_string(origin.where.line);
  if (place.empty() && origin.origin == Origin::command_line) place = "command line";
  if (place.empty() && origin.origin == Origin::environment) place = "environment";
  if (!origin.variable.empty()) place += "  (" + origin.variable + ")";
  return place;
}

bool maps_shadow(const std::string& word, const Names& names) {
  constexpr std::string_view option = "-ffile-prefix-map=";
  return word.starts_with(option) &&
         names.of_driver(word.substr(option.size(), word.find('=', option.size()) - option.size()));
}

/// Options whose argument is the word behind them.
bool takes_word(kbuild::ActionKind kind, std::string_view word) {
  if (kind != kbuild::ActionKind::image) return word == "-include" || word == "-o" || word == "-x";
  constexpr std::array<std::string_view, 9> of_links = {"-o", "-m", "-z", "-T",       "-b",
                                                        "-e", "-u", "-L", "--oformat"};
  return std::ranges::find(of_links, word) != of_links.end();
}

/// One row per option; "-include FILE" and the like are one. Names of the action's own files say
/// nothing and are left out.
std::vector<Row> rows_of(const kbuild::Explanation& told, const Names& names) {
  using makelang::Origin;
  std::vector<Row> rows;
  const auto is_own = [&](const std::string& word) {
    return word == told.action.outputs.front() ||
           std::ranges::find(told.action.inputs, word) != told.action.inputs.end();
  };
  for (size_t i = 0; i < told.words.size(); ++i) {
    const kbuild::WordOrigin* origin = &told.words[i];
    std::string words = origin->word;
    const bool is_pair = takes_word(told.action.kind, words) && i + 1 < told.words.size();
    if (is_pair) {
      origin = &told.words[++i];
      words += " " + origin->word;
    }
    const bool is_script = is_pair && words.starts_with("-T ");
    if (words == ";" || words == "-c" || (is_own(origin->word) && !is_script)) continue;
    const bool given = origin->where.file.empty() && (origin->origin == Origin::command_line ||
                                                      origin->origin == Origin::environment);
    rows.push_back({names.word(words),
                    maps_shadow(words, names) ? "kbx: the result shall name the real sources"
                                              : place_of(*origin, names),
                    given || names.of_driver(origin->where.file)});
  }
  return rows;
}

void print_rows(const std::vector<Row>& rows, bool from_driver, std::string_view title) {
  const auto wanted = [&](const Row& row) { return row.from_driver == from_driver; };
  if (std::ranges::none_of(rows, wanted)) return;
  fmt::print("\n{}\n", title);
  for (const Row& row : rows)
    if (wanted(row)) fmt::print("  {:<42} {}\n", row.words, row.place);
}

/// Prints those of `paths` that belong to the driver, or all, and counts the others.
void print_paths(const std::vector<std::string>& paths, const Names& names, bool all,
                 std::string_view others) {
  size_t hidden = 0;
  for (const std::string& path : paths) {
    if (all || names.of_driver(path))
      fmt::print("  {}\n", names.file(path));
    else
      ++hidden;
  }
  if (hidden > 0) fmt::print("  {} {} (--all lists them)\n", hidden, others);
}

void print_rebuild(const ninja::OutputStory& story, const Names& names, bool all) {
  const kbuild::Action& action = story.told.action;
  fmt::print("\nmade again when its command changes, or one of these files:\n");
  std::vector<std::string> files = action.inputs;
  if (story.read_files)
    for (const std::string& path : *story.read_files)
      if (std::ranges::find(files, path) == files.end()) files.push_back(path);
  print_paths(files, names, all, names.of_images() ? "other files" : "files of the kernel tree");
  if (!story.read_files && action.kind == kbuild::ActionKind::compile)
    fmt::print("  the headers that it includes (known after the first build)\n");
}

std::string shown_value(const std::optional<std::string>& value) {
  constexpr size_t longest = 60;
  if (!value) return " (not set)";
  return "=" + (value->size() > longest ? value->substr(0, longest) + "..." : *value);
}

void print_stale(const kbuild::Plan& plan, const Names& names, bool all) {
  fmt::print("\nall Makefiles are read again when one of these changes:\n");
  std::vector<std::string> files;
  std::vector<std::string> absent;
  std::vector<std::string> folders;
  for (const auto& [path, stamp] : plan.inputs.files)
    (!stamp ? absent : stamp->is_folder() ? folders : files).push_back(path);
  print_paths(
      files, names, all,
      names.of_images() ? "other files and programs" : "files of the kernel tree, and programs");
  for (const std::string& path : absent)
    if (all || names.of_driver(path)) fmt::print("  {} appears\n", names.file(path));
  for (const auto& [pattern, matches] : plan.inputs.wildcards)
    if (all || names.of_driver(pattern))
      fmt::print("  $(wildcard {}): {} match{}\n", names.file(pattern), matches.size(),
                 matches.size() == 1 ? "" : "es");
  for (const std::string& folder : folders)
    fmt::print("  files added to or removed from {}\n", names.file(folder));
  fmt::print("  the compiler, {}\n", trim(plan.compiler));
  fmt::print("  the variables on the command line of kbx build\n");
  size_t unset = 0;
  for (const auto& [name, value] : plan.inputs.environment) {
    if (value || all)
      fmt::print("  the environment variable {}{}\n", name, shown_value(value));
    else
      ++unset;
  }
  if (unset > 0)
    fmt::print("  {} environment variables that are not set now (--all lists them)\n", unset);
}

/// What the person means by FILE: a source stands for its object.
std::string output_of(std::string file) {
  const std::string_view suffix = extension(file);
  if (suffix == ".c" || suffix == ".S") return file.substr(0, file.size() - 1) + "o";
  return file;
}

bool declares_modules(const std::string& folder) {
  return exists(join_path(folder, "Kbuild")) || exists(join_path(folder, "Makefile"));
}

/// The driver's folder that a file belongs to: this one, else the outermost on the way to the file.
std::string folder_of(const std::string& file) {
  if (declares_modules(".")) return ".";
  const std::string path = normal_path(file);
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1))
    if (declares_modules(path.substr(0, slash))) return path.substr(0, slash);
  return ".";
}

}  // namespace

int why_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Tells which Makefile line put each flag into the command of a file, and what makes it "
      "again.",
      "kbx why");
  set_help(app, {"[OPTION...] FILE [FOLDER] [NAME=value...]", examples});
  JobOptions options;
  std::string output;
  bool all = false;
  app.add_option("FILE", output,
                 "an object, its source, or a module: hello.o, sub/part.c, hello.ko")
      ->required();
  options.add_planning(app);
  app.add_flag("--all,-a", all, "list the files of the kernel tree and unset variables, too");
  if (const auto status = parse(app, arguments)) return *status;

  output = output_of(output);
  const ninja::Job job = options.job(folder_of(output));
  const std::string& source = job.folders.front();
  const std::string here = absolute_path(output, current_folder());
  const ninja::OutputStory story = explain_output(job, is_below(here, source) ? here : output);
  const kbuild::Action& action = story.told.action;
  const Names names(story.told.plan, job.tree.srctree);
  fmt::print("{}{}, made in {} from {}\n", names.file(action.outputs.front()),
             names.of_images() ? "" : " for " + job.tree.release, names.word(action.folder),
             action.inputs.empty() ? "nothing" : names.file(action.inputs.front()));
  names.print();
  const std::vector<Row> rows = rows_of(story.told, names);
  print_rows(rows, true, "set by the driver, the command line or the environment:");
  print_rows(rows, false, names.of_images() ? "set by kbx's rules:" : "set by the kernel tree:");
  print_rebuild(story, names, all);
  print_stale(story.told.plan, names, all);
  return 0;
}

}  // namespace kbx::cli
