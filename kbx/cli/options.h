#pragma once
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace kbx::cli {

/// Parses `arguments` into `app`. Nothing if the command is to go on; else the exit status after
/// help (0) or a usage error (2), which is printed.
std::optional<int> parse(CLI::App& app, const std::vector<std::string>& arguments);

/// The words of a command line that are folders and those that are NAME=value.
struct Words {
  std::vector<std::string> folders;
  std::vector<std::string> variables;
};
Words split_variables(const std::vector<std::string>& words);

/// Absolute path of the running kbx binary.
std::string own_path();

}  // namespace kbx::cli
