#include "kbx/ninja/export_check.h"

#include <algorithm>

#include <elf.h>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/elf/object.h"

namespace kbx::ninja {
namespace {

/// The one word that is grep's pattern, without its quotes; "" if it is more than plain characters.
std::string plain_pattern(std::string_view word) {
  if (word.size() > 2 && (word[0] == '\'' || word[0] == '"') && word.back() == word[0])
    word = word.substr(1, word.size() - 2);
  else if (word.find(' ') != std::string_view::npos)
    return {};
  const std::string_view name = word.starts_with(' ') ? word.substr(1) : word;
  const bool is_plain = std::ranges::all_of(name, is_name_character);
  return is_plain && !name.empty() ? std::string(word) : std::string();
}

std::optional<ExportCheck> check_of(std::string_view condition) {
  constexpr std::string_view pipe = "| grep -q ";
  const size_t bar = condition.find(pipe);
  if (bar == std::string_view::npos) return std::nullopt;
  ExportCheck check;
  check.pattern = plain_pattern(condition.substr(bar + pipe.size()));
  const auto words = split_words(condition.substr(0, bar));
  if (check.pattern.empty() || words.size() < 2) return std::nullopt;
  const std::string program = base_name(words[0]);
  if (program.ends_with("objdump") && words[1] == "-h")
    check.among = ExportCheck::Among::sections;
  else if (!program.ends_with("nm") || words[1].starts_with('-'))
    return std::nullopt;
  return check;
}

bool matches(std::string_view name, std::string_view pattern) {
  if (pattern.starts_with(' ')) return name.starts_with(pattern.substr(1));
  return name.find(pattern) != std::string_view::npos;
}

}  // namespace

std::optional<GuardedCommand> guarded_by_exports(std::string_view text) {
  constexpr std::string_view opening = "if ";
  constexpr std::string_view then = "; then ";
  text = trim(text);
  while (text.ends_with(';')) text = trim(text.substr(0, text.size() - 1));
  if (!text.starts_with(opening) || !text.ends_with(" fi")) return std::nullopt;
  const size_t middle = text.find(then);
  if (middle == std::string_view::npos) return std::nullopt;
  const auto check = check_of(trim(text.substr(opening.size(), middle - opening.size())));
  std::string_view body = text.substr(middle + then.size());
  body = trim(body.substr(0, body.size() - std::string_view("fi").size()));
  if (!check || !body.ends_with(';')) return std::nullopt;
  return GuardedCommand{*check, std::string(trim(body.substr(0, body.size() - 1)))};
}

bool exports_symbols(std::string_view content, const std::string& path, const ExportCheck& check) {
  const elf::Object object = elf::read_object(content, path);
  if (check.among == ExportCheck::Among::sections)
    return std::ranges::any_of(object.sections, [&](const elf::Section& section) {
      return matches(section.name, check.pattern);
    });
  return std::ranges::any_of(object.symbols, [&](const elf::Symbol& symbol) {
    return symbol.type != STT_SECTION && symbol.type != STT_FILE &&
           matches(symbol.name, check.pattern);
  });
}

}  // namespace kbx::ninja
