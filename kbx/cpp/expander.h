#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kbx/cpp/macro.h"
#include "kbx/cpp/store.h"

namespace kbx::cpp::detail {

/// Where the expander gets what is not within a macro.
struct ExpanderInput {
  /// The next token of the text: of the line of a directive, or of the file, in which case the
  /// directives on the way have been obeyed. Kind::end is not taken.
  std::function<Token()> next;
  /// Takes the next token if it is "(".
  std::function<bool()> take_parenthesis;
  /// The tokens that a macro without a definition stands for, written to a vector; false if its
  /// name is no macro here.
  std::function<bool(const Macro&, const Token&, Token&)> builtin;
  bool in_directive = false;
};

/// Replaces macros in a stream of tokens.
class Expander {
 public:
  Expander(const Lexer& lexer, NameTable& names, Arena& arena, ExpanderInput input)
      : lexer_(lexer), names_(names), arena_(arena), input_(std::move(input)) {}

  /// The next token, macros replaced; also padding, outside directives.
  Token next();

  /// Starts the expansion of the macro that `name`, a token of the file, is. False if it is not
  /// called: a macro with parameters, and no "(" follows.
  bool enter(const Token& name);
  /// Begins to note whether what comes depends on more than the definitions of macros, which are
  /// marked.
  void watch() {
    is_watching_ = true;
    is_dependent_ = false;
  }
  /// Ends that. True if it did not.
  bool was_independent() {
    is_watching_ = false;
    return !is_dependent_;
  }
  /// True if tokens of an expansion are left.
  bool is_within() const { return !contexts_.empty(); }

  /// While a directive is read: no padding, and other rules for _Pragma.
  void set_in_directive(bool in_directive) { input_.in_directive = in_directive; }
  bool in_directive() const { return input_.in_directive; }
  /// While it is above 0, macros stay what they are.
  int prevented = 0;
  /// True while the arguments of a macro are read.
  bool reads_arguments() const { return reading_arguments_ > 0; }
  /// The line that __LINE__, at `name`, stands for. Throws Unsure where GCC's idea of it is
  /// another.
  std::uint32_t line_of(const Token& name) const;
  /// What _Pragma ( "…" ) asks for: the text, with the token behind "_Pragma" next.
  Token pragma_text();

 private:
  struct Context {
    const Token* at = nullptr;
    const Token* end = nullptr;
    Macro* macro = nullptr;
    std::uint32_t line = 0;
    bool is_barrier = false;  ///< the end of an argument: nothing is read behind it
  };
  struct Argument {
    const Token* tokens = nullptr;  ///< null too if the rest of a variadic macro is not there
    std::uint32_t count = 0;
    const Token* expanded = nullptr;
    std::uint32_t expanded_count = 0;
    bool is_expanded = false;
    bool is_missing = false;
    std::size_t start = 0;  ///< while it is read: its place among the tokens being collected
    Token stringified;
  };
  using Arguments = std::span<Argument>;
  class Replacement;

  bool enter(Macro& macro, const Token& name, bool is_in_file);
  bool opens_arguments();
  Arguments collect(const Macro& macro);
  bool collect_one(bool takes_rest);
  void expand(Argument& argument);
  Token stringify(const Argument& argument);
  Token paste(const Token& left, const Token& right);
  Token paste_all(Token left);
  void push(const Token* tokens, std::size_t count, Macro* macro, std::uint32_t line);
  void pop();
  void count_token() {
    if (++tokens_read_ > most_tokens_read) throw Unsure{"an expansion that is too long"};
  }
  char* text_room(std::size_t size);

  const Lexer& lexer_;
  NameTable& names_;
  Arena& arena_;
  ExpanderInput input_;
  static constexpr std::uint64_t most_tokens_read = std::uint64_t{1} << 27;

  Stack<Context> contexts_;
  Stack<Token> stack_;  ///< runs of tokens that are being collected
  Store<Token> store_;
  Store<Argument> argument_store_;
  int reading_arguments_ = 0;
  int expanding_arguments_ = 0;
  int depth_ = 0;
  bool is_watching_ = false;
  bool is_dependent_ = false;
  std::uint32_t top_line_ = 0;     ///< of the outermost macro
  bool took_from_behind_ = false;  ///< its expansion ended in a macro that took arguments there
  std::uint64_t tokens_read_ = 0;
  std::size_t text_made_ = 0;
};

}  // namespace kbx::cpp::detail
