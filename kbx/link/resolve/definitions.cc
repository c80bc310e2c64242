#include "kbx/link/resolve/definitions.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/resolve/commons.h"
#include "kbx/link/resolve/wrapped_name.h"

/// Symbol resolution after the System V gABI, "Symbol Table", with the decisions of GNU ld 2.40: a
/// strong definition wins over a weak one, a definition over a common symbol, the larger of two
/// common symbols over the smaller. Symbols of discarded sections are references.
namespace kbx::link {
namespace {

bool is_function(std::uint8_t type) {
  return type == STT_FUNC || type == STT_GNU_IFUNC;
}

/// Of two visibilities the one that binds more; STV_DEFAULT binds least.
std::uint8_t merged_visibility(std::uint8_t other, std::uint8_t with) {
  const unsigned mine = other & 3u;
  const unsigned theirs = with & 3u;
  if (theirs == 0 || (mine != 0 && mine <= theirs)) return other;
  return static_cast<std::uint8_t>((other & ~3u) | theirs);
}

}  // namespace

Definitions::Definitions(const Options& options, const Say& say, Arena& arena)
    : options_(options), arena_(arena), symbols_(arena), remarks_(options, say) {}

void Definitions::finish() const {
  if (errors_.empty()) return;
  std::string all = errors_.front();
  for (std::size_t i = 1; i < errors_.size(); ++i) all += "\n" + errors_[i];
  throw Error(all, "a name may have one definition; -z muldefs takes the first");
}

void Definitions::put_on_undefined_list(Symbol& symbol) {
  if (symbol.is_on_undefined_list) return;
  symbol.is_on_undefined_list = true;
  ++undefined_count_;
}

void Definitions::require(std::string_view name) {
  Symbol* symbol = symbols_.add(arena_.copy(name));
  symbol->is_required = true;
  if (symbol->binding != Binding::fresh) return;
  symbol->binding = Binding::undefined;
  symbol->is_referenced_in_object = true;
  symbol->is_referenced_strongly = true;
  put_on_undefined_list(*symbol);
}

void Definitions::add(InputFile& file) {
  constexpr std::size_t ahead = 8;
  const std::vector<std::uint64_t>& hashes = file.global_hashes;
  for (std::size_t i = 0; i < file.globals.size(); ++i) {
    if (i + ahead < hashes.size()) symbols_.prepare(hashes[i + ahead]);
    const InputSymbol& symbol = file.symbols[file.first_global + i];
    file.globals[i] =
        add_symbol(file, symbol, i < hashes.size() ? hashes[i] : name_hash(symbol.name));
  }
  file.global_hashes = {};
  if (is_final()) join_hidden_versions(file);
}

std::string_view Definitions::wrapped(std::string_view name) {
  const std::string meant = wrapped_name(options_.wrapped, name);
  return meant == name ? name : std::string_view(arena_.copy(meant));
}

Symbol* Definitions::add_symbol(InputFile& file, const InputSymbol& own, std::uint64_t hash) {
  InputSymbol symbol = own;
  InputSection* section = nullptr;
  bool is_undefined = symbol.section == SHN_UNDEF;
  bool is_discarded = false;
  const bool is_common = symbol.section == common_section;
  if (symbol.section < first_reserved_section) {
    section = file.section_at(symbol.section);
    is_discarded = section && section->is_discarded;
    if (is_discarded) {
      section = nullptr;
      is_undefined = true;
    }
  }
  if (file.is_just_symbols) section = nullptr;
  const bool may_wrap = is_undefined && !options_.wrapped.empty();
  Symbol& entry =
      *(may_wrap ? symbols_.add(wrapped(symbol.name)) : symbols_.add(symbol.name, hash));
  note(file, symbol, entry.name, is_undefined);
  const bool is_definition = !is_undefined && !is_common;
  if (file.is_hidden_library && !is_undefined && (symbol.other & 3u) != STV_INTERNAL)
    symbol.other = static_cast<std::uint8_t>((symbol.other & ~3u) | STV_HIDDEN);
  Symbol& global = is_final() ? displace(file, symbol, is_undefined, entry) : entry;
  const bool is_weak = symbol.binding == STB_WEAK;
  const bool old_is_weak =
      global.binding == Binding::defined_weak || global.binding == Binding::undefined_weak;
  const bool is_both_functions = is_function(symbol.type) && is_function(global.type);
  const bool may_change_type = global.binding == Binding::fresh || is_both_functions ||
                               old_is_weak || is_weak ||
                               (is_definition && global.binding == Binding::undefined);
  const bool may_change_size = may_change_type || global.binding == Binding::undefined;
  if (global.binding != Binding::fresh && !merge(file, symbol, is_definition, global))
    return &global;

  const Symbol before = global;
  if (options_.warn_common && !is_undefined) remarks_.warn_common(file, symbol, before);
  define(file, symbol, section, is_undefined, global);
  if (is_common || before.binding == Binding::common)
    remarks_.check_alignment(file, symbol, before, global);
  if (is_discarded) global.was_in_discarded = true;
  if (is_definition) {
    global.is_defined_in_object = true;
    global.is_unique = symbol.binding == STB_GNU_UNIQUE;
    global.is_just_symbol = file.is_just_symbols;
    global.is_referenced_in_shared |= global.is_defined_in_shared;
    global.is_defined_in_shared = false;
  } else {
    global.is_referenced_in_object = true;
    if (!is_weak) global.is_referenced_strongly = true;
  }
  if (is_definition && !may_change_size) remarks_.warn_size(file, symbol, global);
  if (is_definition && !may_change_type) remarks_.warn_type(file, symbol, global);
  if (symbol.size != 0 && !is_undefined && (is_definition || global.size == 0))
    global.size = symbol.size;
  if (global.binding == Binding::common) global.size = global.value;
  if (symbol.type != STT_NOTYPE &&
      ((is_definition && !is_weak) || (old_is_weak && global.binding == Binding::common) ||
       global.type == STT_NOTYPE))
    global.type = symbol.type;
  global.other = merged_other(file.machine, global.other, symbol.other, is_definition);
  global.other = merged_visibility(global.other, symbol.other);
  if (is_final()) {
    if (is_definition || global.binding == Binding::common) add_default_names(file, symbol, global);
    note_dynamic(global);
  }
  return &global;
}

/// False if the symbol changes nothing: a second definition.
bool Definitions::merge(InputFile& file, const InputSymbol& symbol, bool is_definition,
                        Symbol& global) {
  const bool was_definition = is_defined(global.binding);
  const bool old_is_weak =
      global.binding == Binding::defined_weak || global.binding == Binding::undefined_weak;
  const bool is_weak = symbol.binding == STB_WEAK;
  if (global.file == &file && (is_weak || old_is_weak) && !(is_definition && was_definition))
    return true;
  if (global.file && symbol.type != global.type &&
      (symbol.type == STT_TLS || global.type == STT_TLS))
    throw Error(Location{file.path, 0},
                fmt::format("{} is thread-local here or in {}, but not in both", symbol.name,
                            global.file->path));
  if (!is_definition || !was_definition || global.is_from_script) return true;
  if (!old_is_weak && !is_weak && global.is_defined_in_object) {
    if (!options_.allow_multiple_definition)
      errors_.push_back(fmt::format("multiple definition of {}: in {}, first in {}", symbol.name,
                                    file.path, global.file ? global.file->path : "a script"));
    return false;
  }
  if (is_weak) {
    global.other = merged_other(file.machine, global.other, symbol.other, false);
    global.other = merged_visibility(global.other, symbol.other);
    return false;
  }
  return true;
}

void Definitions::define(InputFile& file, const InputSymbol& symbol, InputSection* section,
                         bool is_undefined, Symbol& global) {
  const bool is_weak = symbol.binding == STB_WEAK;
  const Binding before = global.is_from_script ? Binding::undefined : global.binding;
  if (is_undefined) {
    if (!is_weak && (before == Binding::fresh || before == Binding::undefined_weak)) {
      global.binding = Binding::undefined;
      global.file = &file;
      put_on_undefined_list(global);
    } else if (is_weak && before == Binding::fresh) {
      global.binding = Binding::undefined_weak;
      global.file = &file;
    }
    return;
  }
  if (symbol.section == common_section && !is_weak) {
    make_common(file, symbol, global);
    return;
  }
  if (is_weak && before != Binding::fresh && !is_unresolved(before)) return;
  global.binding = is_weak ? Binding::defined_weak : Binding::defined;
  global.file = &file;
  global.section = section;
  global.output_section = nullptr;
  global.value = symbol.value;
  global.is_from_script = global.awaits_layout = false;
}

void Definitions::make_common(InputFile& file, const InputSymbol& symbol, Symbol& global) {
  const std::uint8_t alignment = common_alignment_power(symbol);
  if (global.binding == Binding::defined && !global.is_from_script) return;
  if (global.binding != Binding::common) {
    if (global.binding == Binding::fresh) put_on_undefined_list(global);
    global.binding = Binding::common;
    global.file = &file;
    global.is_large_common = symbol.is_large;
    add_commons(file, is_final() && symbol.type == STT_TLS, symbol.is_large, arena_);
    global.section = nullptr;
    global.value = symbol.size;
    global.alignment_power = alignment;
    global.is_from_script = global.awaits_layout = false;
    return;
  }
  // One that small code knows has to be near it.
  const bool was_large = global.is_large_common;
  global.is_large_common = was_large && symbol.is_large;
  if (symbol.size > global.value) global.file = &file;
  if (global.file == &file || was_large)
    add_commons(*global.file, is_final() && symbol.type == STT_TLS, global.is_large_common, arena_);
  global.value = std::max(global.value, symbol.size);
  global.alignment_power = std::max(global.alignment_power, alignment);
}

void Definitions::note_made(const Symbol& symbol, const InputFile& file) {
  remarks_.trace(file, symbol.name, false);
  if (options_.cross_reference)
    cross_references_.add(symbol.name, file, CrossReferences::Use::definition);
}

/// For -y and --cref.
void Definitions::note(const InputFile& file, const InputSymbol& symbol, std::string_view name,
                       bool is_undefined) {
  remarks_.trace(file, name, is_undefined);
  if (options_.cross_reference)
    cross_references_.add(name, file,
                          is_undefined                       ? CrossReferences::Use::reference
                          : symbol.section == common_section ? CrossReferences::Use::common
                                                             : CrossReferences::Use::definition);
}

}  // namespace kbx::link
