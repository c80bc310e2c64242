// Where a flag comes from.
//
// Every variable keeps, for each part of its value, the line that wrote it. While a command is
// expanded, the variables that are looked at are recorded in order; an inner variable comes after
// the one that refers to it. A word of the command is therefore looked for in that list from its
// end: in the texts as written, and if it stands in none of them (it has a reference inside,
// `-I$(src)`), in the expansions of those texts. A variable that a make process got from its
// environment is followed to the process that exported it.
#include "kbx/kbuild/explain.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

/// A part of a variable's value and the process whose Makefile holds it.
struct Written {
  std::string text;
  std::string variable;
  const makelang::Evaluation* process;
  makelang::SourceRef where;
  bool recursive;
};

void add_pieces(const std::string& name, const makelang::Variable& variable,
                const makelang::Evaluation* process, std::vector<Written>& written) {
  size_t begin = 0;
  for (const makelang::Piece& piece : variable.pieces) {
    const size_t end = std::min<size_t>(piece.end, variable.value.size());
    if (begin < end)
      written.push_back({variable.value.substr(begin, end - begin), name, process, piece.where,
                         variable.flavor == makelang::Flavor::recursive});
    begin = end;
  }
  if (variable.pieces.empty())
    written.push_back({variable.value, name, process, variable.where,
                       variable.flavor == makelang::Flavor::recursive});
}

std::vector<Written> all_pieces(const ProcessChain& chain, const std::vector<SeenVariable>& seen) {
  std::vector<Written> written;
  for (const SeenVariable& entry : seen) {
    const makelang::Variable* variable = &entry.variable;
    size_t level = chain.size() - 1;
    while (variable->origin == makelang::Origin::environment && level > 0) {
      const makelang::Variable* above = chain[level - 1]->find(entry.name);
      if (!above) break;
      variable = above;
      --level;
    }
    add_pieces(entry.name, *variable, chain[level], written);
  }
  return written;
}

bool has_word(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool starts = at == 0 || is_space(text[at - 1]) || text[at - 1] == ',';
    const bool ends =
        end == text.size() || is_space(text[end]) || text[end] == ')' || text[end] == ',';
    if (starts && ends) return true;
  }
  return false;
}

WordOrigin origin_of(std::string_view word, const Written& piece) {
  Location where = piece.process->files().location(piece.where);
  if (!where.file.empty()) where.file = absolute_path(where.file, piece.process->setup().folder);
  return {std::string(word), piece.variable, where};
}

/// The words of a shell command with their quotes kept.
std::vector<std::string_view> quoted_words(std::string_view command) {
  std::vector<std::string_view> words;
  size_t start = 0;
  char quote = 0;
  for (size_t at = 0; at <= command.size(); ++at) {
    const bool end = at == command.size() || (!quote && is_space(command[at]));
    if (end) {
      if (at > start) words.push_back(command.substr(start, at - start));
      start = at + 1;
    } else if (quote) {
      if (command[at] == quote) quote = 0;
    } else if (command[at] == '\'' || command[at] == '"') {
      quote = command[at];
    }
  }
  return words;
}

}  // namespace

std::vector<WordOrigin> word_origins(std::string_view command, const ProcessChain& chain,
                                     const makelang::Scope* scope,
                                     const std::vector<SeenVariable>& seen) {
  const std::vector<Written> written = all_pieces(chain, seen);
  std::map<size_t, std::string> expansions;
  const auto expansion = [&](size_t index) -> const std::string& {
    const auto found = expansions.find(index);
    if (found != expansions.end()) return found->second;
    return expansions[index] = chain.back()->expand(written[index].text, scope);
  };
  std::vector<WordOrigin> origins;
  for (const std::string_view word : quoted_words(command)) {
    WordOrigin origin{std::string(word), "", {}};
    std::vector<size_t> indices(written.size());  // the last assignment first
    std::iota(indices.rbegin(), indices.rend(), size_t{0});
    const auto as_written = std::ranges::find_if(
        indices, [&](size_t index) { return has_word(written[index].text, word); });
    if (as_written != indices.end()) {
      origin = origin_of(word, written[*as_written]);
    } else {
      const auto expanded = std::ranges::find_if(indices, [&](size_t index) {
        return written[index].recursive && written[index].text.find('$') != std::string::npos &&
               has_word(expansion(index), word);
      });
      if (expanded != indices.end()) origin = origin_of(word, written[*expanded]);
    }
    origins.push_back(std::move(origin));
  }
  return origins;
}

}  // namespace kbx::kbuild
