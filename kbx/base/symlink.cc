#include "kbx/base/symlink.h"

#include <cerrno>
#include <climits>

#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"

namespace kbx {

std::optional<std::string> read_link(const std::string& path) {
  char buffer[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), buffer, sizeof buffer);
  if (length < 0 || static_cast<size_t>(length) == sizeof buffer) return std::nullopt;
  return std::string(buffer, static_cast<size_t>(length));
}

void place_link(const std::string& target, const std::string& link) {
  if (read_link(link) == target) return;
  const std::string aside = link + ".new." + std::to_string(::getpid());
  if (::symlink(target.c_str(), aside.c_str()) == 0 && ::rename(aside.c_str(), link.c_str()) == 0)
    return;
  const int reason = errno;
  remove_file(aside);
  throw system_error("cannot make the link " + link, reason);
}

}  // namespace kbx
