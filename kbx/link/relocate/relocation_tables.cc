#include "kbx/link/relocate/relocation_tables.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include <elf.h>

#include "kbx/link/input/shape.h"

/// The tables that the dynamic linker works through. By default each is an output section of its
/// own, and .rela.dyn alone is sorted. A script may put several into one: GNU ld 2.40 sorts all
/// that is in .rela.dyn (.rel.dyn), and what the sections had is spread over them in that order.
/// PLT relocations come last then, so that DT_JMPREL can tell of them; their section goes with
/// them.
namespace kbx::link {
namespace {

struct Table {
  InputSection* section = nullptr;
  std::vector<DynamicRelocation> relocations;
};

RelocationKind kind_of(const Machine& machine, std::uint32_t type) {
  const DynamicTypes& types = machine.dynamic;
  if (type == types.relative || (types.relative_wide != 0 && type == types.relative_wide))
    return RelocationKind::relative;
  if (type == types.copy) return RelocationKind::copy;
  if (type == types.jump) return RelocationKind::plt;
  if (type == types.indirect && machine.number != EM_RISCV) return RelocationKind::ifunc;
  return RelocationKind::normal;
}

/// But for RISC-V GNU ld has relocations that name a function that chooses itself among those that
/// ask such functions: the indices of these symbols in .dynsym.
std::unordered_set<std::uint32_t> choosing_symbols(const Applying& applying,
                                                   const ScanResult& scan) {
  std::unordered_set<std::uint32_t> all;
  if (applying.kind.machine.number == EM_RISCV) return all;
  const auto look = [&](const Referent& referent) {
    const Symbol* const symbol = referent.global;
    if (symbol && symbol->type == STT_GNU_IFUNC && symbol->dynamic_index != 0)
      all.insert(symbol->dynamic_index);
  };
  for (const LinkageEntry& entry : applying.linkage.entries) look(entry.referent);
  for (const LeftRelocation& left : scan.left) look(left.referent);
  return all;
}

class Combiner {
 public:
  Combiner(std::vector<Table>& tables, const Machine& machine, const InputSection* plt,
           const std::unordered_set<std::uint32_t>& choosing)
      : machine_(machine), plt_(plt), choosing_(choosing) {
    for (Table& table : tables)
      if (is_in_general(*table.section)) tables_.push_back(&table);
    std::ranges::stable_sort(tables_, {},
                             [](const Table* table) { return table->section->output_offset; });
  }

  /// Gives the number of relative ones.
  std::uint64_t run() {
    if (tables_.empty() || !are_all()) return 0;
    for (const Table* table : tables_)
      all_.insert(all_.end(), table->relocations.begin(), table->relocations.end());
    const std::uint64_t relative =
        combine(all_, [this](const DynamicRelocation& each) { return kind(each); });
    move_plt_to_end();
    spread();
    return relative;
  }

 private:
  bool is_in_general(const InputSection& section) const {
    return section.output->name == (machine_.uses_rela ? ".rela.dyn" : ".rel.dyn");
  }

  /// True if nothing else is in that output section.
  bool are_all() const {
    std::uint64_t size = 0;
    for (const Table* table : tables_) size += table->section->size;
    return size == tables_.front()->section->output->size;
  }

  RelocationKind kind(const DynamicRelocation& relocation) const {
    if (relocation.symbol != 0 && choosing_.contains(relocation.symbol))
      return RelocationKind::ifunc;
    return kind_of(machine_, relocation.type);
  }

  /// If the last relocations are exactly as many as its own.
  void move_plt_to_end() {
    const auto own = std::ranges::find(tables_, plt_, &Table::section);
    if (own == tables_.end()) return;
    const auto others = std::find_if(all_.rbegin(), all_.rend(), [this](const auto& relocation) {
      return kind(relocation) != RelocationKind::plt;
    });
    const auto count = static_cast<std::size_t>(others - all_.rbegin());
    if (count == 0 || count != (*own)->relocations.size()) return;
    std::rotate(own, own + 1, tables_.end());
  }

  void spread() {
    std::uint64_t offset = tables_.front()->section->output_offset;
    for (const Table* table : tables_) offset = std::min(offset, table->section->output_offset);
    auto next = all_.begin();
    for (Table* table : tables_) {
      const auto end = next + static_cast<std::ptrdiff_t>(table->relocations.size());
      std::copy(next, end, table->relocations.begin());
      next = end;
      table->section->output_offset = offset;
      offset += table->section->size;
    }
  }

  const Machine& machine_;
  const InputSection* plt_;
  const std::unordered_set<std::uint32_t>& choosing_;
  std::vector<Table*> tables_;
  std::vector<DynamicRelocation> all_;
};

}  // namespace

template <typename Shape>
std::uint64_t write_relocation_tables(const Applying& applying, const ScanResult& scan,
                                      const std::function<char*(const InputSection&)>& bytes_of) {
  const LinkageSections& sections = applying.linkage.sections;
  const FinalKind& kind = applying.kind;
  DynamicRelocations left = dynamic_relocations(applying, scan);
  std::vector<Table> tables;
  const auto add = [&](InputSection* section, std::vector<DynamicRelocation>& relocations) {
    if (section && section->output && !section->is_discarded)
      tables.push_back({section, std::move(relocations)});
  };
  add(sections.relocations, left.general);
  add(sections.plt_relocations, left.plt);
  add(sections.indirect_relocations, left.indirect);
  add(sections.indirect_pointers, left.pointers);
  const bool combines = kind.options.combine_relocations && kind.is_dynamic;
  std::uint64_t relative = 0;
  if (combines) {
    const std::unordered_set<std::uint32_t> choosing = choosing_symbols(applying, scan);
    relative = Combiner(tables, kind.machine, sections.plt_relocations, choosing).run();
  }
  for (const Table& table : tables)
    write_dynamic_relocations<Shape>(table.relocations, kind.machine.uses_rela,
                                     bytes_of(*table.section));
  return relative;
}

std::vector<const OutputSection*> relocation_sections(const OutputSections& sections,
                                                      const Machine& machine) {
  std::vector<const OutputSection*> all;
  const std::uint32_t type = machine.uses_rela ? SHT_RELA : SHT_REL;
  for (const OutputSection* section = sections.first(); section; section = section->next)
    if (!section->is_removed && section->type == type && (section->traits & trait_alloc))
      all.push_back(section);
  return all;
}

using BytesOfSection = std::function<char*(const InputSection&)>;
template std::uint64_t write_relocation_tables<Shape<true, false>>(const Applying&,
                                                                   const ScanResult&,
                                                                   const BytesOfSection&);
template std::uint64_t write_relocation_tables<Shape<true, true>>(const Applying&,
                                                                  const ScanResult&,
                                                                  const BytesOfSection&);
template std::uint64_t write_relocation_tables<Shape<false, false>>(const Applying&,
                                                                    const ScanResult&,
                                                                    const BytesOfSection&);
template std::uint64_t write_relocation_tables<Shape<false, true>>(const Applying&,
                                                                   const ScanResult&,
                                                                   const BytesOfSection&);

}  // namespace kbx::link
