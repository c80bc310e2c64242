// Tokens are read only after poll(2) says that there is one, but another process may be quicker; so
// this process opens the pipe a second time for itself, not blocking. The description that children
// share stays as it is.
#include "kbx/makelang/jobserver.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "kbx/base/text.h"

namespace kbx::makelang {
namespace {

constexpr char token = '+';

void set_close_on_exec(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFD);
  if (flags >= 0) ::fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
}

int open_again(int descriptor) {
  const std::string path = fmt::format("/proc/self/fd/{}", descriptor);
  const int again = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (again >= 0) return again;
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags >= 0) ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
  return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

}  // namespace

Jobserver::~Jobserver() {
  give_back_all();
  close();
}

bool Jobserver::serve(int tokens) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  read_end_ = ends[0];
  write_end_ = ends[1];
  own_read_end_ = open_again(read_end_);
  auth_ = fmt::format("{},{}", read_end_, write_end_);
  for (int i = 0; i < tokens; ++i)
    if (::write(write_end_, &token, 1) != 1) break;
  return true;
}

bool Jobserver::join(std::string_view auth) {
  if (auth.starts_with("fifo:")) {
    const std::string path(auth.substr(5));
    own_read_end_ = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (own_read_end_ < 0) return false;
    read_end_ = write_end_ = own_read_end_;
    is_fifo_ = true;
    auth_ = auth;
    return true;
  }
  const size_t comma = auth.find(',');
  if (comma == std::string_view::npos) return false;
  const auto read_end = parse_number(auth.substr(0, comma));
  const auto write_end = parse_number(auth.substr(comma + 1));
  if (!read_end || !write_end) return false;
  const int in = static_cast<int>(*read_end);
  const int out = static_cast<int>(*write_end);
  if (::fcntl(in, F_GETFD) < 0 || ::fcntl(out, F_GETFD) < 0) return false;
  read_end_ = in;
  write_end_ = out;
  set_close_on_exec(in);
  set_close_on_exec(out);
  own_read_end_ = open_again(in);
  auth_ = auth;
  return own_read_end_ >= 0;
}

bool Jobserver::try_take() {
  char byte = 0;
  while (true) {
    const ssize_t got = ::read(own_read_end_, &byte, 1);
    if (got == 1) {
      taken_.push_back(byte);
      return true;
    }
    if (got < 0 && errno == EINTR) continue;
    return false;
  }
}

void Jobserver::give_back() {
  if (taken_.empty()) return;
  const char byte = taken_.back();
  taken_.pop_back();
  while (::write(write_end_, &byte, 1) < 0 && errno == EINTR) continue;
}

void Jobserver::give_back_all() {
  while (!taken_.empty()) give_back();
}

void Jobserver::close() {
  if (own_read_end_ >= 0) ::close(own_read_end_);
  if (read_end_ >= 0 && read_end_ != own_read_end_) ::close(read_end_);
  if (write_end_ >= 0 && !is_fifo_) ::close(write_end_);
  own_read_end_ = read_end_ = write_end_ = -1;
}

std::vector<int> Jobserver::inherited() const {
  if (!active() || is_fifo_) return {};
  return {read_end_, write_end_};
}

}  // namespace kbx::makelang
