#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace kbx::ninja {

/// $NINJA_STATUS that makes Ninja's own lines known from what commands print.
extern const char* const ninja_status;

/// Who is told of what Ninja does, in its order. All are set.
struct TalkListener {
  /// A command ended (on a terminal: or started); "3/7" and its description.
  std::function<void(std::string_view count, std::string_view text)> status;
  /// The command that ended last failed; its outputs, separated by spaces.
  std::function<void(std::string_view outputs)> failure;
  /// A line that the command which ended last printed.
  std::function<void(std::string_view line)> line;
};

/// Takes apart what Ninja prints.
class Talk {
 public:
  explicit Talk(TalkListener listener) : listener_(std::move(listener)) {}

  /// The next bytes from Ninja.
  void take(std::string_view bytes);
  /// To be called when Ninja has ended.
  void finish();

  /// What Ninja itself complained about ("ninja: error: …"), without its prefix, or "".
  const std::string& complaint() const { return complaint_; }

 private:
  size_t take_piece(std::string_view text);
  void take_line(std::string_view line);
  void take_status(std::string_view status);
  void take_ninja_message(std::string_view line);
  void pass_on_held_back();

  TalkListener listener_;
  std::string rest_;             // a line that has not ended yet
  bool newline_is_due_ = false;  // after a status on a terminal, before output
  enum class Expect { anything, failure, command } expect_ = Expect::anything;
  std::string held_back_;  // a line of Ninja's that may be its last word
  std::string complaint_;
};

}  // namespace kbx::ninja
