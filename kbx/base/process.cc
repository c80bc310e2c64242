#include "kbx/base/process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kbx/base/descriptor.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx {
namespace {

/// Both ends of a pipe, closed at its end.
struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw system_error("cannot make a pipe", errno);
    read_end = ends[0];
    write_end = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(read_end);
    close_end(write_end);
  }
  static void close_end(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
};

/// A file in memory that holds `input`, to be read from its start. Unlike a pipe it needs no one
/// to feed it while the program runs, nor to notice that the program reads no further.
Descriptor input_file(const std::string& input) {
  Descriptor file(::memfd_create("input", MFD_CLOEXEC));
  size_t written = 0;
  while (file.get() >= 0 && written < input.size()) {
    const ssize_t put = ::write(file.get(), input.data() + written, input.size() - written);
    if (put > 0) written += static_cast<size_t>(put);
    if (put < 0 && errno != EINTR) break;
  }
  if (file.get() < 0 || written < input.size() || ::lseek(file.get(), 0, SEEK_SET) != 0)
    throw system_error("cannot hold the input of a program", errno);
  return file;
}

/// Moves what has arrived at `end` to `text`; closes the end once nothing more can come.
void take_output(int& end, std::string& text) {
  char buffer[65536];
  const ssize_t got = ::read(end, buffer, sizeof buffer);
  if (got > 0)
    text.append(buffer, static_cast<size_t>(got));
  else if (got == 0 || errno != EINTR)
    Pipe::close_end(end);
}

/// Collects the outputs until both pipes are closed.
void collect(Pipe& out, Pipe& err, CommandResult& result) {
  while (out.read_end >= 0 || err.read_end >= 0) {
    pollfd descriptors[2] = {{out.read_end, POLLIN, 0}, {err.read_end, POLLIN, 0}};
    if (::poll(descriptors, 2, -1) < 0) {
      if (errno == EINTR) continue;
      throw system_error("cannot wait for a program", errno);
    }
    if (descriptors[0].revents) take_output(out.read_end, result.output);
    if (descriptors[1].revents) take_output(err.read_end, result.errors);
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw system_error("cannot wait for a program", errno);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::vector<std::string> environment_strings(const Environment& environment) {
  std::vector<std::string> strings;
  strings.reserve(environment.size());
  for (const auto& [name, value] : environment) strings.push_back(name + "=" + value);
  return strings;
}

std::vector<char*> argument_vector(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

Environment current_environment() {
  Environment result;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0)
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

std::string find_program(std::string_view program, std::string_view path) {
  if (program.find('/') != std::string_view::npos)
    return is_executable(std::string(program)) ? std::string(program) : std::string();
  for (std::string_view folder : split(path, ':')) {
    std::string candidate = join_path(folder.empty() ? "." : folder, program);
    if (is_executable(candidate)) return candidate;
  }
  return {};
}

CommandResult run(const Command& command) {
  CommandResult result;
  std::vector<std::string> arguments = command.arguments;
  std::vector<char*> argv = argument_vector(arguments);
  std::vector<std::string> variables;
  std::vector<char*> envp;
  if (command.environment) {
    variables = environment_strings(*command.environment);
    envp = argument_vector(variables);
  }
  std::string program = arguments.at(0);
  if (program.find('/') == std::string::npos) {
    std::string path;
    if (command.environment) {
      const auto found = command.environment->find("PATH");
      if (found != command.environment->end()) path = found->second;
    } else if (const char* value = ::getenv("PATH")) {
      path = value;
    }
    program = find_program(program, path.empty() ? "/usr/local/bin:/usr/bin:/bin" : path);
  }
  if (program.empty()) return {127, "", command.arguments[0] + ": command not found"};

  const Descriptor in = input_file(command.input);
  Pipe out;
  Pipe err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.get(), 0);
  if (command.capture_output) posix_spawn_file_actions_adddup2(&actions, out.write_end, 1);
  if (command.capture_errors) posix_spawn_file_actions_adddup2(&actions, err.write_end, 2);
  if (!command.folder.empty())
    posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(),
                                    command.environment ? envp.data() : environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return {127, "", command.arguments[0] + ": " + std::strerror(failure)};
  Pipe::close_end(out.write_end);
  Pipe::close_end(err.write_end);
  collect(out, err, result);
  result.status = wait_for(child);
  return result;
}

}  // namespace kbx
