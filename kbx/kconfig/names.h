#pragma once
#include <string>
#include <string_view>

#include "kbx/base/process.h"

namespace kbx::kconfig {

/// The value of a variable, or `fallback` if it is not set.
std::string variable(const Environment& environment, std::string_view name,
                     std::string_view fallback = {});
/// True if it is set, be it to nothing.
bool has_variable(const Environment& environment, std::string_view name);

/// What names of options begin with: "CONFIG_".
std::string option_prefix(const Environment& environment);
/// ".config".
std::string configuration_name(const Environment& environment);
/// "include/config/auto.conf".
std::string auto_conf_name(const Environment& environment);

/// The file below include/config/ whose time stands for an option's last change: the option's name,
/// or, in older trees (`nested`), that in lower case with a folder for each underline: "FOO_BAR" or
/// "foo/bar.h".
std::string option_mark(std::string_view name, bool nested);

}  // namespace kbx::kconfig
