#include "kbx/link/resolve/undefined.h"

#include <algorithm>
#include <tuple>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/similar.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/dynamic/versions.h"

/// Undefined references in the words of GNU ld 2.40, which editors and build logs look for.
namespace kbx::link {
namespace {

constexpr unsigned most_in_a_row = 5;
constexpr std::size_t most_suggested = 5;  // names for which others are looked for

unsigned visibility(const Symbol& symbol) {
  return symbol.other & 3u;
}

/// Names that are defined and spelt almost like `name`, the most alike first: `a', `b' or `c'. A
/// function of C++ counts as alike if it is called `name` there, which extern "C" would make it.
std::string near_misses(std::string_view name, const SymbolTable& symbols) {
  struct Miss {
    std::size_t distance = 0;
    std::string name;
  };
  const std::size_t most = name.size() < 6 ? 1 : 2;
  const std::string call = std::string(name) + "(";
  std::vector<Miss> misses;
  symbols.for_each([&](const Symbol& symbol) {
    if (!is_defined(symbol.binding) || symbol.name == name || symbol.name.size() < 3) return;
    const auto distance = edit_distance(name, symbol.name, most);
    if (distance)
      misses.push_back({*distance, std::string(symbol.name)});
    else if (symbol.name.starts_with("_Z") && symbol.name.find(name) != std::string_view::npos)
      if (std::string full = demangled(symbol.name); full.starts_with(call))
        misses.push_back({0, std::move(full)});
  });
  std::ranges::sort(misses, [](const Miss& a, const Miss& b) {
    return std::tie(a.distance, a.name) < std::tie(b.distance, b.name);
  });
  constexpr std::size_t most_misses = 3;
  const std::size_t count = std::min(misses.size(), most_misses);
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format("{}`{}'", i == 0 ? "" : i + 1 == count ? " or " : ", ", misses[i].name);
  return text;
}

}  // namespace

/// No other module can define what is not visible to it.
bool UndefinedReferences::is_told(Unresolved policy, const Symbol& symbol) const {
  const bool is_open = visibility(symbol) == STV_DEFAULT;
  const bool is_shared = options_.kind == OutputKind::shared;
  if (is_open && policy == Unresolved::ignore) return false;
  if (is_open && policy == Unresolved::by_kind && is_shared) return false;
  return std::find(options_.may_be_undefined.begin(), options_.may_be_undefined.end(),
                   symbol.name) == options_.may_be_undefined.end();
}

/// How many times the name came up right before.
unsigned UndefinedReferences::count(std::string_view name) {
  if (last_name_ == name) return ++in_a_row_;
  last_name_ = name;
  return in_a_row_ = 0;
}

bool UndefinedReferences::is_warning(const Symbol& symbol) const {
  return options_.unresolved_are_warnings && visibility(symbol) == STV_DEFAULT;
}

void UndefinedReferences::tell(const Symbol& symbol, const std::string& text) {
  if (is_warning(symbol))
    say_(fmt::format("{}: {}", options_.program, text));
  else
    errors_.push_back(text);
}

void UndefinedReferences::add(const Symbol& symbol, const InputSection& section,
                              std::uint64_t offset) {
  if (!is_told(options_.unresolved_in_objects, symbol)) return;
  if (std::find(names_.begin(), names_.end(), symbol.name) == names_.end())
    names_.push_back(symbol.name);
  const unsigned before = count(symbol.name);
  if (before > most_in_a_row) return;
  const char* warning = is_warning(symbol) ? "warning: " : "";
  if (before == most_in_a_row)
    tell(symbol, fmt::format("{}: {}more undefined references to `{}' follow",
                             places_.plain(section, offset), warning, places_.shown(symbol.name)));
  else
    tell(symbol,
         fmt::format("{}: {}undefined reference to `{}'", places_.with_function(section, offset),
                     warning, places_.shown(symbol.name)));
}

void UndefinedReferences::add_symbols(const SymbolTable& symbols) {
  bool can_be_written = true;
  for (const bool is_local : {true, false})
    symbols.for_each([&](const Symbol& symbol) {
      const bool is_other_name = symbol.binding == Binding::indirect && !symbol.is_forced_local;
      if (!can_be_written || symbol.is_forced_local != is_local || is_other_name) return;
      add_shared(symbol);
      const std::string fault = fault_of(symbol);
      if (fault.empty()) return;
      can_be_written = false;
      errors_.push_back(fmt::format("{}: {}", options_.output, fault));
      errors_.emplace_back("final link failed: bad value");
    });
}

/// A shared object needs it, and nothing defines it.
void UndefinedReferences::add_shared(const Symbol& symbol) {
  if (!symbol.is_referenced_in_shared || symbol.binding != Binding::undefined ||
      symbol.is_referenced_in_object || !symbol.file)
    return;
  if (!is_told(options_.unresolved_in_shared, symbol)) return;
  const unsigned before = count(symbol.name);
  if (before > most_in_a_row) return;
  tell(symbol,
       fmt::format("{}: {}{} to `{}'{}", symbol.file->path, is_warning(symbol) ? "warning: " : "",
                   before == most_in_a_row ? "more undefined references" : "undefined reference",
                   symbol.name, before == most_in_a_row ? " follow" : ""));
}

/// Why the output cannot have such a symbol, or nothing: a shared object needs what the program
/// hides, or nothing here defines what nobody else may.
std::string UndefinedReferences::fault_of(const Symbol& symbol) const {
  const bool is_program = options_.kind != OutputKind::shared;
  const bool is_hidden = is_program && symbol.is_forced_local && symbol.is_referenced_in_shared &&
                         symbol.is_defined_in_object && !symbol.has_shared_definition &&
                         symbol.is_referenced_in_shared_strongly && symbol.file;
  const unsigned own = visibility(symbol);
  if (is_hidden)
    return fmt::format("{} symbol `{}' in {} is referenced by DSO",
                       own == STV_HIDDEN     ? "hidden"
                       : own == STV_INTERNAL ? "internal"
                                             : "local",
                       symbol.name, symbol.file->path);
  const bool is_missing = symbol.binding == Binding::undefined && own != STV_DEFAULT &&
                          !symbol.is_defined_in_object && !symbol.is_forced_local &&
                          symbol.is_referenced_strongly;
  const bool is_written = symbol.is_dynamic || options_.strip != Strip::all;
  if (!is_missing || !is_written) return {};
  return fmt::format("{} symbol `{}' isn't defined",
                     own == STV_PROTECTED  ? "protected"
                     : own == STV_INTERNAL ? "internal"
                                           : "hidden",
                     symbol.name);
}

void UndefinedReferences::finish(const SymbolTable& symbols) const {
  if (errors_.empty()) return;
  std::string all = errors_.front();
  for (std::size_t i = 1; i < errors_.size(); ++i)
    all += fmt::format("\n{}: {}", options_.program, errors_[i]);
  std::string hint = "name the object or library that defines it";
  for (std::size_t i = 0; i < std::min(names_.size(), most_suggested); ++i)
    if (const std::string near = near_misses(names_[i], symbols); !near.empty())
      hint += fmt::format("; `{}': did you mean {}?", names_[i], near);
  throw Error(all, hint);
}

}  // namespace kbx::link
