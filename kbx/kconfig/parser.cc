// The grammar of the Kconfig language, by recursive descent.
//
// Errors have to come out as from the LALR parser of the original. That one tells "syntax error"
// at the first token that does not fit, gives up the statement, passes over the rest of the line,
// and tells what was lost. Three tokens have to fit before the next "syntax error" is told
// (TokenReader counts them). At the end of all files there is no rest of a line to pass over: the
// parser gives up, and each block that is open is told.

#include "kbx/kconfig/parser.h"

#include <optional>
#include <utility>

#include "kbx/kconfig/builder.h"
#include "kbx/kconfig/expression_parser.h"
#include "kbx/kconfig/help_lines.h"
#include "kbx/kconfig/lexer.h"
#include "kbx/kconfig/simplify.h"
#include "kbx/kconfig/token_reader.h"

namespace kbx::kconfig {
namespace {

constexpr int deepest_nesting = 5000;  // of menus, choices and ifs

struct GiveUp {};  // the files ended within an error

class Parser {
 public:
  Parser(Model& model, const Sources& sources, const Console& console)
      : model_(model),
        console_(console),
        builder_(model, console),
        lexer_(model, sources, console) {
    lexer_.open(sources.file);
  }

  /// True if there was no error.
  bool run() {
    try {
      tokens_.advance();
      parse_main_menu();
      parse_statements(false, true);
    } catch (const GiveUp&) {  // told already
    }
    if (errors_ == 0) finish();
    return errors_ == 0;
  }

 private:
  // Messages.

  void tell(const std::string& text) const {
    const Place place = lexer_.statement();
    std::fprintf(console_.err, "%s:%d: %s\n", std::string(place.file).c_str(), place.line,
                 text.c_str());
  }
  void error(const std::string& text) {
    ++errors_;
    tell(text);
  }
  /// What newer parsers refuse and older ones warn of.
  void blame_entry(const std::string& text) {
    if (model_.dialect.strict_entries)
      error(text);
    else
      tell("warning: " + text);
  }
  void error_at(const Place& place, const std::string& text) {
    ++errors_;
    std::fprintf(console_.err, "%s:%d: error: %s\n", std::string(place.file).c_str(), place.line,
                 text.c_str());
  }
  void tell_syntax_error() {
    ++errors_;
    const Place place = lexer_.statement();
    std::fprintf(console_.err, "%s:%d: syntax error\n", std::string(place.file).c_str(),
                 place.line + (model_.dialect.old_positions ? 1 : 0));
  }

  /// Passes over the rest of a line that does not fit.
  void recover() {
    if (!tokens_.is_quiet()) tell_syntax_error();
    if (!tokens_.pass_over_line()) throw GiveUp{};
  }

  // Statements.

  void parse_main_menu() {
    if (tokens_.token() != Token::key_mainmenu) return;
    try {
      tokens_.shift();
      const std::string_view text = tokens_.word(Token::quoted);
      tokens_.end_of_line();
      builder_.add_prompt(PropertyKind::menu, text, nullptr, lexer_.statement());
      tokens_.next_line();
    } catch (const SyntaxError&) {
      // Nothing in front of the first statement takes an error up.
      if (!tokens_.is_quiet()) tell_syntax_error();
      throw GiveUp{};
    }
  }

  bool at_block_end() const {
    return tokens_.token() == Token::key_endmenu || tokens_.token() == Token::key_endif ||
           tokens_.token() == Token::key_endchoice;
  }

  /// Statements up to the end of the block, or of the files if it is the outermost one.
  void parse_statements(bool in_choice, bool outermost) {
    for (;;) {
      if (outermost ? tokens_.token() == Token::end : at_block_end()) return;
      lost_word_.reset();
      try {
        parse_statement(in_choice);
      } catch (const SyntaxError&) {
        const auto lost = std::exchange(lost_word_, std::nullopt);
        recover();
        error(lost ? "unknown statement \"" + std::string(*lost) + "\"" : "invalid statement");
      }
      tokens_.next_line();
    }
  }

  void parse_statement(bool in_choice) {
    switch (tokens_.token()) {
      case Token::key_config:
        return parse_config(false);
      case Token::key_comment:
        return parse_comment();
      case Token::key_if:
        return parse_if(in_choice);
      default:
        break;
    }
    if (in_choice) throw SyntaxError{};
    switch (tokens_.token()) {
      case Token::key_menuconfig:
        return parse_config(true);
      case Token::key_choice:
        return parse_choice();
      case Token::key_menu:
        return parse_menu();
      case Token::key_source:
        return parse_source();
      case Token::word:
        return parse_assignment();
      default:
        throw SyntaxError{};
    }
  }

  void parse_assignment() {
    lost_word_ = tokens_.text();
    const std::string_view name = tokens_.word(Token::word);
    Flavour flavour = Flavour::recursive;
    if (tokens_.token() == Token::colon_equal)
      flavour = Flavour::simple;
    else if (tokens_.token() == Token::plus_equal)
      flavour = Flavour::append;
    else if (tokens_.token() != Token::equal)
      throw SyntaxError{};
    tokens_.shift();
    const std::string_view value =
        tokens_.token() == Token::assigned ? tokens_.word(Token::assigned) : "";
    tokens_.end_of_line();
    lexer_.macros().assign(name, value, flavour);
  }

  void parse_source() {
    tokens_.shift();
    const std::string_view name = tokens_.word(Token::quoted);
    tokens_.end_of_line();
    lexer_.include(name);
  }

  void parse_config(bool is_menu) {
    tokens_.shift();
    Symbol* symbol = builder_.symbol(tokens_.word(Token::word));
    tokens_.end_of_line();
    builder_.add_entry(symbol, lexer_.statement());
    tokens_.next_line();
    while (parse_config_option()) tokens_.next_line();
    if (!is_menu) return check_choice_member();
    if (builder_.entry()->prompt)
      builder_.entry()->prompt->kind = PropertyKind::menu;
    else
      blame_entry("menuconfig statement without prompt");
  }

  void check_choice_member() {
    if (!choice_) return;
    const Menu& entry = *builder_.entry();
    if (!entry.prompt) error_at(entry.place, "choice member must have a prompt");
    if (entry.symbol->type != Type::boolean) error_at(entry.place, "choice member must be bool");
    for (const Symbol* member : choice_->symbol->members)
      if (member == entry.symbol) return;
    choice_->symbol->members.push_back(model_.arena, entry.symbol);
    entry.symbol->is_choice_member = true;
    builder_.entry()->symbol->is_choice_member = true;
  }

  static std::optional<Type> type_of(Token token) {
    switch (token) {
      case Token::key_bool:
        return Type::boolean;
      case Token::key_tristate:
        return Type::tristate;
      case Token::key_int:
        return Type::integer;
      case Token::key_hex:
        return Type::hex;
      case Token::key_string:
        return Type::string;
      default:
        return std::nullopt;
    }
  }

  /// One line below config; false if the line is none of that kind.
  bool parse_config_option() {
    if (const auto type = type_of(tokens_.token())) {
      parse_type(*type);
      return true;
    }
    switch (tokens_.token()) {
      case Token::key_prompt:
        parse_prompt();
        return true;
      case Token::key_default:
      case Token::key_def_bool:
      case Token::key_def_tristate:
        parse_default();
        return true;
      case Token::key_select:
        parse_selection(PropertyKind::select);
        return true;
      case Token::key_imply:
        parse_selection(PropertyKind::imply);
        return true;
      case Token::key_range:
        parse_range();
        return true;
      case Token::key_modules:
        if (!model_.dialect.modules_statement) return false;
        tokens_.shift();
        tokens_.end_of_line();
        set_modules();
        return true;
      case Token::key_transitional:
        tokens_.shift();
        tokens_.end_of_line();
        builder_.entry()->symbol->is_transitional = true;
        return true;
      case Token::key_option:
        parse_option();
        return true;
      default:
        return parse_common_option();
    }
  }

  /// What any entry with options takes: depends and help.
  bool parse_common_option() {
    if (tokens_.token() == Token::key_depends) {
      parse_depends();
      return true;
    }
    if (tokens_.token() != Token::key_help) return false;
    parse_help();
    return true;
  }

  void parse_type(Type type) {
    tokens_.shift();
    parse_optional_prompt();
    tokens_.end_of_line();
    builder_.set_type(type);
  }

  void parse_optional_prompt() {
    if (tokens_.token() != Token::quoted) return;
    const std::string_view text = tokens_.word(Token::quoted);
    const Expression* condition = expressions_.condition();
    builder_.add_prompt(PropertyKind::prompt, text, condition, lexer_.statement());
  }

  void parse_prompt() {
    tokens_.shift();
    const std::string_view text = tokens_.word(Token::quoted);
    const Expression* condition = expressions_.condition();
    tokens_.end_of_line();
    builder_.add_prompt(PropertyKind::prompt, text, condition, lexer_.statement());
  }

  void parse_default() {
    const Token kind = tokens_.token();
    tokens_.shift();
    const Expression* value = expressions_.expression();
    const Expression* condition = expressions_.condition();
    tokens_.end_of_line();
    builder_.add_property(PropertyKind::default_value, value, condition, lexer_.statement());
    if (kind != Token::key_default)
      builder_.set_type(kind == Token::key_def_bool ? Type::boolean : Type::tristate);
  }

  void parse_selection(PropertyKind kind) {
    tokens_.shift();
    Symbol* symbol = builder_.symbol(tokens_.word(Token::word));
    const Expression* condition = expressions_.condition();
    tokens_.end_of_line();
    builder_.add_property(kind, model_.expressions.symbol(symbol), condition, lexer_.statement());
  }

  void parse_range() {
    tokens_.shift();
    Symbol* low = expressions_.symbol();
    Symbol* high = expressions_.symbol();
    const Expression* condition = expressions_.condition();
    tokens_.end_of_line();
    builder_.add_property(PropertyKind::range,
                          model_.expressions.compare(Operator::range, low, high), condition,
                          lexer_.statement());
  }

  void set_modules() {
    Symbol* symbol = builder_.entry()->symbol;
    if (model_.modules)
      error("symbol '" + std::string(symbol->name) +
            "' redefines option 'modules' already defined by symbol '" +
            std::string(model_.modules->name) + "'");
    model_.modules = symbol;
  }

  void parse_option() {
    tokens_.shift();
    const Token kind = tokens_.token();
    if (kind != Token::key_modules && kind != Token::key_defconfig_list &&
        kind != Token::key_allnoconfig_y)
      throw SyntaxError{};
    tokens_.shift();
    tokens_.end_of_line();
    if (kind == Token::key_modules)
      set_modules();
    else if (kind == Token::key_allnoconfig_y)
      builder_.entry()->symbol->yes_in_allnoconfig = true;
    else
      set_defconfig_list();
  }

  void set_defconfig_list() {
    Symbol* symbol = builder_.entry()->symbol;
    if (!model_.defconfig_list)
      model_.defconfig_list = symbol;
    else if (model_.defconfig_list != symbol)
      error("trying to redefine defconfig symbol");
  }

  void parse_depends() {
    tokens_.shift();
    tokens_.expect(Token::key_on);
    const Expression* condition = expressions_.expression();
    if (model_.dialect.conditional_depends && tokens_.token() == Token::key_if) {
      // "depends on A if B" is "A || B=n".
      const Expression* when = expressions_.condition();
      condition = model_.expressions.either(condition, Simplifier(model_, console_).is_no(when));
    }
    tokens_.end_of_line();
    builder_.add_dependency(condition, lexer_.statement());
  }

  void parse_help() {
    shift_help();
    const std::string_view text = tokens_.help_text();
    Menu* entry = builder_.entry();
    const std::string name = entry->symbol ? shown_name(*entry->symbol) : "";
    const bool strict = model_.dialect.strict_entries;
    if (entry->has_help())
      blame_entry("'" + name + "' defined with more than one help text" +
                  (strict ? "" : " -- only the last one will be used"));
    if (is_blank_help(text)) blame_entry("'" + name + "' defined with blank help text");
    entry->help = text;
  }

  void shift_help() {
    tokens_.shift();
    tokens_.end_of_line();
    lexer_.start_help();
    tokens_.next_line();
  }

  void parse_choice() {
    tokens_.shift();
    std::string_view name;
    if (model_.dialect.choice_is_symbol && tokens_.token() == Token::word)
      name = tokens_.word(Token::word);
    tokens_.end_of_line();
    builder_.add_entry(builder_.choice(name), lexer_.statement());
    if (!model_.dialect.choice_is_symbol) builder_.set_type(Type::boolean);
    tokens_.next_line();
    while (parse_choice_option()) tokens_.next_line();
    const bool is_menu = !model_.dialect.choice_is_symbol;
    Menu* entry = builder_.entry();
    if (is_menu && !entry->prompt) error_at(entry->place, "choice must have a prompt");
    builder_.open();
    if (is_menu) choice_ = entry;
    parse_block(entry, "choice", true);
  }

  bool parse_choice_option() {
    switch (tokens_.token()) {
      case Token::key_prompt:
        parse_prompt();
        return true;
      case Token::key_bool:
        if (!model_.dialect.choice_type_statement) return false;
        if (!model_.dialect.choice_is_symbol) {
          parse_prompt();
          return true;
        }
        parse_type(Type::boolean);
        return true;
      case Token::key_tristate:
        if (!model_.dialect.choice_is_symbol) return false;
        parse_type(Type::tristate);
        return true;
      case Token::key_optional:
        tokens_.shift();
        tokens_.end_of_line();
        builder_.entry()->symbol->is_optional = true;
        return true;
      case Token::key_default:
        parse_selection(PropertyKind::default_value);
        return true;
      default:
        return parse_common_option();
    }
  }

  void parse_if(bool in_choice) {
    tokens_.shift();
    const Expression* condition = expressions_.expression();
    tokens_.end_of_line();
    Menu* entry = builder_.add_entry(nullptr, lexer_.statement());
    builder_.add_dependency(condition, lexer_.statement());
    builder_.open();
    tokens_.next_line();
    parse_block(entry, "if", in_choice);
  }

  void parse_menu() {
    tokens_.shift();
    const std::string_view text = tokens_.word(Token::quoted);
    tokens_.end_of_line();
    Menu* entry = builder_.add_entry(nullptr, lexer_.statement());
    builder_.add_prompt(PropertyKind::menu, text, nullptr, lexer_.statement());
    tokens_.next_line();
    while (parse_menu_option()) tokens_.next_line();
    builder_.open();
    parse_block(entry, "menu", false);
  }

  bool parse_menu_option() {
    if (tokens_.token() == Token::key_depends) {
      parse_depends();
      return true;
    }
    if (tokens_.token() != Token::key_visible) return false;
    tokens_.shift();
    const Expression* condition = expressions_.condition();
    tokens_.end_of_line();
    builder_.add_visibility(condition);
    return true;
  }

  void parse_comment() {
    tokens_.shift();
    const std::string_view text = tokens_.word(Token::quoted);
    tokens_.end_of_line();
    builder_.add_entry(nullptr, lexer_.statement());
    builder_.add_prompt(PropertyKind::comment, text, nullptr, lexer_.statement());
    tokens_.next_line();
    while (tokens_.token() == Token::key_depends) {
      parse_depends();
      tokens_.next_line();
    }
  }

  /// The statements of a block and the line that ends it.
  void parse_block(const Menu* entry, std::string_view kind, bool in_choice) {
    if (++nesting_ > deepest_nesting) {
      error_at(entry->place,
               "more than " + std::to_string(deepest_nesting) + " blocks within each other");
      throw Stop{};
    }
    try {
      parse_statements(in_choice, false);
      --nesting_;
      const Token ender = tokens_.token();
      tokens_.shift();
      tokens_.end_of_line();
      if (kind == "choice") choice_ = nullptr;
      end_block(ender, kind);
    } catch (const GiveUp&) {
      std::fprintf(console_.err, "%s:%d: missing end statement for this entry\n",
                   std::string(entry->place.file).c_str(), entry->place.line);
      throw;
    }
  }

  void end_block(Token ender, std::string_view kind) {
    const std::string found = ender == Token::key_endmenu ? "menu"
                              : ender == Token::key_endif ? "if"
                                                          : "choice";
    const Place opened = builder_.opened()->place;
    if (found != kind) {
      error("unexpected '" + found + "' within " + std::string(kind) + " block");
    } else if (opened.file != lexer_.position().file) {
      error("'" + found + "' in different file than '" + std::string(kind) + "'");
      std::fprintf(console_.err, "%s:%d: location of the '%s'\n", std::string(opened.file).c_str(),
                   opened.line, std::string(kind).c_str());
    } else {
      builder_.close();
    }
  }

  void finish() {
    model_.variables = lexer_.macros().used();
    if (!model_.modules) model_.modules = model_.no();
    if (!model_.root()->prompt) {
      builder_.select_root();
      // conf writes its root from where it stopped to read; nothing shows that place.
      builder_.add_prompt(PropertyKind::menu, "Main menu", nullptr, lexer_.statement());
    }
    builder_.order_symbols();
  }

  Model& model_;
  Console console_;
  Builder builder_;
  Lexer lexer_;
  TokenReader tokens_{lexer_};
  ExpressionParser expressions_{tokens_, builder_, model_.expressions};
  int errors_ = 0;
  int nesting_ = 0;
  const Menu* choice_ = nullptr;  // that is open, where a choice is a menu
  std::optional<std::string_view> lost_word_;
};

}  // namespace

void parse(Model& model, const Sources& sources, const Console& console) {
  if (!Parser(model, sources, console).run()) throw Stop{};
}

}  // namespace kbx::kconfig
