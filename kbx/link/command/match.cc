// Which option a word means. The rules are those of getopt_long_only(3) as GNU ld's parse_args uses
// it: a name may begin with one dash or with two and may be cut short while only one name begins
// so. A word with one dash is a name before it is a letter, so that -ou FILE is --out… and not
// -o u; some names, marked with ! in the table, are therefore known with two dashes only, as
// -output is -o utput. They are tried after the others, and -lNAME and -mNAME
// never are names.

#include "kbx/link/command/match.h"

#include "kbx/base/error.h"
#include "kbx/base/text.h"
#include "kbx/link/command/suggest.h"

namespace kbx::link::command {

Matcher::Matcher() {
  for (const OptionGroup& group : option_groups())
    for (const Option& option : group.options)
      for (std::string_view word : split_words(option.names)) {
        if (word.size() == 2) {
          letters_[static_cast<unsigned char>(word[1])] = &option;
          continue;
        }
        const bool needs_two = word.ends_with('!');
        word.remove_prefix(word[1] == '-' ? 2 : 1);
        if (needs_two) word.remove_suffix(1);
        (needs_two ? two_dash_names_ : names_).push_back({word, &option, group.may_be_cut});
      }
}

const Option* Matcher::letter(char c) const {
  const auto code = static_cast<unsigned char>(c);
  return code < 128 ? letters_[code] : nullptr;
}

const Option* Matcher::find(std::string_view name, std::span<const Name> among,
                            bool* ambiguous) const {
  const Option* found = nullptr;
  *ambiguous = false;
  for (const Name& candidate : among) {
    if (candidate.text == name) {
      *ambiguous = false;
      return candidate.option;
    }
    if (!candidate.may_be_cut || !candidate.text.starts_with(name)) continue;
    *ambiguous = *ambiguous || found;
    found = candidate.option;
  }
  return *ambiguous ? nullptr : found;
}

std::optional<Found> Matcher::match_name(const std::vector<std::string>& words, std::size_t& at,
                                         std::size_t dashes, std::span<const Name> among) const {
  const std::string& word = words[at];
  const std::size_t sign = word.find('=');
  const bool has_value = sign != std::string::npos;
  bool ambiguous = false;
  const Option* option =
      find(std::string_view(word).substr(0, sign).substr(dashes), among, &ambiguous);
  if (!option || (has_value && option->argument == Argument::none)) return std::nullopt;
  Found found{option, has_value ? word.substr(sign + 1) : "", has_value, false};
  if (!has_value && option->argument == Argument::required) {
    if (at + 1 == words.size())
      throw Error(word + ": missing argument",
                  "give " + std::string(option->placeholder) + " after it");
    found.value = words[++at];
    found.has_value = true;
  }
  ++at;
  return found;
}

std::vector<Found> Matcher::match_letters(const std::vector<std::string>& words,
                                          std::size_t& at) const {
  const std::string& word = words[at];
  std::vector<Found> all;
  for (std::size_t i = 1; i < word.size(); ++i) {
    const Option* option = letter(word[i]);
    if (!option) refuse(word);
    const bool is_partial_link = i == 1 && (word[i] == 'r' || word[i] == 'i') && word.size() > 2;
    if (is_partial_link) refuse(word);
    Found found{option, "", false, word[i] != word[1]};
    if (option->argument == Argument::required) {
      if (i > 1)
        throw Error("Error: unable to disambiguate: " + word + " (did you mean -" + word + " ?)");
      found.has_value = true;
      found.value = word.substr(2);
      if (found.value.empty() && at + 1 == words.size())
        throw Error(word + ": missing argument",
                    "give " + std::string(option->placeholder) + " after it");
      if (word.size() == 2) found.value = words[++at];
      i = word.size();
    }
    all.push_back(found);
  }
  ++at;
  return all;
}

std::vector<Found> Matcher::match(const std::vector<std::string>& words, std::size_t& at) const {
  const std::string& word = words[at];
  const bool two_dashes = word.starts_with("--");
  const bool has_letter = letter(word[1]) != nullptr;
  const bool is_letter = has_letter && (word.size() == 2 || word[1] == 'l' || word[1] == 'm');
  if (!is_letter) {
    if (auto found = match_name(words, at, two_dashes ? 2 : 1, names_)) return {*found};
    if (two_dashes)
      if (auto found = match_name(words, at, 2, two_dash_names_)) return {*found};
  }
  if (two_dashes || !has_letter || (!is_letter && begins_a_name(word))) refuse(word);
  return match_letters(words, at);
}

bool Matcher::begins_a_name(const std::string& word) const {
  const std::string name = word.substr(1, word.find('=') - 1);
  for (const Name& candidate : names_)
    if (candidate.text == name || (candidate.may_be_cut && candidate.text.starts_with(name)))
      return true;
  return false;
}

void Matcher::refuse(const std::string& word) const {
  const std::size_t dashes = word.starts_with("--") ? 2 : 1;
  const std::string name = word.substr(dashes, word.find('=') - dashes);
  Closest closest(name);
  std::string candidates;
  for (const auto* list : {&names_, &two_dash_names_})
    for (const Name& candidate : *list) {
      closest.offer(candidate.text);
      if (candidate.text == name && word.find('=') != std::string::npos)
        throw Error("unrecognized option '" + word + "'", "--" + name + " takes no argument");
      if (name.size() > 1 && candidate.text.starts_with(name) && candidates.size() < 200)
        candidates += " --" + std::string(candidate.text);
    }
  std::string hint = "use the --help option for usage information";
  if (closest.found())
    hint = "did you mean --" + closest.name() + "? --help lists all options";
  else if (!candidates.empty())
    hint = "it may mean each of" + candidates;
  throw Error("unrecognized option '" + word + "'", hint);
}

}  // namespace kbx::link::command
