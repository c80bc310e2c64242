#include "kbx/symbols/module_object.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/elf/modinfo.h"
#include "kbx/elf/relocations.h"
#include "kbx/symbols/section_mismatch.h"

/// What a module's object says in its symbol table, .modinfo and .export_symbol, after
/// scripts/mod/modpost.c.
///
/// Exports come in two forms. Older trees leave a complete __ksymtab_NAME entry in a section
/// ___ksymtab[_gpl]+NAME, the namespace in __kstrtabns_NAME and, before CRCs went to .cmd files,
/// the CRC in a symbol __crc_NAME, absolute or pointing to it. Newer trees leave in .export_symbol
/// a label __export_symbol_NAME, licence and namespace as strings and a pointer to the symbol,
/// whose relocation is how the symbol is known.
namespace kbx::symbols {
namespace {

constexpr std::string_view section_mark = "__export_symbol_";

bool is_global(const elf::Symbol& symbol) {
  return symbol.binding == STB_GLOBAL || symbol.binding == STB_WEAK;
}

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// Symbols that the final link of a module defines.
bool is_link_time_symbol(std::string_view name, std::uint16_t machine) {
  if (name == "__this_module" || name == "_GLOBAL_OFFSET_TABLE_") return true;
  if (machine == EM_PPC)
    return starts_with_any(
        name, {"_restgpr_", "_savegpr_", "_rest32gpr_", "_save32gpr_", "_restvr_", "_savevr_"});
  if (machine == EM_PPC64)
    return name == ".TOC." ||
           starts_with_any(name, {"_restgpr0_", "_savegpr0_", "_restgpr1_", "_savegpr1_",
                                  "_restfpr_", "_savefpr_", "_restvr_", "_savevr_"});
  if (machine == EM_S390) return name.starts_with("__s390_indirect_jump_r");
  return false;
}

/// The macro that made an entry in a section ___ksymtab…+NAME; "" for any other section.
std::string_view license_of_section(std::string_view section) {
  struct Row {
    std::string_view section;
    std::string_view license;
  };
  // The last three were removed in 2021; trees before still have them.
  constexpr std::array<Row, 5> rows = {{{"___ksymtab+", plain_export},
                                        {"___ksymtab_gpl+", gpl_export},
                                        {"___ksymtab_unused+", "EXPORT_UNUSED_SYMBOL"},
                                        {"___ksymtab_unused_gpl+", "EXPORT_UNUSED_SYMBOL_GPL"},
                                        {"___ksymtab_gpl_future+", "EXPORT_SYMBOL_GPL_FUTURE"}}};
  for (const Row& row : rows)
    if (section.starts_with(row.section)) return row.license;
  return {};
}

class ObjectReader {
 public:
  ObjectReader(const elf::Object& object, const std::string& path, const Dialect& dialect)
      : object_(object), path_(path), dialect_(dialect) {}

  ModuleObject read() {
    module_.is_64bit = object_.is_64bit;
    module_.is_big_endian = object_.is_big_endian;
    module_.needs = needs_of(object_);
    for (const elf::Symbol& symbol : object_.symbols) take_symbol(symbol);
    if (dialect_.exports_in_section) {
      take_export_section();
    } else {
      complete_exports();
    }
    return std::move(module_);
  }

 private:
  const elf::Section* section_of(const elf::Symbol& symbol) const {
    if (symbol.reserved_section || symbol.section == 0) return nullptr;
    return &object_.sections[symbol.section];
  }

  /// The content of `symbol`'s section from the symbol on; empty if it lies outside.
  std::string_view content_at(const elf::Symbol& symbol) const {
    const elf::Section* const section = section_of(symbol);
    if (!section || symbol.value >= section->content.size()) return {};
    return section->content.substr(static_cast<size_t>(symbol.value));
  }

  static std::string_view first_string(std::string_view content) {
    return content.substr(0, content.find('\0'));
  }

  void take_symbol(const elf::Symbol& symbol) {
    const std::string_view name = plain_name(symbol.name);
    if (symbol.reserved_section && symbol.section == SHN_COMMON) {
      if (!name.starts_with("__gnu_lto_"))
        module_.warnings.push_back(
            fmt::format("\"{}\" is a COMMON symbol: compile with -fno-common", name));
      return;
    }
    if (symbol.is_undefined()) return;
    if (!dialect_.exports_in_section) take_table_entry(symbol, name);
    if (name == "init_module") module_.has_init = true;
    if (name == "cleanup_module") module_.has_exit = true;
    take_device_table(symbol, name);
  }

  void take_table_entry(const elf::Symbol& symbol, std::string_view name) {
    constexpr std::string_view mark = "__ksymtab_";
    const elf::Section* const section = section_of(symbol);
    if (!name.starts_with(mark) || !section) return;
    const std::string_view license = license_of_section(section->name);
    if (license.empty()) return;
    ModuleExport entry;
    entry.name = name.substr(mark.size());
    entry.license = license;
    entry.is_static = true;
    module_.exports.push_back(std::move(entry));
  }

  ModuleExport* find_export(std::string_view name) const {
    const auto found = exports_.find(name);
    return found == exports_.end() ? nullptr : found->second;
  }

  /// Namespaces, CRCs and whether the symbol is global: what stands in other symbols.
  void complete_exports() {
    if (module_.exports.empty()) return;
    for (ModuleExport& entry : module_.exports) exports_.emplace(entry.name, &entry);
    for (const elf::Symbol& symbol : object_.symbols) {
      const std::string_view name = plain_name(symbol.name);
      constexpr std::string_view name_space = "__kstrtabns_";
      constexpr std::string_view crc = "__crc_";
      if (name.starts_with(name_space)) {
        if (ModuleExport* const entry = find_export(name.substr(name_space.size())))
          entry->name_space = first_string(content_at(symbol));
      } else if (!dialect_.crcs_in_cmd_files && name.starts_with(crc)) {
        take_crc(symbol, name.substr(crc.size()));
      }
      if (is_global(symbol))
        if (ModuleExport* const entry = find_export(name)) entry->is_static = false;
    }
  }

  void take_crc(const elf::Symbol& symbol, std::string_view name) {
    if (symbol.is_undefined()) {
      module_.warnings.push_back(
          fmt::format("the exported symbol \"{}\" has no version: genksyms found no declaration of "
                      "it; an assembler symbol needs one in <asm/asm-prototypes.h>",
                      name));
      return;
    }
    ModuleExport* const entry = find_export(name);
    if (!entry) return;
    if (symbol.reserved_section) {
      entry->crc = static_cast<std::uint32_t>(symbol.value);
      return;
    }
    constexpr size_t size = 4;
    const std::string_view content = content_at(symbol);
    if (content.size() >= size)
      entry->crc = static_cast<std::uint32_t>(
          elf::read_number(content.substr(0, size), object_.is_big_endian));
  }

  void take_export_section() {
    const elf::Section* exports = nullptr;
    for (const elf::Section& section : object_.sections)
      if (section.name == ".export_symbol") exports = &section;
    if (!exports) return;
    const auto index = static_cast<std::uint32_t>(exports - object_.sections.data());
    std::vector<const elf::Symbol*> labels;
    for (const elf::Symbol& symbol : object_.symbols)
      if (section_of(symbol) == exports && !symbol.name.empty() && !symbol.name.starts_with(".L") &&
          symbol.name[0] != '$')
        labels.push_back(&symbol);
    std::stable_sort(labels.begin(), labels.end(),
                     [](const auto* a, const auto* b) { return a->value < b->value; });
    for (const elf::Section& section : object_.sections)
      if ((section.type == SHT_RELA || section.type == SHT_REL) && section.info == index)
        for (const elf::Relocation& entry : elf::read_relocations(object_, section, path_))
          if (entry.symbol) take_export(entry, labels);
  }

  /// The label that an address of .export_symbol belongs to: the first of those at the greatest
  /// address that is not beyond it.
  static const elf::Symbol* label_of(std::uint64_t address,
                                     const std::vector<const elf::Symbol*>& labels) {
    const auto after =
        std::upper_bound(labels.begin(), labels.end(), address,
                         [](std::uint64_t a, const auto* label) { return a < label->value; });
    if (after == labels.begin()) return nullptr;
    const std::uint64_t nearest = (*std::prev(after))->value;
    return *std::find_if(labels.begin(), after,
                         [&](const auto* label) { return label->value == nearest; });
  }

  void take_export(const elf::Relocation& entry, const std::vector<const elf::Symbol*>& labels) {
    const elf::Symbol* const label = label_of(entry.offset, labels);
    const std::string_view marked = label ? plain_name(label->name) : std::string_view();
    if (!marked.starts_with(section_mark)) {
      module_.errors.push_back(
          fmt::format(".export_symbol holds \"{}\", which EXPORT_SYMBOL did not make", marked));
      return;
    }
    const std::string_view name = marked.substr(section_mark.size());
    if (!is_global(*entry.symbol)) {
      module_.errors.push_back(fmt::format(
          "the local symbol \"{}\" is exported: remove static, or EXPORT_SYMBOL", name));
      return;
    }
    if (plain_name(entry.symbol->name) != name) {
      module_.errors.push_back(
          fmt::format(".export_symbol points to \"{}\" for \"{}\"", entry.symbol->name, name));
      return;
    }
    const std::string_view content = content_at(*label);
    const std::string_view license = first_string(content);
    if (!license.empty() && license != "GPL") {
      module_.errors.push_back(
          fmt::format("\"{}\" is exported with the unknown licence \"{}\"", name, license));
      return;
    }
    ModuleExport found;
    found.name = name;
    found.license = license == "GPL" ? gpl_export : plain_export;
    found.name_space = first_string(content.substr(std::min(content.size(), license.size() + 1)));
    found.is_function = is_function(*entry.symbol);
    warn_of_discarded(*entry.symbol, name);
    module_.exports.push_back(std::move(found));
  }

  /// 64-bit PA-RISC marks millicode with the first processor-specific type.
  bool is_function(const elf::Symbol& symbol) const {
    if (symbol.type == STT_FUNC) return true;
    return object_.is_64bit && object_.machine == EM_PARISC && symbol.type == STT_LOPROC;
  }

  void warn_of_discarded(const elf::Symbol& symbol, std::string_view name) {
    const elf::Section* const section = section_of(symbol);
    if (!section) return;
    for (const std::string_view part : {"init", "exit"})
      if (section->name.starts_with(fmt::format(".{}.", part)))
        module_.warnings.push_back(
            fmt::format("\"{0}\" is exported, but its section {1} does not stay in memory: remove "
                        "__{2} or EXPORT_SYMBOL",
                        name, section->name, part));
  }

  /// __mod_<bus>__<name>_device_table, or __mod_device_table__[kmod_<module>__]<bus>__<name>.
  void take_device_table(const elf::Symbol& symbol, std::string_view name) {
    const elf::Section* const section = section_of(symbol);
    if (!section || symbol.type != STT_OBJECT || !name.starts_with("__mod_")) return;
    std::string_view rest;
    if (dialect_.unique_aliases) {
      constexpr std::string_view mark = "__mod_device_table__";
      if (!name.starts_with(mark)) return;
      rest = name.substr(mark.size());
      if (rest.starts_with("kmod_")) {
        const size_t end = rest.find("__");
        if (end == std::string_view::npos) return;
        rest.remove_prefix(end + 2);
      }
    } else {
      constexpr std::string_view mark = "_device_table";
      if (!name.ends_with(mark)) return;
      rest = name.substr(std::string_view("__mod_").size());
      if (rest.size() < mark.size()) return;
      rest.remove_suffix(mark.size());
    }
    const size_t end = rest.find("__");
    if (end == std::string_view::npos) return;
    DeviceTable table;
    table.bus = rest.substr(0, end);
    table.name = rest.substr(end + 2);
    // Tables are copied, and those without content cost nothing in the file. All of one module's
    // are a few hundred KiB at most.
    constexpr std::uint64_t most = 4 << 20;
    if (symbol.size > most - table_bytes_)
      throw Error(
          Location{path_, 0},
          fmt::format("broken ELF file: with \"{}\" the device tables have more than {} MiB", name,
                      most >> 20));
    table_bytes_ += symbol.size;
    if (section->type == SHT_NOBITS) {
      table.content.assign(static_cast<size_t>(symbol.size), '\0');
    } else {
      const std::string_view content = content_at(symbol);
      if (content.size() < symbol.size)
        throw Error(Location{path_, 0},
                    fmt::format("broken ELF file: \"{}\" reaches beyond its section", name));
      table.content = content.substr(0, static_cast<size_t>(symbol.size));
    }
    module_.tables.push_back(std::move(table));
  }

  const elf::Object& object_;
  const std::string& path_;
  const Dialect& dialect_;
  ModuleObject module_;
  std::uint64_t table_bytes_ = 0;
  std::unordered_map<std::string_view, ModuleExport*> exports_;  // of module_, once all are known
};

}  // namespace

std::vector<std::string_view> ModuleObject::info_of(std::string_view tag) const {
  std::vector<std::string_view> values;
  for (const auto& [name, value] : info)
    if (name == tag) values.push_back(value);
  return values;
}

std::string_view plain_name(std::string_view name) {
  const size_t dot = name.find('.');
  if (dot == 0 || dot == std::string_view::npos) return name;
  const size_t digits = name.find_first_not_of("0123456789", dot + 1);
  const size_t end = digits == std::string_view::npos ? name.size() : digits;
  const bool is_suffix = end > dot + 1 && (end == name.size() || name[end] == '.');
  return is_suffix ? name.substr(0, dot) : name;
}

std::string needed_name(std::string_view name, std::uint16_t machine) {
  std::string needed(name);
  const bool is_sparc = machine == EM_SPARC || machine == EM_SPARCV9;
  if (is_sparc && needed.size() > 1 && needed[0] == '.') {
    needed[0] = '_';
    if (needed[1] >= 'a' && needed[1] <= 'z') needed[1] = static_cast<char>(needed[1] - 'a' + 'A');
  }
  return needed;
}

std::vector<ModuleNeed> needs_of(const elf::Object& object) {
  constexpr std::uint8_t sparc_register = 13;  // STT_SPARC_REGISTER
  const bool is_sparc = object.machine == EM_SPARC || object.machine == EM_SPARCV9;
  std::vector<ModuleNeed> needs;
  for (const elf::Symbol& symbol : object.symbols) {
    const std::string_view name = plain_name(symbol.name);
    if (!symbol.is_undefined() || !is_global(symbol)) continue;
    if (is_link_time_symbol(name, object.machine)) continue;
    if (is_sparc && symbol.type == sparc_register) continue;
    needs.push_back({needed_name(name, object.machine), symbol.binding == STB_WEAK});
  }
  return needs;
}

ModuleObject read_module_object(std::string_view content, const std::string& path,
                                const Dialect& dialect) {
  const elf::Object object = elf::read_object(content, path);
  if (object.type != ET_REL)
    throw Error(Location{path, 0}, "this ELF file is not a relocatable object",
                "modpost wants what the compiler or ld -r wrote");
  const bool has_symbols =
      std::any_of(object.sections.begin(), object.sections.end(),
                  [](const elf::Section& section) { return section.type == SHT_SYMTAB; });
  if (!has_symbols)
    throw Error(Location{path, 0}, "this object has no symbol table", "was it stripped?");
  ModuleObject module = ObjectReader(object, path, dialect).read();
  module.info = elf::module_info(object);
  MismatchFindings found = find_mismatches(object, path, dialect);
  module.mismatches = found.count;
  module.warnings.insert(module.warnings.end(), found.warnings.begin(), found.warnings.end());
  module.errors.insert(module.errors.end(), found.errors.begin(), found.errors.end());
  return module;
}

}  // namespace kbx::symbols
