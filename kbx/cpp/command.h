#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kbx/cpp/preprocess.h"

namespace kbx::cpp {

/// What a compiler's command line that preprocesses says.
struct PreprocessCommand {
  std::vector<std::string> compiler;  ///< the words before the first option
  std::vector<std::string> flags;     ///< those that the compiler has to see to answer questions
  std::string file;
  std::string definitions;
  std::vector<std::string> imacros;
  std::vector<std::string> includes;
  std::vector<std::string> quote_folders;   ///< -iquote
  std::vector<std::string> folders;         ///< -I
  std::vector<std::string> system_folders;  ///< -isystem
  std::vector<std::string> after_folders;   ///< -idirafter
  std::vector<std::pair<std::string, std::string>> prefix_maps;
  std::string depfile;                ///< of -Wp,-MMD,FILE and -Wp,-MD,FILE
  bool depfile_names_system = false;  ///< -MD
  bool uses_own_folders = true;       ///< no -nostdinc
  bool warn_undefined = false;
  std::string reason;  ///< not empty: why the line is left to the compiler
};

/// Reads the words of `CC … -E … FILE.c`. An option that could change what comes out and is not
/// known gives a reason.
PreprocessCommand read_preprocess_command(const std::vector<std::string>& words);

/// The folders of a command, with those of the compiler itself, in the order and without the
/// doubles as GCC searches them.
IncludeFolders include_folders(const PreprocessCommand& command,
                               const std::vector<std::string>& own_folders);

}  // namespace kbx::cpp
