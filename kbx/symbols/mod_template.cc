#include "kbx/symbols/mod_template.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/text.h"
#include "kbx/elf/object.h"
#include "kbx/elf/relocations.h"

/// The way from the compiler's object of a made-up module to a template, by looking for what was
/// put in: names and CRCs that occur nowhere else. Where a name lies in struct module, how wide an
/// entry of __versions is, which relocation a symbol table entry has: all that is seen, not known.
/// What is seen has to be complete: a section, symbol or relocation that is none of the expected
/// ones, or content that is not what was put in, means that the template is not understood.
namespace kbx::symbols {
namespace {

constexpr std::string_view longest_needed_name =
    "kbx_needed_by_specimen_with_the_longest_name_possible_x";
constexpr std::uint32_t first_needed_crc = 0x4e51a3c7;
/// Some compilers align long arrays more than short ones, and most modules need many symbols.
constexpr std::size_t needed_count = 24;
constexpr std::string_view export_prefix = "kbx_specimen_";
constexpr std::string_view export_namespace = "KBX_SPECIMENS";
constexpr std::string_view export_strings_name = "__ksymtab_strings";
constexpr std::uint32_t first_export_crc = 0x5ec1a3d0;

constexpr std::size_t is_function_bit = 1;
constexpr std::size_t gpl_only_bit = 2;
constexpr std::size_t namespace_bit = 4;
constexpr std::size_t export_kinds = 8;

std::string export_name(std::size_t index) {
  return std::string(export_prefix) + std::to_string(index);
}

/// What the texts of a specimen lie in.
struct Names {
  std::vector<std::string> exported;
  std::vector<std::string> needed;
};

Names specimen_names() {
  Names names;
  for (std::size_t i = 0; i < export_kinds; ++i) names.exported.push_back(export_name(i));
  names.needed.emplace_back(longest_needed_name);
  while (names.needed.size() < needed_count)
    names.needed.push_back("kbx_needed_by_specimen_" + std::to_string(names.needed.size()));
  return names;
}

ModC specimen(const Dialect& dialect, const Names& names) {
  ModC module;
  module.has_init = true;
  module.has_exit = true;
  module.in_tree = true;
  module.with_crcs = true;
  for (std::size_t i = 0; i < export_kinds; ++i) {
    const std::string_view name_space = (i & namespace_bit) != 0 ? export_namespace : "";
    module.exports.push_back({names.exported[i], (i & gpl_only_bit) != 0,
                              (i & is_function_bit) != 0, name_space,
                              first_export_crc + static_cast<std::uint32_t>(i)});
  }
  std::vector<ModC::Version> needed;
  for (const std::string& name : names.needed)
    needed.push_back({name, first_needed_crc * static_cast<std::uint32_t>(2 * needed.size() + 1)});
  module.versions = needed;
  if (dialect.basic_by_option) module.extended_versions = needed;
  module.depends = {"kbx_one", "kbx_two"};
  module.aliases = {"kbx:a", "kbx:" + std::string(120, 'b') + "*"};
  module.source_version = "0123456789ABCDEF0123456";
  return module;
}

[[noreturn]] void not_understood(const std::string& what) {
  throw Error("the compiler's metadata object is not understood: " + what);
}

/// Where `part` is in `content`, once and only once.
std::size_t find_once(std::string_view content, std::string_view part, const char* what) {
  const std::size_t at = content.find(part);
  if (at == std::string_view::npos || content.find(part, at + 1) != std::string_view::npos)
    not_understood(fmt::format("{} is not found once", what));
  return at;
}

std::string number_bytes(std::uint64_t value, std::size_t width, bool is_big_endian) {
  std::string bytes;
  elf::append_number(bytes, value, width, is_big_endian);
  return bytes;
}

std::string with_null(std::string_view text) {
  return std::string(text) + '\0';
}

class TemplateReader {
 public:
  TemplateReader(std::string_view content, const Dialect& dialect)
      : content_(content), object_(elf::read_object(content, "template")) {
    result_.dialect = dialect;
    names_ = specimen_names();
    specimen_ = specimen(dialect, names_);
  }

  ModTemplate read() {
    read_header();
    for (std::size_t i = 1; i < object_.sections.size(); ++i) read_relocation_section(i);
    for (std::size_t i = 1; i < object_.sections.size(); ++i)
      if (object_.sections[i].name == export_strings_name) read_export_strings(i);
    for (std::size_t i = 1; i < object_.sections.size(); ++i) read_section(i);
    read_global_symbols();
    check_complete();
    return std::move(result_);
  }

 private:
  void read_header() {
    if (object_.type != ET_REL) not_understood("it is no relocatable object");
    result_.object.is_64bit = object_.is_64bit;
    result_.object.is_big_endian = object_.is_big_endian;
    result_.object.os_abi = static_cast<std::uint8_t>(content_[EI_OSABI]);
    result_.object.abi_version = static_cast<std::uint8_t>(content_[EI_ABIVERSION]);
    result_.object.machine = object_.machine;
    result_.object.flags = object_.flags;
    for (const elf::Symbol& symbol : object_.symbols)
      if (symbol.type == STT_FILE) result_.names_source = true;
  }

  static bool is_relocations(const elf::Section& section) {
    return section.type == SHT_REL || section.type == SHT_RELA;
  }

  void read_relocation_section(std::size_t index) {
    const elf::Section& section = object_.sections[index];
    if (!is_relocations(section)) return;
    if (section.info >= object_.sections.size()) not_understood("relocations of no section");
    if (is_left_out(object_.sections[section.info])) return;
    if (section.type == SHT_REL && object_.is_64bit)
      not_understood("relocations without addends in a 64-bit object");
    has_addends_.push_back(section.type == SHT_RELA);
    if (object_.is_64bit && object_.machine == EM_MIPS) check_single_types(section);
    auto& list = relocations_[section.info];
    for (const elf::Relocation& entry : elf::read_relocations(object_, section, "template")) {
      if (!entry.symbol) not_understood("a relocation without a symbol");
      list.push_back(entry);
    }
  }

  /// Relocations of 64-bit MIPS can have three types each.
  static void check_single_types(const elf::Section& section) {
    constexpr std::size_t entry = 24;
    for (std::size_t at = 0; at + entry <= section.content.size(); at += entry)
      if (section.content.substr(at + 12, 3) != std::string_view("\0\0\0", 3))
        not_understood("a relocation with several types");
  }

  /// Debugging information, and what only helps the linker to fold what is alike.
  static bool is_left_out(const elf::Section& section) {
    constexpr std::uint32_t llvm_address_significance = 0x6fff4c03;
    return section.name.starts_with(".debug") || section.name.starts_with(".zdebug") ||
           section.type == llvm_address_significance;
  }

  /// "$d", "$d.5": where data begins, in objects for machines that may have it within code.
  static bool is_mapping_symbol(const elf::Symbol& symbol) {
    return symbol.binding == STB_LOCAL && symbol.name.size() > 1 && symbol.name[0] == '$' &&
           std::string_view("adtx").find(symbol.name[1]) != std::string_view::npos;
  }

  /// Whether a symbol is of no account: a section's own, or for disassemblers.
  static bool is_passed_over(const elf::Symbol& symbol) {
    return symbol.type == STT_SECTION || is_mapping_symbol(symbol);
  }

  elf::NewSection plain_copy(const elf::Section& section) const {
    elf::NewSection copy;
    copy.name = section.name;
    copy.type = section.type;
    copy.flags = section.flags;
    copy.alignment = section.alignment;
    copy.entry_size = section.entry_size;
    copy.content = section.content;
    if (section.type == SHT_NOBITS) copy.size = section.size;
    return copy;
  }

  void read_section(std::size_t index) {
    using Role = ModTemplate::Role;
    const elf::Section& section = object_.sections[index];
    if (is_relocations(section) || is_left_out(section) || section.type == SHT_SYMTAB ||
        section.type == SHT_STRTAB || section.name == export_strings_name)
      return;
    Role role = Role::constant;
    if (section.name == ".modinfo") {
      role = Role::info;
      read_info(section);
    } else if (section.name == ".gnu.linkonce.this_module") {
      role = Role::this_module;
      read_this_module(index);
    } else if (section.name == "__versions") {
      role = Role::versions;
      read_versions(section);
    } else if (section.name == "__version_ext_crcs") {
      role = Role::extended_crcs;
      read_extended_crcs(section);
    } else if (section.name == "__version_ext_names") {
      role = Role::extended_names;
      read_extended_names(section);
    } else if (const auto kind = specimen_in(section.name)) {
      role = Role::exports;
      read_export_part(index, *kind);
      if (std::exchange(has_exports_, true)) return;
    } else {
      check_constant(index);
    }
    ModTemplate::Section& added = result_.sections.emplace_back();
    added.role = role;
    added.section = role == Role::exports ? elf::NewSection() : plain_copy(section);
    if (role == Role::constant) added.symbols = constant_symbols(index);
    if (role != Role::constant && role != Role::this_module && role != Role::exports &&
        relocations_.contains(index))
      not_understood(fmt::format("relocations in {}", section.name));
  }

  /// A section that every module gets as it is.
  void check_constant(std::size_t index) {
    const elf::Section& section = object_.sections[index];
    const bool known_type = section.type == SHT_PROGBITS || section.type == SHT_NOBITS ||
                            section.type == SHT_NOTE || section.type >= SHT_LOPROC;
    if (!known_type || section.link != 0 || section.info != 0)
      not_understood(fmt::format("the section {} of type {}", section.name, section.type));
    if (relocations_.contains(index))
      not_understood(fmt::format("relocations in {}", section.name));
    if ((section.flags & SHF_EXECINSTR) != 0 && section.size > 0)
      not_understood(fmt::format("code in {}", section.name));
    if (section.content.find("kbx_") != std::string_view::npos)
      not_understood(fmt::format("{} names the module", section.name));
  }

  std::vector<elf::NewSymbol> constant_symbols(std::size_t index) const {
    std::vector<elf::NewSymbol> symbols;
    for (const elf::Symbol& symbol : object_.symbols)
      if (is_in(symbol, index) && symbol.type != STT_SECTION) {
        if (symbol.binding != STB_LOCAL)
          not_understood(fmt::format("the global symbol {}", symbol.name));
        symbols.push_back(copy_of(symbol));
      }
    return symbols;
  }

  static bool is_in(const elf::Symbol& symbol, std::size_t index) {
    return !symbol.reserved_section && symbol.section == index;
  }

  static elf::NewSymbol copy_of(const elf::Symbol& symbol) {
    elf::NewSymbol copy;
    copy.name = symbol.name;
    copy.value = symbol.value;
    copy.size = symbol.size;
    copy.binding = symbol.binding;
    copy.type = symbol.type;
    copy.visibility = symbol.visibility;
    return copy;
  }

  /// Whether `found`, in the order of the text, is `wanted`; learns the constant entries.
  bool match_info(const std::vector<std::string_view>& found,
                  const std::vector<InfoEntry>& wanted) {
    std::map<std::string, std::string> constant;
    std::size_t at = 0;
    for (const InfoEntry& info : wanted) {
      const std::string start = info.tag + "=";
      const bool present = at < found.size() && found[at].starts_with(start);
      if (!present && !info.value) continue;
      if (!present) return false;
      const std::string_view value = found[at++].substr(start.size());
      if (info.value && value != *info.value) return false;
      if (!info.value) constant[info.tag] = value;
    }
    if (at != found.size()) return false;
    result_.constant_info = std::move(constant);
    return true;
  }

  void read_info(const elf::Section& section) {
    std::string_view content = section.content;
    if (!content.ends_with('\0')) not_understood(".modinfo does not end");
    content.remove_suffix(1);
    std::vector<std::string_view> found = split(content, '\0');
    const std::vector<InfoEntry> wanted = info_entries(specimen_, result_.dialect, specimen_name());
    if (match_info(found, wanted)) return;
    std::reverse(found.begin(), found.end());
    if (!match_info(found, wanted)) not_understood("the entries of .modinfo");
    result_.info_is_reversed = true;
  }

  void read_this_module(std::size_t index) {
    const elf::Section& section = object_.sections[index];
    result_.module_name.at =
        find_once(section.content, with_null(specimen_name()), "the name in struct module");
    result_.module_name.size = specimen_name().size() + 1;
    for (const elf::Relocation& entry : relocations_[index]) {
      const bool is_init = entry.symbol->name == "init_module";
      if (!is_init && entry.symbol->name != "cleanup_module")
        not_understood(fmt::format("struct module refers to {}", entry.symbol->name));
      if (!entry.symbol->is_undefined() || entry.symbol->binding != STB_GLOBAL)
        not_understood("init_module is not expected from elsewhere");
      auto& function = is_init ? result_.init : result_.exit;
      if (function) not_understood("struct module refers to a function twice");
      if (entry.offset >= section.content.size())
        not_understood("a relocation outside struct module");
      if (!entry.has_addend && in_place(section, entry.offset) != 0)
        not_understood("an addend in struct module");
      function = ModTemplate::Function{std::string(entry.symbol->name), entry.offset, entry.type,
                                       entry.addend};
    }
    for (const elf::Symbol& symbol : object_.symbols) {
      if (!is_in(symbol, index) || is_passed_over(symbol)) continue;
      if (symbol.name != "__this_module" || !result_.this_module.name.empty())
        not_understood(fmt::format("the symbol {}", symbol.name));
      result_.this_module = copy_of(symbol);
    }
    if (result_.this_module.name.empty()) not_understood("there is no __this_module");
  }

  void read_versions(const elf::Section& section) {
    const std::size_t size = section.content.size() / needed_count;
    const bool big = object_.is_big_endian;
    const std::size_t name =
        find_once(section.content, with_null(longest_needed_name), "a name in __versions");
    const std::size_t crc =
        find_once(section.content, number_bytes(first_needed_crc, 4, big), "a CRC in __versions");
    result_.version_size = size;
    result_.version_crc_at = crc;
    result_.version_name = {name, size - std::min(size, name)};
    if (name + longest_needed_name.size() >= size || crc + 4 > name)
      not_understood("the entries of __versions");
    std::string wanted;
    for (const ModC::Version& symbol : *specimen_.versions) {
      std::string entry(size, '\0');
      entry.replace(crc, 4, number_bytes(symbol.crc, 4, big));
      entry.replace(name, symbol.name.size(), symbol.name);
      wanted += entry;
    }
    if (wanted != section.content) not_understood("the content of __versions");
  }

  void read_extended_crcs(const elf::Section& section) const {
    std::string wanted;
    for (const ModC::Version& symbol : *specimen_.versions)
      wanted += number_bytes(symbol.crc, 4, object_.is_big_endian);
    if (wanted != section.content) not_understood("the content of __version_ext_crcs");
  }

  void read_extended_names(const elf::Section& section) const {
    std::string wanted;
    for (const ModC::Version& symbol : *specimen_.versions) wanted += with_null(symbol.name);
    if (with_null(wanted) != section.content) not_understood("the content of __version_ext_names");
  }

  /// Which specimen of an export `name` belongs to.
  std::optional<std::size_t> specimen_in(std::string_view name) const {
    for (std::size_t i = 0; i < export_kinds; ++i)
      if (name.find(names_.exported[i]) != std::string_view::npos) return i;
    return std::nullopt;
  }

  ModTemplate::Name name_pattern(std::string_view name, std::size_t kind) const {
    const std::size_t at = name.find(names_.exported[kind]);
    if (at == std::string_view::npos) {
      if (specimen_in(name)) not_understood(fmt::format("the symbol {}", name));
      return {std::string(name), "", false};
    }
    return {std::string(name.substr(0, at)),
            std::string(name.substr(at + names_.exported[kind].size())), true};
  }

  ModTemplate::NamedSymbol named_symbol(const elf::Symbol& symbol, std::size_t kind) const {
    ModTemplate::NamedSymbol named{name_pattern(symbol.name, kind), copy_of(symbol)};
    named.symbol.name.clear();
    return named;
  }

  /// The names of exports, each followed by its namespace.
  void read_export_strings(std::size_t index) {
    const elf::Section& section = object_.sections[index];
    if (result_.export_strings || relocations_.contains(index)) not_understood("__ksymtab_strings");
    std::string wanted;
    for (const ModC::Export& symbol : specimen_.exports) {
      name_at_.push_back(wanted.size());
      wanted += with_null(symbol.name);
      namespace_at_.push_back(wanted.size());
      wanted += with_null(symbol.name_space);
    }
    if (section.content != wanted) not_understood("the content of __ksymtab_strings");
    result_.export_strings = plain_copy(section);
    result_.export_strings->content.clear();
    strings_section_ = index;
    for (const elf::Symbol& symbol : object_.symbols) {
      if (!is_in(symbol, index) || is_passed_over(symbol)) continue;
      const auto kind = specimen_in(symbol.name);
      if (!kind) not_understood(fmt::format("the symbol {}", symbol.name));
      ModTemplate::Export& entry = result_.exports[*kind];
      if (symbol.value == name_at_[*kind])
        entry.name_symbols.push_back(named_symbol(symbol, *kind));
      else if (symbol.value == namespace_at_[*kind])
        entry.namespace_symbols.push_back(named_symbol(symbol, *kind));
      else
        not_understood(fmt::format("the symbol {}", symbol.name));
    }
  }

  std::int64_t in_place(const elf::Section& section, std::uint64_t offset) const {
    if (offset > section.content.size() || section.content.size() - offset < 4)
      not_understood("a relocation outside its section");
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(elf::read_number(
        section.content.substr(static_cast<std::size_t>(offset), 4), object_.is_big_endian)));
  }

  void read_export_part(std::size_t index, std::size_t kind) {
    const elf::Section& section = object_.sections[index];
    ModTemplate::Part part;
    part.section_name = name_pattern(section.name, kind);
    part.section = plain_copy(section);
    part.section.name.clear();
    const std::string crc = number_bytes(specimen_.exports[kind].crc, 4, object_.is_big_endian);
    if (const std::size_t at = section.content.find(crc); at != std::string_view::npos)
      part.crc_at = at;
    std::vector<const elf::Symbol*> own;
    for (const elf::Symbol& symbol : object_.symbols)
      if (is_in(symbol, index)) {
        if (symbol.binding != STB_LOCAL)
          not_understood(fmt::format("the global symbol {}", symbol.name));
        if (is_passed_over(symbol)) continue;
        own.push_back(&symbol);
        part.symbols.push_back(named_symbol(symbol, kind));
      }
    for (const elf::Relocation& entry : relocations_[index])
      part.references.push_back(reference_of(index, kind, entry, own));
    check_part(part, specimen_.exports[kind].gpl_only);
    result_.exports[kind].parts.push_back(std::move(part));
  }

  /// A section of an export holds addresses, a CRC, or the flags of its licence; nothing else.
  static void check_part(const ModTemplate::Part& part, bool gpl_only) {
    std::string rest = part.section.content;
    if (part.crc_at) rest.replace(*part.crc_at, 4, 4, '\0');
    for (const ModTemplate::Reference& reference : part.references) {
      constexpr std::size_t field = 4;  // where an addend in place lies
      if (rest.size() < field || reference.offset > rest.size() - field)
        not_understood("a relocation outside its section");
      rest.replace(static_cast<std::size_t>(reference.offset), field, field, '\0');
    }
    const bool is_flags = !part.crc_at && part.references.empty();
    if (rest !=
        (is_flags ? std::string(1, gpl_only ? '\1' : '\0') : std::string(rest.size(), '\0')))
      not_understood("the content of an export's section");
  }

  ModTemplate::Reference reference_of(std::size_t index, std::size_t kind,
                                      const elf::Relocation& entry,
                                      const std::vector<const elf::Symbol*>& own) const {
    using Target = ModTemplate::Target;
    const elf::Symbol& symbol = *entry.symbol;
    ModTemplate::Reference reference;
    reference.offset = entry.offset;
    reference.type = entry.type;
    reference.addend =
        entry.has_addend ? entry.addend : in_place(object_.sections[index], entry.offset);
    if (symbol.is_undefined()) {
      reference.exported = name_pattern(symbol.name, kind);
      if (!reference.exported.has_symbol || symbol.binding != STB_GLOBAL)
        not_understood(fmt::format("an export refers to {}", symbol.name));
      return reference;
    }
    if (strings_section_ != 0 && is_in(symbol, strings_section_)) {
      const std::uint64_t place = symbol.value + static_cast<std::uint64_t>(reference.addend);
      reference.by_section = symbol.type == STT_SECTION;
      const bool is_name = place == name_at_[kind];
      if (!is_name && place != namespace_at_[kind]) not_understood("a name of an export");
      if (!reference.by_section && reference.addend != 0)
        not_understood("an addend to the name of an export");
      reference.target = is_name ? Target::name_text : Target::namespace_text;
      reference.addend = 0;
      return reference;
    }
    if (!is_in(symbol, index)) not_understood(fmt::format("an export refers to {}", symbol.name));
    reference.target = Target::own_section;
    reference.by_section = symbol.type == STT_SECTION;
    if (!reference.by_section)
      reference.symbol = static_cast<std::size_t>(std::ranges::find(own, &symbol) - own.begin());
    return reference;
  }

  void read_global_symbols() const {
    for (const elf::Symbol& symbol : object_.symbols) {
      if (symbol.binding == STB_LOCAL || symbol.name == "__this_module") continue;
      const bool expected = symbol.name == "init_module" || symbol.name == "cleanup_module" ||
                            specimen_in(symbol.name);
      if (!symbol.is_undefined() || !expected)
        not_understood(fmt::format("the global symbol {}", symbol.name));
    }
  }

  void check_complete() {
    const auto has = [&](ModTemplate::Role role) {
      return std::ranges::count(result_.sections, role, &ModTemplate::Section::role) == 1;
    };
    if (!has(ModTemplate::Role::info) || !has(ModTemplate::Role::this_module) ||
        !has(ModTemplate::Role::versions))
      not_understood("a section is missing");
    if (specimen_.extended_versions &&
        (!has(ModTemplate::Role::extended_crcs) || !has(ModTemplate::Role::extended_names)))
      not_understood("there are no extended versions");
    if (std::ranges::adjacent_find(has_addends_, std::not_equal_to<>()) != has_addends_.end())
      not_understood("relocations with addends and without");
    result_.object.has_addends = has_addends_.empty() || has_addends_.front();
    check_exports();
  }

  /// Every kind of export has the same sections, one of them with its CRC.
  void check_exports() const {
    const Dialect& dialect = result_.dialect;
    const std::size_t wanted =
        (dialect.exports_in_section ? 1U : 0U) +
        (dialect.exports_in_section && !dialect.license_by_suffix ? 1U : 0U) +
        (dialect.crcs_in_cmd_files ? 1U : 0U);
    for (const ModTemplate::Export& entry : result_.exports) {
      if (entry.parts.size() != wanted) not_understood("the sections of an export");
      std::size_t crcs = 0;
      for (const ModTemplate::Part& part : entry.parts) crcs += part.crc_at ? 1 : 0;
      if (crcs != (dialect.crcs_in_cmd_files ? 1U : 0U)) not_understood("the CRC of an export");
    }
    if (dialect.exports_in_section != result_.export_strings.has_value())
      not_understood("the names of exports");
  }

  std::string_view content_;
  elf::Object object_;
  Names names_;
  ModC specimen_;
  ModTemplate result_;
  std::map<std::size_t, std::vector<elf::Relocation>> relocations_;  // by section
  std::vector<bool> has_addends_;
  bool has_exports_ = false;
  std::size_t strings_section_ = 0;
  std::vector<std::uint64_t> name_at_;
  std::vector<std::uint64_t> namespace_at_;
};

}  // namespace

std::string ModTemplate::Name::with(std::string_view symbol) const {
  return has_symbol ? before + std::string(symbol) + after : before;
}

std::size_t export_index(const ModC::Export& symbol) {
  return (symbol.is_function ? is_function_bit : 0) | (symbol.gpl_only ? gpl_only_bit : 0) |
         (symbol.name_space.empty() ? 0 : namespace_bit);
}

std::string specimen_name() {
  return "kbx_specimen_module_with_the_longest_name_possible_here";
}

std::string specimen_text(const Dialect& dialect) {
  const Names names = specimen_names();
  return mod_c_text(specimen(dialect, names), dialect);
}

ModTemplate read_template(std::string_view object, const Dialect& dialect) {
  if (!elf::is_elf(object)) not_understood("it is no ELF file");
  return TemplateReader(object, dialect).read();
}

}  // namespace kbx::symbols
