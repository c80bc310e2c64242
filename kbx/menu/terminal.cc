#include "kbx/menu/terminal.h"

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#define NCURSES_NOMACROS
#include <curses.h>

#include "kbx/base/error.h"

namespace kbx::menu {
namespace {

constexpr int escape_wait_ms = 50;

/// `text` up to the column where the screen ends; a character of several bytes is one column.
std::string_view fitting(std::string_view text, int columns) {
  int used = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (begins_character(text[at]) && ++used > columns) return text.substr(0, at);
  }
  return text;
}

int columns_of(std::string_view text) {
  return static_cast<int>(std::ranges::count_if(text, begins_character));
}

attr_t attributes_of(Row::Look look) {
  switch (look) {
    case Row::Look::dim:
      return A_DIM;
    case Row::Look::chosen:
      return A_REVERSE;
    case Row::Look::title:
      return A_BOLD;
    case Row::Look::plain:
      break;
  }
  return A_NORMAL;
}

}  // namespace

struct Terminal::Screen {
  SCREEN* handle = nullptr;
};

Terminal::Terminal() : screen_(std::make_unique<Screen>()) {
  std::setlocale(LC_CTYPE, "");  // for characters of several bytes
  screen_->handle = ::newterm(nullptr, stdout, stdin);
  if (!screen_->handle) {
    const char* const name = std::getenv("TERM");
    throw Error(std::string("nothing is known of the terminal \"") + (name ? name : "") + "\"",
                "TERM names it: TERM=xterm fits most; or use kbx config --set");
  }
  ::raw();
  ::noecho();
  ::keypad(stdscr, TRUE);
  ::set_escdelay(escape_wait_ms);
}

Terminal::~Terminal() {
  ::endwin();
  ::delscreen(screen_->handle);
}

Terminal::Size Terminal::size() const {
  return {getmaxy(stdscr), getmaxx(stdscr)};
}

void Terminal::show(const std::vector<Row>& rows, int cursor) const {
  const Size room = size();
  ::erase();
  const auto count = std::min(rows.size(), static_cast<std::size_t>(std::max(0, room.rows)));
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view text = fitting(rows[i].text, room.columns);
    ::attrset(static_cast<int>(attributes_of(rows[i].look)));
    ::mvaddnstr(static_cast<int>(i), 0, text.data(), static_cast<int>(text.size()));
  }
  ::attrset(A_NORMAL);
  const bool has_cursor = cursor >= 0 && static_cast<std::size_t>(cursor) < count;
  ::curs_set(has_cursor ? 1 : 0);
  if (has_cursor) {
    const std::string& text = rows[static_cast<std::size_t>(cursor)].text;
    ::move(cursor, std::min(columns_of(text), room.columns - 1));
  }
  ::refresh();
}

int Terminal::read_key() const {
  static constexpr std::pair<int, Key> known[] = {
      {KEY_UP, Key::up},     {KEY_DOWN, Key::down},     {KEY_RIGHT, Key::right},
      {KEY_LEFT, Key::left}, {KEY_PPAGE, Key::page_up}, {KEY_NPAGE, Key::page_down},
      {KEY_HOME, Key::home}, {KEY_END, Key::end},       {ERR, Key::closed}};
  const int key = ::getch();
  for (const auto& [number, meaning] : known)
    if (key == number) return static_cast<int>(meaning);
  if (key == KEY_ENTER) return '\n';
  if (key == KEY_BACKSPACE) return '\b';
  return key < KEY_MIN ? key : 0;
}

}  // namespace kbx::menu
