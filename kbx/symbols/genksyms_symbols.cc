#include "kbx/symbols/genksyms_symbols.h"

#include <algorithm>
#include <utility>

// Follows scripts/genksyms/genksyms.c: which of two definitions of a name stays, what a reference
// file changes in that, and what enumerators without a value are worth. The text of an enumerator's
// value is part of the checksum of every symbol that mentions the enumerator, hence a value is
// never computed: behind `B = X | 4` comes "( X | 4 ) + 1".

namespace kbx::symbols::genksyms_detail {
namespace {

struct KindName {
  char letter;
  std::string_view word;
};
constexpr KindName kind_names[] = {{0, ""},         {'t', "typedef"}, {'e', "enum"},
                                   {'s', "struct"}, {'u', "union"},   {'E', "enum constant"}};

const KindName& kind_name(SymbolKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

bool equal_chains(const Link* left, const Link* right) {
  for (; left && right && left != right; left = left->before, right = right->before)
    if (left->kind != right->kind || left->name != right->name) return false;
  return left == right;
}

/// True for the definition that an incomplete type gets, also as a reference file has it.
bool is_unknown(const Symbol& symbol) {
  if (symbol.kind != SymbolKind::structure && symbol.kind != SymbolKind::union_type &&
      symbol.kind != SymbolKind::enumeration)
    return false;
  const Link* link = symbol.definition;
  for (const std::string_view expected : {"}", "UNKNOWN", "{"}) {
    if (!link || link->kind != SymbolKind::normal || link->name->text != expected) return false;
    link = link->before;
  }
  return true;
}

std::string kind_and_name(SymbolKind kind, const Name* name) {
  std::string text(kind_word(kind));
  if (!text.empty()) text += ' ';
  return text.append(name->text);
}

}  // namespace

char kind_letter(SymbolKind kind) {
  return kind_name(kind).letter;
}
std::string_view kind_word(SymbolKind kind) {
  return kind_name(kind).word;
}

void remove_link(Place place) {
  *place = (*place)->before;
}

void Report::warn(std::string text) {
  if (!options.warnings) return;
  tell(std::move(text));
  ++errors;
}

void Report::trace(std::string_view text) {
  if (messages.empty() || !messages.back().location.file.empty()) messages.emplace_back();
  messages.back().text += text;
}

std::vector<const Link*> tokens_of(const Link* chain) {
  std::vector<const Link*> tokens;
  for (; chain; chain = chain->before) tokens.push_back(chain);
  std::reverse(tokens.begin(), tokens.end());
  return tokens;
}

std::string definition_text(const Link* chain) {
  if (!chain) return "(nil)";
  std::string text;
  for (const Link* token : tokens_of(chain)) {
    if (const char letter = kind_letter(token->kind)) text.append({letter, '#'});
    text.append(token->name->text).append(" ");
  }
  return text;
}

Link* SymbolTable::link(Link* before, Name* name, SymbolKind kind) {
  return arena_.make<Link>(before, name, kind, false);
}

Link* SymbolTable::next_value() {
  Name* number = names_.intern(arena_.copy(std::to_string(enumerator_count_++)));
  if (!last_expression_) return link(nullptr, number);
  // The expression is put between parentheses, which is done by copying it once: its chain has no
  // end to hang on.
  if (enumerator_count_ == 2) {
    Link* wrapped = link(nullptr, names_.of_character('('));
    for (const Link* token : tokens_of(last_expression_))
      wrapped = link(wrapped, token->name, token->kind);
    wrapped = link(wrapped, names_.of_character(')'));
    last_expression_ = link(wrapped, names_.of_character('+'));
  }
  return link(last_expression_, number);
}

void SymbolTable::restart_enumeration() {
  last_expression_ = nullptr;
  enumerator_count_ = 0;
}

/// What the counter of enumerators makes of a definition.
Link* SymbolTable::enumeration_step(SymbolKind kind, Link* definition) {
  if (kind == SymbolKind::enumeration) {
    restart_enumeration();
  } else if (kind == SymbolKind::enumerator) {
    if (!definition) return next_value();
    last_expression_ = definition;
    enumerator_count_ = 1;
  }
  return definition;
}

/// The symbol that stays although the source has a definition for it; null if the new one takes its
/// place.
Symbol* SymbolTable::reuse(Symbol* known, SymbolKind kind, Link* definition) {
  if (known->kind == kind && equal_chains(known->definition, definition)) {
    if (!known->is_declared && known->is_override)
      report_.tell(kind_and_name(kind, known->name) + " modversion is unchanged");
    known->is_declared = true;
    return known;
  }
  if (known->is_declared) {
    report_.warn("redefinition of " + std::string(known->name->text));
    return known;
  }
  if (known->is_override && report_.options.preserve) {
    report_.tell("ignoring " + kind_and_name(kind, known->name) + " modversion change");
    known->is_declared = true;
    return known;
  }
  return nullptr;
}

namespace {

Symbol*& slot_of(Name* name, SymbolKind kind) {
  const bool is_tag = kind == SymbolKind::structure || kind == SymbolKind::union_type ||
                      kind == SymbolKind::enumeration;
  return is_tag ? name->tag : name->ordinary;
}

}  // namespace

Symbol* SymbolTable::define(Name* name, SymbolKind kind, Link* definition, bool is_extern) {
  Symbol*& slot = slot_of(name, kind);
  if (!slot) ++count_;
  slot = arena_.make<Symbol>();
  slot->name = name;
  slot->definition = definition;
  slot->kind = kind;
  slot->is_extern = is_extern;
  if (report_.options.tell_definitions) {
    std::string what(kind_word(kind));
    if (what.empty()) what = "type" + std::to_string(static_cast<int>(kind));
    report_.trace("Defn for " + what + " " + std::string(name->text) + " == <" +
                  (is_extern ? "extern " : "") + definition_text(definition) + ">\n");
  }
  return slot;
}

Symbol* SymbolTable::add(Name* name, SymbolKind kind, Link* definition, bool is_extern) {
  definition = enumeration_step(kind, definition);
  Symbol* known = slot_of(name, kind);
  if (known)
    if (Symbol* kept = reuse(known, kind, definition)) return kept;
  Symbol* symbol = define(name, kind, definition, is_extern);
  symbol->is_declared = true;
  if (known) {
    symbol->became_defined = is_unknown(*known);
    symbol->is_modified = !symbol->became_defined;
  }
  return symbol;
}

Symbol* SymbolTable::add_reference(Name* name, SymbolKind kind, Link* definition, bool is_extern) {
  // Up to the change of the grammar, enumerators of a reference file counted like those of the
  // source.
  if (!report_.options.dialect.knows_declarators) definition = enumeration_step(kind, definition);
  return define(name, kind, definition, is_extern);
}

Symbol* SymbolTable::add_unknown(Name* name, SymbolKind kind) {
  Link* definition = link(nullptr, names_.intern(kind_word(kind)));
  definition = link(definition, name);
  definition = link(definition, names_.of_character('{'));
  definition = link(definition, names_.intern("UNKNOWN"));
  return add(name, kind, link(definition, names_.of_character('}')), false);
}

}  // namespace kbx::symbols::genksyms_detail
