#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"

namespace kbx::symbols::genksyms_detail {

struct Symbol;

/// Kinds of tokens, after the second layer of the lexer. `phrase` tokens stand for a whole run of
/// tokens.
enum class Token : std::uint8_t {
  end,
  identifier,
  type_name,
  string,
  character,
  integer,
  real,
  other,
  dots,
  open_parenthesis,
  close_parenthesis,
  open_brace,
  close_brace,
  star,
  comma,
  semicolon,
  colon,
  equals,
  unexpected,
  asm_phrase,
  attribute_phrase,
  typeof_phrase,
  brace_phrase,
  bracket_phrase,
  expression_phrase,
  static_assert_phrase,
  asm_keyword,
  attribute_keyword,
  auto_keyword,
  basic_type_keyword,
  const_keyword,
  enum_keyword,
  extern_keyword,
  extension_keyword,
  inline_keyword,
  register_keyword,
  restrict_keyword,
  static_keyword,
  static_assert_keyword,
  struct_keyword,
  typedef_keyword,
  typeof_keyword,
  union_keyword,
  volatile_keyword,
  segment_keyword,
  export_symbol_keyword,
};

/// The text of a token, once for each text. What it stands for is kept here, so that no other table
/// is searched.
struct Name {
  std::string_view text;
  Token keyword = Token::identifier;  ///< `identifier`: not a keyword
  Symbol* ordinary = nullptr;  ///< the function, variable, typedef or enumerator of this name
  Symbol* tag = nullptr;       ///< the struct, union or enum of this name
};

/// All names of one run. A Name stays where it is.
class Names {
 public:
  explicit Names(Arena& arena);

  /// The name for `text`, which has to outlive this object.
  Name* intern(std::string_view text);
  Name* of_character(unsigned char character) { return characters_[character]; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    Name* name = nullptr;
  };

  void grow();

  Arena& arena_;
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
  std::array<Name*, 256> characters_{};
};

}  // namespace kbx::symbols::genksyms_detail
