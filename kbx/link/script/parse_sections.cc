#include <array>
#include <utility>

#include "kbx/link/script/parser.h"

/// SECTIONS: output sections, overlays, and what stands between them. An output section's head is
/// read as an expression but for its first word, which GNU ld has looked at already to tell a
/// section from an assignment.
namespace kbx::link::script {

namespace {

std::optional<SectionType> type_of(const Token& token) {
  constexpr std::array<std::pair<std::string_view, SectionType>, 7> types{
      {{"NOLOAD", SectionType::noload},
       {"DSECT", SectionType::dsect},
       {"COPY", SectionType::copy},
       {"INFO", SectionType::info},
       {"OVERLAY", SectionType::overlay},
       {"READONLY", SectionType::readonly},
       {"TYPE", SectionType::typed}}};
  for (const auto& [text, type] : types)
    if (token.is_keyword(text)) return type;
  return std::nullopt;
}

Expression type_value(Parser& parser) {
  expect(parser, Mode::expression, "=");
  return expression(parser);
}

/// `(NOLOAD)`, `()`, or nothing; an expression in parentheses is left alone.
void section_type(Parser& parser, OutputSection& section) {
  const Lexer::Mark start = parser.lexer.mark();
  if (!skip(parser, Mode::expression, "(")) return;
  const auto type = type_of(parser.lexer.peek(Mode::expression));
  if (!type && !parser.lexer.peek(Mode::expression).is_punctuation(")")) {
    parser.lexer.reset(start);
    return;
  }
  if (type) {
    section.type = *type;
    parser.lexer.take(Mode::expression);
    if (type == SectionType::typed) {
      section.type_value = type_value(parser);
    } else if (type == SectionType::readonly && skip(parser, Mode::expression, "(")) {
      if (!skip_keyword(parser, Mode::expression, "TYPE"))
        fail(parser.lexer.peek(Mode::expression), "`TYPE'");
      section.type_value = type_value(parser);
      expect(parser, Mode::expression, ")");
    }
  }
  expect(parser, Mode::expression, ")");
}

/// BIND(address) BLOCK(alignment), of old AT&T scripts; ld takes no notice of the alignment.
void bind(Parser& parser, OutputSection& section) {
  section.address = expression_in_parentheses(parser);
  if (skip_keyword(parser, Mode::expression, "BLOCK")) expression_in_parentheses(parser);
  section_type(parser, section);
}

/// Everything up to the colon.
void address_and_type(Parser& parser, OutputSection& section) {
  if (skip_keyword(parser, Mode::expression, "BIND")) {
    bind(parser, section);
  } else {
    section_type(parser, section);
    if (section.type == SectionType::normal &&
        !parser.lexer.peek(Mode::expression).is_punctuation(":")) {
      section.address = expression(parser);
      section_type(parser, section);
    }
  }
  expect(parser, Mode::expression, ":");
}

std::optional<Expression> optional_call(Parser& parser, std::string_view word) {
  if (!skip_keyword(parser, Mode::expression, word)) return std::nullopt;
  return expression_in_parentheses(parser);
}

Constraint constraint(Parser& parser) {
  if (skip_keyword(parser, Mode::expression, "ONLY_IF_RO")) return Constraint::only_if_ro;
  if (skip_keyword(parser, Mode::expression, "ONLY_IF_RW")) return Constraint::only_if_rw;
  if (skip_keyword(parser, Mode::expression, "SPECIAL")) return Constraint::special;
  return Constraint::none;
}

std::vector<std::string> program_headers(Parser& parser) {
  std::vector<std::string> names;
  while (skip(parser, Mode::script, ":"))
    names.push_back(take_name(parser, Mode::script, "a program header's name").text);
  return names;
}

std::optional<Expression> fill(Parser& parser) {
  if (!skip(parser, Mode::script, "=")) return std::nullopt;
  return expression(parser);
}

SectionPlacement placement(Parser& parser) {
  SectionPlacement result;
  if (skip(parser, Mode::script, ">"))
    result.region = take_name(parser, Mode::script, "a memory region's name").text;
  if (skip_keyword(parser, Mode::script, "AT")) {
    expect(parser, Mode::script, ">");
    result.load_region = take_name(parser, Mode::script, "a memory region's name").text;
  }
  result.program_headers = program_headers(parser);
  result.fill = fill(parser);
  return result;
}

std::vector<Statement> body(Parser& parser) {
  expect(parser, Mode::expression, "{");
  std::vector<Statement> result = statements(parser);
  expect(parser, Mode::wild, "}");
  return result;
}

OutputSection output_section(Parser& parser, Token name) {
  OutputSection result;
  result.place = name.place;
  result.name = std::move(name.text);
  address_and_type(parser, result);
  result.load_address = optional_call(parser, "AT");
  result.align = optional_call(parser, "ALIGN");
  result.align_with_input = skip_keyword(parser, Mode::expression, "ALIGN_WITH_INPUT");
  if (result.align && result.align_with_input)
    throw Error(result.place.location(), "error: align with input and explicit align specified",
                "leave out one of them");
  result.subalign = optional_call(parser, "SUBALIGN");
  result.constraint = constraint(parser);
  result.statements = body(parser);
  result.placement = placement(parser);
  if (result.load_address && !result.placement.load_region.empty())
    throw Error(result.place.location(), "an output section has both AT(…) and AT>region",
                "leave out one of them");
  skip(parser, Mode::script, ",");
  return result;
}

OverlaySection overlay_section(Parser& parser) {
  Token name = take_name(parser, Mode::script, "the name of an overlay's section");
  OverlaySection result{name.place, std::move(name.text), {}, {}, {}};
  result.statements = body(parser);
  result.program_headers = program_headers(parser);
  result.fill = fill(parser);
  skip(parser, Mode::script, ",");
  return result;
}

Overlay overlay(Parser& parser) {
  Overlay result;
  result.place = parser.lexer.take(Mode::script).place;
  if (!parser.lexer.peek(Mode::expression).is_punctuation(":")) result.address = expression(parser);
  expect(parser, Mode::expression, ":");
  result.no_cross_references = skip_keyword(parser, Mode::expression, "NOCROSSREFS");
  result.load_address = optional_call(parser, "AT");
  result.subalign = optional_call(parser, "SUBALIGN");
  expect(parser, Mode::script, "{");
  while (!skip(parser, Mode::script, "}")) result.sections.push_back(overlay_section(parser));
  result.placement = placement(parser);
  skip(parser, Mode::script, ",");
  return result;
}

/// GROUP address : { … }, of old AT&T scripts: an assignment to dot and what is in the braces.
void group(Parser& parser, std::vector<SectionsItem>& items) {
  const Place place = parser.lexer.take(Mode::script).place;
  OutputSection head;
  address_and_type(parser, head);
  if (head.address)
    items.emplace_back(Assignment{place, AssignmentKind::plain, ".", AssignmentOperator::set,
                                  std::move(*head.address)});
  expect(parser, Mode::script, "{");
  sections_items(parser, items);
  expect(parser, Mode::script, "}");
}

void named_item(Parser& parser, std::vector<SectionsItem>& items) {
  Token name = take_name(parser, Mode::script, "an output section, an assignment or `}'");
  if (is_assignment_operator(parser.lexer.peek(Mode::script))) {
    items.emplace_back(assignment_to(parser, Mode::script, std::move(name)));
    return;
  }
  parser.lexer.pin();
  items.emplace_back(output_section(parser, std::move(name)));
}

}  // namespace

void sections_items(Parser& parser, std::vector<SectionsItem>& items) {
  for (;;) {
    const Token& token = parser.lexer.peek(Mode::script);
    if (token.kind == Token::Kind::end || token.is_punctuation("}")) return;
    if (token.is_keyword("ENTRY")) {
      items.emplace_back(entry(parser));
    } else if (token.is_keyword("ASSERT")) {
      items.emplace_back(assertion(parser, Mode::script));
    } else if (starts_provide(token)) {
      items.emplace_back(provide(parser, Mode::script));
    } else if (token.is_keyword("OVERLAY")) {
      items.emplace_back(overlay(parser));
    } else if (token.is_keyword("GROUP")) {
      group(parser, items);
    } else if (skip_keyword(parser, Mode::script, "INCLUDE")) {
      enter_file(parser, Mode::script);
      sections_items(parser, items);
      leave_file(parser, Mode::script);
    } else {
      named_item(parser, items);
    }
  }
}

}  // namespace kbx::link::script
