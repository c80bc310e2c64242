#pragma once
#include <string>
#include <string_view>

namespace kbx::makelang {

/// Output kept back so that it appears in one piece (GNU make manual, "Output During Parallel
/// Execution").
class KeptOutput {
 public:
  KeptOutput();
  ~KeptOutput();
  KeptOutput(const KeptOutput&) = delete;
  KeptOutput& operator=(const KeptOutput&) = delete;

  /// Descriptors to write to; the same if this process's two streams lead to the same file.
  int output() const { return output_; }
  int errors() const { return errors_; }
  /// What was kept of each, which is empty from then on.
  std::string take_output();
  std::string take_errors();

 private:
  int output_ = -1;
  int errors_ = -1;
};

/// What one make process says. With a folder to announce, "Entering directory" comes before the
/// first words and "Leaving directory" after the last.
class Output {
 public:
  /// `program` as messages name it: "make", "make[1]".
  explicit Output(std::string program) : program_(std::move(program)) {}

  void announce(const std::string& folder) { folder_ = folder; }
  void silence_entry() { entered_ = true; }
  bool entered() const { return entered_; }

  /// From now on text goes to `kept`; null: out.
  void keep(KeptOutput* kept) { kept_ = kept; }
  /// Puts out what is kept, between lines that name the folder if `with_folder`.
  void dump(KeptOutput& kept, bool with_folder);
  /// In groups, folders are named around each group only.
  void announce_groups_only() { entered_ = groups_only_ = true; }

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
  bool groups_only_ = false;
  KeptOutput* kept_ = nullptr;
};

}  // namespace kbx::makelang
