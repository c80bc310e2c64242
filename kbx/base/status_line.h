#pragma once
#include <cstdio>
#include <string_view>

namespace kbx {

/// The last line of a terminal, which is written over and over while something goes on. Whoever
/// prints a line of its own clears it first.
class StatusLine {
 public:
  explicit StatusLine(std::FILE* terminal) : terminal_(terminal) {}

  /// Shows as much of `text` as fits on the line.
  void show(std::string_view text);
  void clear();

 private:
  std::FILE* terminal_;
  bool is_shown_ = false;
};

}  // namespace kbx
