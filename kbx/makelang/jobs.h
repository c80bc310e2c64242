#pragma once
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "kbx/base/process.h"

namespace kbx::makelang {

/// How a recipe line becomes a process.
struct Launch {
  std::vector<std::string> arguments;
  const Environment* environment = nullptr;
  std::string folder;          // "" is this process's
  int input = -1;              // descriptor for standard input; -1: inherited
  int output = -1;             // for standard output
  int errors = -1;             // for standard error
  std::vector<int> inherited;  // descriptors that lose close-on-exec
};

/// The process, or the number of the error that kept it from starting.
struct Launched {
  pid_t process = -1;
  int error = 0;
};
Launched launch(const Launch& launch);

struct Ended {
  pid_t process = 0;
  int status = 0;  // as waitpid(2) gives it
};

/// A child that ended, if there is one. Does not wait.
std::optional<Ended> ended_child();

/// While it lives, children that end and fatal signals interrupt wait_for_event, and nothing else.
class SignalGuard {
 public:
  SignalGuard();
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  /// The fatal signal that came, or 0.
  static int fatal_signal();
  /// Waits until a child ended, a fatal signal came, or `descriptor` (unless negative) is readable.
  /// Gives a child that ended.
  std::optional<Ended> wait(int descriptor, bool& readable);
};

/// Ends this process by `signal` as if it had no handler.
void die_by_signal(int signal);

/// An open descriptor whose reader sees the end at once.
int empty_input();

}  // namespace kbx::makelang
