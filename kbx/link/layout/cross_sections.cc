#include "kbx/link/layout/cross_sections.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/input/relocation.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/resolve/symbol_table.h"

/// Sections that must not refer to one another, after ld's manual, chapter "Miscellaneous
/// Commands".
namespace kbx::link {
namespace {

/// What a relocation refers to.
struct Destination {
  std::string_view symbol;
  const OutputSection* section = nullptr;
};

Destination destination(const InputFile& file, std::uint32_t index) {
  if (index >= file.symbols.size()) return {};
  const InputSymbol& symbol = file.symbols[index];
  if (index < file.first_global) {
    const InputSection* section = file.section_at(symbol.section);
    if (!section || !section->output) return {};
    return {symbol.name.empty() ? section->name : symbol.name, section->output};
  }
  const std::size_t number = index - file.first_global;
  const Symbol* global = number < file.globals.size() ? file.globals[number] : nullptr;
  if (!global) return {};
  if (global->output_section) return {global->name, global->output_section};
  return {global->name, global->section ? global->section->output : nullptr};
}

}  // namespace

void CrossSectionRules::add(const script::NoCrossReferences& command) {
  rules_.push_back({command.to_first, command.sections});
}

void CrossSectionRules::add(std::vector<std::string> sections) {
  rules_.push_back({false, std::move(sections)});
}

bool CrossSectionRules::forbids(std::string_view from, std::string_view to) const {
  if (from == to) return false;
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    const auto has = [&](std::string_view name) {
      return std::ranges::find(rule.sections, name) != rule.sections.end();
    };
    if (rule.only_to_first) return !rule.sections.empty() && rule.sections[0] == to && has(from);
    return has(from) && has(to);
  });
}

std::vector<std::string> forbidden_references(const std::vector<InputFile*>& files,
                                              const CrossSectionRules& rules) {
  std::vector<std::string> lines;
  if (rules.empty()) return lines;
  for (const InputFile* file : files)
    for (const InputSection* section : file->sections) {
      if (!section->output) continue;
      const auto look = [&](std::size_t, const Relocation& relocation) {
        const Destination to = destination(*file, relocation.symbol);
        if (!to.section || !rules.forbids(section->output->name, to.section->name)) return;
        lines.push_back(fmt::format(
            "{}:({}+{:#x}): prohibited cross reference from {} to `{}' in {}", file->path,
            section->name, relocation.offset, section->output->name, to.symbol, to.section->name));
      };
      with_shape(file->is_64bit, file->is_big_endian, [&]<typename Shape>(Shape) {
        const bool is_mips64el =
            file->machine == EM_MIPS && Shape::is_64bit && !file->is_big_endian;
        for_each_relocation<Shape, typename Shape::Rel>(section->rel.content, is_mips64el, look);
        for_each_relocation<Shape, typename Shape::Rela>(section->rela.content, is_mips64el, look);
      });
    }
  return lines;
}

}  // namespace kbx::link
