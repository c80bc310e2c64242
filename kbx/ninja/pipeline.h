#pragma once
#include <cstddef>
#include <string_view>

namespace kbx::ninja {

/// Two commands of a shell's text, "LEFT | RIGHT", without what they redirect.
struct Pipeline {
  size_t begin = 0;       ///< where LEFT begins
  std::string_view left;  ///< plain words: nothing in it is expanded or redirected
  size_t end = 0;         ///< behind RIGHT
};

/// The pipeline whose right command has its first word at `right`. `left` is empty if there is
/// none, or if its commands are more than plain words.
Pipeline pipeline_into(std::string_view text, size_t right);

}  // namespace kbx::ninja
