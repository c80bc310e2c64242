#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/command/option.h"

namespace kbx::link::command {

/// One option as it was found on the command line.
struct Found {
  const Option* option = nullptr;
  std::string value;
  bool has_value = false;
  bool is_grouped = false;  // a letter behind others: -Sx
};

/// All names of the table, to be looked up as getopt_long_only(3) does.
class Matcher {
 public:
  Matcher();

  /// The options that `words[at]` stands for, which is more than one only where letters are
  /// grouped. `at` goes to the first word behind them and their argument. Throws Error for one that
  /// is not known, is ambiguous, or lacks its argument.
  std::vector<Found> match(const std::vector<std::string>& words, std::size_t& at) const;

 private:
  struct Name {
    std::string_view text;
    const Option* option;
    bool may_be_cut;
  };

  const Option* letter(char c) const;
  const Option* find(std::string_view name, std::span<const Name> among, bool* ambiguous) const;
  std::optional<Found> match_name(const std::vector<std::string>& words, std::size_t& at,
                                  std::size_t dashes, std::span<const Name> among) const;
  std::vector<Found> match_letters(const std::vector<std::string>& words, std::size_t& at) const;
  bool begins_a_name(const std::string& word) const;
  [[noreturn]] void refuse(const std::string& word) const;

  std::vector<Name> names_;
  std::vector<Name> two_dash_names_;
  const Option* letters_[128] = {};
};

}  // namespace kbx::link::command
