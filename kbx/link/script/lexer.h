#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/script/script.h"

namespace kbx::link::script {

/// What a byte means depends on where the parser is; these are the states of GNU ld's lexer.
enum class Mode {
  script,         // between commands, in SECTIONS, MEMORY, PHDRS
  input_list,     // in INPUT(…) and GROUP(…)
  expression,     // in an expression and in the head of an output section
  wild,           // inside the braces of an output section
  version_start,  // behind VERSION, where only an opening brace means anything
  version,        // in a version script, outside of its nodes
  version_node,   // in a node of a version script or of a dynamic list
};

struct Token {
  enum class Kind {
    end,          // of the file; of the innermost one where files are included
    name,         // text; a quoted string too
    library,      // -lNAME; text is NAME
    number,       // number; text has a hexadecimal literal as written, else nothing
    keyword,      // text
    punctuation,  // text
  };
  Kind kind = Kind::end;
  std::string text;
  std::uint64_t number = 0;
  bool quoted = false;
  Place place;

  bool is_punctuation(std::string_view what) const {
    return kind == Kind::punctuation && text == what;
  }
  bool is_keyword(std::string_view what) const { return kind == Kind::keyword && text == what; }
  bool is_name() const { return kind == Kind::name; }
  /// As a message names it: `text', "a string", the end of the file.
  std::string description() const;
};

/// Called for what GNU ld only warns of.
using Warn = std::function<void(const Location& location, const std::string& message)>;

/// The tokens of a script. The one that is next may be looked at in one mode and then taken in
/// another: it is read anew then, which is what makes `=0x90` before `.data` and names like
/// `[0-9a-zA-Z_]*` work.
///
/// Places are those that line markers of a C preprocessor name: what people edit is the script that
/// was preprocessed. (Line markers are comments to GNU ld.)
class Lexer {
 public:
  Lexer(std::string text, const std::string& file, Warn warn);

  /// The next token as `mode` reads it, which stays the next one. Throws Error for a comment or a
  /// string without end.
  const Token& peek(Mode mode);
  Token take(Mode mode);
  /// The token last looked at stays as it was read, whatever mode it is taken in.
  void pin() { pinned_ = true; }

  /// Reads `text` next; at its end come end tokens until `leave` goes back. Throws Error if files
  /// are included too deeply.
  void enter(std::string text, const std::string& file, const Place& from);
  void leave();

  /// A place in the innermost file to come back to.
  struct Mark {
    size_t offset = 0;
    Place place;
  };
  Mark mark() const;
  void reset(const Mark& mark);

 private:
  struct Source {
    std::string text;
    Mark at;
    size_t warned_to = 0;  // warnings before this offset have been given
  };

  const Place& place() const { return sources_.back().at.place; }
  void skip_blanks(Mode mode);
  bool skip_blank(Mode mode);
  bool skip_comment(Mode mode);
  void follow_line_marker(std::string_view comment);
  void advance(size_t length);
  void read(Mode mode);
  bool read_string(Mode mode);
  bool read_word(Mode mode);
  bool read_version_token(Mode mode);
  void set(Token::Kind kind, std::string text, size_t length);
  void ignore_character(Mode mode);

  std::vector<Source> sources_;
  Warn warn_;
  Token token_;
  Mark before_;               // where token_ starts
  std::optional<Mode> mode_;  // how token_ was read; nothing if none was
  bool pinned_ = false;
};

}  // namespace kbx::link::script
