#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kbx {

/// Environment of a process: name to value.
using Environment = std::map<std::string, std::string, std::less<>>;

/// The environment that this process was started with.
Environment current_environment();

/// How to run a program.
struct Command {
  std::vector<std::string>
      arguments;       // the program first; looked up in PATH of `environment` if it has no slash
  std::string folder;  // working folder; "" is this process's
  const Environment* environment = nullptr;  // null is this process's
  std::string input;                         // given on standard input
  bool capture_output = true;                // standard output into the result; else inherited
  bool capture_errors = false;               // standard error into the result; else inherited
};

struct CommandResult {
  int status = 0;  // exit status; 128 + signal if a signal ended it; 127 if it could not be started
  std::string output;
  std::string errors;
};

/// Runs a program to its end. Throws Error only if pipes or processes cannot be had at all; a
/// program that is not there gives status 127 and the reason in `errors`.
CommandResult run(const Command& command);

/// "NAME=value" of each variable, and pointers to strings with a null behind them, as execve(2)
/// wants both. The pointers are good as long as `strings` is not changed.
std::vector<std::string> environment_strings(const Environment& environment);
std::vector<char*> argument_vector(std::vector<std::string>& strings);

/// The full path of `program` as execvp(3) finds it along `path`, or "".
std::string find_program(std::string_view program, std::string_view path);

}  // namespace kbx
