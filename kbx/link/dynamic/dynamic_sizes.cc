#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/link/dynamic/dynamic_link.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/dynamic/relocations.h"

/// How large the sections of a dynamic output are, and in which order GNU ld 2.40 has what is in
/// them: strings as they came up, symbols as the table of globals has them, then sorted by bucket
/// of .gnu.hash.
namespace kbx::link {
namespace {

constexpr std::uint64_t definition_size = sizeof(Elf64_Verdef);
constexpr std::uint64_t definition_name_size = sizeof(Elf64_Verdaux);
constexpr std::uint64_t need_size = sizeof(Elf64_Verneed);
constexpr std::uint64_t need_name_size = sizeof(Elf64_Vernaux);
constexpr std::int64_t dt_gnu_flags_1 = 0x6ffffdf4;

std::string_view plain_name(std::string_view name) {
  return name.substr(0, name.find('@'));
}

/// True if .dynsym has the symbol. Names that the linker was asked for and that came to nothing,
/// such as _GLOBAL_OFFSET_TABLE_ without a table, are fresh again.
bool is_shown(const Symbol& symbol) {
  return symbol.is_dynamic && symbol.is_forced_local == symbol.is_dynamic_local &&
         symbol.binding != Binding::fresh && symbol.binding != Binding::indirect;
}

void set_size(InputSection* section, std::uint64_t size) {
  if (!section) return;
  section->size = size;
  if (size == 0) section->is_discarded = true;
}

/// sh_info.
void set_info(InputSection* section, std::size_t info) {
  section->info = static_cast<std::uint32_t>(info);
  if (section->output) section->output->info = section->info;
}

}  // namespace

std::string_view DynamicLink::keep(std::string bytes) {
  return texts_.emplace_back(std::move(bytes));
}

/// Undefined weak symbols that are 0 need no dynamic linker.
void DynamicLink::drop_zeros() {
  if (options_.dynamic_undefined_weak.value_or(false)) return;
  resolver_.symbols().for_each([&](Symbol& symbol) {
    if (symbol.is_dynamic && !symbol.stays_dynamic && symbol.binding == Binding::undefined_weak &&
        is_zero(symbol, options_, sections_.interpreter != nullptr))
      symbol.is_dynamic = false;
  });
}

void DynamicLink::add_tag(std::int64_t tag, std::uint64_t value) {
  Entry entry;
  entry.tag = tag;
  entry.value = value;
  entries_.push_back(entry);
}

void DynamicLink::add_tag(std::int64_t tag, const InputSection* section) {
  Entry entry;
  entry.tag = tag;
  entry.section = section;
  entries_.push_back(entry);
}

void DynamicLink::add_tag(std::int64_t tag, std::string_view text) {
  Entry entry;
  entry.tag = tag;
  entry.string = strings_.add(text);
  entries_.push_back(entry);
}

/// The names of symbols in the order in which they came up.
void DynamicLink::add_names(std::size_t from, std::size_t to) {
  const auto& names = resolver_.dynamic_names();
  for (std::size_t i = from; i < to; ++i) {
    if (names[i].shared) continue;
    const Symbol* symbol = names[i].symbol;
    while (symbol->binding == Binding::indirect) symbol = symbol->target;
    if (is_shown(*symbol)) strings_.add(plain_name(symbol->name));
  }
}

/// Those of the shared objects when all inputs are open.
void DynamicLink::add_needed() {
  for (const Definitions::DynamicName& name : resolver_.dynamic_names())
    if (name.shared) add_tag(DT_NEEDED, std::string_view(name.shared->shared->soname));
}

void DynamicLink::add_path_tags() {
  const auto joined = [&](const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ":") + part;
    return keep(std::move(text));
  };
  if (!options_.soname.empty() && options_.kind == OutputKind::shared)
    add_tag(DT_SONAME, std::string_view(options_.soname));
  if (options_.symbolic == Symbolic::all) add_tag(DT_SYMBOLIC);
  const auto add_path = [&](std::int64_t tag, std::string_view path) {
    Entry entry;
    entry.tag = tag;
    entry.path = path;
    entries_.push_back(entry);
  };
  if (!options_.rpath.empty())
    add_path(options_.new_dtags ? DT_RUNPATH : DT_RPATH, joined(options_.rpath));
  if (!options_.filter.empty()) add_path(DT_FILTER, options_.filter);
  for (const std::string& name : options_.auxiliary_filters) add_path(DT_AUXILIARY, name);
  if (!options_.audit.empty()) add_path(DT_AUDIT, joined(options_.audit));
  if (!options_.dependency_audit.empty()) add_path(DT_DEPAUDIT, joined(options_.dependency_audit));
}

void DynamicLink::add_paths() {
  for (Entry& entry : entries_)
    if (!entry.path.empty()) entry.string = strings_.add(entry.path);
}

void DynamicLink::add_function_tags(const OutputSections& outputs) {
  const auto add_function = [&](std::int64_t tag, const std::string& name) {
    const Symbol* symbol = resolver_.symbols().find(name);
    if (!symbol || !(symbol->is_referenced_in_object || symbol->is_defined_in_object)) return;
    Entry entry;
    entry.tag = tag;
    entry.symbol = symbol;
    entries_.push_back(entry);
  };
  add_function(DT_INIT, options_.init_function);
  add_function(DT_FINI, options_.fini_function);
  const auto add_array = [&](std::int64_t tag, std::int64_t size_tag, std::string_view name) {
    const OutputSection* output = outputs.find(name);
    if (!output || !output->has_input) return;
    if (tag == DT_PREINIT_ARRAY && options_.kind == OutputKind::shared)
      throw Error(fmt::format("{}: .preinit_array section is not allowed in DSO", options_.output),
                  "the dynamic linker runs it in programs only");
    Entry entry;
    entry.tag = tag;
    entry.output = output;
    entries_.push_back(entry);
    entry.tag = size_tag;
    entries_.push_back(entry);
  };
  add_array(DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ, ".preinit_array");
  add_array(DT_INIT_ARRAY, DT_INIT_ARRAYSZ, ".init_array");
  add_array(DT_FINI_ARRAY, DT_FINI_ARRAYSZ, ".fini_array");
}

void DynamicLink::add_table_tags() {
  if (!sections_.strings->output) return;  // a script discards it all
  if (sections_.hash) add_tag(DT_HASH, sections_.hash);
  if (sections_.gnu_hash) add_tag(DT_GNU_HASH, sections_.gnu_hash);
  add_tag(DT_STRTAB, sections_.strings);
  add_tag(DT_SYMTAB, sections_.symbols);
  add_tag(DT_STRSZ);
  add_tag(DT_SYMENT, sections_.symbols->entry_size);
}

void DynamicLink::add_relocation_tags(const LinkageTables& tables) {
  const auto is_there = [](const InputSection* section) { return section && section->size != 0; };
  if (options_.kind != OutputKind::shared) add_tag(DT_DEBUG);
  if (is_there(tables.plt)) add_tag(DT_PLTGOT, tables.got_plt);
  if (is_there(tables.plt_relocations)) {
    add_tag(DT_PLTRELSZ, tables.plt_relocations->size);
    add_tag(DT_PLTREL, static_cast<std::uint64_t>(tables.uses_rela ? DT_RELA : DT_REL));
    add_tag(DT_JMPREL, tables.plt_relocations);
  }
  if (tables.descriptor_plt && tables.descriptor_got) {
    add_tag(DT_TLSDESC_PLT, tables.descriptor_plt);
    entries_.back().value = tables.descriptor_plt_offset;
    add_tag(DT_TLSDESC_GOT, tables.descriptor_got);
    entries_.back().value = tables.descriptor_got_offset;
  }
  if (tables.has_relocations) add_general_relocation_tags(tables);
  if (tables.variant_calls != 0) add_tag(tables.variant_calls);
  if (is_there(tables.plt))
    for (const std::int64_t tag : tables.plt_tags) add_tag(tag);
}

void DynamicLink::add_general_relocation_tags(const LinkageTables& tables) {
  const bool is_64bit = resolver_.format().is_64bit;
  const std::uint64_t rela_size = is_64bit ? sizeof(Elf64_Rela) : sizeof(Elf32_Rela);
  const std::uint64_t rel_size = is_64bit ? sizeof(Elf64_Rel) : sizeof(Elf32_Rel);
  add_tag(tables.uses_rela ? DT_RELA : DT_REL);
  add_tag(tables.uses_rela ? DT_RELASZ : DT_RELSZ);
  add_tag(tables.uses_rela ? DT_RELAENT : DT_RELENT, tables.uses_rela ? rela_size : rel_size);
  if (tables.has_text_relocations) add_tag(DT_TEXTREL);
}

void DynamicLink::add_flag_tags(const LinkageTables& tables) {
  std::uint64_t flags = options_.dynamic_flags;
  if (options_.symbolic == Symbolic::all) flags |= DF_SYMBOLIC;
  if (tables.has_text_relocations && tables.has_relocations) flags |= DF_TEXTREL;
  if (tables.has_static_thread_model) flags |= DF_STATIC_TLS;
  std::uint64_t flags_1 = options_.dynamic_flags_1;
  if (options_.kind != OutputKind::shared)
    flags_1 &= ~std::uint64_t{DF_1_INITFIRST | DF_1_NODELETE | DF_1_NOOPEN};
  if (options_.kind == OutputKind::pie) flags_1 |= DF_1_PIE;
  if (options_.gnu_flags_1 != 0) add_tag(dt_gnu_flags_1, std::uint64_t{options_.gnu_flags_1});
  if ((options_.new_dtags && flags != 0) || (flags & DF_STATIC_TLS))
    add_tag(DT_FLAGS, flags);
  else if (flags & DF_BIND_NOW)
    add_tag(DT_BIND_NOW);
  if (flags_1 != 0) add_tag(DT_FLAGS_1, flags_1);
}

// Versions.

/// Each version that the output defines is a symbol, too.
void DynamicLink::define_versions() {
  const auto is_real = [](const DefinedVersion& version) { return version.number != 0; };
  const auto count = std::count_if(scripts_.versions().begin(), scripts_.versions().end(), is_real);
  if (count == 0 && !options_.default_symbol_versions) {
    set_size(sections_.version_definitions, 0);
    return;
  }
  base_name_ = options_.soname.empty() ? base_name(options_.output) : options_.soname;
  base_version_ = strings_.add(base_name_);
  std::uint64_t size = definition_size + definition_name_size;
  definition_count_ = 1;
  const auto define = [&](std::string_view name) -> Symbol& {
    Symbol& symbol = *resolver_.symbols().add(name);
    symbol.binding = Binding::defined;
    symbol.type = STT_OBJECT;
    symbol.section = nullptr;
    symbol.output_section = nullptr;
    symbol.value = 0;
    symbol.is_defined_in_object = true;
    symbol.is_defined_in_shared = false;
    record(symbol);
    return symbol;
  };
  if (options_.default_symbol_versions) {
    size += definition_size;  // its name is the base's
    ++definition_count_;
    define(base_name_);
    strings_.add(base_name_);
  }
  for (const DefinedVersion& version : scripts_.versions()) {
    if (!is_real(version)) continue;
    Symbol& symbol = define(version.name);
    symbol.version = &version;
    version_names_[&version] = strings_.add(version.name);
    size += definition_size + (1 + version.before.size()) * definition_name_size;
    ++definition_count_;
  }
  set_size(sections_.version_definitions, size);
  set_info(sections_.version_definitions, definition_count_);
  add_tag(DT_VERDEF, sections_.version_definitions);
  add_tag(DT_VERDEFNUM, std::uint64_t{definition_count_});
}

/// The versions of shared objects that the output's symbols want, the last one first.
void DynamicLink::need_versions() {
  std::uint16_t next = std::max<std::uint16_t>(definition_count_, 1);
  resolver_.symbols().for_each([&](Symbol& symbol) {
    if (symbol.binding == Binding::indirect || !symbol.is_dynamic || !is_from_shared(symbol))
      return;
    const SharedObject* shared = symbol.file->shared;
    if (!shared || !shared->is_needed || symbol.shared_version < 2 ||
        symbol.shared_version >= shared->versions.size())
      return;
    const auto is_same = [&](const NeededVersion& need) { return need.file == symbol.file; };
    auto need = std::find_if(needs_.begin(), needs_.end(), is_same);
    if (need == needs_.end()) {
      needs_.insert(needs_.begin(), NeededVersion{symbol.file, 0, {}});
      need = needs_.begin();
    }
    for (const NeededVersion::Version& version : need->versions)
      if (version.shared_number == symbol.shared_version) return;
    const SharedVersion& of = shared->versions[symbol.shared_version];
    need->versions.insert(need->versions.begin(),
                          {symbol.shared_version, ++next, 0, of.name, of.flags});
  });
  if (needs_.empty()) {
    set_size(sections_.version_needs, 0);
    return;
  }
  add_relr_version(next);
  std::uint64_t size = 0;
  for (NeededVersion& need : needs_) {
    need.file_name = strings_.add(need.file->shared->soname);
    size += need_size + need.versions.size() * need_name_size;
    for (NeededVersion::Version& version : need.versions) version.name = strings_.add(version.text);
  }
  set_size(sections_.version_needs, size);
  set_info(sections_.version_needs, needs_.size());
  add_tag(DT_VERNEED, sections_.version_needs);
  add_tag(DT_VERNEEDNUM, std::uint64_t{needs_.size()});
}

/// glibc refuses .relr.dyn unless the output says that it knows it needs one that can read it.
void DynamicLink::add_relr_version(std::uint16_t& next) {
  if (!options_.relr) return;
  for (NeededVersion& need : needs_) {
    if (!need.file->shared->soname.starts_with("libc.so.")) continue;
    const auto is_glibc = [](const NeededVersion::Version& version) {
      return version.text.starts_with("GLIBC_2.");
    };
    if (std::none_of(need.versions.begin(), need.versions.end(), is_glibc)) return;
    need.versions.insert(need.versions.begin(), {0, ++next, 0, "GLIBC_ABI_DT_RELR", 0});
    return;
  }
}

// Symbols.

/// True if .gnu.hash has the symbol: others may take it from here.
bool DynamicLink::is_findable(const Symbol& symbol) const {
  // A script is yet to define it.
  if (is_unresolved(symbol.binding) && symbol.is_defined_in_object) return true;
  if (symbol.binding != Binding::defined && symbol.binding != Binding::defined_weak) return false;
  if (symbol.is_copied || (symbol.wants & (want_address | want_found))) return true;
  if (is_from_shared(symbol)) return false;
  return !symbol.section || symbol.section->output;
}

/// Local symbols stand in front of the global ones.
void DynamicLink::number_symbols() {
  symbols_.assign(first_named(), nullptr);
  for (const bool is_local : {true, false}) {
    resolver_.symbols().for_each([&](Symbol& symbol) {
      if (is_shown(symbol) && symbol.is_dynamic_local == is_local) symbols_.push_back(&symbol);
    });
    if (is_local) first_global_ = symbols_.size();
  }
  resolver_.symbols().for_each([](Symbol& symbol) { symbol.dynamic_index = 0; });
  for (std::size_t i = first_named(); i < symbols_.size(); ++i)
    symbols_[i]->dynamic_index = static_cast<std::uint32_t>(i);
  if (sections_.gnu_hash) number_for_gnu_hash();
}

std::uint32_t DynamicLink::buckets_for(const std::vector<Symbol*>& symbols,
                                       std::uint32_t (*hash)(std::string_view name),
                                       bool is_gnu) const {
  if (!options_.optimizes_tables) return bucket_count(symbols.size(), is_gnu);
  std::vector<std::uint32_t> hashes;
  for (const Symbol* symbol : symbols) hashes.push_back(hash(plain_name(symbol->name)));
  return best_bucket_count(hashes, symbols_.size(), is_gnu);
}

/// Those that cannot be found come first, the others sorted by bucket.
void DynamicLink::number_for_gnu_hash() {
  std::vector<Symbol*> findable;
  const auto globals = symbols_.begin() + static_cast<std::ptrdiff_t>(first_global_);
  std::vector<Symbol*> others(symbols_.begin(), globals);
  for (std::size_t i = first_global_; i < symbols_.size(); ++i)
    (is_findable(*symbols_[i]) ? findable : others).push_back(symbols_[i]);
  gnu_hash_ = gnu_hash_shape(findable.size(), symbols_.size(),
                             buckets_for(findable, gnu_hash, true), resolver_.format().is_64bit);
  const auto bucket = [&](const Symbol* symbol) {
    return gnu_hash(plain_name(symbol->name)) % gnu_hash_.buckets;
  };
  std::stable_sort(findable.begin(), findable.end(),
                   [&](const Symbol* a, const Symbol* b) { return bucket(a) < bucket(b); });
  symbols_ = std::move(others);
  found_.clear();
  for (Symbol* symbol : findable) {
    found_.push_back(
        {gnu_hash(plain_name(symbol->name)), static_cast<std::uint32_t>(symbols_.size())});
    symbols_.push_back(symbol);
  }
  for (std::size_t i = first_global_; i < symbols_.size(); ++i)
    symbols_[i]->dynamic_index = static_cast<std::uint32_t>(i);
}

void DynamicLink::size(const LinkageTables& tables, const OutputSections& outputs) {
  if (!sections_.dynamic) return;
  tables_ = tables;
  drop_zeros();
  const std::size_t named = resolver_.dynamic_names().size();
  add_names(0, loaded_names_);
  add_needed();
  add_names(loaded_names_, names_before_tags_);
  add_path_tags();
  add_names(names_before_tags_, chosen_names_);
  add_function_tags(outputs);
  add_table_tags();
  add_relocation_tags(tables);
  define_versions();
  add_flag_tags(tables);
  need_versions();
  add_paths();
  add_names(chosen_names_, named);
  number_symbols();
  const bool has_versions = definition_count_ != 0 || !needs_.empty();
  set_size(sections_.versions, has_versions && symbols_.size() > 1 ? 2 * symbols_.size() : 0);
  if (sections_.versions->size != 0) add_tag(DT_VERSYM, sections_.versions);
  // The last entries are empty: one ends the table, RELACOUNT and RELR may take the others.
  const std::uint64_t spare = options_.spare_dynamic_tags + (options_.relr ? 3 : 0);
  for (std::uint64_t i = 0; i <= spare; ++i) add_tag(DT_NULL);

  symbol_names_.assign(first_named(), 0);
  for (std::size_t i = first_named(); i < symbols_.size(); ++i)
    symbol_names_.push_back(strings_.add(plain_name(symbols_[i]->name)));
  strings_.finish();
  if (sections_.interpreter) {
    const std::string_view path =
        options_.dynamic_linker.empty() ? tables.interpreter : options_.dynamic_linker;
    set_size(sections_.interpreter, path.size() + 1);
  }
  set_size(sections_.symbols, symbols_.size() * sections_.symbols->entry_size);
  set_info(sections_.symbols, first_global_);
  set_size(sections_.strings, strings_.size());
  set_size(sections_.dynamic, entries_.size() * sections_.dynamic->entry_size);
  if (sections_.hash) {
    hash_buckets_ =
        buckets_for({symbols_.begin() + static_cast<std::ptrdiff_t>(first_named()), symbols_.end()},
                    sysv_hash, false);
    set_size(sections_.hash,
             (2 + std::uint64_t{hash_buckets_} + symbols_.size()) * sections_.hash->entry_size);
  }
  if (sections_.gnu_hash) set_size(sections_.gnu_hash, gnu_hash_.size(resolver_.format().is_64bit));
}

bool DynamicLink::size_relr(const std::vector<std::uint64_t>& addresses) {
  if (!sections_.relr) return false;
  const unsigned word = resolver_.format().is_64bit ? 8 : 4;
  relr_ = packed_relative(addresses, word);
  const std::uint64_t before = sections_.relr->size;
  const std::uint64_t size = relr_.size() * word;
  // What has grown does not shrink again, or layout might never end; 1 stands for no address.
  if (size < before) relr_.resize(static_cast<std::size_t>(before / word), 1);
  sections_.relr->size = std::max(size, before);
  sections_.relr->is_discarded = sections_.relr->size == 0;
  return sections_.relr->size != before;
}

}  // namespace kbx::link
