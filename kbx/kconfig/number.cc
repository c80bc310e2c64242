#include "kbx/kconfig/number.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "kbx/base/text.h"

namespace kbx::kconfig {
namespace {

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || (text[0] == '0' && text.size() > 1)) return false;
  return std::ranges::all_of(text, is_digit);
}

bool is_hex(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  return !text.empty() && std::ranges::all_of(text, is_hex_digit);
}

struct Value {
  enum class Kind { words, with_sign, without_sign } kind = Kind::words;
  unsigned long long bits = 0;
};

Value value_of(Type type, std::string_view view) {
  using enum Value::Kind;
  if (is_logical(type)) {
    const long long number = view == "n" ? 0 : view == "m" ? 1 : view == "y" ? 2 : -1;
    return {with_sign, static_cast<unsigned long long>(number)};
  }
  const std::string text(view);
  char* end = nullptr;
  Value value;
  errno = 0;
  if (type == Type::hex) {
    value = Value{without_sign, std::strtoull(text.c_str(), &end, 16)};
  } else {
    const int base = type == Type::integer ? 10 : 0;
    const long long number = std::strtoll(text.c_str(), &end, base);
    value = Value{with_sign, static_cast<unsigned long long>(number)};
  }
  const bool is_whole = errno == 0 && *end == '\0' && end > text.c_str() && is_hex_digit(end[-1]);
  return is_whole ? value : Value{};
}

template <typename Number>
int compare(Number a, Number b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

}  // namespace

bool is_valid_text(Type type, std::string_view text) {
  switch (type) {
    case Type::string:
      return true;
    case Type::integer:
      return is_integer(text);
    case Type::hex:
      return is_hex(text);
    case Type::boolean:
    case Type::tristate:
      return !text.empty() && std::string_view("yYmMnN").find(text[0]) != std::string_view::npos;
    default:
      return false;
  }
}

long long number_at(std::string_view text, int base) {
  return std::strtoll(std::string(text).c_str(), nullptr, base);
}

int compare_values(Type first_type, std::string_view first, Type second_type,
                   std::string_view second) {
  using enum Value::Kind;
  Value a;
  Value b;
  if (first_type != Type::string || second_type != Type::string) {
    a = value_of(first_type, first);
    b = value_of(second_type, second);
  }
  if (a.kind == words || b.kind == words) return first.compare(second);
  if (a.kind == without_sign || b.kind == without_sign) return compare(a.bits, b.bits);
  return compare(static_cast<long long>(a.bits), static_cast<long long>(b.bits));
}

}  // namespace kbx::kconfig
