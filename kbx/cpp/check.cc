#include "kbx/cpp/check.h"

#include <string>

#include "kbx/cpp/lexer.h"

namespace kbx::cpp {

std::string_view preprocess_check_source() {
  return R"source(
#define CAT(a, b) a ## b
#define XCAT(a, b) CAT(a, b)
#define STR(x...) #x
#define XSTR(x...) STR(x)
#define ONCE(x) x __LINE__ rest
#define LINE __LINE__
#define COMMA(fmt, args...) f(fmt , ## args)
#define ALONE(args...) f(0 , ## args)
#define ISO(fmt, ...) f(fmt , ## __VA_ARGS__)
#define OPT(a, ...) g(a __VA_OPT__(,) __VA_ARGS__)
#define SELF SELF + OTHER
#define OTHER SELF - OTHER
#define CALL(x) x CALL
#define REST(x, y...) LAST(x, ## y)
#define LAST(x, ...) [x, __VA_ARGS__]
#define EMPTY
#define NOTHING()
ONCE(1) ONCE(
LINE
) LINE ONCE(__LINE__
__LINE__)
LAST(1,
 REST(2,
  LINE,
  __LINE__, ONCE(3)), LINE)
CALL
(1) (2) CALL CALL(CALL)(3) (CALL)(4)
SELF OTHER
XCAT(LI, NE) XCAT(CALL, )(5) XCAT(, x) XCAT(__COUNTER__, __COUNTER__)
COMMA(1) COMMA(1,) COMMA(1, 2, 3) ALONE() ALONE(1) ISO(1) ISO(1,) ISO(1, 2)
OPT(1) OPT(1,) OPT(1, EMPTY) OPT(1, 2)
XSTR( a  EMPTY b,SELF "\n" 'c' +EMPTY+ NOTHING ( ) x CAT(1,2)) STR(a EMPTY
 b)
__INCLUDE_LEVEL__ __COUNTER__
ONCE(
#define INNER 7
INNER
#if INNER == 7 && __LINE__ > 3 && defined(INNER)
yes
#else
no
#endif
)
#if -1 > 0u && (2 || 1 / 0) && 'A' == 65 && ~0 == -1 && (1 ? -1 : 0u) > 0
unsigned
#endif
ONCE(_Pragma("GCC diagnostic push") a
_Pragma("GCC diagnostic pop"))
#line 1000 "other.c"
__LINE__ __FILE__ XSTR(__FILE__)
)source";
}

bool same_preprocessed_text(std::string_view first, std::string_view second) {
  using namespace detail;
  Arena arena;
  NameTable names(arena);
  const LanguageOptions options;
  const Lexer lexer(names, options);
  const auto prepared = [&](std::string_view text) {
    std::string copy(text);
    copy += '\n';
    const std::size_t size = copy.size();
    copy.append(16, '\0');
    const char* place = arena.copy(copy).data();
    return Cursor{place, place + size, 1};
  };
  const auto take = [&](Cursor& cursor) {
    for (;;) {
      skip_white(cursor, true);
      const bool is_line_start = cursor.at[-1] == '\n';
      if (*cursor.at != '#' || !is_line_start) return lexer.next(cursor, false, arena);
      skip_line(cursor);
    }
  };
  try {
    Cursor left = prepared("\n" + std::string(first));
    Cursor right = prepared("\n" + std::string(second));
    for (;;) {
      const Token a = take(left);
      const Token b = take(right);
      if (a.kind != b.kind) return false;
      if (a.kind == Kind::end) return true;
      if (a.kind == Kind::name
              ? a.name != b.name
              : std::string_view(a.text, a.size) != std::string_view(b.text, b.size))
        return false;
    }
  } catch (const Unsure&) {
    return false;
  }
}

}  // namespace kbx::cpp
