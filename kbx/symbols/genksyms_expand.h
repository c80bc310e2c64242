#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kbx/symbols/genksyms_symbols.h"

namespace kbx::symbols::genksyms_detail {

/// Computes the checksums of exports, and remembers every symbol that they lead to.
class Expander {
 public:
  Expander(Arena& arena, SymbolTable& symbols, Report& report)
      : arena_(arena), symbols_(symbols), report_(report) {}

  /// The checksum of an exported name; nothing, and a warning, if it is not declared.
  std::optional<std::uint32_t> export_crc(const Name* name);

  /// The symbols that exports expanded to so far, those that a symbol needs before it: what a dump
  /// of types has.
  const std::vector<Symbol*>& visited() const { return visited_; }

 private:
  struct Frame {
    Symbol* symbol;
    std::uint32_t next;  ///< index of a piece
  };

  void prepare(Symbol* symbol);
  Symbol* resolve(const Piece& piece, const Symbol& user);
  void enter(Symbol* symbol);
  void leave();
  void add_text(std::string_view text);
  void expand(const Piece& piece, const Symbol& user);
  void tell_changes(const Name* name);

  Arena& arena_;
  SymbolTable& symbols_;
  Report& report_;
  std::uint32_t state_ = 0;
  std::vector<Frame> stack_;
  std::vector<Symbol*> trail_;  ///< what the export in work has expanded so far
  std::vector<Symbol*> visited_;
};

/// A .symtypes file: a line for each symbol.
std::string type_dump(const std::vector<Symbol*>& symbols);

}  // namespace kbx::symbols::genksyms_detail
