// The table of functions (GNU make 4.3, and let and intcmp of 4.4). $(guile) and the functions of
// loaded objects are not there.
#include "kbx/makelang/functions.h"

#include <algorithm>
#include <array>

#include "kbx/base/text.h"

namespace kbx::makelang {
namespace {

using namespace functions;

constexpr std::array<Function, 38> all_functions{{
    {"abspath", 0, 1, true, abspath},
    {"addprefix", 2, 2, true, addprefix},
    {"addsuffix", 2, 2, true, addsuffix},
    {"and", 1, 0, false, and_},
    {"basename", 0, 1, true, basename},
    {"call", 1, 0, true, call},
    {"dir", 0, 1, true, dir},
    {"error", 0, 1, true, error},
    {"eval", 0, 1, true, eval},
    {"file", 1, 2, true, file},
    {"filter", 2, 2, true, filter},
    {"filter-out", 2, 2, true, filter_out},
    {"findstring", 2, 2, true, findstring},
    {"firstword", 0, 1, true, firstword},
    {"flavor", 0, 1, true, flavor},
    {"foreach", 3, 3, false, foreach},
    {"if", 2, 3, false, if_},
    {"info", 0, 1, true, info},
    {"intcmp", 2, 5, false, intcmp},
    {"join", 2, 2, true, join},
    {"lastword", 0, 1, true, lastword},
    {"let", 3, 3, false, let},
    {"notdir", 0, 1, true, notdir},
    {"or", 1, 0, false, or_},
    {"origin", 0, 1, true, origin},
    {"patsubst", 3, 3, true, patsubst},
    {"realpath", 0, 1, true, realpath},
    {"shell", 0, 1, true, shell},
    {"sort", 0, 1, true, sort},
    {"strip", 0, 1, true, functions::strip},
    {"subst", 3, 3, true, subst},
    {"suffix", 0, 1, true, suffix},
    {"value", 0, 1, true, value},
    {"warning", 0, 1, true, warning},
    {"wildcard", 0, 1, true, wildcard},
    {"word", 2, 2, true, word},
    {"wordlist", 3, 3, true, wordlist},
    {"words", 0, 1, true, words},
}};

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = std::lower_bound(
      all_functions.begin(), all_functions.end(), name,
      [](const Function& entry, std::string_view key) { return entry.name < key; });
  if (found != all_functions.end() && found->name == name) return &*found;
  return nullptr;
}

void run_function(const Function& function, Expander& expander, std::string& out,
                  const Arguments& arguments) {
  if (arguments.size() < static_cast<size_t>(function.minimum))
    throw expander.error("insufficient number of arguments (" + std::to_string(arguments.size()) +
                         ") to function '" + std::string(function.name) + "'");
  if (arguments.empty()) return;
  function.run(expander, out, arguments);
}

std::string_view strip(std::string_view text) {
  return kbx::trim(text);
}

std::string_view next_word(std::string_view& text) {
  size_t begin = 0;
  while (begin < text.size() && is_space(text[begin])) ++begin;
  size_t end = begin;
  while (end < text.size() && !is_space(text[end])) ++end;
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

}  // namespace kbx::makelang
