#include "kbx/menu/terminal.h"

#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kbx/base/error.h"

namespace kbx::menu {
namespace {

constexpr char escape = '\x1b';

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(STDOUT_FILENO, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return;
    text.remove_prefix(static_cast<size_t>(wrote));
  }
}

/// `text` up to the column where the screen ends; a character of several bytes is one column.
std::string_view fitting(std::string_view text, int columns) {
  int used = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool continues = (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
    if (!continues && ++used > columns) return text.substr(0, at);
  }
  return text;
}

int read_byte(int wait_ms) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (wait_ms >= 0 && ::poll(&input, 1, wait_ms) <= 0) return -1;
  unsigned char byte = 0;
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
    if (got < 0 && errno == EINTR) return 0;  // the size has changed
    return got == 1 ? byte : static_cast<int>(Key::closed);
  }
}

int key_of_sequence(const std::string& sequence) {
  static constexpr std::pair<std::string_view, Key> known[] = {
      {"A", Key::up},       {"B", Key::down},       {"C", Key::right}, {"D", Key::left},
      {"5~", Key::page_up}, {"6~", Key::page_down}, {"H", Key::home},  {"F", Key::end},
      {"1~", Key::home},    {"4~", Key::end}};
  for (const auto& [text, key] : known)
    if (sequence == text) return static_cast<int>(key);
  return 0;
}

}  // namespace

Terminal::Terminal() {
  if (::tcgetattr(STDIN_FILENO, &before_) != 0)
    throw system_error("cannot use the terminal", errno);
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  write_all("\x1b[?1049h");
}

Terminal::~Terminal() {
  write_all("\x1b[0m\x1b[?25h\x1b[?1049l");
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

Terminal::Size Terminal::size() const {
  winsize window{};
  Size size;
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 && window.ws_col > 0) {
    size.rows = window.ws_row;
    size.columns = window.ws_col;
  }
  return size;
}

void Terminal::show(const std::vector<Row>& rows, int cursor) const {
  const Size room = size();
  std::string text = "\x1b[?25l\x1b[H";
  for (int i = 0; i < room.rows; ++i) {
    text += "\x1b[" + std::to_string(i + 1) + ";1H\x1b[0m\x1b[2K";
    if (static_cast<size_t>(i) >= rows.size()) continue;
    const Row& row = rows[static_cast<size_t>(i)];
    if (row.look == Row::Look::dim) text += "\x1b[2m";
    if (row.look == Row::Look::chosen) text += "\x1b[7m";
    if (row.look == Row::Look::title) text += "\x1b[1m";
    text += fitting(row.text, room.columns);
  }
  text += "\x1b[0m";
  if (cursor >= 0 && static_cast<size_t>(cursor) < rows.size()) {
    const std::string_view seen = fitting(rows[static_cast<size_t>(cursor)].text, room.columns - 1);
    text +=
        "\x1b[" + std::to_string(cursor + 1) + ";" + std::to_string(seen.size() + 1) + "H\x1b[?25h";
  }
  write_all(text);
}

int Terminal::read_key() const {
  constexpr int sequence_wait_ms = 50;
  const int first = read_byte(-1);
  if (first != escape) return first;
  const int second = read_byte(sequence_wait_ms);
  if (second != '[' && second != 'O') return escape;
  std::string sequence;
  for (int byte = 0; sequence.size() < 8 && (byte = read_byte(sequence_wait_ms)) > 0;) {
    sequence += static_cast<char>(byte);
    if (byte >= '@' && byte <= '~') break;
  }
  return key_of_sequence(sequence);
}

}  // namespace kbx::menu
