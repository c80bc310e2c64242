#include "kbx/ninja/runner.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/process.h"
#include "kbx/base/text.h"
#include "kbx/ninja/output.h"
#include "kbx/ninja/record.h"
#include "kbx/ninja/running_mark.h"
#include "kbx/ninja/talk.h"
#include "kbx/ninja/writer.h"

namespace kbx::ninja {
namespace {

/// While it lives, the signals that ask to stop arrive at a descriptor instead of ending kbx, so
/// that Ninja's clean-up is waited for.
class StopSignals {
 public:
  StopSignals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&wanted, number);
    ::sigprocmask(SIG_BLOCK, &wanted, &before_);
    descriptor_ = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~StopSignals() {
    if (descriptor_ >= 0) ::close(descriptor_);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  int descriptor() const { return descriptor_; }
  const sigset_t& before() const { return before_; }

  /// The next signal that came, or 0.
  int next() const {
    signalfd_siginfo info{};
    if (::read(descriptor_, &info, sizeof info) != sizeof info) return 0;
    return static_cast<int>(info.ssi_signo);
  }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

std::string find_ninja() {
  const char* path = std::getenv("PATH");
  for (const char* name : {"ninja", "ninja-build"}) {
    std::string found = find_program(name, path ? path : "/usr/local/bin:/usr/bin:/bin");
    if (!found.empty()) return found;
  }
  throw Error("ninja was not found in PATH",
              "install the package ninja-build (Debian, Ubuntu, Fedora) or ninja (Arch, Alpine, "
              "openSUSE)");
}

/// Where Ninja's output is read and written: a pipe, or a terminal of its own, on which Ninja tells
/// of commands that start and not only of those that ended.
struct Channel {
  int read_end = -1;
  int write_end = -1;

  explicit Channel(bool terminal) {
    if (terminal && open_terminal()) return;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw system_error("cannot make a pipe", errno);
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Channel() {
    close_end(read_end);
    close_end(write_end);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  static void close_end(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }

 private:
  /// A terminal without a width, so that Ninja shortens nothing, and without changes to newlines.
  bool open_terminal() {
    read_end = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char name[64];
    if (read_end >= 0 && ::grantpt(read_end) == 0 && ::unlockpt(read_end) == 0 &&
        ::ptsname_r(read_end, name, sizeof name) == 0)
      write_end = ::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios modes{};
    if (write_end >= 0 && ::tcgetattr(write_end, &modes) == 0) {
      ::cfmakeraw(&modes);
      if (::tcsetattr(write_end, TCSANOW, &modes) == 0) return true;
    }
    close_end(read_end);
    close_end(write_end);
    return false;
  }
};

/// What goes to execve(2), prepared before fork(2).
struct Invocation {
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> variables;
  std::vector<char*> argument_pointers;
  std::vector<char*> variable_pointers;
};

Invocation invocation_of(const Environment& more, const RunOptions& options) {
  Invocation call;
  call.program = find_ninja();
  call.arguments = {call.program};
  if (options.jobs > 0) call.arguments.push_back("-j" + std::to_string(options.jobs));
  if (options.keep_going) {
    call.arguments.emplace_back("-k");
    call.arguments.emplace_back("0");
  }
  if (options.verbose) call.arguments.emplace_back("-v");
  Environment environment = current_environment();
  for (const auto& [name, value] : more) environment.insert_or_assign(name, value);
  environment["NINJA_STATUS"] = ninja_status;
  if (options.terminal) environment["TERM"] = "xterm";  // "dumb" would silence the starts
  for (const auto& [name, value] : environment) call.variables.push_back(name + "=" + value);
  for (std::string& text : call.arguments) call.argument_pointers.push_back(text.data());
  for (std::string& text : call.variables) call.variable_pointers.push_back(text.data());
  call.argument_pointers.push_back(nullptr);
  call.variable_pointers.push_back(nullptr);
  return call;
}

/// The child's side: only async-signal-safe calls.
[[noreturn]] void become_ninja(Invocation& call, const std::string& folder, int output,
                               int inherited, const sigset_t& signals, pid_t parent) {
  // If kbx is killed, Ninja shall stop its commands and clean up rather than go on unwatched.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  ::sigprocmask(SIG_SETMASK, &signals, nullptr);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::fcntl(inherited, F_SETFD, 0);
  if (::chdir(folder.c_str()) == 0)
    ::execve(call.program.c_str(), call.argument_pointers.data(), call.variable_pointers.data());
  ::_exit(127);
}

/// Passes Ninja's output on until it ends. True if a signal asked to stop.
bool listen(int pipe_end, pid_t ninja, const StopSignals& signals,
            const std::function<void(std::string_view)>& take) {
  bool stopped = false;
  char buffer[65536];
  for (;;) {
    pollfd descriptors[2] = {{pipe_end, POLLIN, 0}, {signals.descriptor(), POLLIN, 0}};
    if (::poll(descriptors, 2, -1) < 0) {
      if (errno == EINTR) continue;
      throw system_error("cannot wait for ninja", errno);
    }
    if (descriptors[1].revents)
      while (const int number = signals.next()) {
        stopped = true;
        ::kill(ninja, number);
      }
    if (!descriptors[0].revents) continue;
    const ssize_t got = ::read(pipe_end, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return stopped;
    take({buffer, static_cast<size_t>(got)});
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw system_error("cannot wait for ninja", errno);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Processes whose parent is kbx. Those of a Ninja that was killed are, because kbx is their
/// subreaper (prctl(2)).
std::vector<pid_t> children() {
  std::vector<pid_t> found;
  const std::string own = std::to_string(::getpid());
  const auto text = read_file_if_present("/proc/self/task/" + own + "/children");
  if (!text) return found;
  for (const std::string_view word : split_words(*text))
    if (const auto number = parse_number(word)) found.push_back(static_cast<pid_t>(*number));
  return found;
}

/// Ends what a killed Ninja left running: it would go on writing to outputs beside the next run.
void end_orphans() {
  constexpr int most_rounds = 100;
  constexpr timespec pause{0, 20'000'000};
  for (int round = 0; round < most_rounds; ++round) {
    const std::vector<pid_t> left = children();
    if (left.empty()) return;
    for (const pid_t child : left) ::kill(child, round < most_rounds / 2 ? SIGTERM : SIGKILL);
    ::nanosleep(&pause, nullptr);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

}  // namespace

NinjaEnd run_ninja(const std::string& folder, const Environment& more, const RunOptions& options,
                   int inherited, const std::function<void(std::string_view)>& take) {
  Invocation call = invocation_of(more, options);
  Channel channel(options.terminal && !options.verbose);
  std::fflush(nullptr);
  const StopSignals signals;
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t parent = ::getpid();
  const pid_t ninja = ::fork();
  if (ninja == 0)
    become_ninja(call, folder, channel.write_end, inherited, signals.before(), parent);
  if (ninja < 0) throw system_error("cannot start ninja", errno);
  Channel::close_end(channel.write_end);
  NinjaEnd end;
  end.stopped = listen(channel.read_end, ninja, signals, take);
  end.status = wait_for(ninja);
  if (end.status > 128) end_orphans();
  return end;
}

int run_graph(const Layout& layout, const RunOptions& options) {
  if (options.starting) options.starting();
  const auto common = read_file_if_present(layout.file(common_environment_file));
  const RunningMark mark(layout.state);
  if (mark.found_killed()) remove_torn_outputs(layout);
  // What Ninja does not remember to have made it makes.
  if (options.always_make) remove_file(layout.file(".ninja_log"));
  Output output(layout, options);
  Environment more = read_environment_block(common.value_or(""));
  more.insert(options.environment.begin(), options.environment.end());
  const NinjaEnd end = run_ninja(layout.state, more, options, mark.inherited(),
                                 [&](std::string_view bytes) { output.take(bytes); });
  output.finish();
  if (end.stopped) return 130;
  if (!output.complaint().empty() && !output.saw_failure())
    throw Error(output.complaint(),
                end.status == 127 ? "" : "the graph is " + layout.file("build.ninja"));
  return end.status == 0 ? 0 : 1;
}

std::optional<std::vector<std::string>> recorded_dependencies(const Layout& layout,
                                                              const std::string& output) {
  if (!exists(layout.file("build.ninja"))) return std::nullopt;
  Command command;
  command.arguments = {find_ninja(), "-C", layout.state, "-t", "deps", output};
  command.capture_errors = true;
  const CommandResult result = run(command);
  std::vector<std::string> files;
  for (const std::string_view line : split_lines(result.output))
    if (line.starts_with("    ")) files.emplace_back(trim(line));
  if (result.status != 0 || files.empty()) return std::nullopt;
  return files;
}

}  // namespace kbx::ninja
