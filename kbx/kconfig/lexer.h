#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kbx/kconfig/console.h"
#include "kbx/kconfig/macros.h"
#include "kbx/kconfig/model.h"
#include "kbx/kconfig/token.h"

namespace kbx::kconfig {

/// Where Kconfig files come from and what their macros see.
struct Sources {
  std::string file;                // the first Kconfig file
  const Environment& environment;  // also names the tree, as "srctree"
  const Shell& shell;
  std::string folder = {};  // where names of files begin; "" is the working folder
};

/// Gives the tokens of a Kconfig file and of those that it includes.
class Lexer {
 public:
  Lexer(Model& model, const Sources& sources, const Console& console);
  Lexer(const Lexer&) = delete;
  Lexer& operator=(const Lexer&) = delete;

  /// Opens the first file; tells and stops if it is not there.
  void open(std::string_view name);
  /// Goes on with another file, which the statement of the moment names.
  void include(std::string_view name);

  /// Empty lines are left out. Must not be called again after Token::end.
  Token next();
  /// What a word, a string or an assigned value says, and a help text as it stands (help_lines.h).
  /// Lives as long as the model.
  std::string_view text() const { return text_; }

  /// To be called behind the line of `help`: a text follows.
  void start_help();

  /// The file that is read, and the line in it.
  const Place& position() const { return position_; }
  /// Where the statement of the moment began.
  Place statement() const;

  Macros& macros() { return macros_; }

 private:
  enum class State { initial, assignment, help };

  struct Frame {  // an including file
    std::string_view content;
    std::size_t at;
    Place position;
    int statement_line;
  };

  bool load(std::string_view name, std::string_view& content) const;
  void refuse_loop(std::string_view name) const;
  void refuse_repetition(std::string_view name);
  void remember_file(std::string_view name);

  Token scan();
  void skip_blanks();
  Token scan_initial();
  Token scan_word();
  Token expand_word();
  Token scan_mark(char c);
  Token scan_operator();
  Token scan_string(char quote);
  Token scan_assignment();
  Token scan_help();
  Token scan_end();
  std::string_view rest_of_line() const;
  void warn(const Place& place, const char* message) const;

  Model& model_;
  const Environment& environment_;
  std::string folder_;
  Console console_;
  Place position_;
  Macros macros_;
  std::string_view content_;  // with a NUL behind it
  std::size_t at_ = 0;
  std::vector<Frame> frames_;
  std::unordered_set<std::string_view> files_;              // those of the model
  std::unordered_map<std::string_view, Place> inclusions_;  // where each file was included
  bool at_end_ = false;  // of the first file, with Dialect::old_positions
  State state_ = State::initial;
  Token previous_ = Token::eol;
  Token before_ = Token::eol;
  Place statement_;
  std::string_view text_;
};

}  // namespace kbx::kconfig
