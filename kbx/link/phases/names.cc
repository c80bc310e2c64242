#include "kbx/link/phases/names.h"

#include <cerrno>
#include <cstdlib>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/phases/scripts.h"

namespace kbx::link {
namespace {

constexpr std::string_view default_entry = "_start";

/// The number that -e gives instead of a name.
std::optional<std::uint64_t> entry_number(const LinkState& state) {
  char* end = nullptr;
  errno = 0;
  const std::uint64_t number = std::strtoull(state.options.entry.c_str(), &end, 0);
  if (state.options.entry.empty() || *end != '\0' || errno != 0) return std::nullopt;
  return number;
}

/// What a script names as the entry is wanted too, so that an archive gives it.
void require_entry(LinkState& state) {
  if (!state.options.entry.empty()) {
    if (!entry_number(state)) state.resolver.require(state.options.entry);
    return;
  }
  if (state.options.kind != OutputKind::executable && state.options.kind != OutputKind::pie) return;
  const std::string entry = has_script(state) ? state.script_entry : std::string(default_entry);
  if (!entry.empty()) state.resolver.require(entry);
}

}  // namespace

void require_symbols(LinkState& state) {
  require_entry(state);
  for (const std::string& name : state.options.required_symbols) state.resolver.require(name);
  for (const std::string& name : state.options.must_be_defined) state.resolver.require(name);
  for (const std::string& name : state.required_by_scripts) state.resolver.require(name);
}

void check_required(LinkState& state) {
  for (const std::string& name : state.options.must_be_defined) {
    const Symbol* symbol = state.resolver.symbols().find(name);
    const bool is_missing = !symbol || symbol->binding == Binding::undefined ||
                            symbol->binding == Binding::undefined_weak ||
                            symbol->binding == Binding::fresh;
    if (is_missing)
      throw Error(fmt::format("required symbol `{}' not defined", name),
                  "--require-defined wants it from one of the inputs");
  }
}

std::string entry_name(const LinkState& state) {
  return state.options.entry.empty() ? state.script_entry : state.options.entry;
}

std::vector<std::string> roots(const LinkState& state) {
  std::vector<std::string> names = state.options.required_symbols;
  names.insert(names.end(), state.options.must_be_defined.begin(),
               state.options.must_be_defined.end());
  names.insert(names.end(), state.required_by_scripts.begin(), state.required_by_scripts.end());
  if (const std::string name = entry_name(state); !name.empty()) names.push_back(name);
  return names;
}

namespace {

std::uint64_t symbol_address(const Symbol& symbol) {
  if (symbol.output_section) return symbol.value + symbol.output_section->address;
  if (symbol.section && symbol.section->output) return symbol.value + start_of(*symbol.section);
  return symbol.value;
}

/// --thumb-entry; nothing if it is not given, or names what is not there.
std::optional<std::uint64_t> thumb_entry(LinkState& state) {
  const Options& options = state.options;
  const std::string& name = options.arm.thumb_entry;
  if (name.empty() || state.machine() != EM_ARM || options.kind == OutputKind::relocatable)
    return std::nullopt;
  const Symbol* symbol = state.resolver.symbols().find(name);
  if (!symbol || !is_defined(symbol->binding) || is_from_shared(*symbol)) {
    state.say(fmt::format("{}: warning: cannot find thumb start symbol {}", options.program, name));
    return std::nullopt;
  }
  if (!options.entry.empty())
    state.say(fmt::format("{}: warning: '--thumb-entry {}' is overriding '-e {}'", options.program,
                          name, options.entry));
  return symbol_address(*symbol) | 1;
}

}  // namespace

std::uint64_t entry_address(LinkState& state) {
  if (const auto address = thumb_entry(state)) return *address;
  const bool is_final = state.options.kind != OutputKind::relocatable;
  std::string name = entry_name(state);
  const bool is_wanted = is_final ? !name.empty() : !state.options.entry.empty();
  if (name.empty()) {
    if (!is_final) return 0;
    name = "start";
  }
  const Symbol* symbol = state.resolver.symbols().find(name);
  if (symbol && is_defined(symbol->binding) && !is_from_shared(*symbol))
    return symbol_address(*symbol);
  if (const auto number = entry_number(state)) return *number;
  const bool has_default = is_final && state.options.kind != OutputKind::shared;
  // One that was empty, and is not in the output, has its address still.
  const Slot* place = has_default ? state.plan.slots.find(".text") : nullptr;
  const OutputSection* text = place ? place->section : nullptr;
  const std::string instead = text ? fmt::format("defaulting to {:0{}x}", text->address,
                                                 state.resolver.format().is_64bit ? 16 : 8)
                                   : std::string("not setting start address");
  // A shared object needs no entry.
  if (is_wanted && (state.options.kind != OutputKind::shared || !state.options.entry.empty()))
    state.say(fmt::format("{}: warning: cannot find entry symbol {}; {}", state.options.program,
                          name, instead));
  return text ? text->address : 0;
}

}  // namespace kbx::link
