#include "kbx/cpp/condition.h"

#include <limits>
#include <string_view>

// The expression of #if: C11 6.6 with every operand of type intmax_t or uintmax_t (6.10.1).

namespace kbx::cpp::detail {
namespace {

struct Value {
  std::uint64_t bits = 0;
  bool is_unsigned = false;

  std::int64_t as_signed() const { return static_cast<std::int64_t>(bits); }
};

constexpr int deepest_nesting = 200;

Value number(std::string_view text) {
  unsigned base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    text.remove_prefix(base == 8 ? 1 : 2);
    if (base != 8 && text.empty()) throw Unsure{"a number that is none"};
  }
  Value value;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char lower = static_cast<char>(text[at] | 0x20);
    unsigned digit = 99;
    if (is_digit(text[at]))
      digit = static_cast<unsigned>(text[at] - '0');
    else if (base == 16 && lower >= 'a' && lower <= 'f')
      digit = static_cast<unsigned>(lower - 'a' + 10);
    if (digit == 99) break;
    if (digit >= base) throw Unsure{"a number that is none"};
    std::uint64_t scaled = 0;
    if (__builtin_mul_overflow(value.bits, std::uint64_t{base}, &scaled) ||
        __builtin_add_overflow(scaled, std::uint64_t{digit}, &value.bits))
      throw Unsure{"a number that is too large"};
  }
  if (at == 0 && base != 8) throw Unsure{"a number that is none"};
  const std::string_view suffix = text.substr(at);
  for (const std::string_view known : {"u", "U", "ul", "uL", "Ul", "UL", "ull", "uLL", "Ull", "ULL",
                                       "lu", "lU", "Lu", "LU", "llu", "llU", "LLu", "LLU"})
    if (suffix == known) {
      value.is_unsigned = true;
      return value;
    }
  if (!suffix.empty() && suffix != "l" && suffix != "L" && suffix != "ll" && suffix != "LL")
    throw Unsure{"a number with an unknown suffix"};
  if (value.as_signed() < 0) {
    if (base == 10) throw Unsure{"a number that is too large"};
    value.is_unsigned = true;
  }
  return value;
}

Value character(std::string_view text) {
  int value = 0;
  if (text.size() == 3 && text[0] == '\'') {
    value = static_cast<unsigned char>(text[1]);
  } else if (text.size() == 4 && text[0] == '\'' && text[1] == '\\') {
    switch (text[2]) {
      case 'n':
        value = '\n';
        break;
      case 't':
        value = '\t';
        break;
      case '\\':
        value = '\\';
        break;
      case '\'':
        value = '\'';
        break;
      case '"':
        value = '"';
        break;
      case '0':
        value = 0;
        break;
      default:
        throw Unsure{"a character constant"};
    }
  } else {
    throw Unsure{"a character constant"};
  }
  if (value >= 0x80) throw Unsure{"a character constant"};
  return {static_cast<std::uint64_t>(value), false};
}

class Parser {
 public:
  explicit Parser(const ConditionOperators& operators) : operators_(operators) { advance(); }

  Value whole() {
    const Value value = conditional(true);
    if (token_.kind != Kind::end) throw Unsure{"an expression of #if that is none"};
    return value;
  }

 private:
  void advance() { token_ = operators_.next(); }

  bool at(std::string_view text) const {
    return token_.kind == Kind::punctuator && std::string_view(token_.text, token_.size) == text;
  }

  /// Binary operators by how tightly they bind; 0 if the token is none.
  int precedence() const {
    if (token_.kind != Kind::punctuator) return 0;
    const std::string_view text(token_.text, token_.size);
    if (text == "*" || text == "/" || text == "%") return 10;
    if (text == "+" || text == "-") return 9;
    if (text == "<<" || text == ">>") return 8;
    if (text == "<" || text == ">" || text == "<=" || text == ">=") return 7;
    if (text == "==" || text == "!=") return 6;
    if (text == "&") return 5;
    if (text == "^") return 4;
    if (text == "|") return 3;
    if (text == "&&") return 2;
    if (text == "||") return 1;
    return 0;
  }

  Value conditional(bool counts) {
    if (++depth_ > deepest_nesting) throw Unsure{"an expression that is too deep"};
    Value value = binary(1, counts);
    if (at("?")) {
      advance();
      const bool is_true = value.bits != 0;
      const Value first = conditional(counts && is_true);
      if (!at(":")) throw Unsure{"an expression of #if that is none"};
      advance();
      const Value second = conditional(counts && !is_true);
      value = is_true ? first : second;
      value.is_unsigned = first.is_unsigned || second.is_unsigned;
    }
    --depth_;
    return value;
  }

  Value binary(int least, bool counts) {
    Value left = unary(counts);
    for (int level = precedence(); level >= least && level > 0; level = precedence()) {
      const std::string_view sign(token_.text, token_.size);
      advance();
      bool right_counts = counts;
      if (sign == "&&") right_counts = counts && left.bits != 0;
      if (sign == "||") right_counts = counts && left.bits == 0;
      const Value right = binary(level + 1, right_counts);
      left = apply(left, sign, right, counts);
    }
    return left;
  }

  static Value apply(Value left, std::string_view sign, Value right, bool counts) {
    const bool is_unsigned = left.is_unsigned || right.is_unsigned;
    const auto truth = [](bool holds) { return Value{holds ? 1U : 0U, false}; };
    if (sign == "&&") return truth(left.bits != 0 && right.bits != 0);
    if (sign == "||") return truth(left.bits != 0 || right.bits != 0);
    if (sign == "==") return truth(left.bits == right.bits);
    if (sign == "!=") return truth(left.bits != right.bits);
    if (sign.size() <= 2 && (sign[0] == '<' || sign[0] == '>') &&
        (sign.size() == 1 || sign[1] == '=')) {
      const bool is_less =
          is_unsigned ? left.bits < right.bits : left.as_signed() < right.as_signed();
      const bool is_equal = left.bits == right.bits;
      if (sign == "<") return truth(is_less);
      if (sign == "<=") return truth(is_less || is_equal);
      return truth(sign == ">" ? !is_less && !is_equal : !is_less);
    }
    if (sign == "<<" || sign == ">>") return shift(left, right, sign == "<<");
    if (sign == "&") return {left.bits & right.bits, is_unsigned};
    if (sign == "^") return {left.bits ^ right.bits, is_unsigned};
    if (sign == "|") return {left.bits | right.bits, is_unsigned};
    if (sign == "+" || sign == "-" || sign == "*")
      return arithmetic(left, sign[0], right, is_unsigned, counts);
    return divide(left, right, sign == "/", is_unsigned, counts);
  }

  static Value arithmetic(Value left, char sign, Value right, bool is_unsigned, bool counts) {
    const std::int64_t a = left.as_signed();
    const std::int64_t b = right.as_signed();
    std::int64_t ignored = 0;
    const bool overflows = sign == '+'   ? __builtin_add_overflow(a, b, &ignored)
                           : sign == '-' ? __builtin_sub_overflow(a, b, &ignored)
                                         : __builtin_mul_overflow(a, b, &ignored);
    if (!is_unsigned && overflows && counts) throw Unsure{"an overflow in #if"};
    const std::uint64_t bits = sign == '+'   ? left.bits + right.bits
                               : sign == '-' ? left.bits - right.bits
                                             : left.bits * right.bits;
    return {bits, is_unsigned};
  }

  static Value shift(Value left, Value right, bool to_left) {
    if (!right.is_unsigned && right.as_signed() < 0) throw Unsure{"a negative shift in #if"};
    if (right.bits >= 64) throw Unsure{"a shift in #if that is too far"};
    if (to_left) {
      const std::uint64_t bits = left.bits << right.bits;
      const bool keeps = static_cast<std::int64_t>(bits) >> right.bits == left.as_signed();
      if (!left.is_unsigned && !keeps) throw Unsure{"an overflow in #if"};
      return {bits, left.is_unsigned};
    }
    if (left.is_unsigned) return {left.bits >> right.bits, true};
    return {static_cast<std::uint64_t>(left.as_signed() >> right.bits), false};
  }

  static Value divide(Value left, Value right, bool quotient, bool is_unsigned, bool counts) {
    if (right.bits == 0) {
      if (counts) throw Unsure{"a division by zero in #if"};
      return {0, is_unsigned};
    }
    if (is_unsigned) return {quotient ? left.bits / right.bits : left.bits % right.bits, true};
    if (left.as_signed() == std::numeric_limits<std::int64_t>::min() && right.as_signed() == -1)
      throw Unsure{"an overflow in #if"};
    return {static_cast<std::uint64_t>(quotient ? left.as_signed() / right.as_signed()
                                                : left.as_signed() % right.as_signed()),
            false};
  }

  Value unary(bool counts) {
    if (++depth_ > deepest_nesting) throw Unsure{"an expression that is too deep"};
    const Value value = operand(counts);
    --depth_;
    return value;
  }

  Value operand(bool counts) {
    if (at("!")) {
      advance();
      return {unary(counts).bits == 0 ? 1U : 0U, false};
    }
    if (at("-") || at("+") || at("~")) {
      const char sign = *token_.text;
      advance();
      Value value = unary(counts);
      if (sign == '-' && !value.is_unsigned && counts &&
          value.as_signed() == std::numeric_limits<std::int64_t>::min())
        throw Unsure{"an overflow in #if"};
      if (sign == '-') value.bits = 0 - value.bits;
      if (sign == '~') value.bits = ~value.bits;
      return value;
    }
    if (at("(")) {
      advance();
      const Value value = conditional(counts);
      if (!at(")")) throw Unsure{"an expression of #if that is none"};
      advance();
      return value;
    }
    return primary(counts);
  }

  Value primary(bool counts) {
    Value value;
    if (token_.kind == Kind::number) {
      value = number({token_.text, token_.size});
    } else if (token_.kind == Kind::character) {
      value = character({token_.text, token_.size});
    } else if (token_.kind == Kind::name) {
      std::int64_t asked = 0;
      if (operators_.identifier(token_, asked))
        value.bits = static_cast<std::uint64_t>(asked);
      else if (counts && operators_.warn_undefined)
        throw Unsure{"an identifier in #if that -Wundef tells of"};
    } else {
      throw Unsure{"an expression of #if that is none"};
    }
    advance();
    return value;
  }

  const ConditionOperators& operators_;
  Token token_;
  int depth_ = 0;
};

}  // namespace

bool condition(const ConditionOperators& operators) {
  return Parser(operators).whole().bits != 0;
}

}  // namespace kbx::cpp::detail
