#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/elf/writer.h"
#include "kbx/symbols/mod_c.h"

namespace kbx::symbols {

/// What the compiler makes of a tree's MODULE.mod.c, with the places where modules differ. Read off
/// the object of a made-up module (specimen_text).
struct ModTemplate {
  /// A name made of that of an exported symbol.
  struct Name {
    std::string before;
    std::string after;
    bool has_symbol = false;

    std::string with(std::string_view symbol) const;
  };
  struct NamedSymbol {
    Name name;
    elf::NewSymbol symbol;  // without name and section
  };
  /// What a relocation of an export's section points at.
  enum class Target { exported_symbol, name_text, namespace_text, own_section };
  struct Reference {
    std::uint64_t offset = 0;
    std::uint32_t type = 0;
    Target target = Target::exported_symbol;
    bool by_section = false;  // the symbol is the section's, and the addend tells the place
    std::size_t symbol = 0;   // own_section: index into Part::symbols
    Name exported;            // exported_symbol: its name
    std::int64_t addend = 0;
  };
  /// One of the sections that an export brings: symbol table entry, CRC, flags.
  struct Part {
    Name section_name;
    elf::NewSection section;            // without name and relocations
    std::optional<std::size_t> crc_at;  // where the CRC lies in its content
    std::vector<NamedSymbol> symbols;
    std::vector<Reference> references;
  };
  struct Export {
    std::vector<Part> parts;
    std::vector<NamedSymbol> name_symbols;  // at the symbol's name in __ksymtab_strings
    std::vector<NamedSymbol> namespace_symbols;
  };
  /// How struct module or an entry of __versions holds a name.
  struct Room {
    std::size_t at = 0;
    std::size_t size = 0;  // with the null byte
  };
  /// The address of a function of the module.
  struct Function {
    std::string name;
    std::uint64_t offset = 0;
    std::uint32_t type = 0;
    std::int64_t addend = 0;
  };
  enum class Role { constant, info, this_module, versions, extended_crcs, extended_names, exports };
  struct Section {
    Role role = Role::constant;
    elf::NewSection section;              // without relocations
    std::vector<elf::NewSymbol> symbols;  // of a constant section
  };

  Dialect dialect;
  elf::NewObject object;  // only what the file's header tells
  bool names_source = false;
  std::vector<Section> sections;

  bool info_is_reversed = false;
  std::map<std::string, std::string> constant_info;  // entries that are the same for all modules
  elf::NewSymbol this_module;
  Room module_name;
  std::optional<Function> init;
  std::optional<Function> exit;
  std::size_t version_size = 0;
  std::size_t version_crc_at = 0;
  Room version_name;
  std::optional<elf::NewSection> export_strings;  // __ksymtab_strings
  std::array<Export, 8> exports;                  // by export_index
};

/// Which of ModTemplate::exports is for this one.
std::size_t export_index(const ModC::Export& symbol);

/// A .mod.c with everything in it that modpost of this dialect may write, to be compiled with the
/// module name specimen_name().
std::string specimen_text(const Dialect& dialect);
std::string specimen_name();

/// Reads what the compiler made of specimen_text(dialect). Throws Error if anything in it is not
/// understood; such a tree needs the compiler for each module.
ModTemplate read_template(std::string_view object, const Dialect& dialect);

/// The object that the compiler would make of `module` without debugging information, `name` being
/// KBUILD_MODNAME. Throws Error if the module has something that the template has no place for.
std::string metadata_object(const ModTemplate& from, const ModC& module, const std::string& name,
                            const std::string& source_name);

}  // namespace kbx::symbols
