// The words of the Kconfig language.
//
// There are four ways to read: the ordinary one, strings, what is assigned to a variable (the rest
// of the line as it stands), and help texts, which end at the first line that is indented less than
// their first one. Words and strings with a "$" are expanded here; what comes out is not looked at
// again, so a macro cannot make a keyword or two words. A statement is where its first token is;
// messages of the parser name that line, those of the macros the one that is being read.

#include "kbx/kconfig/lexer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/descriptor.h"
#include "kbx/base/path.h"

namespace kbx::kconfig {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

constexpr std::array<bool, 256> word_characters = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_word_character(char c) {
  return word_characters[static_cast<unsigned char>(c)];
}

/// Where the first of two characters or the end of the line is, at or behind `at`.
std::size_t find_either(std::string_view text, std::size_t at, char a, char b) {
  while (at < text.size() && text[at] != a && text[at] != b && text[at] != '\n') ++at;
  return at;
}

using Keywords = std::unordered_map<std::string_view, Token>;

const Keywords& keywords() {
  static const Keywords table = {
      {"allnoconfig_y", Token::key_allnoconfig_y},
      {"bool", Token::key_bool},
      {"choice", Token::key_choice},
      {"comment", Token::key_comment},
      {"config", Token::key_config},
      {"def_bool", Token::key_def_bool},
      {"def_tristate", Token::key_def_tristate},
      {"default", Token::key_default},
      {"defconfig_list", Token::key_defconfig_list},
      {"depends", Token::key_depends},
      {"endchoice", Token::key_endchoice},
      {"endif", Token::key_endif},
      {"endmenu", Token::key_endmenu},
      {"help", Token::key_help},
      {"hex", Token::key_hex},
      {"if", Token::key_if},
      {"imply", Token::key_imply},
      {"int", Token::key_int},
      {"mainmenu", Token::key_mainmenu},
      {"menu", Token::key_menu},
      {"menuconfig", Token::key_menuconfig},
      {"modules", Token::key_modules},
      {"on", Token::key_on},
      {"option", Token::key_option},
      {"optional", Token::key_optional},
      {"prompt", Token::key_prompt},
      {"range", Token::key_range},
      {"select", Token::key_select},
      {"source", Token::key_source},
      {"string", Token::key_string},
      {"transitional", Token::key_transitional},
      {"tristate", Token::key_tristate},
      {"visible", Token::key_visible},
  };
  return table;
}

bool is_known(Token keyword, const Dialect& dialect) {
  switch (keyword) {
    case Token::key_option:
      return dialect.option_statement;
    case Token::key_modules:
      return dialect.modules_statement || dialect.special_symbols;
    case Token::key_allnoconfig_y:
    case Token::key_defconfig_list:
      return dialect.special_symbols;
    case Token::key_optional:
      return dialect.choice_is_symbol;
    case Token::key_transitional:
      return dialect.transitional;
    default:
      return true;
  }
}

/// The whole of a file in memory of `arena`; false if it cannot be read.
bool read_whole(const std::string& path, Arena& arena, std::string_view& content) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0 || S_ISDIR(info.st_mode)) return false;
  // A pipe does not tell its size.
  std::size_t room = static_cast<std::size_t>(info.st_size) + 1;
  char* text = arena.room(room);
  std::size_t have = 0;
  for (;;) {
    const ssize_t got = ::read(file.get(), text + have, room - have);
    if (got < 0) return false;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
    if (have < room) continue;
    room *= 2;
    char* larger = arena.room(room);
    std::memcpy(larger, text, have);
    text = larger;
  }
  content = {text, have};
  return true;
}

/// `text` up to its first NUL, as conf keeps it.
std::string_view cut(std::string_view text) {
  return text.substr(0, text.find('\0'));
}

}  // namespace

Lexer::Lexer(Model& model, const Sources& sources, const Console& console)
    : model_(model),
      environment_(sources.environment),
      folder_(sources.folder),
      console_(console),
      macros_(sources.environment, sources.shell, console, position_) {}

void Lexer::warn(const Place& place, const char* message) const {
  std::fprintf(console_.err, "%.*s:%d:warning: %s\n", static_cast<int>(place.file.size()),
               place.file.data(), place.line, message);
}

Place Lexer::statement() const {
  if (model_.dialect.old_positions) return statement_;
  return {position_.file, statement_.line};
}

bool Lexer::load(std::string_view name, std::string_view& content) const {
  if (read_whole(join_path(folder_, name), model_.arena, content)) return true;
  const auto tree = environment_.find("srctree");
  if (name.starts_with('/') || tree == environment_.end()) return false;
  return read_whole(tree->second + "/" + std::string(name), model_.arena, content);
}

void Lexer::remember_file(std::string_view name) {
  if (files_.insert(name).second) model_.files.push_back(name);
}

void Lexer::open(std::string_view name) {
  if (!load(name, content_)) {
    std::fprintf(console_.err, "can't find file %s\n", std::string(name).c_str());
    throw Stop{};
  }
  position_ = {model_.arena.copy(name), 1};
  remember_file(position_.file);
}

void Lexer::include(std::string_view name) {
  frames_.push_back({content_, at_, position_, statement_.line});
  std::string_view content;
  if (!load(name, content)) {
    remember_file(name);
    const Place place = statement();
    std::fprintf(console_.err, "%s:%d: can't open file \"%s\"\n", std::string(place.file).c_str(),
                 place.line, std::string(name).c_str());
    throw Stop{};
  }
  refuse_loop(name);
  if (model_.dialect.one_inclusion_per_file) refuse_repetition(name);
  content_ = content;
  at_ = 0;
  position_ = {name, 1};
  remember_file(name);
}

/// Tells of a file that is included by itself, however many files lie between, and stops.
void Lexer::refuse_loop(std::string_view name) const {
  const auto names_it = [name](const Frame& frame) { return frame.position.file == name; };
  if (std::ranges::none_of(frames_, names_it)) return;
  std::fprintf(console_.err,
               "Recursive inclusion detected.\nInclusion path:\n  current file : %s\n",
               std::string(name).c_str());
  const bool old = model_.dialect.old_positions;
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    std::fprintf(console_.err, "  included from: %s:%d\n",
                 std::string(frame->position.file).c_str(),
                 old ? frame->position.line - 1 : frame->statement_line);
    if (old && names_it(*frame)) break;
  }
  throw Stop{};
}

/// Tells of a file that was included before, and stops.
void Lexer::refuse_repetition(std::string_view name) {
  const Place place = statement();
  const auto [first, is_new] = inclusions_.emplace(name, place);
  if (is_new) return;
  const std::string file(name);
  std::fprintf(console_.err,
               "%s:%d: error: repeated inclusion of %s\n%s:%d: note: location of first inclusion "
               "of %s\n",
               std::string(place.file).c_str(), place.line, file.c_str(),
               std::string(first->second.file).c_str(), first->second.line, file.c_str());
  throw Stop{};
}

Token Lexer::next() {
  for (;;) {
    const Token token = scan();
    const bool begins = previous_ == Token::eol || previous_ == Token::help_text;
    if (begins && token == Token::eol) continue;
    if (begins) statement_ = at_end_ ? Place{"<none>", position_.line} : position_;
    if (before_ == Token::eol && previous_ == Token::word &&
        (token == Token::equal || token == Token::colon_equal || token == Token::plus_equal))
      state_ = State::assignment;
    before_ = previous_;
    previous_ = token;
    return token;
  }
}

void Lexer::start_help() {
  state_ = State::help;
}

Token Lexer::scan() {
  switch (state_) {
    case State::assignment:
      return scan_assignment();
    case State::help:
      return scan_help();
    default:
      return scan_initial();
  }
}

bool Lexer::take(std::string_view text) {
  if (!content_.substr(at_).starts_with(text)) return false;
  at_ += text.size();
  return true;
}

std::string_view Lexer::rest_of_line() const {
  const std::size_t end = std::min(content_.find('\n', at_), content_.size());
  return content_.substr(at_, end - at_);
}

Token Lexer::scan_initial() {
  for (;;) {
    while (at_ < content_.size() && is_blank(content_[at_])) ++at_;
    if (at_ == content_.size()) return scan_end();
    const char c = content_[at_];
    if (c == '#') {
      at_ += rest_of_line().size();
    } else if (c == '\n') {
      ++at_;
      ++position_.line;
      return Token::eol;
    } else if (take("\\\n")) {
      ++position_.line;
    } else if (c == '"' || c == '\'') {
      ++at_;
      return scan_string(c);
    } else if (is_word_character(c) || c == '$') {
      const Token token = scan_word();
      if (token != Token::end) return token;  // else it expanded to nothing
    } else {
      const Token token = scan_operator();
      if (token != Token::end) return token;
      std::fprintf(console_.err, "%s:%d:warning: ignoring unsupported character '%c'\n",
                   std::string(position_.file).c_str(), position_.line, c);
      ++at_;
    }
  }
}

Token Lexer::scan_word() {
  std::size_t end = at_;
  while (end < content_.size() && is_word_character(content_[end])) ++end;
  if (end < content_.size() && content_[end] == '$') {
    const std::string_view line = cut(rest_of_line());
    std::size_t used = 0;
    const std::string word = macros_.expand_word(line, used);
    at_ += used;
    text_ = model_.arena.copy(word);
    return word.empty() ? Token::end : Token::word;
  }
  text_ = content_.substr(at_, end - at_);
  at_ = end;
  // Names of options, most words, are in capitals, and no keyword is.
  if (text_[0] < 'a') return Token::word;
  const auto keyword = keywords().find(text_);
  if (keyword != keywords().end() && is_known(keyword->second, model_.dialect))
    return keyword->second;
  return Token::word;
}

Token Lexer::scan_operator() {
  static constexpr std::pair<std::string_view, Token> operators[] = {
      {"||", Token::either},     {"&&", Token::both},          {"!=", Token::unequal},
      {"<=", Token::less_equal}, {">=", Token::greater_equal}, {":=", Token::colon_equal},
      {"+=", Token::plus_equal}, {"=", Token::equal},          {"<", Token::less},
      {">", Token::greater},     {"!", Token::negation},       {"(", Token::open},
      {")", Token::close}};
  for (const auto& [text, token] : operators)
    if (take(text)) return token;
  return Token::end;
}

Token Lexer::scan_string(char quote) {
  const std::size_t plain = find_either(content_, at_, quote, '\\');
  if (plain < content_.size() && content_[plain] == quote) {
    const std::string_view whole = content_.substr(at_, plain - at_);
    if (whole.find('$') == std::string_view::npos) {
      text_ = cut(whole);
      at_ = plain + 1;
      return Token::quoted;
    }
  }
  std::string text;
  while (at_ < content_.size()) {
    const char c = content_[at_];
    if (c == '\n') {
      warn(statement(), "multi-line strings not supported");
      break;
    }
    ++at_;
    if (c == quote) break;
    if (c == '$') {
      const std::string_view line = cut(rest_of_line());
      std::size_t used = 0;
      text += macros_.expand_dollar(line, used);
      at_ += used;
    } else if (c != '\\') {
      text += c;
    } else if (at_ < content_.size() && content_[at_] != '\n') {
      text += content_[at_++];
    }
  }
  text_ = model_.arena.copy(cut(text));
  if (!text_.data()) text_ = "";
  return Token::quoted;
}

Token Lexer::scan_assignment() {
  while (at_ < content_.size() && is_blank(content_[at_])) ++at_;
  if (at_ == content_.size()) return scan_end();
  if (content_[at_] == '\n') {
    state_ = State::initial;
    ++at_;
    ++position_.line;
    return Token::eol;
  }
  text_ = rest_of_line();
  at_ += text_.size();
  text_ = cut(text_);
  return Token::assigned;
}

Token Lexer::scan_help() {
  std::string text;
  int indent = 0;  // of this line
  int first = 0;   // of the first one
  const auto finish = [&] {
    state_ = State::initial;
    text_ = model_.arena.copy(cut(text));
    if (!text_.data()) text_ = "";
    return Token::help_text;
  };
  while (at_ < content_.size()) {
    const std::size_t start = at_;
    int columns = 0;
    for (; at_ < content_.size() && is_blank(content_[at_]); ++at_)
      columns = content_[at_] == '\t' ? (columns & ~7) + 8 : columns + 1;
    if (at_ < content_.size() && content_[at_] == '\n') {
      ++at_;
      ++position_.line;
      if (at_ < content_.size() && content_[at_] != '\n' && !is_blank(content_[at_]))
        return finish();
      text += '\n';
      continue;
    }
    if (at_ > start) {
      indent = columns;
      if (first != 0) {
        if (columns < first) return finish();
        text.append(static_cast<std::size_t>(columns - first), ' ');
      }
    }
    std::string_view line = rest_of_line();
    at_ += line.size();
    if (line.empty()) continue;
    while (is_blank(line.back())) line.remove_suffix(1);
    text += line;
    if (first == 0) first = indent;
  }
  return finish();
}

Token Lexer::scan_end() {
  state_ = State::initial;
  const bool is_last = frames_.empty();
  const bool old = model_.dialect.old_positions;
  if (is_last && (at_end_ || !old)) {
    if (!at_end_ && previous_ != Token::eol && previous_ != Token::help_text)
      warn(position_, "no new line at end of file");
    return Token::end;
  }
  if (previous_ != Token::eol && previous_ != Token::help_text)
    warn(position_, "no new line at end of file");
  if (is_last) {
    at_end_ = true;
    return Token::eol;
  }
  content_ = frames_.back().content;
  at_ = frames_.back().at;
  position_ = frames_.back().position;
  frames_.pop_back();
  return Token::eol;
}

}  // namespace kbx::kconfig
