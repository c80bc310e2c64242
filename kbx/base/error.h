#pragma once
#include <stdexcept>
#include <string>

namespace kbx {

/// A place in a file that a person can open. `line` counts from 1; 0 means the file as a whole.
/// An empty `file` means that there is no such place (the command line, the environment).
struct Location {
  std::string file;
  int line = 0;

  /// "file:line", "file", or "" when there is no place.
  std::string to_string() const;
};

/// The one error type. Thrown where the fault is found, printed once, in kbx/cli.
/// The message says what was found and what was expected; the hint says what to do.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, std::string hint = {});
  Error(Location location, const std::string& message, std::string hint = {});

  const Location& location() const { return location_; }
  const std::string& hint() const { return hint_; }

  /// Location, message and hint as they are shown to a person, without a final newline.
  std::string to_string() const;

 private:
  Location location_;
  std::string hint_;
};

/// An Error from a failed system call: "WHAT: strerror(number)".
Error system_error(const std::string& what, int number, std::string hint = {});

}  // namespace kbx
