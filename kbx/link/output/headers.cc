#include "kbx/link/output/headers.h"

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/input/file.h"

/// Section headers after the System V gABI, "Sections", in GNU ld 2.40's order: groups, then every
/// section with its relocations behind it, the symbol table, its names, the names of sections.
namespace kbx::link {
namespace {

constexpr std::uint32_t most_sections = 0x7fffffff;

}  // namespace

bool Headers::is_group(const OutputSection& section) const {
  return section.type == SHT_GROUP || (section.type == SHT_NULL && (section.traits & trait_group));
}

std::uint32_t Headers::add(std::uint32_t name, std::uint32_t type) {
  if (table.size() >= most_sections) throw Error("too many sections");
  Elf64_Shdr header{};
  header.sh_name = name;
  header.sh_type = type;
  table.push_back(header);
  by_index.push_back(nullptr);
  return static_cast<std::uint32_t>(table.size() - 1);
}

Headers::NameNumbers Headers::add_names(const OutputSection& section) {
  NameNumbers numbers;
  if (is_packed_later(section)) return numbers;
  numbers.own = names.add(section.name);
  if (section.rel_count > 0) numbers.rel = names.add(made_name(".rel", section.name));
  if (section.rela_count > 0) numbers.rela = names.add(made_name(".rela", section.name));
  return numbers;
}

/// The two behind one another.
std::string_view Headers::made_name(std::string_view start, std::string_view end) {
  char* const place = made_names_.room(start.size() + end.size());
  start.copy(place, start.size());
  end.copy(place + start.size(), end.size());
  return {place, start.size() + end.size()};
}

void Headers::number() {
  add(0, SHT_NULL);
  const std::uint32_t symbols_name = has_symbols_ ? names.add(".symtab") : 0;
  const std::uint32_t strings_name = has_symbols_ ? names.add(".strtab") : 0;
  const std::uint32_t names_name = names.add(".shstrtab");
  std::vector<NameNumbers> numbers;  // in the order of the sections
  for (OutputSection* section = sections_.first(); section; section = section->next)
    numbers.push_back(add_names(*section));
  const NameNumbers* known = numbers.data();
  for (OutputSection* section = sections_.first(); section; section = section->next, ++known)
    if (is_group(*section)) add_section(*section, known->own);
  known = numbers.data();
  for (OutputSection* section = sections_.first(); section; section = section->next, ++known) {
    if (!is_group(*section)) add_section(*section, known->own);
    if (section->rel_count > 0) add_relocations(*section, known->rel, false);
    if (section->rela_count > 0) add_relocations(*section, known->rela, true);
  }
  if (has_symbols_) {
    symbols_index = add(symbols_name, SHT_SYMTAB);
    if (table.size() >= SHN_LORESERVE - 2)
      extended_index = add(names.add(".symtab_shndx"), SHT_SYMTAB_SHNDX);
    strings_index = add(strings_name, SHT_STRTAB);
  }
  names_index = add(names_name, SHT_STRTAB);
  link_sections();
  mark_group_relocations();
}

void Headers::add_section(OutputSection& section, std::uint32_t name) {
  section.index = add(name, section.type);
  by_index[section.index] = &section;
  fill(section, table[section.index]);
}

void Headers::fill(const OutputSection& section, Elf64_Shdr& header) const {
  const Traits traits = section.traits;
  header.sh_type = header_type(section);
  header.sh_flags = header_flags(section);
  header.sh_addr = section.address;
  header.sh_size = section.size;
  header.sh_info = section.info;
  const std::uint64_t bits = std::uint64_t{1} << section.alignment_power | header.sh_addr;
  header.sh_addralign = bits & (~bits + 1);
  switch (header.sh_type) {
    case SHT_INIT_ARRAY:
    case SHT_FINI_ARRAY:
    case SHT_PREINIT_ARRAY:
      header.sh_entsize = is_64bit_ ? 8 : 4;
      break;
    case SHT_RELA:
      header.sh_entsize = rela_size_;
      break;
    case SHT_REL:
      header.sh_entsize = rel_size_;
      break;
    case SHT_GROUP:
      header.sh_entsize = 4;
      break;
    default:
      break;
  }
  if (traits & trait_merge) header.sh_entsize = section.entry_size;
  set_machine_header(machine_, section.name, header);
}

void Headers::add_relocations(OutputSection& section, std::uint32_t name, bool is_rela) {
  const std::uint32_t index = add(name, is_rela ? SHT_RELA : SHT_REL);
  (is_rela ? section.rela_index : section.rel_index) = index;
  Elf64_Shdr& header = table[index];
  header.sh_flags = SHF_INFO_LINK;
  header.sh_entsize = is_rela ? rela_size_ : rel_size_;
  header.sh_addralign = is_64bit_ ? 8 : 4;
  header.sh_info = section.index;
}

void Headers::link_sections() {
  for (OutputSection* section = sections_.first(); section; section = section->next) {
    Elf64_Shdr& header = table[section->index];
    if (section->rel_index != 0) table[section->rel_index].sh_link = symbols_index;
    if (section->rela_index != 0) table[section->rela_index].sh_link = symbols_index;
    if (section->is_ordered && section->linked_to) {
      const InputSection* to = section->linked_to;
      if (to->is_discarded && to->kept) to = to->kept;
      if (!to->output)
        throw Error(Location{to->file->path, 0},
                    fmt::format("section {} is ordered after {}, which was discarded",
                                section->name, section->linked_to->name));
      header.sh_link = to->output->index;
    }
    if (header.sh_type == SHT_GROUP) header.sh_link = symbols_index;
    if ((header.sh_type == SHT_REL || header.sh_type == SHT_RELA) && header.sh_link == 0)
      header.sh_link = is_final_ ? 0 : symbols_index;
  }
  if (is_final_) link_dynamic_sections();
}

std::vector<std::uint32_t> Headers::group_members(const OutputSection& group) const {
  std::vector<std::uint32_t> indices;
  InputSection* const first = group.group_ring;
  for (InputSection* member = first; member;) {
    if (const OutputSection* output = member->output) {
      if (output->rel_index != 0 && member->rel.is_in_group) indices.push_back(output->rel_index);
      if (output->rela_index != 0 && member->rela.is_in_group)
        indices.push_back(output->rela_index);
      indices.push_back(output->index);
    }
    member = member->next_in_group == first ? nullptr : member->next_in_group;
  }
  return indices;
}

void Headers::mark_group_relocations() {
  for (OutputSection* section = sections_.first(); section; section = section->next) {
    if (!is_group(*section)) continue;
    for (const std::uint32_t index : group_members(*section))
      if (!by_index[index]) table[index].sh_flags |= SHF_GROUP;
  }
}

std::uint64_t Headers::place(Elf64_Shdr& header, std::uint64_t offset) const {
  if (header.sh_addralign > 1)
    offset = (offset + header.sh_addralign - 1) & ~(header.sh_addralign - 1);
  header.sh_offset = offset;
  if (header.sh_type == SHT_NOBITS) return offset;
  if (header.sh_size > ~std::uint64_t{0} / 2 - offset) throw Error("the output is too large");
  return offset + header.sh_size;
}

void Headers::finish(std::size_t header_size, std::size_t symbol_size, std::size_t section_size,
                     OutputSymbols& symbols,
                     const std::unordered_map<const OutputSection*, std::uint32_t>& signatures) {
  for (const auto& [section, symbol] : signatures) table[section->index].sh_info = symbol;
  std::uint64_t offset = is_final_ ? end_ : header_size;
  for (std::uint32_t i = 1; i < table.size(); ++i) {
    if (is_placed_late(i) || !by_index[i]) continue;
    if (is_final_ && by_index[i]->has_file_offset)
      table[i].sh_offset = by_index[i]->file_offset;
    else
      offset = place(table[i], offset);
  }
  if (has_symbols_) offset = place_symbols(symbol_size, symbols, offset);
  late_offset = offset;
  if (table.size() >= SHN_LORESERVE) table[0].sh_size = table.size();
  if (names_index >= SHN_LORESERVE) table[0].sh_link = names_index;
  if (!packs_debug_) finish_names();
  finish_late(section_size);
}

std::uint64_t Headers::place_symbols(std::size_t symbol_size, OutputSymbols& symbols,
                                     std::uint64_t offset) {
  const std::uint64_t word = is_64bit_ ? 8 : 4;
  Elf64_Shdr& symbol_table = table[symbols_index];
  symbol_table.sh_entsize = symbol_size;
  symbol_table.sh_size = symbols.symbols.size() * symbol_size;
  symbol_table.sh_link = strings_index;
  symbol_table.sh_info = symbols.first_global;
  symbol_table.sh_addralign = word;
  offset = place(symbol_table, offset);
  if (extended_index != 0) {
    Elf64_Shdr& extended = table[extended_index];
    extended.sh_entsize = extended.sh_addralign = 4;
    extended.sh_size = symbols.symbols.size() * 4;
    extended.sh_link = symbols_index;
    offset = place(extended, offset);
  }
  symbols.names.finish(threads);
  table[strings_index].sh_size = symbols.names.size();
  table[strings_index].sh_addralign = 1;
  return place(table[strings_index], offset);
}

/// Which tables of dynamic linking belong together.
void Headers::link_dynamic_sections() {
  const auto index_of = [&](std::string_view name) {
    const OutputSection* section = sections_.find(name);
    return section && !section->is_removed ? section->index : 0;
  };
  const std::uint32_t symbols = index_of(".dynsym");
  const std::uint32_t strings = index_of(".dynstr");
  for (OutputSection* section = sections_.first(); section; section = section->next) {
    Elf64_Shdr& header = table[section->index];
    switch (header.sh_type) {
      case SHT_DYNSYM:
        header.sh_entsize = is_64bit_ ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
        header.sh_link = strings;
        break;
      case SHT_DYNAMIC:
        header.sh_entsize = is_64bit_ ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn);
        header.sh_link = strings;
        break;
      case SHT_GNU_verdef:
      case SHT_GNU_verneed:
        header.sh_link = strings;
        break;
      case SHT_GNU_versym:
        header.sh_entsize = 2;
        header.sh_link = symbols;
        break;
      case SHT_HASH:
        header.sh_entsize = 4;
        header.sh_link = symbols;
        break;
      case SHT_GNU_HASH:
        header.sh_entsize = is_64bit_ ? 0 : 4;
        header.sh_link = symbols;
        break;
      case SHT_REL:
      case SHT_RELA:
        if (!(header.sh_flags & SHF_ALLOC)) break;
        header.sh_link = symbols != 0 ? symbols : symbols_index;
        if (section->name == ".rela.plt" || section->name == ".rel.plt") {
          const std::uint32_t changed =
              index_of(".got.plt") != 0 ? index_of(".got.plt") : index_of(".got");
          header.sh_info = changed;
          // On x86 GNU ld has made .got.plt, and taken it out again.
          if (machine_ == EM_X86_64 || machine_ == EM_386) header.sh_flags |= SHF_INFO_LINK;
        } else if (section->name.starts_with(header.sh_type == SHT_RELA ? ".rela" : ".rel")) {
          header.sh_info = index_of(section->name.substr(header.sh_type == SHT_RELA ? 5 : 4));
        }
        if (header.sh_info != 0) header.sh_flags |= SHF_INFO_LINK;
        break;
      default:
        break;
    }
  }
}

void Headers::finish_names() {
  names.finish(threads);
  for (Elf64_Shdr& header : table) header.sh_name = names.offset(header.sh_name);
}

void Headers::finish_late(std::size_t section_size) {
  std::uint64_t offset = late_offset;
  for (std::uint32_t i = 1; i < table.size(); ++i)
    if (is_placed_late(i)) offset = place(table[i], offset);
  const std::uint64_t word = is_64bit_ ? 8 : 4;
  table[names_index].sh_size = names.size();
  table[names_index].sh_addralign = 1;
  offset = place(table[names_index], offset);
  table_offset = (offset + word - 1) & ~(word - 1);
  file_size = table_offset + table.size() * section_size;
}

bool Headers::is_placed_late(std::uint32_t index) const {
  if (by_index[index]) return is_packed_later(*by_index[index]);
  return table[index].sh_type == SHT_REL || table[index].sh_type == SHT_RELA;
}

bool Headers::is_packed_later(const OutputSection& section) const {
  const std::string_view start = ".debug_";
  return packs_debug_ && (section.traits & trait_debugging) &&
         section.name.substr(0, start.size()) == start;
}

void Headers::finish_packed(std::size_t section_size,
                            const std::function<std::string(const OutputSection&)>& name) {
  for (std::uint32_t i = 1; i < table.size(); ++i) {
    if (!by_index[i] || !is_packed_later(*by_index[i])) continue;
    const OutputSection& section = *by_index[i];
    const std::string own = name(section);
    table[i].sh_name = names.add(made_name("", own));
    if (section.rel_index != 0)
      table[section.rel_index].sh_name = names.add(made_name(".rel", own));
    if (section.rela_index != 0)
      table[section.rela_index].sh_name = names.add(made_name(".rela", own));
  }
  finish_names();
  finish_late(section_size);
}

std::uint64_t Headers::packing_slack() const {
  if (!packs_debug_) return 0;
  constexpr std::uint64_t alignment = 64;
  std::uint64_t slack = 0;
  for (const OutputSection* section = sections_.first(); section; section = section->next)
    slack += 3 * (section->name.size() + alignment);
  return slack + alignment;
}

}  // namespace kbx::link
