#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/symbols/genksyms.h"
#include "kbx/symbols/genksyms_names.h"

namespace kbx::symbols::genksyms_detail {

/// What a symbol is, and what a token in a definition refers to.
enum class SymbolKind : std::uint8_t {
  normal,
  type_name,
  enumeration,
  structure,
  union_type,
  enumerator
};

/// The letter of a kind in dumps and reference files ("s#list_head"); 0 for `normal`.
char kind_letter(SymbolKind kind);
/// "struct", "enum constant"…; empty for `normal`.
std::string_view kind_word(SymbolKind kind);

/// One token of a declaration. Declarations are chains from the last token back to the first: what
/// has been read so far is always a chain, and a definition is the chain up to some token.
struct Link {
  Link* before = nullptr;
  Name* name = nullptr;
  SymbolKind kind = SymbolKind::normal;  ///< what the name refers to
  bool in_main_file = false;  ///< the token stands in the source file itself, not in a header
};

/// A place behind a token of the chain that is being read: the `before` of the next link. What is
/// cut out or put in at a place changes the chain of every token behind it.
using Place = Link**;

void remove_link(Place place);

/// A definition made ready for checksums: texts of tokens with a space behind each, and the symbols
/// between them.
struct Piece {
  std::string_view text;  ///< if `name` is null
  Name* name = nullptr;   ///< the name of a symbol to expand
  SymbolKind kind = SymbolKind::normal;
};

struct Symbol {
  Name* name = nullptr;
  Link* definition = nullptr;
  const Piece* pieces = nullptr;  ///< of `definition`, made when it is first expanded
  std::uint32_t piece_count = 0;
  SymbolKind kind = SymbolKind::normal;
  bool is_extern = false;
  bool is_declared = false;     ///< by the source; otherwise known from the reference file only
  bool is_override = false;     ///< the reference file's definition holds, whatever the source says
  bool became_defined = false;  ///< incomplete in the reference file
  bool is_modified = false;     ///< another definition in the reference file
  bool is_expanding = false;    ///< part of the export in work
  bool is_visited = false;      ///< part of some export so far
};

/// Where the lexer is, in terms of the original sources.
struct Position {
  std::string_view file;
  std::uint32_t line = 1;

  Location location() const {
    return {file.empty() ? "<stdin>" : std::string(file), static_cast<int>(line)};
  }
};

/// Collects what genksyms says.
struct Report {
  explicit Report(const GenksymsOptions& with) : options(with) {}

  const GenksymsOptions& options;
  Position position;
  std::vector<GenksymsMessage> messages;
  int errors = 0;

  /// A fault of the source; counts and is told only with -w.
  void warn(std::string text);
  void tell(std::string text) { messages.push_back({position.location(), std::move(text)}); }
  /// Text of -d and -D: without a place, newlines included.
  void trace(std::string_view text);
};

/// The symbols of one run. Ordinary names (with typedefs and enumerators) and tags are two name
/// spaces.
class SymbolTable {
 public:
  SymbolTable(Arena& arena, Names& names, Report& report)
      : arena_(arena), names_(names), report_(report) {}

  /// Defines a symbol from the source. An enumerator without a `definition` is one more than the
  /// one before.
  Symbol* add(Name* name, SymbolKind kind, Link* definition, bool is_extern);
  /// Defines a symbol from a reference file.
  Symbol* add_reference(Name* name, SymbolKind kind, Link* definition, bool is_extern);
  /// The next enumerator without a value is 0.
  void restart_enumeration();
  /// Adds "KIND NAME { UNKNOWN }".
  Symbol* add_unknown(Name* name, SymbolKind kind);

  int count() const { return count_; }

 private:
  Link* link(Link* before, Name* name, SymbolKind kind = SymbolKind::normal);
  Link* next_value();
  Link* enumeration_step(SymbolKind kind, Link* definition);
  Symbol* reuse(Symbol* known, SymbolKind kind, Link* definition);
  Symbol* define(Name* name, SymbolKind kind, Link* definition, bool is_extern);

  Arena& arena_;
  Names& names_;
  Report& report_;
  int count_ = 0;
  // The value of the enumerator after the last one: an expression in parentheses plus a number, or
  // a number.
  Link* last_expression_ = nullptr;
  int enumerator_count_ = 0;
};

/// The declared symbol of `name` in the name space of `kind`, or null.
inline Symbol* find_symbol(const Name* name, SymbolKind kind) {
  const bool is_tag = kind == SymbolKind::structure || kind == SymbolKind::union_type ||
                      kind == SymbolKind::enumeration;
  Symbol* symbol = is_tag ? name->tag : name->ordinary;
  return symbol && symbol->is_declared ? symbol : nullptr;
}

/// True if `name` is declared as exactly this kind of ordinary symbol.
inline bool is_ordinary(const Name* name, SymbolKind kind) {
  return name->ordinary && name->ordinary->is_declared && name->ordinary->kind == kind;
}

/// The tokens of a chain in order.
std::vector<const Link*> tokens_of(const Link* chain);
/// A definition as it stands in dumps: "s#list_head * x ".
std::string definition_text(const Link* chain);

}  // namespace kbx::symbols::genksyms_detail
