#pragma once
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/status_line.h"
#include "kbx/ninja/layout.h"
#include "kbx/ninja/record.h"
#include "kbx/ninja/talk.h"

namespace kbx::ninja {

/// In the text of an action: begins one whose command speaks on standard error, as compilers do;
/// and stands between the lines of a text.
constexpr char errors_mark = '\x04';
constexpr char line_mark = '\x03';

/// Turns what Ninja prints into what people read: kbuild's short lines, or one status line on a
/// terminal, and the words of compilers, once, with the paths that the author knows.
class Output {
 public:
  Output(const Layout& layout, const RunOptions& options);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// The next bytes from Ninja.
  void take(std::string_view bytes);
  /// To be called when Ninja has ended.
  void finish();

  /// What Ninja itself complained about ("ninja: error: …"), without its prefix, or "".
  const std::string& complaint() const { return talk_.complaint(); }
  bool saw_failure() const { return failures_ > 0; }

 private:
  void take_status(std::string_view count, std::string_view text);
  void print_command_output(std::string_view line);
  bool is_make();
  void end_failure();
  void print_advice();
  void print_line(std::string_view line);
  void print_words(std::string_view line);
  void print_texts(std::string_view text);
  std::string with_known_paths(std::string_view line);
  const std::optional<Record>& record();

  const Layout& layout_;
  const RunOptions& options_;
  StatusLine status_line_;
  Talk talk_;
  std::string count_;                      // "3/7"
  std::string started_;                    // what started last
  std::string progress_;                   // the status line, "" if none is due
  bool speaks_on_errors_ = false;          // the command that ended last
  std::string failed_outputs_;             // of the failure whose words are being printed
  std::vector<std::string> failed_lines_;  // these words
  int failures_ = 0;
  bool record_is_read_ = false;
  std::optional<Record> record_;
};

}  // namespace kbx::ninja
