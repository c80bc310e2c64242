// Processes and signals. SIGCHLD and the fatal signals are blocked only while this process decides
// whether to sleep, and opened by ppoll(2) in the same step as it falls asleep; so none is missed.
// Elsewhere they are open, and programs started in between inherit an open mask.
#include "kbx/makelang/jobs.h"

#include <atomic>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::makelang {
namespace {

constexpr int fatal_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ};

std::atomic<int> caught_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);

void note_signal(int signal) {
  caught_signal.store(signal);
}
void note_child(int) {}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  struct sigaction old {};
  ::sigaction(signal, nullptr, &old);
  // A signal that the parent ignores (nohup) stays ignored.
  if (old.sa_handler == SIG_IGN && signal != SIGCHLD) return;
  ::sigaction(signal, &action, nullptr);
}

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  for (int signal : fatal_signals) sigaddset(&set, signal);
  return set;
}

/// The file to execute, searched as execvp(3) does; `error` tells why there is none.
std::string program_file(const std::string& program, const Environment& environment, int& error) {
  if (program.find('/') != std::string::npos) return program;
  const auto found = environment.find("PATH");
  const std::string path = found == environment.end() ? "/bin:/usr/bin" : found->second;
  error = ENOENT;
  for (std::string_view folder : split(path, ':')) {
    std::string candidate = join_path(folder.empty() ? "." : folder, program);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    if (is_regular_file(candidate)) error = EACCES;
  }
  return {};
}

}  // namespace

Launched launch(const Launch& launch) {
  Launched result;
  std::vector<std::string> variables = environment_strings(*launch.environment);
  std::vector<char*> envp = argument_vector(variables);
  std::vector<std::string> arguments = launch.arguments;
  std::string program = program_file(arguments.at(0), *launch.environment, result.error);
  if (program.empty()) return result;

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const std::pair<int, int> streams[] = {
      {launch.input, STDIN_FILENO}, {launch.output, STDOUT_FILENO}, {launch.errors, STDERR_FILENO}};
  for (const auto& [from, to] : streams)
    if (from >= 0) posix_spawn_file_actions_adddup2(&actions, from, to);
  for (int descriptor : launch.inherited)
    posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor);
  if (!launch.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, launch.folder.c_str());
  result.error = 0;
  std::vector<char*> argv = argument_vector(arguments);
  int error =
      ::posix_spawn(&result.process, program.c_str(), &actions, nullptr, argv.data(), envp.data());
  if (error == ENOEXEC) {  // a script without an interpreter line
    arguments.insert(arguments.begin(), "/bin/sh");
    arguments[1] = program;
    argv = argument_vector(arguments);
    error = ::posix_spawn(&result.process, "/bin/sh", &actions, nullptr, argv.data(), envp.data());
  }
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return {-1, error};
  return result;
}

std::optional<Ended> ended_child() {
  Ended ended;
  while (true) {
    const pid_t process = ::waitpid(-1, &ended.status, WNOHANG);
    if (process > 0) {
      ended.process = process;
      return ended;
    }
    if (process < 0 && errno == EINTR) continue;
    return std::nullopt;
  }
}

SignalGuard::SignalGuard() {
  caught_signal.store(0);
  handle(SIGCHLD, note_child);
  for (int signal : fatal_signals) handle(signal, note_signal);
}

SignalGuard::~SignalGuard() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &action, nullptr);
  for (int signal : fatal_signals) {
    struct sigaction old {};
    ::sigaction(signal, nullptr, &old);
    if (old.sa_handler == note_signal) ::sigaction(signal, &action, nullptr);
  }
}

int SignalGuard::fatal_signal() {
  return caught_signal.load();
}

std::optional<Ended> SignalGuard::wait(int descriptor, bool& readable) {
  readable = false;
  sigset_t before;
  const sigset_t watched = watched_signals();
  ::sigprocmask(SIG_BLOCK, &watched, &before);
  std::optional<Ended> ended = ended_child();
  if (!ended && caught_signal.load() == 0) {
    pollfd entry{descriptor, POLLIN, 0};
    const int count = ::ppoll(&entry, descriptor >= 0 ? 1 : 0, nullptr, &before);
    readable = count > 0;
    ended = ended_child();
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return ended;
}

void die_by_signal(int signal) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  ::raise(signal);
}

int empty_input() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(ends[1]);
  return ends[0];
}

}  // namespace kbx::makelang
