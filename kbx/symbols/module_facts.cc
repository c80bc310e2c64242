#include "kbx/symbols/module_facts.h"

#include <algorithm>
#include <array>
#include <set>

#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/elf/modinfo.h"
#include "kbx/elf/relocations.h"

/// A finished module, as kernel/module/main.c takes it apart. Beside the sections that modpost
/// wrote, exports are found by their labels: __ksymtab_NAME lies in the table of its licence (or,
/// since one table holds all, has its licence in __flags_NAME), __kstrtabns_NAME points to the
/// namespace, and __crc_NAME is the CRC or points to it.
namespace kbx::symbols {
namespace {

constexpr size_t version_entry_size = 64;  // struct modversion_info
constexpr size_t crc_size = 4;

std::string_view first_string(std::string_view content) {
  return content.substr(0, content.find('\0'));
}

class FactsReader {
 public:
  FactsReader(const elf::Object& object, const std::string& path) : object_(object), path_(path) {}

  ModuleFacts read(bool with_relocations) {
    facts_.path = path_;
    facts_.machine = {object_.machine, object_.is_64bit, object_.is_big_endian};
    facts_.info = elf::module_info(object_);
    facts_.name = std::string(facts_.first_info("name").value_or(""));
    if (facts_.name.empty()) facts_.name = module_name_of(path_);
    if (const elf::Section* const section = allocated(".gnu.linkonce.this_module"))
      facts_.struct_size = section->size;
    facts_.needs = needs_of(object_);
    for (ModuleNeed& need : facts_.needs) drop_dot(need.name);
    read_versions();
    read_extended_versions();
    read_exports();
    find_writable_code();
    if (with_relocations) read_relocations();
    for (const elf::Symbol& symbol : object_.symbols)
      if (symbol.reserved_section && symbol.section == SHN_COMMON &&
          !symbol.name.starts_with("__gnu_lto"))
        facts_.common_symbols.emplace_back(symbol.name);
    return std::move(facts_);
  }

 private:
  /// The section of that name that the loader sees: one without SHF_ALLOC is ignored.
  const elf::Section* allocated(std::string_view name) const {
    for (const elf::Section& section : object_.sections)
      if ((section.flags & SHF_ALLOC) != 0 && section.name == name) return &section;
    return nullptr;
  }

  std::string_view content_at(const elf::Symbol& symbol) const {
    if (symbol.reserved_section || symbol.section == 0) return {};
    const std::string_view content = object_.sections[symbol.section].content;
    if (symbol.value >= content.size()) return {};
    return content.substr(static_cast<size_t>(symbol.value));
  }

  /// 64-bit PowerPC's functions have a twin with a dot, which the loader takes for the same.
  void drop_dot(std::string& name) const {
    if (object_.machine == EM_PPC64 && name.size() > 1 && name[0] == '.') name.erase(0, 1);
  }

  void read_versions() {
    const elf::Section* const section = allocated("__versions");
    if (!section) return;
    const size_t name_at = object_.is_64bit ? 8 : 4;
    facts_.versions.emplace();
    std::string_view rest = section->content;
    for (; rest.size() >= version_entry_size; rest.remove_prefix(version_entry_size)) {
      const std::uint64_t crc = elf::read_number(rest.substr(0, name_at), object_.is_big_endian);
      std::string name(first_string(rest.substr(name_at, version_entry_size - name_at)));
      drop_dot(name);
      facts_.versions->try_emplace(std::move(name), static_cast<std::uint32_t>(crc));
    }
  }

  void read_extended_versions() {
    const elf::Section* const crcs = allocated("__version_ext_crcs");
    const elf::Section* const names = allocated("__version_ext_names");
    if (!crcs || !names) return;
    facts_.extended_versions.emplace();
    std::string_view rest = names->content;
    for (size_t at = 0; crcs->content.size() - at >= crc_size && !rest.empty(); at += crc_size) {
      const std::string_view name = first_string(rest);
      rest.remove_prefix(std::min(name.size() + 1, rest.size()));
      const std::uint64_t crc =
          elf::read_number(crcs->content.substr(at, crc_size), object_.is_big_endian);
      facts_.extended_versions->try_emplace(std::string(name), static_cast<std::uint32_t>(crc));
    }
  }

  ModuleExport* find_export(std::string_view name) {
    const auto found = export_index_.find(name);
    return found == export_index_.end() ? nullptr : &facts_.exports[found->second];
  }

  void read_exports() {
    constexpr std::string_view entry_mark = "__ksymtab_";
    for (const elf::Symbol& symbol : object_.symbols) {
      if (!symbol.name.starts_with(entry_mark) || symbol.reserved_section || symbol.section == 0)
        continue;
      const std::string_view section = object_.sections[symbol.section].name;
      if (!section.starts_with("__ksymtab")) continue;
      ModuleExport entry;
      entry.name = symbol.name.substr(entry_mark.size());
      entry.license = section.starts_with("__ksymtab_gpl") ? gpl_export : plain_export;
      export_index_.emplace(entry.name, facts_.exports.size());
      facts_.exports.push_back(std::move(entry));
    }
    if (!facts_.exports.empty())
      for (const elf::Symbol& symbol : object_.symbols) complete_export(symbol);
  }

  void complete_export(const elf::Symbol& symbol) {
    constexpr std::string_view name_space = "__kstrtabns_";
    constexpr std::string_view crc = "__crc_";
    constexpr std::string_view flags = "__flags_";
    constexpr unsigned char gpl_flag = 1;  // KSYM_FLAG_GPL_ONLY
    if (symbol.name.starts_with(name_space)) {
      if (ModuleExport* const entry = find_export(symbol.name.substr(name_space.size())))
        entry->name_space = first_string(content_at(symbol));
    } else if (symbol.name.starts_with(flags)) {
      ModuleExport* const entry = find_export(symbol.name.substr(flags.size()));
      const std::string_view content = content_at(symbol);
      if (entry && !content.empty() && (static_cast<unsigned char>(content[0]) & gpl_flag) != 0)
        entry->license = gpl_export;
    } else if (symbol.name.starts_with(crc)) {
      if (ModuleExport* const entry = find_export(symbol.name.substr(crc.size())))
        entry->crc = crc_at(symbol);
    }
  }

  std::optional<std::uint32_t> crc_at(const elf::Symbol& symbol) const {
    if (symbol.reserved_section) return static_cast<std::uint32_t>(symbol.value);
    const std::string_view content = content_at(symbol);
    if (content.size() < crc_size) return std::nullopt;
    return static_cast<std::uint32_t>(
        elf::read_number(content.substr(0, crc_size), object_.is_big_endian));
  }

  void find_writable_code() {
    constexpr std::uint64_t both = SHF_WRITE | SHF_EXECINSTR;
    for (const elf::Section& section : object_.sections)
      if ((section.flags & both) == both) facts_.writable_code.emplace_back(section.name);
  }

  void read_relocations() {
    std::set<std::pair<std::uint32_t, bool>> seen;
    for (const elf::Section& section : object_.sections) {
      if (section.type != SHT_REL && section.type != SHT_RELA) continue;
      // The loader applies what changes a section that stays in memory.
      if (section.info >= object_.sections.size()) continue;
      const elf::Section& changed = object_.sections[section.info];
      if ((changed.flags & SHF_ALLOC) == 0) continue;
      for (const elf::Relocation& entry : elf::read_relocations(object_, section, path_))
        if (seen.emplace(entry.type, entry.has_addend).second)
          facts_.relocations.push_back({entry.type, entry.has_addend, std::string(changed.name)});
    }
  }

  const elf::Object& object_;
  const std::string& path_;
  ModuleFacts facts_;
  StringMap<size_t> export_index_;
};

}  // namespace

std::string_view compression_name(Compression compression) {
  switch (compression) {
    case Compression::none:
      return "";
    case Compression::gzip:
      return "gzip";
    case Compression::xz:
      return "xz";
    case Compression::zstd:
      return "zstd";
  }
  return "";
}

Compression compression_of(std::string_view file) {
  using std::string_view_literals::operator""sv;
  if (file.starts_with("\x1f\x8b"sv)) return Compression::gzip;
  if (file.starts_with("\xfd"
                       "7zXZ\0"sv))
    return Compression::xz;
  if (file.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression::zstd;
  return Compression::none;
}

unsigned xz_check_of(std::string_view file) {
  constexpr size_t flags_at = 7;
  return file.size() > flags_at ? static_cast<unsigned char>(file[flags_at]) & 0xfU : 0;
}

std::optional<std::string_view> ModuleFacts::first_info(std::string_view tag) const {
  for (const auto& [key, value] : info)
    if (key == tag) return value;
  return std::nullopt;
}

bool ModuleFacts::is_gpl_compatible() const {
  return symbols::is_gpl_compatible(first_info("license").value_or("unspecified"));
}

bool is_gpl_compatible(std::string_view license) {
  constexpr std::array<std::string_view, 6> compatible = {
      "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};
  return std::find(compatible.begin(), compatible.end(), license) != compatible.end();
}

ModuleFacts read_module_facts(std::string_view content, const std::string& path,
                              bool with_relocations) {
  const elf::Object object = elf::read_object(content, path);
  if (object.type != ET_REL)
    throw Error(Location{path, 0}, "this ELF file is not a relocatable object",
                "a module is what ld -r wrote, NAME.ko");
  ModuleFacts facts = FactsReader(object, path).read(with_relocations);
  facts.signature.state = sign::read_trailer(content).state;
  return facts;
}

}  // namespace kbx::symbols
