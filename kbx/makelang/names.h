#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/makelang/expand.h"

namespace kbx::makelang {

/// How split_names treats the words of a list of file names.
struct NameOptions {
  bool strips_dot = true;   // take "./" off the front
  bool globs = true;        // expand * ? [ ]
  bool archives = true;     // lib(a b) is lib(a) and lib(b)
  bool must_exist = false;  // leave out what is not there, and look even at plain names
};

/// The file names of expanded text, as targets, prerequisites, include lines and $(wildcard) read
/// them (GNU make manual, "Using Wildcard Characters in File Names"). Reads up to an unquoted
/// `stop` character and takes that part off `text`, the character included; '\0': all of it.
std::vector<std::string> split_names(Expander& expander, std::string_view& text, char stop,
                                     const NameOptions& options);

/// "lib(a b)" comes as the words "lib(a" and "b)"; gives "lib(a)" and "lib(b)". A word that opens
/// a group which nothing closes, neither a later word nor one of `rest`, is a plain name.
std::vector<std::string> split_archive_groups(std::vector<std::string> words,
                                              std::string_view rest);

}  // namespace kbx::makelang
