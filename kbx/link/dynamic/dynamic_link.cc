#include "kbx/link/dynamic/dynamic_link.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/output/flat.h"
#include "kbx/link/script/parse.h"

/// Which symbols a dynamic output shows, and in which versions: the System V gABI, chapter 5, the
/// LSB's "Symbol Versioning", and ld's manual, with the decisions of GNU ld 2.40. Those names that
/// objects and shared objects brought into .dynsym are there already (Resolver::record_dynamic);
/// here come those of scripts and of --export-dynamic, and version scripts take some away.
namespace kbx::link {
namespace {

unsigned visibility(const Symbol& symbol) {
  return symbol.other & 3u;
}

std::string_view plain_name(std::string_view name) {
  return name.substr(0, name.find('@'));
}

script::VersionPattern pattern(std::string text, script::Language language) {
  script::VersionPattern result;
  result.pattern = std::move(text);
  result.language = language;
  return result;
}

}  // namespace

Symbol& define_linkage_symbol(Resolver& resolver, InputSection& section, std::string_view name) {
  Symbol& symbol = *resolver.symbols().add(name);
  resolver.note_made(symbol, *section.file);
  symbol.binding = Binding::defined;
  symbol.target = nullptr;
  symbol.file = section.file;
  symbol.section = &section;
  symbol.output_section = nullptr;
  symbol.value = 0;
  symbol.size = 0;
  symbol.type = STT_OBJECT;
  symbol.is_from_script = symbol.awaits_layout = false;
  symbol.is_defined_in_object = true;
  symbol.is_defined_in_shared = false;
  symbol.is_dynamic = false;
  symbol.is_forced_local = true;
  if (visibility(symbol) != STV_INTERNAL)
    symbol.other = static_cast<std::uint8_t>((symbol.other & ~3u) | STV_HIDDEN);
  return symbol;
}

void DynamicLink::hide(Symbol& symbol) {
  symbol.is_forced_local = true;
  symbol.is_dynamic = symbol.is_dynamic_local = false;
}

void DynamicLink::make_hidden(Symbol& symbol) {
  if (visibility(symbol) != STV_INTERNAL)
    symbol.other = static_cast<std::uint8_t>((symbol.other & ~3u) | STV_HIDDEN);
  hide(symbol);
}

// Lists.

void DynamicLink::read_lists(const std::vector<const script::Version*>& versions) {
  if (options_.default_imported_versions)
    throw Error("--default-imported-symver is not supported yet", "use the toolchain's ld");
  for (const script::Version* version : versions) scripts_.add(*version);
  const script::Warn warn = [this](const Location& place, const std::string& line) {
    say_(fmt::format("{}: {}: warning: {}", options_.program, place.to_string(), line));
  };
  const auto read = [this](const std::string& file) {
    const std::string path = named_by_script(file, {}, options_.search_folders);
    resolver_.note_opened(path);
    return read_file(path);
  };
  for (const std::string& file : options_.version_scripts)
    scripts_.add(script::parse_version_script(read(file), file, warn));
  for (const Files* files : {&options_.dynamic_lists, &options_.exported_symbol_lists})
    for (const std::string& file : *files) {
      const script::DynamicList list = script::parse_dynamic_list(read(file), file, warn);
      for (const script::VersionPattern& each : list.patterns) dynamic_list_.add(each);
    }
  for (const std::string& symbol : options_.exported_symbols)
    dynamic_list_.add(pattern(symbol, script::Language::none));
  const auto add_cxx = [&](const char* text) {
    dynamic_list_.add(pattern(text, script::Language::cxx));
  };
  if (options_.dynamic_operators) {
    add_cxx("operator new*");
    add_cxx("operator delete*");
  }
  if (options_.dynamic_typeinfo) {
    add_cxx("typeinfo name for*");
    add_cxx("typeinfo for*");
  }
}

bool DynamicLink::is_dynamic() const {
  if (!resolver_.dynamic_owner()) return false;
  if (is_position_independent(options_) || !resolver_.shared_objects().empty()) return true;
  // A program that loads itself may still tell others of its symbols.
  return options_.no_dynamic_linker && !flat_format(options_.output_format) &&
         (options_.export_dynamic || has_dynamic_list(options_));
}

// Sections.

InputSection* DynamicLink::create(std::string_view name, Traits traits, unsigned power,
                                  std::uint64_t entry) {
  constexpr Traits common = trait_alloc | trait_load | trait_contents | trait_linker_created;
  InputSection* section = resolver_.add_section(*resolver_.dynamic_owner(), name, common | traits);
  section->alignment_power = static_cast<std::uint8_t>(power);
  section->entry_size = entry;
  return section;
}

const DynamicSections& DynamicLink::add_sections() {
  if (!is_dynamic()) return sections_;
  const MachineFormat format = resolver_.format();
  const bool is_64bit = format.is_64bit;
  const unsigned power = is_64bit ? 3 : 2;
  const std::uint64_t word = is_64bit ? 8 : 4;
  if (options_.kind != OutputKind::shared && !options_.no_dynamic_linker)
    sections_.interpreter = create(".interp", trait_readonly, 0, 0);
  sections_.version_definitions = create(".gnu.version_d", trait_readonly, power, 0);
  sections_.versions = create(".gnu.version", trait_readonly, 1, 2);
  sections_.version_needs = create(".gnu.version_r", trait_readonly, power, 0);
  sections_.symbols =
      create(".dynsym", trait_readonly, power, is_64bit ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
  sections_.strings = create(".dynstr", trait_readonly, 0, 0);
  sections_.dynamic = create(".dynamic", 0, power, 2 * word);
  define_linkage_symbol(resolver_, *sections_.dynamic, "_DYNAMIC");
  if (options_.sysv_hash) sections_.hash = create(".hash", trait_readonly, power, 4);
  if (options_.gnu_hash)
    sections_.gnu_hash = create(".gnu.hash", trait_readonly, power, is_64bit ? 0 : 4);
  if (options_.relr) sections_.relr = create(".relr.dyn", trait_readonly, power, word);
  return sections_;
}

// Symbols.

/// What can be told of a symbol only now.
void DynamicLink::fix_flags(Symbol& symbol) const {
  const bool was_common = symbol.binding == Binding::defined && !symbol.is_defined_in_object &&
                          symbol.is_referenced_in_object && !symbol.is_defined_in_shared;
  if (was_common) symbol.is_defined_in_object = true;
  if (symbol.binding == Binding::undefined_weak && visibility(symbol) != STV_DEFAULT) hide(symbol);
  // A program's own name@VER that nobody else can mean.
  if (is_dynamic() && options_.kind != OutputKind::shared && symbol.has_hidden_version &&
      symbol.is_defined_in_object && !options_.export_dynamic && !symbol.is_overridable &&
      !symbol.is_referenced_in_shared)
    hide(symbol);
  if (symbol.strong && symbol.strong->is_defined_in_object) symbol.strong = nullptr;
  if (symbol.strong) {
    symbol.strong->is_referenced_in_object |= symbol.is_referenced_in_object;
    symbol.strong->is_referenced_strongly |= symbol.is_referenced_strongly;
    symbol.strong->is_referenced_in_shared |= symbol.is_referenced_in_shared;
  }
}

/// What a script assigns is defined here, even if its value is known only when addresses are.
void DynamicLink::record_assignments(const std::vector<const script::Assignment*>& assignments) {
  using Kind = script::AssignmentKind;
  for (const script::Assignment* assignment : assignments) {
    Symbol* symbol = resolver_.symbols().find(assignment->symbol);
    if (assignment->symbol == "." || !symbol || symbol->binding == Binding::fresh) continue;
    const bool provides =
        assignment->kind == Kind::provide || assignment->kind == Kind::provide_hidden;
    const bool is_wanted =
        is_unresolved(symbol->binding) || symbol->is_from_script || is_from_shared(*symbol);
    const bool hides = assignment->kind == Kind::hidden || assignment->kind == Kind::provide_hidden;
    // PROVIDE_HIDDEN hides what an object defines, too.
    if (hides) make_hidden(*symbol);
    if (provides && !is_wanted) continue;
    if (is_from_shared(*symbol)) {
      symbol->is_referenced_in_shared = true;
      symbol->binding = Binding::undefined;
      symbol->section = nullptr;
    }
    symbol->is_defined_in_object = true;
    symbol->is_defined_in_shared = false;
    const bool is_hidden = visibility(*symbol) == STV_HIDDEN || visibility(*symbol) == STV_INTERNAL;
    // GNU ld keeps a place in .dynsym for hidden names that nothing defined so far.
    if (symbol->is_dynamic && is_hidden) symbol->is_forced_local = symbol->is_dynamic_local = true;
    const bool is_seen = options_.kind == OutputKind::shared || symbol->is_referenced_in_shared;
    if (is_seen && !symbol->is_forced_local) record(*symbol);
  }
}

void DynamicLink::mark_listed(Symbol& symbol) {
  const bool all_data = options_.dynamic_data || (options_.kind == OutputKind::shared &&
                                                  options_.symbolic == Symbolic::functions);
  if (all_data && (symbol.type == STT_OBJECT || symbol.type == STT_COMMON))
    symbol.is_overridable = true;
  else if (!dynamic_list_.is_empty() &&
           dynamic_list_.match(symbol.has_hidden_version ? symbol.name : plain_name(symbol.name)))
    symbol.is_overridable = true;
}

/// --export-dynamic and the lists, in a program.
void DynamicLink::export_symbols() {
  const bool is_program = options_.kind != OutputKind::shared;
  if (!options_.export_dynamic && !(is_program && has_dynamic_list(options_))) return;
  resolver_.symbols().for_each([&](Symbol& symbol) {
    if (symbol.binding == Binding::indirect || symbol.binding == Binding::fresh) return;
    if (symbol.is_dynamic || symbol.is_forced_local) return;
    if (!options_.export_dynamic && !symbol.is_overridable) return;
    if (!symbol.is_defined_in_object && !symbol.is_referenced_in_object) return;
    if (scripts_.find(symbol.name).is_hidden) return;
    record(symbol);
  });
}

/// A node's name for which there is a symbol NAME@NODE says nothing of the symbol NAME.
void DynamicLink::mark_versioned_names() {
  for (VersionScripts::Node& node : scripts_.nodes())
    for (NamePatterns::Exact& exact : node.globals.exact())
      for (const char* mark : {"@", "@@"}) {
        const Symbol* symbol =
            resolver_.symbols().find(fmt::format("{}{}{}", exact.name, mark, node.version->name));
        if (symbol && !symbol->is_defined_in_shared && is_defined(symbol->binding))
          exact.is_versioned = true;
      }
}

void DynamicLink::assign_named_version(Symbol& symbol, std::size_t at) {
  const bool is_hidden = symbol.name.substr(at, 2) != "@@";
  const std::string_view version = symbol.name.substr(at + (is_hidden ? 1 : 2));
  symbol.has_version = true;
  symbol.has_hidden_version = is_hidden;
  if (version.empty()) return;
  const std::string_view name = symbol.name.substr(0, at);
  if (VersionScripts::Node* node = scripts_.named(version)) {
    node->version->is_used = true;
    symbol.version = node->version;
    if (!node->globals.match(name) && node->locals.match(name) && symbol.is_dynamic &&
        !options_.export_dynamic)
      hide(symbol);
    return;
  }
  if (options_.kind == OutputKind::shared)
    throw Error(fmt::format("{}: version node not found for symbol {}\n{}: failed to set dynamic "
                            "section sizes: bad value",
                            options_.output, symbol.name, options_.program),
                "name the version in a script for --version-script");
  if (!symbol.is_dynamic) return;
  DefinedVersion* made = scripts_.make(version).version;
  made->is_used = true;
  symbol.version = made;
}

void DynamicLink::assign_version(Symbol& symbol) {
  if (symbol.binding == Binding::indirect || symbol.binding == Binding::fresh) return;
  fix_flags(symbol);
  if (!symbol.is_defined_in_object) return;
  const std::size_t at = symbol.name.find('@');
  if (at != std::string_view::npos) assign_named_version(symbol, at);
  if (symbol.version || scripts_.is_empty()) return;
  const VersionChoice choice = scripts_.find(symbol.name);
  symbol.version = choice.version;
  if (choice.is_hidden) hide(symbol);
}

/// --no-undefined-version.
void DynamicLink::check_versions() {
  if (options_.allow_undefined_version) return;
  std::string errors;
  for (VersionScripts::Node& node : scripts_.nodes())
    for (const NamePatterns::Exact& exact : node.globals.exact())
      if (!exact.is_versioned && !exact.is_used)
        errors += fmt::format("{}: undefined version: {}\n{}: ", exact.name, node.version->name,
                              options_.program);
  if (!errors.empty())
    throw Error(errors + "failed to set dynamic section sizes: bad value",
                "define these symbols, or take them out of the version script");
}

void DynamicLink::choose_symbols(const std::vector<const script::Assignment*>& assignments,
                                 const std::vector<Symbol*>& section_bounds) {
  const SymbolTable& symbols = resolver_.symbols();
  loaded_names_ = resolver_.dynamic_names().size();
  for (Symbol* bound : section_bounds) record(*bound);
  symbols.for_each([&](Symbol& symbol) { mark_listed(symbol); });
  record_assignments(assignments);
  if (!is_dynamic()) {
    symbols.for_each([&](Symbol& symbol) { fix_flags(symbol); });
    return;
  }
  names_before_tags_ = resolver_.dynamic_names().size();
  symbols.for_each([&](Symbol& symbol) {
    if (symbol.binding != Binding::indirect) fix_flags(symbol);
  });
  export_symbols();
  mark_versioned_names();
  symbols.for_each([&](Symbol& symbol) { assign_version(symbol); });
  check_versions();
  chosen_names_ = resolver_.dynamic_names().size();
}

}  // namespace kbx::link
