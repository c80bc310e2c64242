#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "kbx/base/error.h"

namespace kbx::cli {

/// A command line that asks for something that cannot be meant: exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// What --help of a command shows around its options.
struct HelpText {
  std::string usage;     // the words after the command's name: "[OPTION...] NAME"
  std::string examples;  // lines for the end of the page, without indent
};

/// Makes --help of `app` show its description, `text` and its options in one form.
void set_help(CLI::App& app, HelpText text);

/// Parses `arguments` into `app`. Nothing if the command is to go on; else the exit status after
/// help (0) or a usage error (2), which is printed.
std::optional<int> parse(CLI::App& app, const std::vector<std::string>& arguments);

/// For a hint to who has used make's words: how `goal` is asked for in them.
std::string in_makes_words(const std::string& goal);

/// The words of a command line that are folders and those that are NAME=value.
struct Words {
  std::vector<std::string> folders;
  std::vector<std::string> variables;
};
Words split_variables(const std::vector<std::string>& words);

/// The folder that a word names, absolute and without links. Throws Error with `hint` if there is
/// none.
std::string existing_folder(const std::string& word, const std::string& hint);

/// Adds --jobs.
void add_jobs_option(CLI::App& app, int& jobs);

/// Adds --kernel. Its values are joined with commas for kernel::find_tree.
void add_kernel_option(CLI::App& app, std::vector<std::string>& kernel);

/// Absolute path of the running kbx binary.
std::string own_path();

/// A path as a person in the current folder would type it.
std::string shown_path(const std::string& path);

}  // namespace kbx::cli
