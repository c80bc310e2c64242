#include "kbx/link/layout/relocatable_order.h"

#include <charconv>
#include <string>
#include <string_view>

#include <elf.h>

#include "kbx/base/text.h"

/// The row of output sections of a partial link without a script, as GNU ld 2.40 has it: which
/// names it knows, in which order, and what else goes into them. A word of the rows below is a
/// name; after a colon stand further names that go there too; "?ro" and "?rw" make two places of
/// one name, the first for a section whose input is all read-only; "@" leaves the address to what
/// comes before; "=HEX" is what fills gaps; "<N" aligns the start.
namespace kbx::link {
namespace {

constexpr std::string_view dynamic_names =
    ".hash .gnu.hash .dynsym .dynstr .gnu.version .gnu.version_d .gnu.version_r ";

constexpr std::string_view unwind_names =
    ".eh_frame_hdr .eh_frame?ro .sframe?ro .gcc_except_table?ro .gnu_extab:.gnu_extab*?ro "
    ".exception_ranges?ro .eh_frame?rw .sframe?rw .gnu_extab?rw .gcc_except_table?rw "
    ".exception_ranges?rw .tdata .tbss .jcr ";

constexpr std::string_view debug_names =
    ".stab .stabstr .stab.excl .stab.exclstr .stab.index .stab.indexstr .comment "
    ".gnu.build.attributes@ .debug .line .debug_srcinfo .debug_sfnames .debug_aranges "
    ".debug_pubnames .debug_info .debug_abbrev .debug_line .debug_frame .debug_str .debug_loc "
    ".debug_macinfo .debug_weaknames .debug_funcnames .debug_typenames .debug_varnames "
    ".debug_pubtypes .debug_ranges .debug_addr .debug_line_str .debug_loclists .debug_macro "
    ".debug_names .debug_rnglists .debug_str_offsets .debug_sup ";

constexpr std::string_view relocated_names = "init text fini rodata data.rel.ro data ";
constexpr std::string_view relocated_tail = "tdata tbss ctors dtors got ";

/// ".rel" and ".rela" before each of the words.
std::string relocations(std::string_view words, bool rel, bool rela) {
  std::string names;
  for (const std::string_view word : split_words(words)) {
    if (rel) names += ".rel." + std::string(word) + " ";
    if (rela) names += ".rela." + std::string(word) + " ";
  }
  return names;
}

std::string text_names(const std::string& fill) {
  return ".text:.stub,.gnu.warning" + fill + " .fini" + fill + " .rodata .rodata1 ";
}

std::string start_names() {
  return ".interp .note.gnu.build-id " + std::string(dynamic_names);
}

std::string plain_relocations(bool rel, bool rela, std::string_view tail) {
  return relocations(std::string(relocated_names) + std::string(relocated_tail) + std::string(tail),
                     rel, rela);
}

std::string x86_row(bool is_64bit) {
  return start_names() +
         plain_relocations(!is_64bit, is_64bit,
                           is_64bit ? "bss ldata lbss lrodata ifunc plt" : "bss ifunc plt") +
         ".relr.dyn@ .init .plt .plt.got .plt.sec " + text_names("") + std::string(unwind_names) +
         ".dynamic .got .got.plt .data .data1 .bss " + (is_64bit ? ".lbss .lrodata .ldata " : "") +
         std::string(debug_names) + ".gnu.attributes";
}

std::string aarch64_row() {
  const std::string nop = "=1f2003d5";
  return start_names() + plain_relocations(false, true, "bss ifunc plt") + ".init" + nop +
         " .plt<16 " + text_names(nop) + std::string(unwind_names) +
         ".dynamic .got .got.plt .data .data1 .bss " + std::string(debug_names) +
         ".ARM.attributes:.gnu.attributes .note.gnu.arm.ident";
}

std::string arm_row() {
  return start_names() + plain_relocations(true, true, "bss iplt plt") + ".init .plt .iplt " +
         text_names("") + ".ARM.extab .ARM.exidx " + std::string(unwind_names) +
         ".dynamic .got .data .data1 .bss " + std::string(debug_names) +
         ".gnu.attributes .note.gnu.arm.ident";
}

std::string s390_row() {
  const std::string nop = "=07070707";
  return start_names() + plain_relocations(false, true, "bss ifunc plt") + ".init" + nop +
         " .plt " + text_names(nop) + std::string(unwind_names) +
         ".dynamic .got .data .data1 .bss " + std::string(debug_names) + ".gnu.attributes";
}

std::string riscv_row() {
  return start_names() + plain_relocations(false, true, "sdata sbss sdata2 sbss2 bss ifunc plt") +
         ".init .plt " + text_names("") + ".sdata2 .sbss2 " + std::string(unwind_names) +
         ".dynamic .data .data1 .got .sdata .sbss .bss " + std::string(debug_names) +
         ".gnu.attributes";
}

std::string ppc64_row() {
  return start_names() +
         relocations(
             "init text opd fini rodata data.rel.ro data tdata tbss ctors dtors got toc "
             "toc1 tocbss branch_lt sdata sbss sdata2 sbss2 bss iplt plt",
             false, true) +
         ".relr.dyn@ .init " + text_names("") + ".sdata2 .sbss2 " + std::string(unwind_names) +
         ".dynamic .opd .toc1 .branch_lt .got .toc .sdata .tocbss .sbss .plt .iplt .data .data1 "
         ".bss " +
         std::string(debug_names) + ".gnu.attributes";
}

std::string mips_row() {
  return ".MIPS.abiflags .MIPS.xhash .MIPS.options@ .note.gnu.build-id .dynamic " +
         std::string(dynamic_names) + plain_relocations(true, true, "") + ".rel.dyn " +
         relocations("sdata sbss sdata2 sbss2 bss iplt plt", true, true) + ".init .plt .iplt " +
         text_names("") + ".sdata2 .sbss2 " + std::string(unwind_names) +
         ".data .data1 .got.plt .got .sdata .lit8 .lit4 .srdata .sbss .bss " +
         std::string(debug_names) + ".gnu.attributes .gptab.sdata@ .gptab.sbss@";
}

std::string row_of(std::uint16_t machine) {
  switch (machine) {
    case EM_386:
      return x86_row(false);
    case EM_AARCH64:
      return aarch64_row();
    case EM_ARM:
      return arm_row();
    case EM_S390:
      return s390_row();
    case EM_RISCV:
      return riscv_row();
    case EM_PPC64:
      return ppc64_row();
    case EM_MIPS:
      return mips_row();
    default:
      return x86_row(true);
  }
}

/// What follows `mark` in `word` up to the next mark; `word` loses it.
std::string_view take(std::string_view& word, char mark) {
  const std::size_t at = word.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view value = word.substr(at + 1);
  word = word.substr(0, at);
  return value;
}

script::Expression number(std::uint64_t value, const std::string& hexadecimal = {}) {
  script::Expression expression;
  expression.number = value;
  expression.name = hexadecimal;
  return expression;
}

script::InputSections pattern(std::string_view names) {
  script::InputSections input;
  for (const std::string_view name : split(names, ',')) {
    script::SectionPattern section;
    section.name = name;
    input.sections.push_back(std::move(section));
  }
  return input;
}

script::OutputSection output_section(std::string_view word) {
  script::OutputSection section;
  const std::string_view alignment = take(word, '<');
  const std::string_view fill = take(word, '=');
  const std::string_view constraint = take(word, '?');
  const bool is_floating = !word.empty() && word.back() == '@';
  if (is_floating) word.remove_suffix(1);
  std::string_view further = take(word, ':');
  section.name = word;
  if (!is_floating) section.address = number(0);
  if (constraint == "ro") section.constraint = script::Constraint::only_if_ro;
  if (constraint == "rw") section.constraint = script::Constraint::only_if_rw;
  if (!alignment.empty()) section.align = number(parse_number(alignment).value_or(1));
  if (!fill.empty()) {
    std::uint64_t value = 0;
    std::from_chars(fill.data(), fill.data() + fill.size(), value, 16);
    section.placement.fill = number(value, "0x" + std::string(fill));
  }
  constexpr std::string_view warnings = ".gnu.warning";
  const bool has_warnings = further.ends_with(warnings);
  if (has_warnings) further.remove_suffix(warnings.size() + 1);
  std::string names(word);
  if (further.ends_with('*'))
    names = further;
  else if (!further.empty())
    names += "," + std::string(further);
  script::InputSections input = pattern(names);
  if (word == ".init" || word == ".fini") input.sections.front().sort = script::Sort::none;
  for (const std::string_view kept : {".init", ".fini", ".eh_frame", ".jcr", ".gnu.attributes"})
    input.keep = input.keep || word == kept;
  section.statements.emplace_back(std::move(input));
  if (has_warnings) section.statements.emplace_back(pattern(warnings));
  return section;
}

}  // namespace

script::Sections relocatable_order(std::uint16_t machine) {
  script::Sections sections;
  const std::string row = row_of(machine);
  for (const std::string_view word : split_words(row))
    sections.items.emplace_back(output_section(word));
  return sections;
}

}  // namespace kbx::link
