#pragma once
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/ninja/layout.h"
#include "kbx/ninja/record.h"

namespace kbx::ninja {

/// $NINJA_STATUS that makes Ninja's own lines known from what commands print.
extern const char* const ninja_status;

/// Turns what Ninja prints into what people read: kbuild's short lines, or one status line on a
/// terminal, and the words of compilers, once, with the paths that the author knows.
class Output {
 public:
  Output(const Layout& layout, const RunOptions& options) : layout_(layout), options_(options) {}

  /// The next bytes from Ninja.
  void take(std::string_view bytes);
  /// To be called when Ninja has ended.
  void finish();

  /// What Ninja itself complained about ("ninja: error: …"), without its prefix, or "".
  const std::string& complaint() const { return complaint_; }
  bool saw_failure() const { return failures_ > 0; }

 private:
  /// Takes the first whole line or status of `text`; gives its length, or 0 if there is none.
  size_t take_piece(std::string_view text);
  void take_line(std::string_view line);
  void take_status(std::string_view status);
  void take_ninja_message(std::string_view line);
  void print_command_output(std::string_view line);
  bool is_make();
  void end_failure();
  void print_advice();
  void show_progress();
  void clear_progress();
  void print_line(std::string_view line);
  std::string with_known_paths(std::string_view line);
  const std::optional<Record>& record();

  const Layout& layout_;
  const RunOptions& options_;
  std::string rest_;             // a line that has not ended yet
  bool newline_is_due_ = false;  // after a status on a terminal, before output
  std::string count_;            // "3/7"
  std::string started_;          // what started last
  std::string progress_;         // the status line, "" if none is due
  bool progress_is_shown_ = false;
  enum class Expect { anything, failure, command } expect_ = Expect::anything;
  std::string failed_outputs_;             // of the failure whose words are being printed
  std::vector<std::string> failed_lines_;  // these words
  std::string held_back_;                  // a line of Ninja's that may be its last word
  std::string complaint_;
  int failures_ = 0;
  bool record_is_read_ = false;
  std::optional<Record> record_;
};

}  // namespace kbx::ninja
