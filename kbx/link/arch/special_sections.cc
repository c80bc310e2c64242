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

bool executable_stack_by_default(std::uint16_t machine) {
  return machine != EM_PPC64 && machine != EM_AARCH64 && machine != EM_LOONGARCH &&
         machine != EM_RISCV;
}

}  // namespace kbx::link
