#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/cpp/command.h"
#include "kbx/cpp/preprocess.h"

namespace kbx::cpp {

/// What one compiler with one set of flags said, kept in a file below the folder of caches. Several
/// processes may use one file: it is replaced as a whole.
class CompilerAnswers {
 public:
  /// Reads the file, or asks the compiler. The answers depend on what the words of the compiler
  /// lead to (path, size, time) and on the flags.
  CompilerAnswers(const PreprocessCommand& command, const Environment& environment);
  CompilerAnswers(const CompilerAnswers&) = delete;
  CompilerAnswers& operator=(const CompilerAnswers&) = delete;

  /// Why the compiler is to do the work itself; empty if preprocess() may.
  const std::string& reason() const { return known_.reason; }
  const std::vector<std::string>& folders() const { return known_.folders; }
  /// With `ask` bound to this object.
  CompilerFacts facts();
  /// Writes the file if there is more to keep. A file that cannot be written is no fault.
  void save();

 private:
  struct Known {
    std::string reason;
    std::string macros;
    std::vector<std::string> folders;
    std::vector<std::string> computed_macros;
    std::map<std::string, int, std::less<>> values;  ///< by "QUERY(ARGUMENT)"
  };

  static std::optional<Known> parse(std::string_view text);
  static std::string written(const Known& known);
  CommandResult run_compiler(const std::vector<std::string>& options,
                             const std::string& input) const;
  void ask_basics();
  void check();
  std::vector<int> values_of(const std::vector<std::string>& questions) const;
  std::optional<int> ask(std::string_view query, std::string_view argument,
                         std::string_view source);

  const PreprocessCommand& command_;
  Environment environment_;
  std::string file_;
  Known known_;
  bool is_changed_ = false;
};

}  // namespace kbx::cpp
