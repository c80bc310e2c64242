#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// Gives what a shell command prints on standard output, whatever its status.
using Shell = std::function<std::string(const std::string& command)>;

enum class Flavour { recursive, simple, append };

/// The macro language: variables, $(functions) and the environment. What goes wrong is told with
/// `position` and ends the run (Stop).
class Macros {
 public:
  /// `position` is where the reader is at any time.
  Macros(const Environment& environment, Shell shell, const Console& console,
         const Place& position);

  void assign(std::string_view name, std::string_view value, Flavour flavour);

  /// Expands what follows a "$" at `text[at]`, and moves `at` behind it.
  std::string expand_dollar(std::string_view text, std::size_t& at);
  /// Expands a word that has a "$" in it, and moves `at` behind it.
  std::string expand_word(std::string_view text, std::size_t& at);

  /// The variables of the environment that were used, in order of first use.
  const std::vector<UsedVariable>& used() const { return used_; }

 private:
  using Arguments = std::vector<std::string>;

  struct Variable {
    std::string value;
    Flavour flavour = Flavour::recursive;
    int depth = 0;  // of its expansions that go on
  };

  [[noreturn]] void fail(const std::string& message) const;
  std::string expand(std::string_view text, const Arguments& arguments);
  std::string dollar(std::string_view text, std::size_t& at, const Arguments& arguments);
  std::string clause(std::string_view text, const Arguments& arguments);
  const std::string* local_argument(std::string_view name, const Arguments& arguments) const;
  std::string expand_variable(const std::string& name, Variable& variable,
                              const Arguments& arguments);
  /// False if there is no such function.
  bool call(const std::string& name, const Arguments& arguments, std::string& result);
  std::string shell_output(const std::string& command) const;
  std::string from_environment(const std::string& name);

  const Environment& environment_;
  Shell shell_;
  Console console_;
  const Place& position_;
  std::unordered_map<std::string, Variable> variables_;
  std::vector<UsedVariable> used_;
};

}  // namespace kbx::kconfig
