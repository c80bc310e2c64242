#include "kbx/link/arch/special_sections.h"

#include <elf.h>

/// Sections that have a type by their name: the System V gABI, "Special Sections", and those that
/// the GNU tools add. GNU ld gives an output section this type when it makes it, and the type of
/// what goes into it later only if the name says nothing definite.
namespace kbx::link {
namespace {

/// How much of a section's name has to be the table's.
enum class Match { whole, or_dotted_suffix, prefix };

struct Entry {
  std::string_view name;
  Match match;
  SpecialSection section;
};

constexpr std::uint64_t data = SHF_ALLOC | SHF_WRITE;
constexpr std::uint64_t code = SHF_ALLOC | SHF_EXECINSTR;

constexpr Entry entries[] = {
    {".bss", Match::or_dotted_suffix, {SHT_NOBITS, data}},
    {".comment", Match::whole, {SHT_PROGBITS, 0}},
    {".ctf", Match::whole, {SHT_PROGBITS, 0}},
    {".data", Match::or_dotted_suffix, {SHT_PROGBITS, data}},
    {".data1", Match::whole, {SHT_PROGBITS, data}},
    {".debug", Match::whole, {SHT_PROGBITS, 0}},
    {".debug_line", Match::whole, {SHT_PROGBITS, 0}},
    {".debug_info", Match::whole, {SHT_PROGBITS, 0}},
    {".debug_abbrev", Match::whole, {SHT_PROGBITS, 0}},
    {".debug_aranges", Match::whole, {SHT_PROGBITS, 0}},
    {".dynamic", Match::whole, {SHT_DYNAMIC, SHF_ALLOC}},
    {".dynstr", Match::whole, {SHT_STRTAB, SHF_ALLOC}},
    {".dynsym", Match::whole, {SHT_DYNSYM, SHF_ALLOC}},
    {".fini", Match::whole, {SHT_PROGBITS, code}},
    {".fini_array", Match::or_dotted_suffix, {SHT_FINI_ARRAY, data}},
    {".gnu.linkonce.b", Match::or_dotted_suffix, {SHT_NOBITS, data}},
    {".gnu.linkonce.n", Match::or_dotted_suffix, {SHT_NOBITS, data}},
    {".gnu.linkonce.p", Match::or_dotted_suffix, {SHT_PROGBITS, data}},
    {".gnu.lto_", Match::prefix, {SHT_PROGBITS, SHF_EXCLUDE}},
    {".got", Match::whole, {SHT_PROGBITS, data}},
    {".gnu.version", Match::whole, {SHT_GNU_versym, 0}},
    {".gnu.version_d", Match::whole, {SHT_GNU_verdef, 0}},
    {".gnu.version_r", Match::whole, {SHT_GNU_verneed, 0}},
    {".gnu.liblist", Match::whole, {SHT_GNU_LIBLIST, SHF_ALLOC}},
    {".gnu.conflict", Match::whole, {SHT_RELA, SHF_ALLOC}},
    {".gnu.hash", Match::whole, {SHT_GNU_HASH, SHF_ALLOC}},
    {".hash", Match::whole, {SHT_HASH, SHF_ALLOC}},
    {".init", Match::whole, {SHT_PROGBITS, code}},
    {".init_array", Match::or_dotted_suffix, {SHT_INIT_ARRAY, data}},
    {".interp", Match::whole, {SHT_PROGBITS, 0}},
    {".line", Match::whole, {SHT_PROGBITS, 0}},
    {".noinit", Match::or_dotted_suffix, {SHT_NOBITS, data}},
    {".note.GNU-stack", Match::whole, {SHT_PROGBITS, 0}},
    {".note", Match::prefix, {SHT_NOTE, 0}},
    {".persistent.bss", Match::whole, {SHT_NOBITS, data}},
    {".persistent", Match::or_dotted_suffix, {SHT_PROGBITS, data}},
    {".preinit_array", Match::or_dotted_suffix, {SHT_PREINIT_ARRAY, data}},
    {".plt", Match::whole, {SHT_PROGBITS, code}},
    {".rodata", Match::or_dotted_suffix, {SHT_PROGBITS, SHF_ALLOC}},
    {".rodata1", Match::whole, {SHT_PROGBITS, SHF_ALLOC}},
    {".relr.dyn", Match::whole, {SHT_RELR, SHF_ALLOC}},
    {".rela", Match::prefix, {SHT_RELA, 0}},
    {".rel", Match::prefix, {SHT_REL, 0}},
    {".shstrtab", Match::whole, {SHT_STRTAB, 0}},
    {".strtab", Match::whole, {SHT_STRTAB, 0}},
    {".symtab", Match::whole, {SHT_SYMTAB, 0}},
    {".text", Match::or_dotted_suffix, {SHT_PROGBITS, code}},
    {".tbss", Match::or_dotted_suffix, {SHT_NOBITS, data | SHF_TLS}},
    {".tdata", Match::or_dotted_suffix, {SHT_PROGBITS, data | SHF_TLS}},
    {".zdebug_line", Match::whole, {SHT_PROGBITS, 0}},
    {".zdebug_info", Match::whole, {SHT_PROGBITS, 0}},
    {".zdebug_abbrev", Match::whole, {SHT_PROGBITS, 0}},
    {".zdebug_aranges", Match::whole, {SHT_PROGBITS, 0}},
};

constexpr SpecialSection stab_strings{SHT_STRTAB, 0};

}  // namespace

const SpecialSection* special_section(std::string_view name) {
  if (name.size() < 4 || name[0] != '.') return nullptr;
  for (const Entry& entry : entries) {
    if (name.substr(0, entry.name.size()) != entry.name) continue;
    const std::string_view rest = name.substr(entry.name.size());
    if (rest.empty() || entry.match == Match::prefix ||
        (entry.match == Match::or_dotted_suffix && rest[0] == '.'))
      return &entry.section;
  }
  if (name.size() >= 8 && name.substr(0, 5) == ".stab" && name.substr(name.size() - 3) == "str")
    return &stab_strings;
  return nullptr;
}

bool uses_rela_by_default(std::uint16_t machine) {
  return machine != EM_386 && machine != EM_ARM && machine != EM_MIPS;
}

bool drops_temporary_labels(std::uint16_t machine) {
  return machine == EM_RISCV || machine == EM_LOONGARCH;
}

bool has_veneer_file(std::uint16_t machine) {
  return machine == EM_AARCH64 || machine == EM_ARM || machine == EM_PPC64;
}

void set_machine_header(std::uint16_t machine, std::string_view name, Elf64_Shdr& header) {
  if (machine != EM_MIPS) return;
  const auto starts = [&](std::string_view start) { return name.substr(0, start.size()) == start; };
  constexpr std::uint32_t type_abi_flags = 0x7000002a;  // SHT_MIPS_ABIFLAGS
  constexpr std::size_t abi_flags_size = 24;
  if (name == ".reginfo") {
    header.sh_type = SHT_MIPS_REGINFO;
    header.sh_entsize = sizeof(Elf32_RegInfo);
  } else if (name == ".MIPS.options" || name == ".options") {
    header.sh_type = SHT_MIPS_OPTIONS;
    header.sh_entsize = 1;
    header.sh_flags |= SHF_MIPS_NOSTRIP;
  } else if (starts(".MIPS.abiflags")) {
    header.sh_type = type_abi_flags;
    header.sh_entsize = abi_flags_size;
  } else if (starts(".debug_") || starts(".gnu.debuglto_.debug_")) {
    header.sh_type = SHT_MIPS_DWARF;
  } else if (starts(".gptab.")) {
    header.sh_type = SHT_MIPS_GPTAB;
    header.sh_entsize = sizeof(Elf32_gptab);
  } else if (name == ".mdebug") {
    header.sh_type = SHT_MIPS_DEBUG;
    header.sh_entsize = 1;
  } else {
    for (const std::string_view small : {".got", ".srdata", ".sdata", ".sbss", ".lit4", ".lit8"})
      if (name == small) header.sh_flags |= SHF_MIPS_GPREL;
  }
}

std::uint8_t merged_other(std::uint16_t machine, std::uint8_t other, std::uint8_t seen,
                          bool is_definition) {
  constexpr std::uint8_t visibility = 3;
  constexpr std::uint8_t variant = 0x80;  // STO_AARCH64_VARIANT_PCS, STO_RISCV_VARIANT_CC
  const auto mine = static_cast<std::uint8_t>(other & visibility);
  const auto theirs = static_cast<std::uint8_t>(seen & ~visibility);
  switch (machine) {
    case EM_PPC64:
      return is_definition ? static_cast<std::uint8_t>(theirs | mine) : other;
    case EM_MIPS:
      return is_definition && theirs != 0 ? static_cast<std::uint8_t>(theirs | mine) : other;
    case EM_AARCH64:
    case EM_RISCV:
      return static_cast<std::uint8_t>(other | (theirs & variant));
    default:
      return other;
  }
}

bool executable_stack_by_default(std::uint16_t machine) {
  return machine != EM_PPC64 && machine != EM_AARCH64 && machine != EM_LOONGARCH &&
         machine != EM_RISCV;
}

}  // namespace kbx::link
