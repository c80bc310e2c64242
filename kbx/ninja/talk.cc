#include "kbx/ninja/talk.h"

#include <algorithm>
#include <utility>

#include "kbx/base/path.h"
#include "kbx/base/text.h"

/// How Ninja talks. For each command that ended it prints a status line, which is $NINJA_STATUS and
/// the description (or, with -v, the command); after a failure a line "FAILED: " with the outputs,
/// and one with the command; then whatever the command printed. At its end a line "ninja: …".
///
/// Into a pipe a status ends with a newline. On a terminal, which kbx gives Ninja where it has one
/// itself, the status comes when a command starts, too, and ends with "erase to end of line".
///
/// The status begins with a byte that no sane program prints, so it is certain; the lines of a
/// failure are believed only right behind one.
namespace kbx::ninja {
namespace {

constexpr char status_start = '\x01';
constexpr char status_end = '\x02';
constexpr std::string_view erase_to_end = "\x1b[K";

/// Ninja's complaints in words that help.
std::string in_plain_words(std::string_view message) {
  const size_t needed = message.find("', needed by '");
  if (needed != std::string_view::npos && message.starts_with('\'')) {
    const std::string_view file = message.substr(1, needed - 1);
    std::string_view user = message.substr(needed + 14);
    user = user.substr(0, user.find('\''));
    return std::string(file) + " is missing, and no rule makes it; " + base_name(user) +
           " needs it";
  }
  return std::string(message);
}

}  // namespace

const char* const ninja_status = "\x01%f/%t\x02";

void Talk::take(std::string_view bytes) {
  rest_ += bytes;
  size_t start = 0;
  while (const size_t taken = take_piece(std::string_view(rest_).substr(start))) start += taken;
  rest_.erase(0, start);
}

/// Takes the first whole line or status of `text`; gives its length, or 0 if there is none.
size_t Talk::take_piece(std::string_view text) {
  if (text.empty()) return 0;
  if (std::exchange(newline_is_due_, false) && text.front() == '\n') return 1;
  const size_t status = text.find(status_start);
  const size_t newline = text.find('\n');
  if (status > 0) {
    // A line, or one without end before the next status.
    const size_t end = std::min(status, newline);
    if (end == std::string_view::npos) return 0;
    std::string_view line = text.substr(0, end);
    if (end == status && line.ends_with('\r')) line.remove_suffix(1);
    if (end == newline || !line.empty()) take_line(line);
    return end == newline ? end + 1 : end;
  }
  const size_t erase = text.find(erase_to_end);
  if (erase < newline) {
    newline_is_due_ = true;
    take_status(text.substr(1, erase - 1));
    return erase + erase_to_end.size();
  }
  if (newline == std::string_view::npos) return 0;
  take_status(text.substr(1, newline - 1));
  return newline + 1;
}

void Talk::finish() {
  if (!rest_.empty()) take_line(std::exchange(rest_, ""));
  if (!held_back_.empty()) take_ninja_message(held_back_);
}

void Talk::pass_on_held_back() {
  if (!held_back_.empty()) listener_.line(std::exchange(held_back_, ""));
}

void Talk::take_line(std::string_view line) {
  // Some of Ninja's last words end with an empty line.
  if (line.empty() && !held_back_.empty()) return;
  pass_on_held_back();
  const Expect expected = std::exchange(expect_, Expect::anything);
  if (expected == Expect::failure && line.starts_with("FAILED: ")) {
    line.remove_prefix(8);
    // Ninja 1.13 puts "[code=1] " before the names.
    if (line.starts_with("[code=")) line.remove_prefix(std::min(line.find(' '), line.size()));
    expect_ = Expect::command;
    listener_.failure(trim(line));
  } else if (expected == Expect::command) {
    // The command: with -v it was printed already, else nobody wants it.
  } else if (line.starts_with("ninja: ")) {
    held_back_ = line;
  } else {
    listener_.line(line);
  }
}

void Talk::take_status(std::string_view status) {
  pass_on_held_back();
  expect_ = Expect::failure;
  const size_t end = status.find(status_end);
  if (end == std::string_view::npos)
    listener_.status("", status);
  else
    listener_.status(status.substr(0, end), status.substr(end + 1));
}

void Talk::take_ninja_message(std::string_view line) {
  constexpr std::string_view error = "ninja: error: ";
  constexpr std::string_view fatal = "ninja: fatal: ";
  if (line.starts_with(error))
    complaint_ = in_plain_words(line.substr(error.size()));
  else if (line.starts_with(fatal))
    complaint_ = line.substr(fatal.size());
}

}  // namespace kbx::ninja
