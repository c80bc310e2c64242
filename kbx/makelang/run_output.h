#pragma once
#include <string>
#include <string_view>

namespace kbx::makelang {

/// What one make process says. With a folder to announce, "Entering directory" comes before the
/// first words and "Leaving directory" after the last.
class Output {
 public:
  /// `program` as messages name it: "make", "make[1]".
  explicit Output(std::string program) : program_(std::move(program)) {}

  void announce(const std::string& folder) { folder_ = folder; }
  void silence_entry() { entered_ = true; }
  bool entered() const { return entered_; }

  /// Text as it is, to standard output.
  void print(std::string_view text);
  /// "make: TEXT" to standard output.
  void message(std::string_view text);
  /// "make: TEXT" to standard error.
  void error(std::string_view text);
  /// Text as it is, to standard error.
  void print_error(std::string_view text);
  /// To be called before a process is started that may print.
  void enter();
  void leave();

  const std::string& program() const { return program_; }

 private:
  std::string program_;
  std::string folder_;
  bool entered_ = false;
};

}  // namespace kbx::makelang
