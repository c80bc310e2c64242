#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace kbx::kconfig {

/// How far a help text reaches.
struct HelpExtent {
  std::size_t size = 0;   // of the text
  std::size_t taken = 0;  // with what is read behind it: an empty line, or the blanks of a line
  int lines = 0;          // how many newlines are read
};

/// The help text that `content` begins with. It ends at the first line that is indented less than
/// its first one.
HelpExtent measure_help(std::string_view content);

/// A help text as it is shown: without the indentation of its first line and blanks at the ends of
/// lines, tabs at the beginning of a line spelled as spaces, up to the first NUL.
std::string shown_help(std::string_view help);

/// True if nothing is to be seen of it.
bool is_blank_help(std::string_view help);

}  // namespace kbx::kconfig
