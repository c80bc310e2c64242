#include <algorithm>
#include <unordered_map>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/symbols/mod_template.h"

/// From a template and what one module's .mod.c tells to its object. Sections come in the
/// compiler's order. What the compiler adds and nobody reads is left out: debugging information and
/// the local symbols of sections that the kernel does not keep (.modinfo, __versions).
namespace kbx::symbols {
namespace {

[[noreturn]] void has_no_place(const std::string& what) {
  throw Error("there is no place for " + what);
}

/// A text that C and the assembler take as it stands between quotes.
void check_plain(std::string_view text) {
  const bool plain = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; });
  if (!plain) has_no_place(fmt::format("the text \"{}\"", text));
}

void put_name(std::string& content, const ModTemplate::Room& room, std::size_t entry,
              std::string_view name) {
  check_plain(name);
  if (name.size() >= room.size) has_no_place(fmt::format("the long name {}", name));
  content.replace(entry + room.at, room.size, std::string(room.size, '\0'));
  content.replace(entry + room.at, name.size(), name);
}

class Builder {
 public:
  Builder(const ModTemplate& from, const ModC& module, const std::string& name)
      : from_(from), module_(module), name_(name), object_(from.object) {}

  std::string build(const std::string& source_name) {
    if (from_.names_source)
      object_.symbols.push_back({source_name, 0, 0, STB_LOCAL, STT_FILE, STV_DEFAULT, SHN_ABS});
    for (const ModTemplate::Section& section : from_.sections) add(section);
    return elf::write_object(object_);
  }

 private:
  /// Gives the number of the section in the file.
  std::uint32_t add_section(elf::NewSection section) {
    object_.sections.push_back(std::move(section));
    return static_cast<std::uint32_t>(object_.sections.size());
  }

  std::size_t add_symbol(elf::NewSymbol symbol) {
    object_.symbols.push_back(std::move(symbol));
    return object_.symbols.size() - 1;
  }

  /// Of a section.
  std::size_t section_symbol(std::uint32_t section) {
    const auto [entry, is_new] = section_symbols_.try_emplace(section, 0);
    if (is_new)
      entry->second = add_symbol({"", 0, 0, STB_LOCAL, STT_SECTION, STV_DEFAULT, section});
    return entry->second;
  }

  std::size_t undefined_symbol(const std::string& name) {
    const auto [entry, is_new] = undefined_.try_emplace(name, 0);
    if (is_new)
      entry->second = add_symbol({name, 0, 0, STB_GLOBAL, STT_NOTYPE, STV_DEFAULT, SHN_UNDEF});
    return entry->second;
  }

  void add(const ModTemplate::Section& from) {
    switch (from.role) {
      case ModTemplate::Role::constant:
        return add_constant(from);
      case ModTemplate::Role::info:
        return add_with(from.section, info_content());
      case ModTemplate::Role::this_module:
        return add_this_module(from.section);
      case ModTemplate::Role::versions:
        if (module_.versions) add_with(from.section, versions_content());
        return;
      case ModTemplate::Role::extended_crcs:
        if (module_.extended_versions) add_with(from.section, extended_crcs_content());
        return;
      case ModTemplate::Role::extended_names:
        if (module_.extended_versions) add_with(from.section, extended_names_content());
        return;
      case ModTemplate::Role::exports:
        return add_exports();
    }
  }

  void add_with(elf::NewSection section, std::string content) {
    section.content = std::move(content);
    add_section(std::move(section));
  }

  void add_constant(const ModTemplate::Section& from) {
    const std::uint32_t section = add_section(from.section);
    for (elf::NewSymbol symbol : from.symbols) {
      symbol.section = section;
      add_symbol(std::move(symbol));
    }
  }

  std::string info_content() const {
    std::vector<InfoEntry> entries = info_entries(module_, from_.dialect, name_);
    if (from_.info_is_reversed) std::ranges::reverse(entries);
    std::string content;
    for (const InfoEntry& entry : entries) {
      const auto constant = from_.constant_info.find(entry.tag);
      if (!entry.value && constant == from_.constant_info.end()) continue;
      if (entry.value) check_plain(*entry.value);
      content += entry.tag + "=" + (entry.value ? *entry.value : constant->second) + '\0';
    }
    return content;
  }

  void add_this_module(elf::NewSection section) {
    put_name(section.content, from_.module_name, 0, name_);
    const auto refer = [&](const std::optional<ModTemplate::Function>& function) {
      if (function)
        section.relocations.push_back(
            {function->offset, function->type, undefined_symbol(function->name), function->addend});
    };
    if (module_.has_init && !from_.init) has_no_place("an init function");
    if (module_.has_init) refer(from_.init);
    if (module_.has_exit) refer(from_.exit);
    elf::NewSymbol symbol = from_.this_module;
    symbol.section = add_section(std::move(section));
    add_symbol(std::move(symbol));
  }

  std::string crc_bytes(std::uint32_t crc) const {
    std::string bytes;
    elf::append_number(bytes, crc, 4, object_.is_big_endian);
    return bytes;
  }

  std::string versions_content() const {
    std::string content(module_.versions->size() * from_.version_size, '\0');
    std::size_t at = 0;
    for (const ModC::Version& symbol : *module_.versions) {
      content.replace(at + from_.version_crc_at, 4, crc_bytes(symbol.crc));
      put_name(content, from_.version_name, at, symbol.name);
      at += from_.version_size;
    }
    return content;
  }

  std::string extended_crcs_content() const {
    std::string content;
    for (const ModC::Version& symbol : *module_.extended_versions) content += crc_bytes(symbol.crc);
    return content;
  }

  /// C puts a null byte behind the last name's own.
  std::string extended_names_content() const {
    if (module_.extended_versions->empty()) has_no_place("a text without lines");
    std::string content;
    for (const ModC::Version& symbol : *module_.extended_versions) {
      check_plain(symbol.name);
      content += std::string(symbol.name) + '\0';
    }
    return content + '\0';
  }

  void add_exports() {
    if (module_.exports.empty()) return;
    if (from_.export_strings) {
      strings_ = add_section(*from_.export_strings);
      for (const ModC::Export& symbol : module_.exports) add_names(symbol);
    }
    for (const ModC::Export& symbol : module_.exports)
      for (const ModTemplate::Part& part : from_.exports[export_index(symbol)].parts)
        if (!part.crc_at || module_.with_crcs) add_part(part, symbol);
  }

  struct Names {
    std::uint64_t name_at = 0;
    std::uint64_t namespace_at = 0;
    std::optional<std::size_t> name;  // symbols
    std::optional<std::size_t> name_space;
  };

  void add_names(const ModC::Export& symbol) {
    check_plain(symbol.name);
    check_plain(symbol.name_space);
    const ModTemplate::Export& from = from_.exports[export_index(symbol)];
    Names& names = names_[symbol.name];
    const auto add_text = [&](std::string_view text, const auto& symbols, std::uint64_t& at,
                              std::optional<std::size_t>& last) {
      std::string& content = object_.sections[strings_ - 1].content;
      at = content.size();
      content += text;
      content += '\0';
      for (const ModTemplate::NamedSymbol& named : symbols)
        last = add_named(named, symbol.name, strings_, at);
    };
    add_text(symbol.name, from.name_symbols, names.name_at, names.name);
    add_text(symbol.name_space, from.namespace_symbols, names.namespace_at, names.name_space);
  }

  std::size_t add_named(const ModTemplate::NamedSymbol& named, std::string_view name,
                        std::uint32_t section, std::uint64_t value) {
    elf::NewSymbol symbol = named.symbol;
    symbol.name = named.name.with(name);
    symbol.section = section;
    symbol.value = value;
    return add_symbol(std::move(symbol));
  }

  void add_part(const ModTemplate::Part& part, const ModC::Export& symbol) {
    elf::NewSection section = part.section;
    section.name = part.section_name.with(symbol.name);
    if (part.crc_at) section.content.replace(*part.crc_at, 4, crc_bytes(symbol.crc));
    const std::uint32_t index = add_section(std::move(section));
    const std::size_t first_symbol = object_.symbols.size();
    for (const ModTemplate::NamedSymbol& named : part.symbols)
      add_named(named, symbol.name, index, named.symbol.value);
    for (const ModTemplate::Reference& reference : part.references)
      add_reference(index, reference, symbol, first_symbol);
  }

  void add_reference(std::uint32_t section, const ModTemplate::Reference& reference,
                     const ModC::Export& symbol, std::size_t first_symbol) {
    using Target = ModTemplate::Target;
    elf::NewRelocation entry;
    entry.offset = reference.offset;
    entry.type = reference.type;
    entry.addend = reference.addend;
    const bool is_name = reference.target == Target::name_text;
    if (reference.target == Target::exported_symbol) {
      entry.symbol = undefined_symbol(reference.exported.with(symbol.name));
    } else if (reference.target == Target::own_section) {
      entry.symbol =
          reference.by_section ? section_symbol(section) : first_symbol + reference.symbol;
    } else if (reference.by_section) {
      const Names& names = names_[symbol.name];
      entry.symbol = section_symbol(strings_);
      entry.addend = static_cast<std::int64_t>(is_name ? names.name_at : names.namespace_at);
    } else {
      const Names& names = names_[symbol.name];
      const auto& text = is_name ? names.name : names.name_space;
      if (!text) has_no_place(fmt::format("the export {}", symbol.name));
      entry.symbol = *text;
    }
    elf::NewSection& changed = object_.sections[section - 1];
    if (!object_.has_addends) {
      std::string addend;
      elf::append_number(addend, static_cast<std::uint64_t>(entry.addend), 4,
                         object_.is_big_endian);
      changed.content.replace(static_cast<std::size_t>(reference.offset), 4, addend);
      entry.addend = 0;
    }
    changed.relocations.push_back(entry);
  }

  const ModTemplate& from_;
  const ModC& module_;
  const std::string& name_;
  elf::NewObject object_;
  std::uint32_t strings_ = 0;  // number of __ksymtab_strings
  std::unordered_map<std::uint32_t, std::size_t> section_symbols_;
  std::unordered_map<std::string, std::size_t> undefined_;
  std::unordered_map<std::string_view, Names> names_;
};

}  // namespace

std::string metadata_object(const ModTemplate& from, const ModC& module, const std::string& name,
                            const std::string& source_name) {
  return Builder(from, module, name).build(source_name);
}

}  // namespace kbx::symbols
