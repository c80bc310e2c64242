#pragma once
#include <memory>
#include <string>
#include <vector>

namespace kbx::menu {

/// A key: a byte of its character, or one of those that have none.
enum class Key : int { up = 1000, down, left, right, page_up, page_down, home, end, closed };

/// False for the second and further bytes of a character in UTF-8.
constexpr bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

struct Row {
  std::string text;
  enum class Look { plain, dim, chosen, title } look = Look::plain;
};

/// The whole screen of the terminal at standard input and output, as long as the object lives: on
/// its other page, without echo. Drawn by ncurses, of which there can be one screen at a time.
class Terminal {
 public:
  /// Throws Error if nothing is known of the terminal that TERM names.
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  struct Size {
    int rows = 24;
    int columns = 80;
  };
  Size size() const;
  /// Shows these rows from the top, each cut where the screen ends. The cursor is shown behind row
  /// `cursor`; none with -1.
  void show(const std::vector<Row>& rows, int cursor = -1) const;
  /// Waits for a key. An escape that nothing follows is the key itself (27); 0 if the size of the
  /// screen changed.
  int read_key() const;

 private:
  struct Screen;
  std::unique_ptr<Screen> screen_;
};

}  // namespace kbx::menu
