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
#include "kbx/kconfig/help_lines.h"

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

struct Keyword {
  std::string_view name;
  Token token = Token::word;
};

constexpr Keyword keywords[] = {
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

constexpr std::size_t keyword_slots = 128;

/// Of a word that is not empty.
constexpr std::size_t keyword_slot(std::string_view word) {
  const auto first = static_cast<unsigned char>(word.front());
  const auto last = static_cast<unsigned char>(word.back());
  return (first * 7U + last * 3U + word.size() * 11U) % keyword_slots;
}

/// The keywords by their slots; of those that share one, the later lie in the free slots behind it.
constexpr std::array<Keyword, keyword_slots> keyword_table = [] {
  std::array<Keyword, keyword_slots> table{};
  for (const Keyword& keyword : keywords) {
    std::size_t at = keyword_slot(keyword.name);
    while (!table[at].name.empty()) at = (at + 1) % keyword_slots;
    table[at] = keyword;
  }
  return table;
}();

/// Token::word if it is none.
Token keyword_of(std::string_view word) {
  std::size_t at = keyword_slot(word);
  while (!keyword_table[at].name.empty() && keyword_table[at].name != word)
    at = (at + 1) % keyword_slots;
  return keyword_table[at].token;
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

/// The whole of a file in memory of `arena`, with a NUL behind it; false if it cannot be read.
bool read_whole(const std::string& path, Arena& arena, std::string_view& content) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0 || S_ISDIR(info.st_mode)) return false;
  // A pipe does not tell its size.
  const auto told = static_cast<std::size_t>(info.st_size);
  std::size_t room = told + 1;
  char* text = arena.room(room);
  std::size_t have = 0;
  for (;;) {
    const ssize_t got = ::read(file.get(), text + have, room - have);
    if (got < 0) return false;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
    if (S_ISREG(info.st_mode) && have == told) break;
    if (have < room) continue;
    room *= 2;
    char* larger = arena.room(room);
    std::memcpy(larger, text, have);
    text = larger;
  }
  text[have] = '\0';
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

std::string_view Lexer::rest_of_line() const {
  const std::size_t end = std::min(content_.find('\n', at_), content_.size());
  return content_.substr(at_, end - at_);
}

void Lexer::skip_blanks() {
  const char* at = content_.data() + at_;
  while (is_blank(*at)) ++at;
  at_ = static_cast<std::size_t>(at - content_.data());
}

Token Lexer::scan_initial() {
  for (;;) {
    skip_blanks();
    if (at_ == content_.size()) return scan_end();
    const char c = content_[at_];
    if (c == '\n') {
      ++at_;
      ++position_.line;
      return Token::eol;
    }
    const Token token = is_word_character(c) ? scan_word() : scan_mark(c);
    if (token != Token::end) return token;
  }
}

/// Token::end if the word expands to nothing.
Token Lexer::scan_word() {
  const char* start = content_.data() + at_;
  const char* end = start;
  while (is_word_character(*end)) ++end;
  if (*end == '$') return expand_word();
  text_ = {start, end};
  at_ += text_.size();
  // Names of options, most words, are in capitals, and no keyword is.
  if (text_[0] < 'a') return Token::word;
  const Token keyword = keyword_of(text_);
  return is_known(keyword, model_.dialect) ? keyword : Token::word;
}

Token Lexer::expand_word() {
  std::size_t used = 0;
  const std::string word = macros_.expand_word(cut(rest_of_line()), used);
  at_ += used;
  text_ = model_.arena.copy(word);
  return word.empty() ? Token::end : Token::word;
}

/// What begins with a character that no plain word has; Token::end if it means nothing.
Token Lexer::scan_mark(char c) {
  if (c == '"' || c == '\'') {
    ++at_;
    return scan_string(c);
  }
  if (c == '$') return expand_word();
  if (c == '#') {
    at_ += rest_of_line().size();
    return Token::end;
  }
  if (c == '\\' && content_.substr(at_).starts_with("\\\n")) {
    at_ += 2;
    ++position_.line;
    return Token::end;
  }
  const Token token = scan_operator();
  if (token != Token::end) return token;
  std::fprintf(console_.err, "%s:%d:warning: ignoring unsupported character '%c'\n",
               std::string(position_.file).c_str(), position_.line, c);
  ++at_;
  return Token::end;
}

Token Lexer::scan_operator() {
  const char c = content_[at_];
  const char following = at_ + 1 < content_.size() ? content_[at_ + 1] : '\0';
  const auto found = [this](Token token, std::size_t length) {
    at_ += length;
    return token;
  };
  if (following == '=') {
    if (c == '!') return found(Token::unequal, 2);
    if (c == '<') return found(Token::less_equal, 2);
    if (c == '>') return found(Token::greater_equal, 2);
    if (c == ':') return found(Token::colon_equal, 2);
    if (c == '+') return found(Token::plus_equal, 2);
  }
  if (c == '|' && following == '|') return found(Token::either, 2);
  if (c == '&' && following == '&') return found(Token::both, 2);
  if (c == '=') return found(Token::equal, 1);
  if (c == '<') return found(Token::less, 1);
  if (c == '>') return found(Token::greater, 1);
  if (c == '!') return found(Token::negation, 1);
  if (c == '(') return found(Token::open, 1);
  if (c == ')') return found(Token::close, 1);
  return Token::end;
}

Token Lexer::scan_string(char quote) {
  const std::string_view rest = rest_of_line();
  if (const std::size_t end = rest.find(quote); end != std::string_view::npos) {
    const std::string_view plain = rest.substr(0, end);
    if (plain.find('\\') == std::string_view::npos && plain.find('$') == std::string_view::npos) {
      text_ = cut(plain);
      at_ += end + 1;
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
  skip_blanks();
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
  const HelpExtent extent = measure_help(content_.substr(at_));
  text_ = content_.substr(at_, extent.size);
  at_ += extent.taken;
  position_.line += extent.lines;
  state_ = State::initial;
  return Token::help_text;
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
