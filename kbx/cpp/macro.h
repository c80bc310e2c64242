#pragma once
#include <cstdint>
#include <string_view>

#include "kbx/cpp/lexer.h"

namespace kbx::cpp::detail {

/// Macros whose value the preprocessor computes.
enum class Builtin : std::uint8_t {
  none,
  line,
  file,
  base_file,
  file_name,
  include_level,
  counter,
  pragma,  ///< _Pragma
  has_include,
  has_include_next,
  query,   ///< __has_attribute and its like: the compiler knows
  unsure,  ///< __DATE__ and others that are left to the compiler
};

struct Parameter {
  Name* name = nullptr;
  bool operator==(const Parameter&) const = default;
};

/// The definition of a macro. The body stays text until the macro is expanded: most never are.
struct Macro {
  Name* name = nullptr;
  const char* body = nullptr;      ///< behind the name or the parameters
  const char* body_end = nullptr;  ///< the newline of the logical line
  const char* text_end = nullptr;  ///< of the file
  Parameter* parameters = nullptr;
  Token* tokens = nullptr;
  std::uint32_t token_count = 0;
  /// The text of its last expansion, if that depended on nothing around it; it holds as long as
  /// Reader's count of changes is this.
  std::string_view expansion;
  std::uint64_t expansion_age = 0;
  std::uint16_t parameter_count = 0;
  Builtin builtin = Builtin::none;
  bool is_function = false;
  bool is_variadic = false;  ///< the last parameter takes the rest
  bool has_tokens = false;   ///< `tokens` are those of the body
  bool has_va_opt = false;
  bool is_disabled = false;  ///< its expansion is being read
};

/// Reads a definition with the cursor behind "define", and leaves it at the end of the line. Throws
/// Unsure for what no definition is.
Macro* read_definition(Cursor& cursor, const Lexer& lexer, NameTable& names, Arena& arena);

/// Makes tokens of the body, if there are none yet.
void read_body(Macro& macro, const Lexer& lexer, NameTable& names, Arena& arena);

/// True if a second definition of a name says the same as the first.
bool same_definition(Macro& first, Macro& second, const Lexer& lexer, NameTable& names,
                     Arena& arena);

}  // namespace kbx::cpp::detail
