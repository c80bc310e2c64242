#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/options.h"

namespace kbx::link::command {

/// What the words of a command line that were read so far amount to.
struct Reading {
  Options options;
  Input current;                // the positional options that hold for the next input
  std::vector<Input> pushed;    // --push-state
  std::size_t open_groups = 0;  // --start-group without its end
  Files default_folders;        // -Y, searched after those of -L
  Symbolic symbolic = Symbolic::none;
  bool has_dynamic_list = false;
  bool has_soname = false;

  enum class Showing { nothing, version, emulations, copyright, help, target_help, sysroot };
  std::vector<Showing> shown;         // in this order, before anything is linked
  std::vector<std::string> messages;  // to be printed behind the program's name
  bool failed = false;                // there will be no output, whatever the link gives

  /// Tells of something that, behind --fatal-warnings, is an error.
  void say(const std::string& text);
  void add_input(Input::Kind kind, const std::string& name);
};

enum class Argument { none, required, optional };

/// One option: a row of the table that the parser, the help and the manual are made from.
struct Option {
  /// Words apart by spaces. `-x` is a letter, all others are known with one dash and with two, but
  /// for those that end in `!`, which need two.
  std::string_view names;
  Argument argument;
  std::string_view placeholder;  // for the argument, in the help
  void (*read)(Reading& reading, const std::string& value);
  std::string_view help;
  /// Why it is accepted though it has no effect; "" if it has one.
  std::string_view without_effect = {};
};

/// A keyword of -z. One whose name ends in `=` has a value.
struct Keyword {
  std::string_view name;
  std::string_view placeholder;
  void (*read)(Reading& reading, const std::string& value);
  std::string_view help;
  std::string_view without_effect = {};
};

/// A part of the table with the heading it has in the help.
struct OptionGroup {
  std::string_view heading;
  std::span<const Option> options;
  bool may_be_cut = true;  // whether names may be cut short
};

/// All options, in the order of the help.
std::span<const OptionGroup> option_groups();
std::span<const Keyword> keywords();

std::span<const Option> input_options();
std::span<const Option> output_options();
std::span<const Option> symbol_options();
std::span<const Option> layout_options();
std::span<const Option> dynamic_options();
std::span<const Option> report_options();
std::span<const Option> machine_options();
std::span<const Option> other_options();
std::span<const Option> own_options();

/// Actions that rows share.
template <auto member, auto value>
void set(Reading& reading, const std::string&) {
  reading.options.*member = value;
}
template <auto member>
void take(Reading& reading, const std::string& value) {
  reading.options.*member = value;
}
template <auto member>
void append(Reading& reading, const std::string& value) {
  (reading.options.*member).push_back(value);
}
void ignore(Reading& reading, const std::string& value);

/// A number as strtoul(3) reads it, with 0x and 0 as prefixes; nothing if more than a number.
std::optional<std::uint64_t> number(const std::string& text, int base = 0);

/// The row of -z `word`, and its value; reads it, or warns as GNU ld does about one it has not.
void read_keyword(Reading& reading, const std::string& word);

}  // namespace kbx::link::command
