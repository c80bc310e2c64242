#include <algorithm>
#include <string>
#include <unordered_map>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/shared_object.h"
#include "kbx/link/resolve/definitions.h"

/// What shared objects do to the global names, with the decisions of GNU ld 2.40 (they are those of
/// bfd/elflink.c): an object's definition wins over a shared object's wherever it stands, of two
/// shared objects the first wins, weak or not; a hidden symbol has nothing to do with those of
/// shared objects.
///
/// A name may carry a version. A shared object's symbol foo in version V goes by foo@@V if V is the
/// default one, and then foo and foo@V are other names of it; by foo@V if it is not. When an
/// object defines foo after all, foo is what remains and foo@@V becomes another name of that.
namespace kbx::link {
namespace {

constexpr std::uint16_t hidden_version = 0x8000;  // VERSYM_HIDDEN

bool is_function(std::uint8_t type) {
  return type == STT_FUNC || type == STT_GNU_IFUNC;
}

unsigned visibility(std::uint8_t other) {
  return other & 3u;
}

Symbol& real(Symbol& symbol) {
  Symbol* at = &symbol;
  while (at->binding == Binding::indirect) at = at->target;
  return *at;
}

/// What is known of `from`, which becomes another name of `to`. Shared objects that know no version
/// do not mean one that has to be named.
void copy_uses(const Symbol& from, Symbol& to) {
  if (!to.has_hidden_version) {
    to.is_referenced_in_shared |= from.is_referenced_in_shared;
    to.is_referenced_in_shared_strongly |= from.is_referenced_in_shared_strongly;
    to.is_overridable |= from.is_overridable;
  }
  to.is_referenced_in_object |= from.is_referenced_in_object;
  to.is_referenced_strongly |= from.is_referenced_strongly;
  to.is_used_by_relocation |= from.is_used_by_relocation;
}

void make_indirect(Symbol& symbol, Symbol& target) {
  symbol.binding = Binding::indirect;
  symbol.target = &target;
  copy_uses(symbol, target);
  if (symbol.is_dynamic) target.is_dynamic = true;
  symbol.is_dynamic = false;
}

/// In a shared object what was a common symbol looks like this.
bool is_common_like(const InputSection* section, const InputSymbol& symbol) {
  return section && section->type == SHT_NOBITS && symbol.binding != STB_WEAK && symbol.size != 0 &&
         !is_function(symbol.type);
}

}  // namespace

void Definitions::mark_needed(InputFile& file) {
  file.shared->is_needed = true;
}

/// True if the definition of `symbol` would be what `name` is bound to, and an object wants it.
bool Definitions::would_bind(const InputFile& file, const InputSymbol& symbol,
                             std::string_view name, const std::vector<InputFile*>& others) const {
  const Symbol* known = symbols_.find(name);
  if (!known || is_defined(known->binding) || visibility(known->other) != STV_DEFAULT) return false;
  if (known->binding == Binding::common &&
      (symbol.binding == STB_WEAK || is_function(symbol.type) ||
       is_common_like(file.section_at(symbol.section), symbol)))
    return false;
  if (known->is_referenced_strongly) return true;
  if (!known->is_referenced_in_shared_strongly) return false;
  const auto names_it = [&](const InputFile* other) {
    const auto& needed = other->shared->needed;
    return other->shared->is_needed &&
           std::find(needed.begin(), needed.end(), file.shared->soname) != needed.end();
  };
  return std::none_of(others.begin(), others.end(), names_it);
}

std::optional<std::string> Definitions::wants(const InputFile& file,
                                              const std::vector<InputFile*>& others) {
  for (std::size_t i = file.first_global; i < file.symbols.size(); ++i) {
    const InputSymbol& symbol = file.symbols[i];
    if (symbol.section == SHN_UNDEF || symbol.binding == STB_LOCAL) continue;
    const std::string name(versioned_name(file, i));
    std::vector<std::string> forms = {name};
    if (const std::size_t at = name.find("@@"); at != std::string::npos)
      forms.insert(forms.end(), {name.substr(0, at), name.substr(0, at) + name.substr(at + 1)});
    for (const std::string& form : forms) {
      if (!would_bind(file, symbol, form, others)) continue;
      const InputFile* by = symbols_.find(form)->file;
      return fmt::format("{} ({})", by ? by->path : std::string(), name);
    }
  }
  return std::nullopt;
}

/// The name with its version.
std::string_view Definitions::versioned_name(const InputFile& file, std::size_t index) {
  const InputSymbol& symbol = file.symbols[index];
  const SharedObject& shared = *file.shared;
  if (shared.symbol_versions.empty()) return symbol.name;
  const std::uint16_t version = shared.symbol_versions[index];
  const bool is_hidden = (version & hidden_version) != 0;
  const std::size_t number = version & ~unsigned{hidden_version};
  const bool is_undefined = symbol.section == SHN_UNDEF;
  // The symbol that stands for a version itself has none.
  const bool has_none =
      !is_hidden &&
      (number <= 1 || (symbol.section == absolute_section && !is_function(symbol.type)));
  if (has_none) return symbol.name;
  std::string_view text;
  if (is_undefined) {
    if (number < shared.needed_versions.size()) text = shared.needed_versions[number];
    if (text.empty()) return symbol.name;
  } else if (number > 1 && number < shared.versions.size()) {
    text = shared.versions[number].name;
  }
  return arena_.copy(
      fmt::format("{}{}{}", symbol.name, is_hidden || is_undefined ? "@" : "@@", text));
}

void Definitions::add_shared(InputFile& file) {
  for (std::size_t i = 0; i < file.globals.size(); ++i) {
    const InputSymbol& symbol = file.symbols[file.first_global + i];
    if (symbol.binding == STB_LOCAL || symbol.type == STT_SECTION || symbol.name.empty()) continue;
    file.globals[i] = add_shared_symbol(file, file.first_global + i);
  }
  find_weak_aliases(file);
  if (file.shared->is_needed) dynamic_names_.push_back({nullptr, &file});
}

Symbol* Definitions::add_shared_symbol(InputFile& file, std::size_t index) {
  InputSymbol symbol = file.symbols[index];
  symbol.name = versioned_name(file, index);
  const bool is_undefined = symbol.section == SHN_UNDEF;
  const bool is_weak = symbol.binding == STB_WEAK;
  const bool may_wrap = is_undefined && !options_.wrapped.empty();
  Symbol& entry = *symbols_.add(may_wrap ? wrapped(symbol.name) : symbol.name);
  Symbol& global = real(entry);
  // What an object has in a version that others have to name is nothing to those who do not.
  if (!is_undefined && &entry != &global && global.is_defined_in_object &&
      global.has_hidden_version && symbol.name.find('@') == std::string_view::npos)
    return &global;
  InputSection* section = nullptr;
  if (symbol.section < first_reserved_section) section = file.section_at(symbol.section);
  bool is_definition = !is_undefined;
  const Binding before = global.binding;
  if (before != Binding::fresh) {
    check_thread_local(file, symbol, global);
    if (is_definition) global.has_shared_definition = true;
    if (is_definition && visibility(global.other) != STV_DEFAULT) {
      global.is_referenced_in_shared = true;
      if (visibility(global.other) == STV_PROTECTED) record_dynamic(global);
      return &global;
    }
    if (is_definition && before == Binding::common && is_common_like(section, symbol)) {
      global.value = std::max(global.value, symbol.size);
      global.size = global.value;
      global.alignment_power = std::max(global.alignment_power, section->alignment_power);
      is_definition = false;
    }
    if (is_defined(before) || (before == Binding::common && (is_weak || is_function(symbol.type))))
      is_definition = false;
  } else if (is_definition) {
    global.has_shared_definition = true;
  }

  note(file, symbol, entry.name, !is_definition);
  if (is_definition) {
    global.binding = is_weak ? Binding::defined_weak : Binding::defined;
    global.file = &file;
    global.section = section;
    global.output_section = nullptr;
    global.value = symbol.value - (section ? section->address : 0);
    global.is_defined_in_shared = true;
    global.is_protected_there = visibility(symbol.other) == STV_PROTECTED;
    if (!file.shared->symbol_versions.empty()) {
      global.shared_version =
          static_cast<std::uint16_t>(file.shared->symbol_versions[index] & ~hidden_version);
      global.has_hidden_version = (file.shared->symbol_versions[index] & hidden_version) != 0;
    }
  } else {
    if (before == Binding::fresh ||
        (before == Binding::undefined_weak && !is_weak && is_undefined)) {
      global.binding = is_weak ? Binding::undefined_weak : Binding::undefined;
      global.file = &file;
      if (!is_weak) put_on_undefined_list(global);
    }
    global.is_referenced_in_shared = true;
    entry.is_referenced_in_shared = true;
    if (!is_weak)
      global.is_referenced_in_shared_strongly = entry.is_referenced_in_shared_strongly = true;
  }
  if (symbol.size != 0 && !is_undefined && (is_definition || global.size == 0))
    global.size = symbol.size;
  const std::uint8_t type = symbol.type == STT_GNU_IFUNC ? std::uint8_t{STT_FUNC} : symbol.type;
  if (type != STT_NOTYPE && ((is_definition && !is_weak) || global.type == STT_NOTYPE))
    global.type = type;
  global.has_version = symbol.name.find('@') != std::string_view::npos;
  if (is_definition) add_default_names(file, symbol, global);
  Symbol& final = real(global);
  const bool is_wanted = (final.is_defined_in_object || final.is_referenced_in_object ||
                          (final.strong && final.strong->is_dynamic)) &&
                         !entry.is_forced_local;
  if (is_wanted) record_dynamic(final);
  if (is_definition && !file.shared->is_needed) check_wanted(file, symbol.name, final);
  return &global;
}

/// An object takes a symbol from a shared object that it does not need so far.
void Definitions::check_wanted(InputFile& file, std::string_view name, const Symbol& symbol) {
  if (!symbol.is_defined_in_shared || symbol.file != &file) return;
  const bool is_wanted = symbol.is_dynamic && symbol.is_referenced_strongly;
  if (!file.shared->is_indirect) {
    if (is_wanted || symbol.is_referenced_in_shared_strongly) mark_needed(file);
    return;
  }
  if (!is_wanted) return;
  const Symbol* user = symbols_.add(name.substr(0, name.find('@')));
  throw Error(
      fmt::format("{}: undefined reference to symbol '{}'\n{}: {}: error adding symbols: "
                  "DSO missing from command line",
                  user->file ? user->file->path : "an input", name, options_.program, file.path),
      "name that shared object too");
}

void Definitions::check_thread_local(const InputFile& file, const InputSymbol& symbol,
                                     const Symbol& global) {
  if (!global.file || symbol.type == global.type || global.file == &file) return;
  if (symbol.type != STT_TLS && global.type != STT_TLS) return;
  if (symbol.type == STT_NOTYPE || global.type == STT_NOTYPE) return;
  throw Error(Location{file.path, 0},
              fmt::format("{} is thread-local here or in {}, but not in both", symbol.name,
                          global.file->path));
}

/// `.symver foo, foo@VER` leaves foo beside foo@VER in the object: both are the latter.
void Definitions::join_hidden_versions(InputFile& file) {
  for (std::size_t i = 0; i < file.globals.size(); ++i) {
    const std::string_view name = file.symbols[file.first_global + i].name;
    const std::size_t at = name.find('@');
    if (at == std::string_view::npos || name.substr(at, 2) == "@@" || !file.globals[i]) continue;
    Symbol& versioned = real(*file.globals[i]);
    Symbol* const plain = symbols_.find(name.substr(0, at));
    const bool is_same = plain && plain->name == name.substr(0, at) &&
                         is_defined(versioned.binding) && plain->binding == versioned.binding &&
                         plain->is_defined_in_object && plain->section == versioned.section &&
                         plain->value == versioned.value;
    if (!is_same || !versioned.is_defined_in_object) continue;
    plain->is_dynamic = false;
    plain->is_forced_local = true;
    make_indirect(*plain, versioned);
  }
}

/// `entry` was another name of what a shared object defines in a version, and an object has a
/// variable of that name where that is a function, or the like: they have nothing in common.
void Definitions::part(InputFile& file, Symbol& entry) {
  entry.binding = entry.is_on_undefined_list ? Binding::undefined : Binding::fresh;
  entry.target = nullptr;
  entry.file = &file;
  entry.section = nullptr;
  entry.size = 0;
  entry.type = STT_NOTYPE;
  entry.is_dynamic = entry.is_forced_local = false;
  entry.is_defined_in_shared = entry.is_referenced_in_shared = false;
  entry.has_shared_definition = false;
}

/// A symbol of an object meets one that a shared object defines. Gives the symbol that goes on
/// under the name, as undefined or fresh if the shared object's definition is no longer in force.
Symbol& Definitions::displace(InputFile& file, InputSymbol& symbol, bool is_undefined,
                              Symbol& entry) {
  Symbol& old = real(entry);
  if (!old.is_defined_in_shared || !is_defined(old.binding)) return old;
  const bool is_common = symbol.section == common_section;
  const bool is_definition = !is_undefined && !is_common;
  const bool is_indirect = &old != &entry;
  const bool is_other_type = symbol.type != old.type && symbol.type != STT_NOTYPE &&
                             old.type != STT_NOTYPE &&
                             !(is_function(symbol.type) && is_function(old.type));
  if (is_indirect && is_other_type && !is_undefined) {
    part(file, entry);
    return entry;
  }
  if (visibility(symbol.other) != STV_DEFAULT) {
    Symbol* kept = &old;
    if (is_indirect) {
      kept = &entry;
      const Symbol before = old;
      entry.binding = before.binding;
      entry.target = nullptr;
      // What referred to the name so far means the new definition, too.
      if (before.is_referenced_in_object) {
        make_indirect(old, entry);
        entry.is_dynamic = false;
        if (visibility(symbol.other) == STV_PROTECTED) entry.has_shared_definition = true;
      }
    }
    if (visibility(symbol.other) == STV_PROTECTED) kept->is_referenced_in_shared = true;
    kept->is_defined_in_shared = false;
    kept->binding =
        is_undefined && kept->is_on_undefined_list ? Binding::undefined : Binding::fresh;
    kept->file = &file;
    kept->section = nullptr;
    kept->size = 0;
    kept->type = symbol.type == STT_TLS ? std::uint8_t{STT_TLS} : std::uint8_t{STT_NOTYPE};
    kept->shared_version = 0;
    return *kept;
  }
  const bool was_function = is_function(old.type);
  const bool was_weak = old.binding == Binding::defined_weak;
  const bool was_common_like = old.binding == Binding::defined && old.section &&
                               old.section->type == SHT_NOBITS && old.size != 0 && !was_function;
  const bool overrides = is_definition || (is_common && (was_weak || was_function));
  if (!overrides && !(is_common && was_common_like)) return old;
  if (is_common && was_function && overrides) old.type = STT_NOTYPE;
  if (is_common && !overrides) {
    symbol.size = std::max(symbol.size, old.size);
    symbol.value = std::max(symbol.value, std::uint64_t{1} << old.section->alignment_power);
  }
  if (is_definition && symbol.binding == STB_WEAK) old.is_referenced_in_shared = true;
  old.binding = Binding::undefined;
  old.section = nullptr;
  old.shared_version = 0;
  // GNU ld still takes such a common symbol of a program for the shared object's, and copies it.
  const bool stays = !overrides && !is_indirect && options_.kind != OutputKind::shared;
  old.is_defined_in_shared = stays;
  old.is_referenced_in_shared = old.is_referenced_in_shared || !stays;
  if (!is_indirect) return old;
  entry.binding = Binding::undefined;
  entry.target = nullptr;
  entry.file = old.file;
  entry.type = old.type;
  entry.size = old.size;
  entry.has_shared_definition = true;
  make_indirect(old, entry);
  return entry;
}

/// foo@@VER goes by foo and by foo@VER as well.
void Definitions::add_default_names(InputFile& file, const InputSymbol& symbol, Symbol& global) {
  const std::string_view name = symbol.name;
  const std::size_t at = name.find('@');
  if (at == std::string_view::npos) return;
  global.has_version = true;
  if (name.substr(at, 2) != "@@") {
    global.has_hidden_version = true;
    return;
  }
  add_other_name(file, symbol, global, name.substr(0, at), true);
  const std::string plain = std::string(name.substr(0, at)) + std::string(name.substr(at + 1));
  add_other_name(file, symbol, global, arena_.copy(plain), false);
}

/// Makes `name` another name of `global`, or the other way round if an object defines `name`.
void Definitions::add_other_name(InputFile& file, const InputSymbol& symbol, Symbol& global,
                                 std::string_view name, bool is_default) {
  Symbol& entry = *symbols_.add(name);
  if (&real(entry) == &global) return;
  if (options_.cross_reference)
    cross_references_.add(entry.name, file, CrossReferences::Use::definition);
  if (file.shared) {
    add_shared_name(file, symbol, global, entry, is_default);
    return;
  }
  InputSymbol own = symbol;
  Symbol& other = displace(file, own, false, entry);
  if (is_defined(other.binding) || other.binding == Binding::common) {
    if (is_default && other.is_defined_in_object && !options_.allow_multiple_definition)
      errors_.push_back(fmt::format("multiple definition of {}: in {}, first in {}", name,
                                    file.path, other.file ? other.file->path : "a script"));
    return;
  }
  make_indirect(other, global);
}

void Definitions::add_shared_name(InputFile& file, const InputSymbol& symbol, Symbol& global,
                                  Symbol& entry, bool is_default) {
  Symbol& other = real(entry);
  if (other.binding == Binding::fresh) {
    make_indirect(other, global);
    return;
  }
  check_thread_local(file, symbol, other);
  other.has_shared_definition = true;
  if (visibility(other.other) != STV_DEFAULT) {
    other.is_referenced_in_shared = true;
    if (visibility(other.other) == STV_PROTECTED) record_dynamic(other);
    return;
  }
  const bool was_common = other.binding == Binding::common;
  const bool was_defined = is_defined(other.binding) && !other.is_from_script;
  const bool is_mismatch = !(is_function(symbol.type) && is_function(other.type)) &&
                           symbol.type != other.type && symbol.type != STT_NOTYPE &&
                           other.type != STT_NOTYPE;
  if (is_mismatch && (was_defined || was_common) && !other.is_defined_in_shared &&
      options_.kind != OutputKind::shared && !options_.export_dynamic &&
      !other.is_referenced_in_shared)
    return;
  const bool overrides =
      was_defined || (was_common && (symbol.binding == STB_WEAK || is_function(symbol.type) ||
                                     is_common_like(global.section, symbol)));
  if (!overrides) {
    make_indirect(other, global);
    return;
  }
  if (!is_default) return;
  if (global.is_defined_in_shared) other.is_referenced_in_shared = true;
  global.is_defined_in_shared = false;
  make_indirect(global, other);
  if (other.is_referenced_in_object || other.is_defined_in_object) record_dynamic(other);
}

/// After each symbol of an object: is it one that .dynsym has to have?
void Definitions::note_dynamic(Symbol& symbol) {
  Symbol& global = real(symbol);
  const bool is_wanted = options_.kind == OutputKind::shared || global.is_defined_in_shared ||
                         global.is_referenced_in_shared;
  if (is_wanted && !global.is_dynamic) {
    record_dynamic(global);
    if (global.strong) record_dynamic(*global.strong);
  } else if (global.is_dynamic &&
             (visibility(global.other) == STV_HIDDEN || visibility(global.other) == STV_INTERNAL)) {
    global.is_dynamic = false;
    global.is_forced_local = true;
  }
}

void Definitions::record_dynamic(Symbol& symbol) {
  if (symbol.is_dynamic) return;
  const unsigned own = visibility(symbol.other);
  if ((own == STV_HIDDEN || own == STV_INTERNAL) && !is_unresolved(symbol.binding)) {
    symbol.is_forced_local = true;
    return;
  }
  symbol.is_dynamic = true;
  dynamic_names_.push_back({&symbol, nullptr});
}

/// A weak name of data and the strong name of the same place have to be copied together.
void Definitions::find_weak_aliases(InputFile& file) {
  const auto is_own = [&](const Symbol* symbol, Binding binding) {
    return symbol && symbol->binding == binding && symbol->is_defined_in_shared &&
           symbol->file == &file && symbol->section && !is_function(symbol->type);
  };
  std::unordered_multimap<std::uint64_t, Symbol*> strong;
  for (Symbol* symbol : file.globals)
    if (is_own(symbol, Binding::defined))
      strong.emplace(symbol->section->address + symbol->value, symbol);
  // GNU ld looks at the last one first, and that decides which others .dynsym has.
  for (auto place = file.globals.rbegin(); place != file.globals.rend(); ++place) {
    Symbol* symbol = *place;
    if (!is_own(symbol, Binding::defined_weak)) continue;
    Symbol* best = nullptr;
    const auto [first, last] = strong.equal_range(symbol->section->address + symbol->value);
    for (auto other = first; other != last; ++other) {
      Symbol* candidate = other->second;
      if (candidate->section != symbol->section || candidate == symbol) continue;
      const bool is_better =
          !best || (best->size != symbol->size && candidate->size == symbol->size);
      if (is_better) best = candidate;
    }
    if (!best) continue;
    symbol->strong = best;
    if (symbol->is_dynamic) record_dynamic(*best);
    if (best->is_dynamic) record_dynamic(*symbol);
  }
}

/// The files' symbols become what they stand for.
void Definitions::join_indirect(const std::vector<InputFile*>& files) {
  for (InputFile* file : files)
    for (Symbol*& symbol : file->globals)
      if (symbol) symbol = &real(*symbol);
}

}  // namespace kbx::link
