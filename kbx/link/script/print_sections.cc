#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "kbx/link/script/print.h"
#include "kbx/link/script/printer.h"

namespace kbx::link::script {

namespace {

std::string_view operator_text(AssignmentOperator operation) {
  switch (operation) {
    case AssignmentOperator::set:
      return "=";
    case AssignmentOperator::add:
      return "+=";
    case AssignmentOperator::subtract:
      return "-=";
    case AssignmentOperator::multiply:
      return "*=";
    case AssignmentOperator::divide:
      return "/=";
    case AssignmentOperator::shift_left:
      return "<<=";
    case AssignmentOperator::shift_right:
      return ">>=";
    case AssignmentOperator::bit_and:
      return "&=";
    case AssignmentOperator::bit_or:
      return "|=";
    case AssignmentOperator::bit_xor:
      return "^=";
  }
  return "=";
}

std::string sorted(Sort sort, std::string inner, bool reverse) {
  if (reverse) inner = "REVERSE(" + inner + ')';
  switch (sort) {
    case Sort::unsorted:
      return inner;
    case Sort::none:
      return "SORT_NONE(" + inner + ')';
    case Sort::name:
      return reverse ? inner : "SORT_BY_NAME(" + inner + ')';
    case Sort::alignment:
      return "SORT_BY_ALIGNMENT(" + inner + ')';
    case Sort::name_alignment:
      return "SORT_BY_NAME(SORT_BY_ALIGNMENT(" + inner + "))";
    case Sort::alignment_name:
      return "SORT_BY_ALIGNMENT(SORT_BY_NAME(" + inner + "))";
    case Sort::init_priority:
      return "SORT_BY_INIT_PRIORITY(" + inner + ')';
  }
  return inner;
}

template <typename Pattern>
std::string pattern_text(const Pattern& pattern) {
  std::string inner = quoted_if_needed(pattern.name, Mode::wild);
  if (!pattern.excluded.empty())
    inner = "EXCLUDE_FILE(" + each(pattern.excluded, " ", Mode::wild).substr(1) + ") " + inner;
  return sorted(pattern.sort, std::move(inner), pattern.reverse);
}

std::string_view data_text(DataKind kind) {
  switch (kind) {
    case DataKind::byte:
      return "BYTE";
    case DataKind::short_:
      return "SHORT";
    case DataKind::long_:
      return "LONG";
    case DataKind::quad:
      return "QUAD";
    case DataKind::squad:
      return "SQUAD";
  }
  return "BYTE";
}

struct StatementText {
  std::string operator()(const Assignment& node) const { return print(node, Mode::wild); }
  std::string operator()(const Assertion& node) const { return print(node) + ';'; }
  std::string operator()(const InputSections& node) const { return print(node); }
  std::string operator()(const Data& node) const {
    return fmt::format("{}({})", data_text(node.kind), print(node.value));
  }
  std::string operator()(const Asciz& node) const { return "ASCIZ " + quoted(node.text); }
  std::string operator()(const Fill& node) const { return "FILL(" + print(node.value) + ')'; }
  std::string operator()(const Constructors& node) const {
    return node.sorted ? "SORT(CONSTRUCTORS)" : "CONSTRUCTORS";
  }
  std::string operator()(const CreateObjectSymbols& /*node*/) const {
    return "CREATE_OBJECT_SYMBOLS";
  }
  std::string operator()(const LinkerVersion& /*node*/) const { return "LINKER_VERSION"; }
};

std::string type_text(const OutputSection& section) {
  const std::string value =
      section.type_value ? "TYPE = " + print(*section.type_value) : std::string();
  switch (section.type) {
    case SectionType::normal:
      return {};
    case SectionType::noload:
      return " (NOLOAD)";
    case SectionType::dsect:
      return " (DSECT)";
    case SectionType::copy:
      return " (COPY)";
    case SectionType::info:
      return " (INFO)";
    case SectionType::overlay:
      return " (OVERLAY)";
    case SectionType::readonly:
      return value.empty() ? " (READONLY)" : " (READONLY (" + value + "))";
    case SectionType::typed:
      return " (" + value + ')';
  }
  return {};
}

/// The first word of a head is not read like the rest of it, so only a number goes bare.
std::string address_text(const std::optional<Expression>& address) {
  if (!address) return {};
  if (address->operation == Operation::number) return ' ' + print(*address);
  return " (" + print(*address) + ')';
}

std::string call(std::string_view word, const std::optional<Expression>& value) {
  return value ? fmt::format(" {}({})", word, print(*value)) : std::string();
}

std::string constraint_text(Constraint constraint) {
  switch (constraint) {
    case Constraint::none:
      return {};
    case Constraint::only_if_ro:
      return " ONLY_IF_RO";
    case Constraint::only_if_rw:
      return " ONLY_IF_RW";
    case Constraint::special:
      return " SPECIAL";
  }
  return {};
}

std::string placement_text(const SectionPlacement& placement) {
  std::string text;
  if (!placement.region.empty()) text += " >" + quoted_if_needed(placement.region, Mode::script);
  if (!placement.load_region.empty())
    text += " AT>" + quoted_if_needed(placement.load_region, Mode::script);
  text += each(placement.program_headers, " :", Mode::script);
  if (placement.fill) text += " =" + print(*placement.fill);
  return text;
}

std::string body_text(const std::vector<Statement>& statements, const std::string& indent) {
  std::string text = " {\n";
  for (const Statement& statement : statements) text += indent + "  " + print(statement) + '\n';
  return text + indent + '}';
}

struct ItemText {
  std::string operator()(const Assignment& node) const { return print(node, Mode::script); }
  std::string operator()(const Assertion& node) const { return print(node); }
  std::string operator()(const Entry& node) const {
    return "ENTRY(" + quoted_if_needed(node.symbol, Mode::script) + ')';
  }
  std::string operator()(const OutputSection& node) const {
    return quoted_if_needed(node.name, Mode::script) + address_text(node.address) +
           type_text(node) + " :" + call("AT", node.load_address) + call("ALIGN", node.align) +
           (node.align_with_input ? " ALIGN_WITH_INPUT" : "") + call("SUBALIGN", node.subalign) +
           constraint_text(node.constraint) + body_text(node.statements, "  ") +
           placement_text(node.placement);
  }
  std::string operator()(const Overlay& node) const {
    std::string text = "OVERLAY" + address_text(node.address) + " :" +
                       (node.no_cross_references ? " NOCROSSREFS" : "") +
                       call("AT", node.load_address) + call("SUBALIGN", node.subalign) + " {\n";
    for (const OverlaySection& section : node.sections) {
      text += "    " + quoted_if_needed(section.name, Mode::script) +
              body_text(section.statements, "    ") +
              placement_text({{}, {}, section.program_headers, section.fill}) + '\n';
    }
    return text + "  }" + placement_text(node.placement);
  }
};

}  // namespace

std::string quoted(const std::string& name) {
  return '"' + name + '"';
}

std::string quoted_if_needed(const std::string& name, Mode mode) {
  if (name.empty() || name.starts_with("/*") || name.find('"') != std::string::npos)
    return quoted(name);
  Lexer lexer(name, {}, {});
  const Token token = lexer.take(mode);
  return token.is_name() && token.text == name ? name : quoted(name);
}

std::string each(const std::vector<std::string>& names, std::string_view before, Mode mode) {
  std::string text;
  for (const std::string& name : names) {
    text += before;
    text += quoted_if_needed(name, mode);
  }
  return text;
}

std::string print(const Assignment& node, Mode mode) {
  const std::string inner = fmt::format("{} {} {}", quoted_if_needed(node.symbol, mode),
                                        operator_text(node.operation), print(node.value));
  switch (node.kind) {
    case AssignmentKind::plain:
      return inner + ';';
    case AssignmentKind::hidden:
      return "HIDDEN(" + inner + ");";
    case AssignmentKind::provide:
      return "PROVIDE(" + inner + ");";
    case AssignmentKind::provide_hidden:
      return "PROVIDE_HIDDEN(" + inner + ");";
  }
  return inner + ';';
}

std::string print(const Assignment& assignment) {
  return print(assignment, Mode::wild);
}

std::string print(const Assertion& assertion) {
  return fmt::format("ASSERT({}, {})", print(assertion.condition), quoted(assertion.message));
}

std::string print(const InputSections& node) {
  std::string text;
  if (!node.flags.empty())
    text = "INPUT_SECTION_FLAGS(" + each(node.flags, " & ", Mode::wild).substr(3) + ") ";
  if (node.sections.empty()) {
    text += quoted_if_needed(node.file.name, Mode::wild);
  } else {
    text += pattern_text(node.file);
    std::string_view separator = "(";
    for (const SectionPattern& pattern : node.sections) {
      text += separator;
      text += pattern_text(pattern);
      separator = " ";
    }
    text += ')';
  }
  return node.keep ? "KEEP(" + text + ')' : text;
}

std::string print(const Statement& statement) {
  return std::visit(StatementText{}, statement);
}

std::string print(const Sections& sections) {
  std::string text = "SECTIONS {\n";
  for (const SectionsItem& item : sections.items)
    text += "  " + std::visit(ItemText{}, item) + '\n';
  return text + '}';
}

}  // namespace kbx::link::script
