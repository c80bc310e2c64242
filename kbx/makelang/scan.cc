#include "kbx/makelang/scan.h"

#include "kbx/base/text.h"

namespace kbx::makelang {

size_t skip_reference(std::string_view text, size_t dollar) {
  size_t at = dollar + 1;
  if (at >= text.size()) return text.size();
  const char open = text[at++];
  if (open != '(' && open != '{') return at;
  const char close = open == '(' ? ')' : '}';
  int depth = 1;
  for (; at < text.size(); ++at) {
    if (text[at] == open) {
      ++depth;
    } else if (text[at] == close && --depth == 0) {
      return at + 1;
    }
  }
  return text.size();
}

size_t find_unquoted(std::string& text, size_t from, std::string_view stops, bool over_references) {
  size_t at = from;
  while (at < text.size()) {
    const char c = text[at];
    if (over_references && c == '$') {
      at = skip_reference(text, at);
      continue;
    }
    if (stops.find(c) == std::string_view::npos) {
      ++at;
      continue;
    }
    size_t quotes = 0;
    while (at - quotes > from && text[at - quotes - 1] == '\\') ++quotes;
    if (quotes == 0) return at;
    const size_t dropped = (quotes + 1) / 2;
    text.erase(at - quotes, dropped);
    at -= dropped;
    if (quotes % 2 == 0) return at;
    ++at;
  }
  return std::string::npos;
}

std::string collapse_continuations(std::string_view text, bool posix) {
  std::string out;
  out.reserve(text.size());
  size_t at = 0;
  while (at < text.size()) {
    const size_t newline = text.find('\n', at);
    if (newline == std::string_view::npos) break;
    size_t quotes = 0;
    while (newline - quotes > at && text[newline - quotes - 1] == '\\') ++quotes;
    out.append(text, at, newline - quotes - at);
    out.append(quotes / 2, '\\');
    at = newline + 1;
    if (quotes % 2 == 0) {
      out += '\n';
      continue;
    }
    while (at < text.size() && is_space(text[at])) ++at;
    if (!posix)
      while (!out.empty() && is_blank(out.back())) out.pop_back();
    out += ' ';
  }
  if (at < text.size()) out.append(text.substr(at));
  return out;
}

void remove_comment(std::string& text) {
  const size_t comment = find_unquoted(text, 0, "#", true);
  if (comment != std::string::npos) text.resize(comment);
}

std::string_view skip_space(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && is_space(text[at])) ++at;
  return text.substr(at);
}

}  // namespace kbx::makelang
