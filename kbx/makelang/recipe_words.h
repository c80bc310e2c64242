#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kbx::makelang {

/// The shell that a recipe line goes to: the values of SHELL, .SHELLFLAGS and IFS.
struct ShellChoice {
  std::string shell = "/bin/sh";
  std::string flags = "-c";
  std::string separators = " \t\n";
  bool one_shell = false;
};

/// The arguments of the process that runs `line`. A simple command is taken apart here, as make
/// does, and needs no shell (its error messages differ); everything else goes to the shell. Empty
/// if there is nothing to run.
std::vector<std::string> command_words(std::string_view line, const ShellChoice& choice);

/// The text of a recipe for one shell: a Bourne shell gets (and the echo shows) no prefixes of
/// inner lines, nor the blanks before them.
std::string one_shell_text(std::string_view text, const ShellChoice& choice);

/// True if an unexpanded recipe line runs even under -n, -t and -q: + in front, or $(MAKE) in it.
bool always_runs(std::string_view unexpanded);

}  // namespace kbx::makelang
