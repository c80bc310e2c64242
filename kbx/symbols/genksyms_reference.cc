#include "kbx/symbols/genksyms_reference.h"

#include <optional>

// A line for each symbol: ["override"] [KIND#]NAME ["extern"] TOKEN…, separated by spaces, which
// within double quotes belong to the token. KIND is a letter: t, e, s, u, E for typedef, enum,
// struct, union and enumerator.

namespace kbx::symbols::genksyms_detail {
namespace {

constexpr std::size_t longest_token = 254;

struct Word {
  std::string_view text;
  SymbolKind kind = SymbolKind::normal;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  void next_line() {
    if (!at_end()) ++at_, ++line_;
  }

  /// The next word of the line, or nothing at its end.
  std::optional<Word> word() {
    while (!at_end() && text_[at_] == ' ') ++at_;
    const std::size_t start = at_;
    for (bool quoted = false; !at_end() && text_[at_] != '\n' && (quoted || text_[at_] != ' ');
         ++at_)
      if (text_[at_] == '"') quoted = !quoted;
    std::string_view text = text_.substr(start, at_ - start);
    if (text.empty()) return std::nullopt;
    if (text.size() > longest_token)
      fail("a token of " + std::to_string(text.size()) + " bytes; 254 is the most");
    text = text.substr(0, text.find('\0'));
    if (text.size() < 2 || text[1] != '#') return Word{text};
    for (const SymbolKind kind :
         {SymbolKind::type_name, SymbolKind::enumeration, SymbolKind::structure,
          SymbolKind::union_type, SymbolKind::enumerator})
      if (text[0] == kind_letter(kind)) return Word{text.substr(2), kind};
    fail("unknown kind of symbol '" + std::string(text.substr(0, 1)) +
         "'; t, e, s, u and E are the known ones");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error({"reference file", line_}, what, "expected the format of genksyms -T");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

bool is_word(const std::optional<Word>& word, std::string_view text) {
  return word && word->kind == SymbolKind::normal && word->text == text;
}

}  // namespace

void read_reference(std::string_view text, SymbolTable& symbols, Names& names, Arena& arena) {
  for (Reader reader(text); !reader.at_end(); reader.next_line()) {
    auto symbol = reader.word();
    const bool is_override = is_word(symbol, "override");
    if (is_override) symbol = reader.word();
    if (!symbol) continue;
    auto token = reader.word();
    const bool is_extern = is_word(token, "extern");
    if (is_extern) token = reader.word();
    Link* definition = nullptr;
    for (; token; token = reader.word())
      definition = arena.make<Link>(definition, names.intern(token->text), token->kind, false);
    symbols.add_reference(names.intern(symbol->text), symbol->kind, definition, is_extern)
        ->is_override = is_override;
  }
}

}  // namespace kbx::symbols::genksyms_detail
