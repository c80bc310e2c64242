#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kbx::cpp {

struct IncludeFolder {
  std::string path;  ///< as a prefix: "" or with its final slash
  bool is_system = false;
};

/// The folders that headers are looked for in, in order: those for "" only, then those for <> too.
struct IncludeFolders {
  std::vector<IncludeFolder> chain;
  std::size_t first_angled = 0;
};

/// What is to be preprocessed.
struct PreprocessJob {
  std::string file;
  IncludeFolders folders;
  std::string definitions;            ///< what -D and -U say, as lines of #define and #undef
  std::vector<std::string> imacros;   ///< files of which only the macros are taken
  std::vector<std::string> includes;  ///< files to read before
  std::vector<std::pair<std::string, std::string>> prefix_maps;  ///< of __FILE__; the last wins
  bool warn_undefined = false;  ///< -Wundef: where that would warn is left to the compiler
};

/// What only the compiler knows.
struct CompilerFacts {
  std::string macros;  ///< what -dM -E prints
  /// Those of computed_macro_names() that it defines.
  std::vector<std::string> computed_macros;
  /// The value of QUERY(ARGUMENT) in #if, with QUERY one such as "__has_attribute"; nothing if it
  /// cannot be had. `source` is the text that asks, and may ask more of the kind. May be empty.
  std::function<std::optional<int>(std::string_view query, std::string_view argument,
                                   std::string_view source)>
      ask;
};

/// A header that went into the result.
struct ReadFile {
  std::string path;
  bool is_system = false;  ///< found in a folder of system headers
};

struct Preprocessed {
  std::string text;               ///< with line markers, the first of which names the file itself
  std::vector<ReadFile> headers;  ///< in the order and as often as GCC lists them for make
};

/// What preprocess() gives: the text, or else why it is left to the compiler.
struct PreprocessResult {
  std::optional<Preprocessed> done;
  std::string reason;
};

/// Macros that -dM does not list because the compiler computes them.
const std::vector<std::string_view>& computed_macro_names();

/// Preprocesses a C file as `gcc -E` does: the same tokens, from the same lines. Whatever is not
/// known for certain to come out the same is left to the compiler: its result says why.
PreprocessResult preprocess(const PreprocessJob& job, const CompilerFacts& facts);

}  // namespace kbx::cpp
