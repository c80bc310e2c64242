#include "kbx/link/layout/layout_rules.h"

#include <charconv>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/machine.h"
#include "kbx/link/options.h"

/// What the options leave open is as in GNU ld 2.40 for Linux.
namespace kbx::link {
namespace {

std::uint64_t hexadecimal(std::string_view digits) {
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

/// Of the two sizes of a page the one that was not given gives way.
void settle_pages(const Options& options, const Machine& machine, LayoutRules& rules) {
  rules.max_page_size = options.max_page_size.value_or(machine.max_page_size);
  rules.common_page_size = options.common_page_size.value_or(machine.common_page_size);
  if (!options.max_page_size) rules.load_alignment = machine.load_alignment;
  if (rules.common_page_size <= rules.max_page_size) return;
  if (options.common_page_size && options.max_page_size)
    throw Error(fmt::format("common page size ({:#x}) > maximum page size ({:#x})",
                            rules.common_page_size, rules.max_page_size),
                "give -z max-page-size a larger size, or leave one of the two out");
  std::uint64_t& given = options.common_page_size ? rules.common_page_size : rules.max_page_size;
  rules.common_page_size = rules.max_page_size = given;
}

}  // namespace

LayoutRules layout_rules(const Options& options, const Machine& machine, bool is_64bit) {
  LayoutRules rules;
  rules.program = options.program;
  rules.output = options.output;
  rules.machine = machine.number;
  rules.is_64bit = is_64bit;
  rules.is_paged = options.paged;
  const bool is_x86 = machine.number == EM_X86_64 || machine.number == EM_386;
  rules.separate_code = options.separate_code.value_or(is_x86);
  rules.relro = options.relro.value_or(true);
  rules.relaxes = machine.padding_type != 0;
  rules.keeps_empty_input = options.emit_relocs;
  rules.checks_sections = options.check_sections.value_or(true);
  rules.warns_section_align = options.warn_section_align;
  rules.warns_rwx_segments = options.warn_rwx_segments.value_or(true);
  rules.packs_debug = !options.compress_debug.empty() && options.compress_debug != "none";
  settle_pages(options, machine, rules);
  rules.stack_size = options.stack_size.value_or(0);
  for (const Definition& definition : options.section_addresses)
    if (definition.name.starts_with('.'))
      rules.segment_starts.emplace_back(definition.name.substr(1), hexadecimal(definition.value));
  return rules;
}

}  // namespace kbx::link
