#include "kbx/base/status_line.h"

#include <sys/ioctl.h>

namespace kbx {
namespace {

std::size_t width_of(std::FILE* terminal) {
  constexpr std::size_t usual = 80;
  winsize size{};
  const bool is_known = ::ioctl(::fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col >= 10;
  return is_known ? size.ws_col : usual;
}

}  // namespace

void StatusLine::show(std::string_view text) {
  // A terminal whose last column is written may begin a new line.
  text = text.substr(0, width_of(terminal_) - 1);
  std::fprintf(terminal_, "\r%.*s\x1b[K", static_cast<int>(text.size()), text.data());
  std::fflush(terminal_);
  is_shown_ = true;
}

void StatusLine::clear() {
  if (!is_shown_) return;
  std::fputs("\r\x1b[K", terminal_);
  std::fflush(terminal_);
  is_shown_ = false;
}

}  // namespace kbx
