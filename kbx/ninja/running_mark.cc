#include "kbx/ninja/running_mark.h"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <optional>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/state_lock.h"
#include "kbx/base/text.h"
#include "kbx/ninja/layout.h"

namespace kbx::ninja {
namespace {

constexpr std::string_view mark = "running ";

Descriptor open_inherited(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw system_error("cannot open " + path, errno);
  return Descriptor(descriptor);
}

bool has_open(const std::string& process, const struct stat& file) {
  const std::string folder = "/proc/" + process + "/fd";
  for (const std::string& name : list_folder(folder)) {
    struct stat other {};
    if (::stat((folder + "/" + name).c_str(), &other) == 0 && other.st_dev == file.st_dev &&
        other.st_ino == file.st_ino)
      return true;
  }
  return false;
}

/// Processes other than this one that have the file open and are of that session. What a command
/// left behind as a server has a session of its own, and serves other builds too.
std::vector<pid_t> processes_with(const struct stat& file, std::optional<std::uint64_t> session) {
  std::vector<pid_t> found;
  for (const std::string& name : list_folder("/proc")) {
    const auto number = parse_number(name);
    if (!number) continue;
    const auto process = static_cast<pid_t>(*number);
    const pid_t its_session = ::getsid(process);
    if (process == ::getpid() || its_session < 0) continue;
    if (session && static_cast<std::uint64_t>(its_session) != *session) continue;
    if (has_open(name, file)) found.push_back(process);
  }
  return found;
}

void end_survivors(int inherited, std::optional<std::uint64_t> session) {
  constexpr int most_rounds = 100;
  constexpr timespec pause{0, 20'000'000};
  struct stat file {};
  if (::fstat(inherited, &file) != 0) return;
  for (int round = 0; round < most_rounds; ++round) {
    const std::vector<pid_t> left = processes_with(file, session);
    if (left.empty()) return;
    for (const pid_t process : left) ::kill(process, round < most_rounds / 2 ? SIGTERM : SIGKILL);
    ::nanosleep(&pause, nullptr);
  }
}

/// The session of the run that left this mark, if it can be read.
std::optional<std::uint64_t> session_of(std::string_view text) {
  if (!text.starts_with(mark)) return std::nullopt;
  return parse_number(trim(text.substr(mark.size())));
}

}  // namespace

RunningMark::RunningMark(const std::string& folder)
    : path_(join_path(folder, lock_file)),
      inherited_(open_inherited(join_path(folder, "running"))) {
  const std::string before = read_file_if_present(path_).value_or("");
  found_killed_ = !before.empty();
  if (found_killed_) end_survivors(inherited_.get(), session_of(before));
  overwrite_file(path_, std::string(mark) + std::to_string(::getsid(0)) + "\n");
}

RunningMark::~RunningMark() {
  if (::truncate(path_.c_str(), 0) != 0) ::unlink(path_.c_str());
}

}  // namespace kbx::ninja
