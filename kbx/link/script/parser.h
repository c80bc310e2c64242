#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/script/lexer.h"
#include "kbx/link/script/parse.h"
#include "kbx/link/script/script.h"

/// The parts of the parser, for one another. Each function reads what its name says from the lexer
/// and leaves what follows.
namespace kbx::link::script {

struct Parser {
  Lexer lexer;
  const ParseOptions& options;
};

/// Throws: `found` stands where `expected` should.
[[noreturn]] void fail(const Token& found, std::string_view expected, std::string hint = {});

/// Takes the punctuation `what`, or fails.
void expect(Parser& parser, Mode mode, std::string_view what);
/// Takes the punctuation `what` if it is next.
bool skip(Parser& parser, Mode mode, std::string_view what);
/// Takes the keyword `what` if it is next.
bool skip_keyword(Parser& parser, Mode mode, std::string_view what);
/// Takes a name, or fails with `expected`.
Token take_name(Parser& parser, Mode mode, std::string_view expected);
/// `(name)`, both parentheses included.
std::string name_in_parentheses(Parser& parser, Mode mode, std::string_view expected);
/// Takes INCLUDE's file name and goes on in that file. What reads it has to end with `leave_file`.
void enter_file(Parser& parser, Mode mode);
void leave_file(Parser& parser, Mode mode);

Expression expression(Parser& parser);
/// `(expression)`.
Expression expression_in_parentheses(Parser& parser);

/// True if `token` is = or one of its relatives.
bool is_assignment_operator(const Token& token);
/// The operator, the value and the separator behind a symbol that was taken already.
Assignment assignment_to(Parser& parser, Mode mode, Token symbol);
/// HIDDEN, PROVIDE and PROVIDE_HIDDEN, with the separator. True if `token` starts one.
bool starts_provide(const Token& token);
Assignment provide(Parser& parser, Mode mode);
/// ASSERT(…), without what may follow.
Assertion assertion(Parser& parser, Mode mode);
/// ENTRY(…).
Entry entry(Parser& parser);

/// What stands between the braces of an output section; the closing brace stays.
std::vector<Statement> statements(Parser& parser);

/// SECTIONS' items; the closing brace or the file's end stays.
void sections_items(Parser& parser, std::vector<SectionsItem>& items);

Version version(Parser& parser, const Place& place);
VersionPattern version_pattern(Parser& parser);

}  // namespace kbx::link::script
