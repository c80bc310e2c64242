#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/cpp/condition.h"
#include "kbx/cpp/expander.h"
#include "kbx/cpp/files.h"
#include "kbx/cpp/output.h"
#include "kbx/cpp/preprocess.h"

namespace kbx::cpp::detail {

/// Reads files: obeys their directives, copies their text, and has macros replaced.
class Reader {
 public:
  Reader(const PreprocessJob& job, const CompilerFacts& facts);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Preprocessed run();

 private:
  /// How far a file looks as if all of it stood between #ifndef and #endif.
  enum class Guard : std::uint8_t { fresh, open, closed, none };

  struct Condition {
    bool was_taken = false;  ///< a branch was
    bool had_else = false;
  };

  /// A file, or other text, that is being read.
  struct Buffer {
    Cursor cursor;
    SourceFile* file = nullptr;
    const std::string* name = nullptr;  ///< as markers and __FILE__ give it
    std::string folder;                 ///< where "" looks first, as a prefix
    std::size_t next_folder = 0;
    bool has_next_folder = false;
    bool is_system = false;
    bool is_main = false;
    Guard guard_state = Guard::fresh;
    const Name* guard = nullptr;
    std::size_t guard_depth = 0;
    std::vector<Condition> conditions;
  };

  void add_computed_macros(const std::vector<std::string>& names);
  void read_definitions(const std::string& text, const std::string& name);
  void read_included(const std::string& name);
  void read_main();

  // Text
  void read_buffers(std::size_t floor);
  void copy_lines(Buffer& top);
  void copy_token(Buffer& top);
  void expand(const Token& name);
  void expand_tokens(const Token& name);
  bool resume(Buffer& top);
  Token file_token();
  bool take_parenthesis();
  bool starts_directive(const Token& hash) const;

  // Directives
  Buffer& buffer() { return buffers_.back(); }
  void directive();
  void obey(Directive which);
  void end_line();
  void expect_line_end();
  Token line_token() { return lexer_.next(buffer().cursor, true, arena_); }
  Name* macro_name();
  void define();
  void set_macro(Name& name, Macro* macro);
  void undefine();
  void include(bool is_next);
  std::pair<std::string, bool> header_name();
  std::pair<std::string, bool> computed_header_name();
  void enter(const Found& found, bool is_system);
  void leave();
  const Found& find(const std::string& name, bool is_angled, bool is_next);
  void open_condition(bool is_true, const Name* guard);
  void other_branch(bool is_else);
  void close_condition();
  void skip_group();
  Directive skipped_directive();
  bool evaluate();
  bool is_defined(const Name* name) const;
  bool identifier(const Token& name, std::int64_t& value);
  void set_line();
  void pragma();
  void push_or_pop(bool is_push);
  void copy_directive(std::string_view word);
  void see_content();

  // Macros that are computed
  bool builtin(const Macro& macro, const Token& name, Token& value);
  Token file_name_token(std::string_view path, bool is_mapped);
  Token query(const Macro& macro);
  Token has_include(bool is_next);
  void check_pragma(std::string_view text) const;
  Token number_token(std::uint64_t number);
  Token text_token(Kind kind, std::string_view text);

  const PreprocessJob& job_;
  const CompilerFacts& facts_;
  Arena arena_;
  NameTable names_{arena_};
  LanguageOptions language_;
  Lexer lexer_{names_, language_};
  SourceFiles files_;
  Expander expander_;
  Output output_;
  std::vector<Buffer> buffers_;
  std::map<Name*, std::vector<Macro*>> pushed_macros_;
  std::map<std::string, std::string> line_names_;
  std::vector<ReadFile> read_files_;
  std::uint64_t counter_ = 0;
  std::uint64_t changes_ = 1;  ///< of macros that occur in expansions whose text is kept
  std::uint64_t entered_bytes_ = 0;
  bool reads_directive_ = false;
  bool is_before_main_ = true;
};

}  // namespace kbx::cpp::detail
