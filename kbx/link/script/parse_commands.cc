#include <array>
#include <utility>

#include <fmt/format.h>

#include "kbx/link/script/parser.h"

/// The commands outside of SECTIONS.
namespace kbx::link::script {

namespace {

constexpr Mode mode = Mode::script;

std::string argument(Parser& parser, std::string_view expected) {
  return name_in_parentheses(parser, mode, expected);
}

OutputFormat output_format(Parser& parser, const Place& place) {
  OutputFormat result{place, {}, {}, {}};
  expect(parser, mode, "(");
  result.format = take_name(parser, mode, "a BFD target's name").text;
  if (skip(parser, mode, ",")) {
    result.big_endian = take_name(parser, mode, "the name for -EB").text;
    expect(parser, mode, ",");
    result.little_endian = take_name(parser, mode, "the name for -EL").text;
  }
  expect(parser, mode, ")");
  return result;
}

/// Names, with a comma between them or none; the closing parenthesis is taken.
void input_names(Parser& parser, std::vector<InputName>& names, bool as_needed, int nesting) {
  constexpr Mode list = Mode::input_list;
  do {
    const Token token = parser.lexer.peek(list);
    if (token.is_keyword("AS_NEEDED") && nesting < 10) {
      parser.lexer.take(list);
      expect(parser, list, "(");
      input_names(parser, names, true, nesting + 1);
    } else if (token.is_name() || token.kind == Token::Kind::library) {
      parser.lexer.take(list);
      names.push_back({token.place, token.text, token.kind == Token::Kind::library, as_needed});
    } else {
      fail(token, "a file or -lLIBRARY");
    }
    if (skip(parser, list, ")")) return;
    skip(parser, list, ",");
  } while (true);
}

InputFiles input_files(Parser& parser, const Place& place, bool group) {
  InputFiles result{place, group, {}};
  expect(parser, mode, "(");
  input_names(parser, result.names, false, 0);
  return result;
}

/// Names up to the closing parenthesis, with a comma after each or none.
std::vector<std::string> name_list(Parser& parser, Mode names, bool may_be_empty,
                                   std::string_view expected) {
  std::vector<std::string> result;
  expect(parser, mode, "(");
  if (may_be_empty && skip(parser, names, ")")) return result;
  do {
    result.push_back(take_name(parser, names, expected).text);
    skip(parser, names, ",");
  } while (!skip(parser, names, ")"));
  return result;
}

RegionAlias region_alias(Parser& parser, const Place& place) {
  RegionAlias result{place, {}, {}};
  expect(parser, mode, "(");
  result.alias = take_name(parser, mode, "the new name").text;
  expect(parser, mode, ",");
  result.region = take_name(parser, mode, "a memory region's name").text;
  expect(parser, mode, ")");
  return result;
}

Insert insert(Parser& parser, const Place& place) {
  Insert result{place, true, {}};
  if (!skip_keyword(parser, mode, "AFTER")) {
    result.after = false;
    if (!skip_keyword(parser, mode, "BEFORE")) fail(parser.lexer.peek(mode), "`AFTER' or `BEFORE'");
  }
  result.section = take_name(parser, mode, "an output section's name").text;
  return result;
}

unsigned attribute_of(char letter) {
  switch (letter) {
    case 'R':
    case 'r':
      return region_readonly;
    case 'W':
    case 'w':
      return region_writable;
    case 'X':
    case 'x':
      return region_code;
    case 'A':
    case 'a':
      return region_allocated;
    case 'I':
    case 'i':
    case 'L':
    case 'l':
      return region_loaded;
    default:
      return 0;
  }
}

void region_attributes(Parser& parser, MemoryRegion& region) {
  do {
    const bool forbidden = skip(parser, mode, "!");
    const Token letters = take_name(parser, mode, "letters of R, W, X, A, I and L, or !");
    unsigned& attributes = forbidden ? region.forbidden_attributes : region.attributes;
    for (const char letter : letters.text) {
      const unsigned attribute = attribute_of(letter);
      if (attribute == 0)
        throw Error(letters.place.location(),
                    fmt::format("`{}' is no attribute of a memory region", letter),
                    "R, W, X, A, I and L are, and ! before those that a section must not have");
      attributes |= attribute;
    }
  } while (!skip(parser, mode, ")"));
}

MemoryRegion memory_region(Parser& parser) {
  Token name = take_name(parser, mode, "a memory region's name or `}'");
  MemoryRegion result;
  result.place = name.place;
  result.name = std::move(name.text);
  if (skip(parser, mode, "(")) region_attributes(parser, result);
  expect(parser, mode, ":");
  const auto word = [&](Mode in, std::string_view what) {
    // "o", "org", "l" and "len" stand for the same words here.
    const Token& token = parser.lexer.peek(in);
    const bool matches =
        token.kind == Token::Kind::keyword &&
        (token.text == what || (what == "ORIGIN" ? token.text == "o" || token.text == "org"
                                                 : token.text == "l" || token.text == "len"));
    if (!matches) fail(token, fmt::format("`{} ='", what));
    parser.lexer.take(in);
    expect(parser, in, "=");
  };
  word(mode, "ORIGIN");
  result.origin = expression(parser);
  // Without a comma GNU ld has read the word as the expression's lookahead.
  const bool comma = skip(parser, Mode::expression, ",");
  word(comma ? mode : Mode::expression, "LENGTH");
  result.length = expression(parser);
  return result;
}

void memory_regions(Parser& parser, std::vector<MemoryRegion>& regions) {
  for (;;) {
    const Token& token = parser.lexer.peek(mode);
    if (token.kind == Token::Kind::end || token.is_punctuation("}")) return;
    if (skip_keyword(parser, mode, "INCLUDE")) {
      enter_file(parser, mode);
      memory_regions(parser, regions);
      leave_file(parser, mode);
    } else {
      regions.push_back(memory_region(parser));
    }
    skip(parser, mode, ",");
  }
}

Expression program_header_type(Parser& parser) {
  constexpr std::array<std::pair<std::string_view, std::uint32_t>, 12> types{
      {{"PT_NULL", 0},
       {"PT_LOAD", 1},
       {"PT_DYNAMIC", 2},
       {"PT_INTERP", 3},
       {"PT_NOTE", 4},
       {"PT_SHLIB", 5},
       {"PT_PHDR", 6},
       {"PT_TLS", 7},
       {"PT_GNU_EH_FRAME", 0x6474e550},
       {"PT_GNU_STACK", 0x6474e551},
       {"PT_GNU_RELRO", 0x6474e552},
       {"PT_GNU_PROPERTY", 0x6474e553}}};
  Expression type = expression(parser);
  if (type.operation != Operation::symbol) return type;
  for (const auto& [name, number] : types) {
    if (name != type.name) continue;
    Expression result;
    result.place = type.place;
    result.number = number;
    return result;
  }
  throw Error(type.place.location(),
              fmt::format("unknown type `{}' of a program header", type.name), "write its number");
}

ProgramHeader program_header(Parser& parser) {
  Token name = take_name(parser, mode, "a program header's name or `}'");
  ProgramHeader result;
  result.place = name.place;
  result.name = std::move(name.text);
  result.type = program_header_type(parser);
  while (!skip(parser, Mode::expression, ";")) {
    if (skip_keyword(parser, Mode::expression, "AT")) {
      result.load_address = expression_in_parentheses(parser);
      continue;
    }
    const Token word = parser.lexer.peek(Mode::expression);
    const bool known = word.text == "FILEHDR" || word.text == "PHDRS" || word.text == "FLAGS";
    if (!word.is_name() || !known) fail(word, "FILEHDR, PHDRS, AT(…), FLAGS(…) or `;'");
    parser.lexer.take(Mode::expression);
    if (word.text == "FLAGS") {
      result.flags = expression_in_parentheses(parser);
    } else {
      (word.text == "FILEHDR" ? result.file_header : result.program_headers) = true;
    }
  }
  return result;
}

ProgramHeaders program_headers(Parser& parser, const Place& place) {
  ProgramHeaders result{place, {}};
  expect(parser, mode, "{");
  while (!skip(parser, mode, "}")) result.headers.push_back(program_header(parser));
  return result;
}

/// HLL and SYSLIB, which name libraries in old AT&T scripts; ld ignores them.
void ignore_libraries(Parser& parser, const Token& word) {
  if (parser.options.warn) parser.options.warn(word.place.location(), word.text + " ignored");
  name_list(parser, mode, true, "a library's name");
}

void commands(Parser& parser, Script& script);

/// A command that is not known by its name alone; false if `word` starts none.
bool compound_command(Parser& parser, const Token& word, Script& script) {
  const Place& place = word.place;
  const std::string& text = word.text;
  const auto add = [&](Command command) { script.commands.push_back(std::move(command)); };
  if (text == "SECTIONS") {
    Sections sections{place, {}};
    expect(parser, mode, "{");
    sections_items(parser, sections.items);
    expect(parser, mode, "}");
    add(std::move(sections));
  } else if (text == "MEMORY") {
    Memory memory{place, {}};
    expect(parser, mode, "{");
    memory_regions(parser, memory.regions);
    expect(parser, mode, "}");
    add(std::move(memory));
  } else if (text == "PHDRS") {
    add(program_headers(parser, place));
  } else if (text == "VERSION") {
    expect(parser, Mode::version_start, "{");
    add(version(parser, place));
    expect(parser, Mode::version, "}");
  } else if (text == "INCLUDE") {
    enter_file(parser, mode);
    commands(parser, script);
    leave_file(parser, mode);
  } else if (text == "HLL" || text == "SYSLIB") {
    ignore_libraries(parser, word);
  } else {
    return false;
  }
  return true;
}

/// A command that is its word and names in parentheses; nothing if `word` starts none.
std::optional<Command> simple_command(Parser& parser, const Token& word) {
  const Place& place = word.place;
  const std::string& text = word.text;
  if (text == "OUTPUT") return OutputFile{place, argument(parser, "the output file's name")};
  if (text == "OUTPUT_FORMAT") return output_format(parser, place);
  if (text == "OUTPUT_ARCH") return OutputArch{place, argument(parser, "an architecture's name")};
  if (text == "TARGET") return Target{place, argument(parser, "a BFD target's name")};
  if (text == "SEARCH_DIR") return SearchDir{place, argument(parser, "a folder")};
  if (text == "STARTUP") return Startup{place, argument(parser, "a file")};
  if (text == "MAP") return MapFile{place, argument(parser, "a file")};
  if (text == "LD_FEATURE") return Feature{place, argument(parser, "a feature's name")};
  if (text == "INPUT" || text == "GROUP") return input_files(parser, place, text == "GROUP");
  if (text == "EXTERN")
    return Extern{place, name_list(parser, Mode::expression, false, "a symbol's name")};
  if (text == "NOCROSSREFS" || text == "NOCROSSREFS_TO")
    return NoCrossReferences{place, text == "NOCROSSREFS_TO",
                             name_list(parser, mode, true, "an output section's name")};
  if (text == "REGION_ALIAS") return region_alias(parser, place);
  if (text == "INSERT") return insert(parser, place);
  if (text == "FORCE_COMMON_ALLOCATION") return Allocation{place, AllocationKind::force_common};
  if (text == "INHIBIT_COMMON_ALLOCATION") return Allocation{place, AllocationKind::inhibit_common};
  if (text == "FORCE_GROUP_ALLOCATION") return Allocation{place, AllocationKind::force_group};
  return std::nullopt;
}

void keyword_command(Parser& parser, Script& script) {
  const Token word = parser.lexer.peek(mode);
  if (word.is_keyword("ENTRY")) {
    script.commands.emplace_back(entry(parser));
  } else if (word.is_keyword("ASSERT")) {
    script.commands.emplace_back(assertion(parser, mode));
  } else if (starts_provide(word)) {
    script.commands.emplace_back(provide(parser, mode));
  } else {
    parser.lexer.take(mode);
    if (word.text == "FLOAT" || word.text == "NOFLOAT") return;
    if (compound_command(parser, word, script)) return;
    auto command = simple_command(parser, word);
    if (!command) fail(word, "a command");
    script.commands.push_back(std::move(*command));
  }
}

void commands(Parser& parser, Script& script) {
  for (;;) {
    const Token& token = parser.lexer.peek(mode);
    if (token.kind == Token::Kind::end || token.is_punctuation("}")) return;
    if (skip(parser, mode, ";")) continue;
    if (token.kind == Token::Kind::keyword) {
      keyword_command(parser, script);
      continue;
    }
    Token name = take_name(parser, mode, "a command or an assignment");
    if (!is_assignment_operator(parser.lexer.peek(mode)))
      fail(parser.lexer.peek(mode), fmt::format("`=' after {}", name.description()),
           "outside of SECTIONS a name starts an assignment: NAME = VALUE;");
    script.commands.emplace_back(assignment_to(parser, mode, std::move(name)));
  }
}

void expect_end(Parser& parser, Mode in, std::string_view expected) {
  const Token& token = parser.lexer.peek(in);
  if (token.kind != Token::Kind::end) fail(token, expected);
}

}  // namespace

Script parse_script(std::string_view text, const std::string& file, const ParseOptions& options) {
  Parser parser{Lexer(std::string(text), file, options.warn), options};
  Script script;
  commands(parser, script);
  expect_end(parser, mode, "a command or the end of the file");
  return script;
}

Assignment parse_definition(const std::string& name, std::string_view value) {
  Assignment result;
  result.symbol = name;
  result.value = parse_expression(value, "--defsym " + name);
  result.place = result.value.place;
  return result;
}

Expression parse_expression(std::string_view text, const std::string& file) {
  const ParseOptions options;
  Parser parser{Lexer(std::string(text), file, {}), options};
  Expression result = expression(parser);
  expect_end(parser, Mode::expression, "an operator or the end of the expression");
  return result;
}

}  // namespace kbx::link::script
