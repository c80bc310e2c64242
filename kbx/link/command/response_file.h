#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kbx::link::command {

/// The words of a response file: apart by white space, with quotes of both kinds and backslashes
/// that take the next character as it is, within quotes too (libiberty's buildargv).
std::vector<std::string> split_response(std::string_view text);

/// `words` with each @FILE replaced by the words in FILE, and so on within these. A FILE that does
/// not exist leaves @FILE as it is. Throws Error for a folder and for files that name each other.
std::vector<std::string> expand_response_files(const std::vector<std::string>& words);

}  // namespace kbx::link::command
