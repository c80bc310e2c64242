#include <charconv>
#include <utility>

#include "kbx/cpp/reader.h"

// Directives other than conditional ones: C11 6.10.

namespace kbx::cpp::detail {
namespace {

constexpr std::size_t deepest_include = 200;
/// A file counts as often as it is entered, and a small one for more than its size.
constexpr std::uint64_t most_entered_bytes = std::uint64_t{1} << 29;

/// The folder of a file as a prefix.
std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1);
}

}  // namespace

/// With the cursor behind "#". Leaves it at the start of a line.
void Reader::directive() {
  Cursor& cursor = buffer().cursor;
  skip_white(cursor, false);
  if (*cursor.at == '\n') return end_line();
  const bool outer_reads = std::exchange(reads_directive_, true);
  const bool outer_in_directive = expander_.in_directive();
  expander_.set_in_directive(true);
  const int outer_prevented = std::exchange(expander_.prevented, 0);
  const Token name = line_token();
  if (name.kind != Kind::name) throw Unsure{"a directive without a name"};
  obey(name.name->directive);
  reads_directive_ = outer_reads;
  expander_.set_in_directive(outer_in_directive);
  expander_.prevented = outer_prevented;
}

void Reader::obey(Directive which) {
  const Guard before = buffer().guard_state;
  if (before == Guard::fresh && which != Directive::ifndef) buffer().guard_state = Guard::none;
  if (before == Guard::closed) buffer().guard_state = Guard::none;
  switch (which) {
    case Directive::define_macro:
      return define();
    case Directive::undef_macro:
      return undefine();
    case Directive::include:
    case Directive::include_next:
      return include(which == Directive::include_next);
    case Directive::if_condition: {
      const bool is_true = evaluate();
      return open_condition(is_true, nullptr);
    }
    case Directive::ifdef:
    case Directive::ifndef: {
      const Name* name = macro_name();
      const bool is_true = is_defined(name) == (which == Directive::ifdef);
      return open_condition(is_true, which == Directive::ifndef ? name : nullptr);
    }
    case Directive::elif:
      return other_branch(false);
    case Directive::else_branch:
      return other_branch(true);
    case Directive::endif:
      return close_condition();
    case Directive::line:
      return set_line();
    case Directive::pragma:
      return pragma();
    case Directive::ident:
      return copy_directive("ident");
    case Directive::elifdef:
    case Directive::elifndef:
      throw Unsure{"#elifdef, which is not in every version of C"};
    case Directive::error:
      throw Unsure{"#error or #warning"};
    case Directive::none:
      throw Unsure{"an unknown directive"};
  }
}

/// Over the newline.
void Reader::end_line() {
  Cursor& cursor = buffer().cursor;
  ++cursor.at;
  ++cursor.line;
}

void Reader::expect_line_end() {
  if (line_token().kind != Kind::end) throw Unsure{"more than belongs to a directive"};
  end_line();
}

/// Something other than a directive is in the file.
void Reader::see_content() {
  Guard& state = buffer().guard_state;
  if (state == Guard::fresh || state == Guard::closed) state = Guard::none;
}

Name* Reader::macro_name() {
  const Token token = line_token();
  if (token.kind != Kind::name) throw Unsure{"a directive that lacks its macro"};
  const std::string_view text = token.name->view();
  if (text == "defined" || text == "__VA_ARGS__" || text == "__VA_OPT__")
    throw Unsure{"a directive with a reserved name"};
  expect_line_end();
  return token.name;
}

void Reader::set_macro(Name& name, Macro* macro) {
  name.macro = macro;
  if (name.is_remembered) ++changes_;
}

void Reader::define() {
  Macro* macro = read_definition(buffer().cursor, lexer_, names_, arena_);
  Name& name = *macro->name;
  if (name.view().starts_with("__has_") && !name.macro && is_defined(&name))
    throw Unsure{"a definition of a reserved name"};
  if (name.macro && !same_definition(*name.macro, *macro, lexer_, names_, arena_))
    throw Unsure{"a second, other definition of " + std::string(name.view())};
  if (!name.macro) set_macro(name, macro);
  end_line();
}

void Reader::undefine() {
  Name* name = macro_name();
  if (name->macro && name->macro->builtin != Builtin::none)
    throw Unsure{"#undef of a macro that is computed"};
  set_macro(*name, nullptr);
}

/// The text between the quotes or brackets of a header's name, and whether they are brackets.
std::pair<std::string, bool> Reader::header_name() {
  Cursor& cursor = buffer().cursor;
  skip_white(cursor, false);
  const char open = *cursor.at;
  if (open != '<' && open != '"') return computed_header_name();
  const char close = open == '<' ? '>' : '"';
  const char* end = cursor.at + 1;
  while (*end != close && *end != '\n' && *end != '\0' && *end != '\\') ++end;
  if (*end != close) throw Unsure{"the name of a header that does not close"};
  std::string name(cursor.at + 1, end);
  cursor.at = end + 1;
  return {std::move(name), open == '<'};
}

std::pair<std::string, bool> Reader::computed_header_name() {
  const Token first = expander_.next();
  if (first.kind == Kind::string && *first.text == '"') {
    std::string name(first.text + 1, first.size - 2);
    if (name.find('\\') != std::string::npos) throw Unsure{"a backslash in a header's name"};
    if (expander_.next().kind != Kind::end) throw Unsure{"more than belongs to a directive"};
    return {std::move(name), false};
  }
  if (!first.is('<')) throw Unsure{"#include of what is no name"};
  std::string name;
  for (;;) {
    const Token token = expander_.next();
    if (token.kind == Kind::end) throw Unsure{"the name of a header that does not close"};
    if (token.is('>')) break;
    if (token.has(Token::white)) throw Unsure{"white space in a header's name"};
    if (token.kind == Kind::name)
      name += token.name->view();
    else
      name.append(token.text, token.size);
  }
  if (expander_.next().kind != Kind::end) throw Unsure{"more than belongs to a directive"};
  return {std::move(name), true};
}

const Found& Reader::find(const std::string& name, bool is_angled, bool is_next) {
  const Buffer& top = buffer();
  if (name.empty()) throw Unsure{"an empty name of a header"};
  if (is_next) {
    if (top.is_main) throw Unsure{"#include_next in the file itself"};
    if (top.has_next_folder) return files_.find(name, nullptr, top.next_folder);
  }
  if (is_angled) return files_.find(name, nullptr, files_.first_angled());
  return files_.find(name, &top.folder, 0);
}

void Reader::include(bool is_next) {
  if (expander_.reads_arguments()) throw Unsure{"#include within arguments of a macro"};
  if (!buffer().file) throw Unsure{"#include outside a file"};
  const auto [name, is_angled] = header_name();
  expect_line_end();
  const Found& found = find(name, is_angled, is_next);
  if (!found.file) throw Unsure{"a header that is not found: " + name};
  // A header beside a system header is one too.
  enter(found, found.is_system || buffer().is_system);
}

void Reader::enter(const Found& found, bool is_system) {
  SourceFile& file = *found.file;
  if (files_.is_once(file)) return;
  if (found.was_entered && !std::exchange(*found.was_entered, true))
    read_files_.push_back({file.path, is_system});
  if (file.guard && file.guard->macro) return;
  entered_bytes_ += file.size + 4096;
  if (entered_bytes_ > most_entered_bytes) throw Unsure{"too much text"};
  if (buffers_.size() >= deepest_include) throw Unsure{"includes too deep in each other"};
  Buffer top;
  top.cursor = {file.text, file.text + file.size, 1};
  top.file = &file;
  top.name = &file.path;
  top.folder = folder_of(file.path);
  top.next_folder = found.next;
  top.has_next_folder = found.has_next;
  top.is_system = is_system;
  buffers_.push_back(std::move(top));
}

/// At the end of a file.
void Reader::leave() {
  const Buffer& top = buffer();
  if (!top.conditions.empty()) throw Unsure{"#if without #endif"};
  if (top.file && top.guard_state == Guard::closed) top.file->guard = top.guard;
  buffers_.pop_back();
}

void Reader::set_line() {
  const auto take = [this] { return expander_.next(); };
  const Token number = take();
  std::uint32_t line = 0;
  const char* end = number.text + number.size;
  if (number.kind != Kind::number) throw Unsure{"#line without a number"};
  const auto parsed = std::from_chars(number.text, end, line);
  if (parsed.ec != std::errc() || parsed.ptr != end || line == 0 || line > 2147483647)
    throw Unsure{"#line without a number"};
  const Token name = take();
  if (name.kind != Kind::end) {
    const std::string_view text(name.text, name.size);
    if (name.kind != Kind::string || text[0] != '"' || text.size() < 3 ||
        text.find('\\') != std::string_view::npos || take().kind != Kind::end)
      throw Unsure{"#line with an unusual name"};
    const std::string file(text.substr(1, text.size() - 2));
    buffer().name = &line_names_.try_emplace(file, file).first->second;
  }
  end_line();
  buffer().cursor.line = line;
}

/// Copies the rest of the line as it is.
void Reader::copy_directive(std::string_view word) {
  Buffer& top = buffer();
  const std::uint32_t line = top.cursor.line;
  std::string text;
  for (;;) {
    const Token token = line_token();
    if (token.kind == Kind::end) break;
    if (token.has(Token::white) && !text.empty()) text += ' ';
    if (token.kind == Kind::name)
      text += token.name->view();
    else
      text.append(token.text, token.size);
  }
  output_.go_to(top.name, line);
  output_.directive(word, text);
  // The output is a line further, as the source is.
  output_.copy(nullptr, nullptr, line + 1);
  end_line();
}

void Reader::push_or_pop(bool is_push) {
  const Token open = line_token();
  const Token name = line_token();
  if (!open.is('(') || name.kind != Kind::string || *name.text != '"' || !line_token().is(')'))
    throw Unsure{"push_macro or pop_macro without a name"};
  expect_line_end();
  Name* macro = names_.intern(std::string_view(name.text + 1, name.size - 2));
  if (macro->macro && macro->macro->builtin != Builtin::none)
    throw Unsure{"push_macro of a macro that is computed"};
  auto& pushed = pushed_macros_[macro];
  if (is_push) {
    pushed.push_back(macro->macro);
  } else if (!pushed.empty()) {
    set_macro(*macro, pushed.back());
    pushed.pop_back();
  }
}

void Reader::pragma() {
  if (expander_.reads_arguments()) throw Unsure{"#pragma within arguments of a macro"};
  see_content();
  Buffer& top = buffer();
  const Cursor start = top.cursor;
  const Token first = line_token();
  const std::string_view word = first.kind == Kind::name ? first.name->view() : std::string_view();
  if (word == "push_macro" || word == "pop_macro") return push_or_pop(word == "push_macro");
  if (word == "once") {
    if (top.is_main || !top.file) throw Unsure{"#pragma once in the file itself"};
    files_.set_once(*top.file);
    return expect_line_end();
  }
  if (word == "GCC") {
    const Token second = line_token();
    const std::string_view kind =
        second.kind == Kind::name ? second.name->view() : std::string_view();
    if (kind == "system_header") {
      if (top.is_main) throw Unsure{"#pragma GCC system_header in the file itself"};
      top.is_system = true;
      return expect_line_end();
    }
    if (kind == "poison" || kind == "dependency" || kind == "error" || kind == "warning" ||
        kind == "pch_preprocess")
      throw Unsure{"#pragma GCC " + std::string(kind)};
  }
  if (word == "omp" || word == "acc" || word == "redefine_extname" || word == "extern_prefix" ||
      word == "scalar_storage_order")
    throw Unsure{"#pragma " + std::string(word)};
  top.cursor = start;
  copy_directive("pragma");
}

}  // namespace kbx::cpp::detail
