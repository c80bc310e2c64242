#include "kbx/symbols/genksyms_expand.h"

#include <utility>

#include "kbx/symbols/crc32.h"

// The checksum of an export is the CRC-32 of its definition as text, a space behind each token,
// with every type and enumerator in place of its name the first time that it comes; later it is the
// name only. Types that no header defines are "struct NAME { UNKNOWN }". Follows expand_and_crc_sym
// and export_symbol in scripts/genksyms/genksyms.c.

namespace kbx::symbols::genksyms_detail {

/// Joins the plain tokens between the symbols of a definition.
void Expander::prepare(Symbol* symbol) {
  std::vector<Piece> pieces;
  std::string text;
  const auto end_text = [&] {
    if (!text.empty()) pieces.push_back({arena_.copy(text), nullptr, SymbolKind::normal});
    text.clear();
  };
  for (const Link* token : tokens_of(symbol->definition)) {
    if (token->kind == SymbolKind::normal) {
      text.append(token->name->text).append(" ");
    } else {
      end_text();
      pieces.push_back({{}, token->name, token->kind});
    }
  }
  end_text();
  symbol->pieces = arena_.copy(pieces);
  symbol->piece_count = static_cast<std::uint32_t>(pieces.size());
}

void Expander::enter(Symbol* symbol) {
  symbol->is_expanding = true;
  trail_.push_back(symbol);
  if (!symbol->definition) return;
  if (!symbol->pieces) prepare(symbol);
  stack_.push_back({symbol, 0});
}

void Expander::leave() {
  Symbol* symbol = stack_.back().symbol;
  stack_.pop_back();
  if (symbol->is_visited) return;
  symbol->is_visited = true;
  visited_.push_back(symbol);
}

void Expander::add_text(std::string_view text) {
  if (report_.options.tell_expansions) report_.trace(text);
  state_ = crc32_continue(state_, text);
}

Symbol* Expander::resolve(const Piece& piece, const Symbol& user) {
  if (Symbol* symbol = find_symbol(piece.name, piece.kind)) return symbol;
  const std::string name(piece.name->text);
  if (piece.kind == SymbolKind::type_name || piece.kind == SymbolKind::enumerator)
    throw Error(report_.position.location(),
                "the reference file's definition of " + std::string(user.name->text) +
                    " mentions " + name + ", which is not declared here",
                "make the reference file again from this source, or leave the symbol out of it");
  report_.warn("expand undefined " + std::string(kind_word(piece.kind)) + " " + name);
  return symbols_.add_unknown(piece.name, piece.kind);
}

void Expander::expand(const Piece& piece, const Symbol& user) {
  Symbol* symbol = resolve(piece, user);
  if (!symbol->is_expanding) return enter(symbol);
  if (piece.kind != SymbolKind::type_name && piece.kind != SymbolKind::enumerator) {
    add_text(kind_word(piece.kind));
    add_text(" ");
  }
  add_text(piece.name->text);
  add_text(" ");
}

std::optional<std::uint32_t> Expander::export_crc(const Name* name) {
  Symbol* exported = find_symbol(name, SymbolKind::normal);
  if (!exported) {
    report_.warn("export undefined symbol " + std::string(name->text));
    return std::nullopt;
  }
  if (report_.options.tell_expansions) report_.trace("Export " + std::string(name->text) + " == <");
  state_ = crc32_start;
  trail_.clear();
  enter(exported);
  while (!stack_.empty()) {
    Frame& frame = stack_.back();
    if (frame.next == frame.symbol->piece_count) {
      leave();
      continue;
    }
    const Piece& piece = frame.symbol->pieces[frame.next++];
    if (piece.name)
      expand(piece, *frame.symbol);
    else
      add_text(piece.text);
  }
  tell_changes(name);
  for (Symbol* symbol : trail_) symbol->is_expanding = false;
  if (report_.options.tell_expansions) report_.trace(">\n");
  return ~state_;
}

/// Names what the reference file has differently, the last one first.
void Expander::tell_changes(const Name* name) {
  std::string changes;
  for (auto place = trail_.rbegin(); place != trail_.rend(); ++place) {
    const Symbol& symbol = **place;
    if (!symbol.became_defined && !symbol.is_modified) continue;
    if (!changes.empty()) changes += ", ";
    if (const std::string_view word = kind_word(symbol.kind); !word.empty())
      changes.append(word).append(" ");
    changes.append(symbol.name->text);
    if (symbol.became_defined) changes += " (became defined)";
    if (report_.options.preserve) ++report_.errors;
  }
  if (changes.empty()) return;
  report_.tell((report_.options.preserve ? "error: " : "warning: ") + std::string(name->text) +
               ": modversion changed because of changes in " + changes);
}

std::string type_dump(const std::vector<Symbol*>& symbols) {
  std::string text;
  for (const Symbol* symbol : symbols) {
    if (symbol->is_override) text += "override ";
    if (const char letter = kind_letter(symbol->kind)) text.append({letter, '#'});
    text.append(symbol->name->text).append(" ");
    if (symbol->is_extern) text += "extern ";
    text.append(definition_text(symbol->definition)).append("\n");
  }
  return text;
}

}  // namespace kbx::symbols::genksyms_detail
