#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kbx/link/script/lexer.h"
#include "kbx/link/script/script.h"

namespace kbx::link::script {

/// A file that INCLUDE named, and where it was found.
struct IncludedFile {
  std::string path;
  std::string text;
};

struct ParseOptions {
  /// Finds what INCLUDE names (ld looks in the current folder, then along -L); nothing if it
  /// cannot. Without it every INCLUDE is an error.
  std::function<std::optional<IncludedFile>(const std::string& name)> include;
  Warn warn;
};

/// The linker script `text`; `file` is its name in places and messages. Accepts what GNU ld 2.40
/// accepts and the words that later versions know. Throws Error with the line, what was found and
/// what was expected.
Script parse_script(std::string_view text, const std::string& file,
                    const ParseOptions& options = {});

/// What --defsym NAME=VALUE says.
Assignment parse_definition(const std::string& name, std::string_view value);

/// One whole expression.
Expression parse_expression(std::string_view text, const std::string& file);

/// A file for --version-script.
Version parse_version_script(std::string_view text, const std::string& file, const Warn& warn = {});

/// A file for --dynamic-list and --export-dynamic-symbol-list.
DynamicList parse_dynamic_list(std::string_view text, const std::string& file,
                               const Warn& warn = {});

}  // namespace kbx::link::script
