#include <algorithm>

#include "kbx/cpp/reader.h"

// Macros that have no definition: their value is computed where they stand.

namespace kbx::cpp::detail {

Token Reader::text_token(Kind kind, std::string_view text) {
  char* place = arena_.room(text.size() + 16);
  text.copy(place, text.size());
  std::fill_n(place + text.size(), 16, '\0');
  Token token;
  token.kind = kind;
  token.text = place;
  token.size = static_cast<std::uint32_t>(text.size());
  return token;
}

Token Reader::number_token(std::uint64_t number) {
  return text_token(Kind::number, std::to_string(number));
}

Token Reader::file_name_token(std::string_view path, bool is_mapped) {
  std::string name(path);
  if (is_mapped)
    for (auto map = job_.prefix_maps.rbegin(); map != job_.prefix_maps.rend(); ++map)
      if (name.starts_with(map->first)) {
        name = map->second + name.substr(map->first.size());
        break;
      }
  std::string text = "\"";
  for (const char c : name) {
    if (c == '\\' || c == '"') text += '\\';
    if (static_cast<unsigned char>(c) < 0x20) throw Unsure{"a control character in a file's name"};
    text += c;
  }
  return text_token(Kind::string, text + '"');
}

bool Reader::builtin(const Macro& macro, const Token& name, Token& value) {
  switch (macro.builtin) {
    case Builtin::line:
      if (reads_directive_ && name.line != buffer().cursor.line)
        throw Unsure{"__LINE__ in a directive of several lines"};
      value = number_token(expander_.line_of(name));
      break;
    case Builtin::file:
      if (buffer().is_system || !buffer().file) throw Unsure{"__FILE__ in a system header"};
      value = file_name_token(*buffer().name, true);
      break;
    case Builtin::base_file:
      value = file_name_token(job_.file, true);
      break;
    case Builtin::include_level:
      value = number_token(buffers_.size() - (is_before_main_ ? 0 : 1));
      break;
    case Builtin::counter:
      value = number_token(counter_++);
      break;
    case Builtin::pragma:
      value = expander_.pragma_text();
      check_pragma({value.text, value.size});
      break;
    case Builtin::has_include:
    case Builtin::has_include_next:
      value = has_include(macro.builtin == Builtin::has_include_next);
      break;
    case Builtin::query:
      value = query(macro);
      break;
    default:
      throw Unsure{std::string(macro.name->view())};
  }
  value.line = name.line;
  return true;
}

/// _Pragma is copied where a #pragma of that text would be; not where it would be obeyed.
void Reader::check_pragma(std::string_view text) const {
  const auto word = [&text] {
    while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
    std::size_t size = 0;
    while (size < text.size() && is_name_character(text[size])) ++size;
    const std::string_view found = text.substr(0, size);
    text.remove_prefix(size);
    return found;
  };
  const std::string_view first = word();
  if (first == "GCC") {
    const std::string_view second = word();
    for (const std::string_view copied : {"diagnostic", "visibility", "push_options", "pop_options",
                                          "optimize", "target", "ivdep", "unroll", "novector"})
      if (second == copied) return;
  }
  throw Unsure{"_Pragma of another kind than GCC's options"};
}

/// __has_include("x") in #if, behind its name.
Token Reader::has_include(bool is_next) {
  if (!reads_directive_ || expander_.is_within() || !buffer().file)
    throw Unsure{"__has_include outside #if, or in a macro"};
  if (!take_parenthesis()) throw Unsure{"__has_include without a name"};
  Cursor& cursor = buffer().cursor;
  skip_white(cursor, false);
  if (*cursor.at != '<' && *cursor.at != '"') throw Unsure{"__has_include of a macro"};
  const auto [name, is_angled] = header_name();
  if (!line_token().is(')')) throw Unsure{"__has_include without its \")\""};
  return number_token(find(name, is_angled, is_next).file ? 1 : 0);
}

/// __has_attribute(x) and its like, behind their name.
Token Reader::query(const Macro& macro) {
  if (!reads_directive_ || !facts_.ask || !buffer().file)
    throw Unsure{std::string(macro.name->view())};
  ++expander_.prevented;
  const Token open = expander_.next();
  const Token argument = expander_.next();
  const Token close = expander_.next();
  --expander_.prevented;
  if (!open.is('(') || argument.kind != Kind::name || argument.name->macro || !close.is(')'))
    throw Unsure{std::string(macro.name->view()) + " of what is no plain name"};
  const auto answer = facts_.ask(macro.name->view(), argument.name->view(),
                                 {buffer().file->text, buffer().file->size});
  if (!answer) throw Unsure{std::string(macro.name->view()) + ", which cannot be asked"};
  return number_token(static_cast<std::uint64_t>(*answer));
}

}  // namespace kbx::cpp::detail
