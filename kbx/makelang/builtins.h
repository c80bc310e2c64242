#pragma once
#include <string_view>

namespace kbx::makelang::builtins {

/// Makefile text with the built-in rules and variables of GNU make 4.3, read with the origin
/// "default" (manual, "Catalogue of Built-In Rules", "Variables Used by Implicit Rules").
extern const std::string_view variables;
extern const std::string_view rules;
/// The default value of SUFFIXES and the prerequisites of .SUFFIXES.
extern const std::string_view suffixes;
/// .FEATURES, without those that kbx has not.
extern const std::string_view features;

}  // namespace kbx::makelang::builtins
