#include "kbx/symbols/genksyms_parser.h"

// Declarators, in three forms that differ in what becomes of the name: that of a variable or
// function is declared, that of a member stays in the definition, that of a parameter is cut out.

namespace kbx::symbols::genksyms_detail {

bool Parser::at_declarator() {
  switch (peek()) {
    case Token::identifier:
    case Token::star:
    case Token::open_parenthesis:
      return true;
    case Token::type_name:
      return !knows_declarators_;
    default:
      return false;
  }
}

/// '*' and its qualifiers.
Place Parser::pointer() {
  Place end = shift();
  while (at_qualifier()) end = qualifier();
  return end;
}

Place Parser::declarator() {
  while (peek() == Token::star) pointer();
  return direct_declarator();
}

Place Parser::direct_declarator() {
  Place end = nullptr;
  if (peek() == Token::open_parenthesis) {
    const Nesting nesting(*this, false);
    if (too_deep()) return nullptr;
    shift();
    if (knows_declarators_) attributes();
    if (!declarator()) return nullptr;
    end = expect(Token::close_parenthesis);
    if (!end) return nullptr;
  } else if (at_declarator()) {
    end = shift();
    declared_ = (*end)->name;
    hint(false);
  } else {
    syntax_error();
    return nullptr;
  }
  for (;;) {
    if (peek() == Token::bracket_phrase) {
      end = shift();
    } else if (peek() == Token::open_parenthesis) {
      if (parameters() == Parameters::failed) return nullptr;
      end = lexer_.place();
    } else {
      return end;
    }
  }
}

bool Parser::nested_declarator() {
  while (peek() == Token::star) pointer();
  if (peek() == Token::open_parenthesis) {
    if (!nested_group()) return false;
  } else if (at_declarator()) {
    shift();
    hint(false);
  } else {
    return syntax_error();
  }
  return nested_suffixes();
}

/// A declarator in parentheses.
bool Parser::nested_group() {
  const Nesting nesting(*this, true);
  if (too_deep()) return false;
  shift();
  if (knows_declarators_) attributes();
  if (nested_declarator() && expect(Token::close_parenthesis)) return true;
  return recover({Token::close_parenthesis}) != Token::end;
}

bool Parser::nested_suffixes() {
  for (;;) {
    if (peek() == Token::bracket_phrase) {
      shift();
    } else if (peek() == Token::open_parenthesis) {
      const Parameters result = parameters();
      if (result == Parameters::failed) return false;
      // Behind a list of parameters the newer grammar has no other suffix.
      if (result == Parameters::parsed && knows_declarators_) return true;
    } else {
      return true;
    }
  }
}

/// A list of parameters with its parentheses.
Parser::Parameters Parser::parameters() {
  const Nesting nesting(*this, true);
  if (too_deep()) return Parameters::failed;
  shift();
  if (parameter_clause() && expect(Token::close_parenthesis)) return Parameters::parsed;
  return recover({Token::close_parenthesis}) == Token::end ? Parameters::failed
                                                           : Parameters::recovered;
}

bool Parser::parameter_clause() {
  if (peek() == Token::dots) {
    shift();
    return true;
  }
  return peek() == Token::close_parenthesis || parameter_list();
}

bool Parser::parameter_list() {
  if (!parameter()) return false;
  hint(false);
  while (peek() == Token::comma) {
    shift();
    if (peek() == Token::dots) {
      shift();
      return true;
    }
    if (!parameter()) return false;
    hint(false);
  }
  if (peek() == Token::dots) shift();
  return true;
}

bool Parser::parameter() {
  if (!specifiers()) return false;
  return knows_declarators_ ? optional_abstract_declarator() : classic_abstract_declarator();
}

/// Older grammar: what comes behind the specifiers of a parameter, if anything.
bool Parser::classic_abstract_declarator() {
  while (peek() == Token::star) pointer();
  if (peek() == Token::identifier || peek() == Token::type_name)
    remove_link(shift());
  else if (peek() == Token::open_parenthesis && !classic_abstract_group())
    return false;
  for (;;) {
    if (peek() == Token::bracket_phrase)
      shift();
    else if (peek() != Token::open_parenthesis)
      return true;
    else if (parameters() == Parameters::failed)
      return false;
  }
}

bool Parser::classic_abstract_group() {
  const Nesting nesting(*this, true);
  if (too_deep()) return false;
  shift();
  if (classic_abstract_declarator() && expect(Token::close_parenthesis)) return true;
  return recover({Token::close_parenthesis}) != Token::end;
}

/// Newer grammar: the same.
bool Parser::optional_abstract_declarator() {
  switch (peek()) {
    case Token::star:
    case Token::identifier:
    case Token::open_parenthesis:
    case Token::bracket_phrase:
      return abstract_declarator();
    default:
      return true;
  }
}

bool Parser::abstract_declarator() {
  if (peek() == Token::star) {
    while (peek() == Token::star) pointer();
    return optional_abstract_declarator();
  }
  Parameters result = Parameters::recovered;
  if (peek() == Token::identifier) {
    remove_link(shift());
  } else if (peek() == Token::bracket_phrase) {
    shift();
  } else if (peek() == Token::open_parenthesis) {
    result = abstract_group();
  } else {
    return syntax_error();
  }
  if (result == Parameters::failed) return false;
  if (result == Parameters::recovered && !abstract_suffixes()) return false;
  attributes();
  hint(false);
  return true;
}

/// Parentheses without a name before them: a list of parameters (`parsed`), or a declarator, or
/// what could be neither.
Parser::Parameters Parser::abstract_group() {
  const Nesting nesting(*this, true);
  if (too_deep()) return Parameters::failed;
  shift();
  hint(false);
  const Parameters content = abstract_group_content();
  if (content != Parameters::failed && expect(Token::close_parenthesis)) return content;
  return recover({Token::close_parenthesis}) == Token::end ? Parameters::failed
                                                           : Parameters::recovered;
}

Parser::Parameters Parser::abstract_group_content() {
  const bool has_attributes = attributes() != nullptr;
  bool is_good = false;
  if (at_specifier())
    is_good = parameter_list();
  else if (!has_attributes && (peek() == Token::close_parenthesis || peek() == Token::dots))
    is_good = parameter_clause();
  else
    return abstract_declarator() ? Parameters::recovered : Parameters::failed;
  return is_good ? Parameters::parsed : Parameters::failed;
}

bool Parser::abstract_suffixes() {
  for (;;) {
    if (peek() == Token::bracket_phrase) {
      shift();
    } else if (peek() == Token::open_parenthesis) {
      hint(false);
      const Parameters result = parameters();
      if (result != Parameters::recovered) return result == Parameters::parsed;
    } else {
      return true;
    }
  }
}

}  // namespace kbx::symbols::genksyms_detail
