// Where a flag comes from.
//
// Every variable keeps, for each part of its value, the line that wrote it. While a command is
// expanded, the variables that are looked at are recorded in order. A word of the command is looked
// for in the texts of that list as they were written. If it stands in several, the places are given
// out from the end: the last of three -Wall belongs to the last text that has it. If it stands in
// none (it has a reference inside, `-I$(src)`), the shortest text whose expansion has it is meant:
// that is the innermost.
//
// A part that a make process got from its environment is followed to the process that exported it.
// A part that was expanded when it was assigned (`KBUILD_CFLAGS += $(KCFLAGS)`) is followed through
// the names that its line mentions.
#include "kbx/kbuild/explain.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

/// A part of a variable's value and the process whose Makefile holds it.
struct Written {
  std::string text;
  std::string variable;
  size_t level;  // of the process in the chain
  makelang::SourceRef where;
  makelang::Origin origin;
  bool recursive;
};

void add_pieces(const ProcessChain& chain, size_t level, const std::string& name,
                const makelang::Variable& variable, std::vector<Written>& written) {
  const bool recursive = variable.flavor == makelang::Flavor::recursive;
  const auto add = [&](std::string text, makelang::SourceRef where) {
    const makelang::Variable* above = !where && level > 0 ? chain[level - 1]->find(name) : nullptr;
    if (above)
      add_pieces(chain, level - 1, name, *above, written);
    else
      written.push_back({std::move(text), name, level, where, variable.origin, recursive});
  };
  size_t begin = 0;
  for (const makelang::Piece& piece : makelang::pieces_of(variable)) {
    const size_t end = std::min<size_t>(piece.end, variable.value.size());
    if (begin < end) add(variable.value.substr(begin, end - begin), piece.where);
    begin = std::max(begin, end);
  }
}

/// The parts of all variables that were seen, each once.
std::vector<Written> all_pieces(const ProcessChain& chain, const std::vector<SeenVariable>& seen) {
  std::vector<Written> all;
  for (const SeenVariable& entry : seen)
    add_pieces(chain, chain.size() - 1, entry.name, entry.variable, all);
  std::set<std::tuple<size_t, std::uint32_t, std::uint32_t, std::string>> known;
  std::vector<Written> written;
  for (Written& piece : all)
    if (known.emplace(piece.level, piece.where.file, piece.where.line, piece.variable + piece.text)
            .second)
      written.push_back(std::move(piece));
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

/// The names of plain references in a text: `$(NAME)`, `${NAME}`.
std::vector<std::string> references(std::string_view text) {
  std::vector<std::string> names;
  for (size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    if (at + 1 >= text.size() || (text[at + 1] != '(' && text[at + 1] != '{')) continue;
    const size_t end = text.find_first_of(" ,:$(){}", at + 2);
    if (end == std::string_view::npos || (text[end] != ')' && text[end] != '}')) continue;
    names.emplace_back(text.substr(at + 2, end - at - 2));
  }
  return names;
}

/// A line of a file with those that continue it; "" if the file has fewer.
std::string logical_line(const std::string& path, int number) {
  const std::string content = read_file_if_present(path).value_or("");
  const auto lines = split_lines(content);
  std::string text;
  for (size_t i = static_cast<size_t>(std::max(1, number)) - 1; i < lines.size(); ++i) {
    text += lines[i];
    if (!text.ends_with('\\')) break;
    text.back() = ' ';
  }
  return text;
}

class Tracer {
 public:
  Tracer(const ProcessChain& chain, const makelang::Scope* scope,
         const std::vector<SeenVariable>& seen)
      : chain_(chain), scope_(scope), written_(all_pieces(chain, seen)) {}

  /// The origin of a word of which `later` more follow in the command.
  WordOrigin origin(std::string_view word, size_t later) {
    std::vector<size_t> places;
    for (size_t i = 0; i < written_.size(); ++i)
      if (has_word(written_[i].text, word)) places.push_back(i);
    if (!places.empty())
      return origin_of(word,
                       written_[places[places.size() - 1 - std::min(later, places.size() - 1)]]);
    std::optional<size_t> innermost;
    for (size_t i = 0; i < written_.size(); ++i)
      if (written_[i].recursive && written_[i].text.find('$') != std::string::npos &&
          has_word(expansion(i), word) &&
          (!innermost || expansion(i).size() <= expansion(*innermost).size()))
        innermost = i;
    return innermost ? origin_of(word, written_[*innermost])
                     : WordOrigin{std::string(word), "", {}, makelang::Origin::default_};
  }

 private:
  const std::string& expansion(size_t index) {
    const auto found = expansions_.find(index);
    if (found != expansions_.end()) return found->second;
    return expansions_[index] = chain_.back()->expand(written_[index].text, scope_);
  }

  WordOrigin origin_of(std::string_view word, const Written& piece, int depth = 0) {
    const makelang::Evaluation& process = *chain_[piece.level];
    Location where = process.files().location(piece.where);
    if (!where.file.empty()) where.file = absolute_path(where.file, process.setup().folder);
    if (!piece.recursive && depth < 8)
      if (const auto inner = mentioned(word, piece, where))
        return origin_of(word, *inner, depth + 1);
    return {std::string(word), piece.variable, where, piece.origin};
  }

  /// The part of a variable that the line `where` mentions and that holds the word.
  std::optional<Written> mentioned(std::string_view word, const Written& piece,
                                   const Location& where) const {
    if (where.file.empty()) return std::nullopt;
    for (const std::string& name : references(logical_line(where.file, where.line))) {
      const makelang::Variable* variable = chain_[piece.level]->find(name);
      if (!variable || name == piece.variable) continue;
      std::vector<Written> parts;
      add_pieces(chain_, piece.level, name, *variable, parts);
      const auto found = std::ranges::find_if(
          parts, [&](const Written& part) { return has_word(part.text, word); });
      if (found != parts.end()) return *found;
    }
    return std::nullopt;
  }

  const ProcessChain& chain_;
  const makelang::Scope* scope_;
  std::vector<Written> written_;
  std::map<size_t, std::string> expansions_;
};

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
  Tracer tracer(chain, scope, seen);
  const std::vector<std::string_view> words = quoted_words(command);
  std::vector<WordOrigin> origins;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto later = std::count(words.begin() + static_cast<long>(i) + 1, words.end(), words[i]);
    origins.push_back(tracer.origin(words[i], static_cast<size_t>(later)));
  }
  return origins;
}

}  // namespace kbx::kbuild
