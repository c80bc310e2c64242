#pragma once
#include <cstddef>
#include <string>

namespace kbx::kconfig {

/// What differs between the generations of the kernel's scripts/kconfig. The default is the newest.
struct Dialect {
  /// A choice is a symbol of its own that may be a tristate or optional, and its members refer to
  /// it; later it is a menu whose members have an order of preference.
  bool choice_is_symbol = false;
  /// int and hex symbols without a value are "", not 0.
  bool empty_numbers = false;
  /// Positions as they were when a file knew its parent: syntax errors are told a line late, what
  /// is missing at the end of all files lies in no file, and a loop of inclusions is told once
  /// round.
  bool old_positions = false;
  /// Each step of a dependency loop is told with file and line.
  bool loops_with_places = false;
  /// Lines of a .config are read with their ends on, and what has no "=" is passed over.
  bool lenient_lines = false;
  /// auto.conf.cmd lists files backwards.
  bool old_dependency_file = false;
  /// Strings in auto.conf stand in quotes.
  bool quoted_auto_conf = false;
  /// include/generated/rustc_cfg is written.
  bool rust_configuration = true;
  /// A number that is asked for, has no valid default and gets no answer is an error.
  bool stops_at_end_of_input = true;
  /// `option NAME[=VALUE]` below config.
  bool option_statement = false;
  /// `modules` below config.
  bool modules_statement = true;
  /// `depends on A if B`.
  bool conditional_depends = true;
  /// A member of a choice may have no prompt in any other entry, be it of the same choice.
  bool one_prompt_per_member = true;
  /// `transitional` below config.
  bool transitional = true;
  /// `bool "prompt"` below choice.
  bool choice_type_statement = false;
  /// A blank or second help text, and a menuconfig without a prompt, are errors.
  bool strict_entries = true;
  /// No file may be included twice.
  bool one_inclusion_per_file = true;
  /// An entry that can be seen only while a symbol is off does not go into the symbol's menu.
  bool negation_ends_menu = true;
  /// KCONFIG_WARN_CHANGED_INPUT is looked at.
  bool tells_changed_input = true;
  /// The usage names the file at its end.
  bool usage_names_arguments = true;
  /// `option defconfig_list` and `option allnoconfig_y`; else KCONFIG_DEFCONFIG_LIST is looked at.
  bool special_symbols = false;
  /// KCONFIG_WERROR and KCONFIG_WARN_UNKNOWN_SYMBOLS are looked at.
  bool strictness_variables = true;
  /// What make looks at instead of options are files like include/config/usb/serial.h.
  bool nested_marks = false;
  /// The list of dependencies is include/config/auto.conf.cmd always, and its last line stands
  /// alone.
  bool fixed_dependency_file = false;
  /// Comments at the head of files begin with an empty line.
  bool open_headings = false;
  /// The end of a menu is noted if something lies in it.
  bool ends_of_filled_menus = false;
  /// Help texts name the places above an option, not its own.
  bool locations_above = false;
  /// The first usage, without -h and mod2noconfig; the seed is told on standard error.
  bool short_usage = false;
  /// Size of the table of symbols, which decides on the order of auto.conf.
  std::size_t table_size = std::size_t{1} << 14;
};

/// The dialect of the kernel sources at `tree`, as its scripts/kconfig shows it; the newest one if
/// there are no such sources.
Dialect probe_dialect(const std::string& tree);

}  // namespace kbx::kconfig
