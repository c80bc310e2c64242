#include "kbx/link/resolve/garbage.h"

#include <algorithm>
#include <unordered_map>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/resolve/commons.h"

/// Which sections are used, after ld's manual, option --gc-sections, with the decisions of GNU ld
/// 2.40: a section is used if a relocation of a used one refers to it or to a symbol in it; so is
/// every member of its group, and what its entries in the unwind table refer to. Notes and
/// SHF_GNU_RETAIN start the walk beside the roots, in a partial link also arrays of functions. Of a
/// file of which some code or data stays, what is not in memory stays too.
namespace kbx::link {
namespace {

constexpr std::uint64_t retain = 1u << 21;  // SHF_GNU_RETAIN

bool is_unresolved_name(const Symbol& symbol) {
  return symbol.binding == Binding::undefined || symbol.binding == Binding::undefined_weak;
}

bool has_definition(const Symbol& symbol) {
  return symbol.binding == Binding::defined || symbol.binding == Binding::defined_weak;
}

/// The names in an expression.
void collect_names(const script::Expression& expression, std::vector<std::string>& names) {
  if (expression.operation == script::Operation::symbol) names.push_back(expression.name);
  for (const script::Expression& operand : expression.operands) collect_names(operand, names);
}

/// The section that __start_NAME and __stop_NAME are about; "" for any other name.
std::string_view bounded_section(std::string_view symbol) {
  for (const std::string_view prefix : {"__start_", "__stop_"})
    if (symbol.starts_with(prefix)) return symbol.substr(prefix.size());
  return {};
}

class Collector {
 public:
  Collector(const std::vector<InputFile*>& files, const SymbolTable& symbols,
            const Options& options, const Say& say)
      : files_(files), symbols_(symbols), options_(options), say_(say) {}

  void run_partial(const std::vector<std::string>& roots) {
    is_partial_ = true;
    read_unwind_tables();
    if (!mark_names(roots) && !options_.gc_keep_exported)
      throw Error("--gc-sections requires a defined symbol root specified by -e or -u",
                  "name a symbol with -u that others will call");
    if (options_.gc_keep_exported)
      mark_exported([](const Symbol& symbol) {
        const unsigned visibility = symbol.other & 3u;
        return visibility == STV_DEFAULT || visibility == STV_PROTECTED;
      });
    finish();
  }

  void run_final(const GarbageRoots& roots) {
    read_unwind_tables();
    for (const script::Assignment* assignment : roots.assignments)
      collect_names(assignment->value, names_in_script_[assignment->symbol]);
    find_bounded_sections();
    mark_names(roots.names);
    if (roots.is_exported) mark_exported(roots.is_exported);
    finish();
  }

  /// A line for each symbol that --why-live asks about.
  std::vector<std::string> explain() const {
    std::vector<std::string> lines;
    for (const std::string& name : options_.why_live) lines.push_back(explain(name));
    return lines;
  }

 private:
  /// Why a section stays: what referred to it first, or a root.
  struct Reason {
    const InputSection* from = nullptr;
    std::string root;
  };

  void finish() {
    for (const InputFile* file : files_)
      for (InputSection* section : file->sections)
        if (const std::string_view start = start_of(*section); !start.empty())
          mark(section, nullptr, start);
    follow();
    for (const InputFile* file : files_) mark_special(*file);
    while (mark_unwind_indexes()) follow();
    for (const InputFile* file : files_)
      for (InputSection* section : file->sections) sweep(*section);
    symbols_.for_each([](Symbol& symbol) { sweep_symbol(symbol); });
  }

  // Where it starts.

  /// True if one of them is defined in a section.
  bool mark_names(const std::vector<std::string>& names) {
    bool has_root = false;
    for (const std::string& name : names) {
      Symbol* symbol = symbols_.find(name);
      if (!symbol) continue;
      has_root = has_root || (has_definition(*symbol) && symbol->section);
      mark_symbol(*symbol, nullptr, "the root " + name);
    }
    return has_root;
  }

  template <typename Test>
  void mark_exported(const Test& is_exported) {
    symbols_.for_each([&](Symbol& symbol) {
      const bool is_free = symbol.is_section_bound && options_.start_stop_gc;
      if (has_definition(symbol) && symbol.section && !is_free && is_exported(symbol))
        mark(symbol.section, nullptr, "another module may use it");
    });
  }

  /// Why a section stays whatever refers to it; "" if it does not.
  std::string_view start_of(const InputSection& section) const {
    if ((section.traits & trait_exclude) || section.file->is_just_symbols) return {};
    if (section.traits & trait_keep) return "KEEP";
    if (is_partial_ && (section.type == SHT_PREINIT_ARRAY || section.type == SHT_INIT_ARRAY ||
                        section.type == SHT_FINI_ARRAY))
      return "an array of functions";
    if (section.type == SHT_NOTE && !section.next_in_group && !section.linked_to) return "a note";
    return (section.flags & retain) ? std::string_view("SHF_GNU_RETAIN") : std::string_view();
  }

  // What follows from it.

  void mark(InputSection* section, const InputSection* from, std::string_view root = {}) {
    if (!section || section->is_marked || section->is_discarded) return;
    section->is_marked = true;
    if (!options_.why_live.empty()) reasons_.try_emplace(section, Reason{from, std::string(root)});
    to_follow_.push_back(section);
  }

  /// In the order in which sections were marked: then --why-live tells the shortest way.
  void follow() {
    for (; next_to_follow_ < to_follow_.size(); ++next_to_follow_) {
      InputSection* section = to_follow_[next_to_follow_];
      if (!(section->traits & trait_group)) mark(section->next_in_group, section);
      if (unwind_tables_.count(section) == 0)
        for_each_of(*section, [&](const Relocation& relocation) {
          mark_target(*section->file, relocation.symbol, section);
        });
      follow_unwind_entries(*section);
    }
    to_follow_.clear();
    next_to_follow_ = 0;
  }

  template <typename Look>
  static void for_each_of(const InputSection& section, const Look& look) {
    const InputFile& file = *section.file;
    with_shape(file.is_64bit, file.is_big_endian, [&]<typename Shape>(Shape) {
      const bool is_mips64el = file.machine == EM_MIPS && Shape::is_64bit && !Shape::is_big_endian;
      const auto each = [&](std::size_t, const Relocation& relocation) { look(relocation); };
      for_each_relocation<Shape, typename Shape::Rel>(section.rel.content, is_mips64el, each);
      for_each_relocation<Shape, typename Shape::Rela>(section.rela.content, is_mips64el, each);
    });
  }

  void mark_target(const InputFile& file, std::uint32_t index, const InputSection* from) {
    if (index == 0 || index >= file.symbols.size()) return;
    if (index < file.first_global) {
      if (file.symbols[index].section < first_reserved_section)
        mark(file.section_at(file.symbols[index].section), from);
      return;
    }
    mark_symbol(*file.globals[index - file.first_global], from, {});
  }

  void mark_symbol(Symbol& symbol, const InputSection* from, std::string_view root) {
    const bool was_marked = symbol.is_marked;
    symbol.is_marked = true;
    if (has_definition(symbol) && !symbol.is_section_bound) mark(symbol.section, from, root);
    if (was_marked || is_partial_) return;
    if (const auto used = names_in_script_.find(symbol.name); used != names_in_script_.end()) {
      for (const std::string& name : used->second)
        if (Symbol* other = symbols_.find(name)) mark_symbol(*other, from, root);
      return;
    }
    if (options_.start_stop_gc || !symbol.is_section_bound) return;
    const auto bounded = bounded_.find(bounded_section(symbol.name));
    if (bounded == bounded_.end()) return;
    for (InputSection* section : bounded->second) mark(section, from, root);
  }

  /// Sections whose ends have names in C.
  void find_bounded_sections() {
    for (const InputFile* file : files_)
      for (InputSection* section : file->sections) {
        const bool is_name = std::ranges::all_of(section->name, [](char letter) {
          return letter == '_' || (letter >= '0' && letter <= '9') ||
                 ((letter | 0x20) >= 'a' && (letter | 0x20) <= 'z');
        });
        if (is_name && !section->name.empty() && !section->is_discarded)
          bounded_[section->name].push_back(section);
      }
  }

  // Unwind tables: what an entry refers to stays with its code, and does not make other code stay.

  void read_unwind_tables() {
    for (const InputFile* file : files_)
      for (const InputSection* section : file->sections) {
        if (section->name != ".eh_frame" || section->is_discarded) continue;
        std::vector<UnwindReference> references;
        if (!read_unwind_references(*section, references)) continue;
        std::vector<Relocation>& relocations = unwind_tables_[section];
        for_each_of(*section,
                    [&](const Relocation& relocation) { relocations.push_back(relocation); });
        for (const UnwindReference& reference : references)
          unwind_entries_[reference.code].push_back({section, reference});
      }
  }

  void follow_unwind_entries(const InputSection& code) {
    const auto entries = unwind_entries_.find(&code);
    if (entries == unwind_entries_.end()) return;
    for (const auto& [table, reference] : entries->second) {
      follow_entry(*table, reference.offset, reference.size, code);
      follow_entry(*table, reference.cie_offset, reference.cie_size, code);
    }
  }

  /// The relocations of a table are in the order of their offsets, else it is not read.
  void follow_entry(const InputSection& table, std::uint64_t offset, std::uint64_t size,
                    const InputSection& code) {
    const std::vector<Relocation>& relocations = unwind_tables_.at(&table);
    for (auto relocation = std::ranges::lower_bound(relocations, offset, {}, &Relocation::offset);
         relocation != relocations.end() && relocation->offset < offset + size; ++relocation)
      mark_target(*table.file, relocation->symbol, &code);
  }

  /// What is not in memory, and what belongs to another section.
  void mark_special(const InputFile& file) {
    if (file.is_just_symbols) return;
    bool some_kept = false;
    bool has_fragments = false;
    for (InputSection* section : file.sections) {
      if (section->traits & trait_linker_created)
        section->is_marked = true;
      else if (section->is_marked && (section->traits & trait_alloc) && section->type != SHT_NOTE)
        some_kept = true;
      else if (const InputSection* linked = used_link(*section))
        mark(section, linked);
      if ((section->traits & trait_debugging) && section->name.starts_with(".debug_line."))
        has_fragments = true;
      if (section->name == "__patchable_function_entries" && !section->linked_to && !is_partial_)
        throw Error(
            Location{file.path, 0},
            fmt::format("{}: error: need linked-to section for --gc-sections", section->name));
    }
    follow();
    if (!some_kept) return;
    for (InputSection* section : file.sections) {
      if (section->traits & trait_group)
        mark_special_group(*section);
      else if (is_special(*section) && !section->next_in_group && !section->linked_to &&
               !section->is_discarded)
        section->is_marked = true;
    }
    if (has_fragments) drop_fragments(file);
    for (InputSection* section : file.sections)
      if (section->is_marked && (section->traits & trait_debugging)) mark_debug_targets(*section);
  }

  /// ARM: the index of code that stays. It refers to a personality routine, the code of which has
  /// an index of its own, in any file: true if there was a new one.
  bool mark_unwind_indexes() {
    bool has_new = false;
    for (const InputFile* file : files_) {
      if (file->machine != EM_ARM || file->is_just_symbols) continue;
      for (InputSection* section : file->sections) {
        if (section->type != SHT_ARM_EXIDX || section->is_marked || section->is_discarded) continue;
        if (!section->linked_to || !section->linked_to->is_marked) continue;
        mark(section, section->linked_to);
        has_new = true;
      }
    }
    return has_new;
  }

  /// The used section among those that a section belongs to (SHF_LINK_ORDER), directly or not.
  static const InputSection* used_link(const InputSection& section) {
    const InputSection* linked = section.linked_to;
    for (std::size_t i = 0; linked && i < section.file->sections.size(); ++i) {
      if (linked->is_marked) return linked;
      linked = linked->linked_to;
    }
    return nullptr;
  }

  /// Debug information of one section of code, as its name tells, goes with it.
  static void drop_fragments(const InputFile& file) {
    for (const InputSection* code : file.sections) {
      if (!(code->traits & trait_code) || code->is_marked) continue;
      for (InputSection* section : file.sections)
        if (section->is_marked && (section->traits & trait_debugging) &&
            section->name.size() > code->name.size() && section->name.ends_with(code->name))
          section->is_marked = false;
    }
  }

  static bool is_special(const InputSection& section) {
    return (section.traits & trait_debugging) ||
           !(section.traits & (trait_alloc | trait_load | trait_relocated));
  }

  /// A group of nothing but debugging or other special sections stays.
  static void mark_special_group(const InputSection& group) {
    bool all_debugging = true;
    bool all_special = true;
    InputSection* const first = group.next_in_group;
    for (InputSection* member = first; member;) {
      all_debugging = all_debugging && (member->traits & trait_debugging);
      all_special = all_special && !(member->traits & (trait_alloc | trait_load | trait_relocated));
      member = member->next_in_group == first ? nullptr : member->next_in_group;
    }
    if (!first || !(all_debugging || all_special)) return;
    for (InputSection* member = first; member;) {
      if (!member->is_discarded) member->is_marked = true;
      member = member->next_in_group == first ? nullptr : member->next_in_group;
    }
  }

  /// Debugging sections that kept ones refer to.
  void mark_debug_targets(const InputSection& section) {
    std::vector<const InputSection*> open = {&section};
    while (!open.empty()) {
      const InputSection* from = open.back();
      open.pop_back();
      for_each_of(*from, [&](const Relocation& relocation) {
        InputSection* target = debug_target(*from->file, relocation.symbol);
        if (!target || target->is_marked || target->is_discarded) return;
        target->is_marked = true;
        open.push_back(target);
      });
    }
  }

  static InputSection* debug_target(const InputFile& file, std::uint32_t index) {
    if (index == 0 || index >= file.symbols.size()) return nullptr;
    InputSection* target = nullptr;
    if (index < file.first_global) {
      if (file.symbols[index].section < first_reserved_section)
        target = file.section_at(file.symbols[index].section);
    } else if (const Symbol& symbol = *file.globals[index - file.first_global];
               has_definition(symbol)) {
      target = symbol.section;
    }
    return target && (target->traits & trait_debugging) ? target : nullptr;
  }

  // What goes.

  void sweep(InputSection& section) const {
    if (section.file->is_just_symbols) return;
    if (section.traits & trait_group)
      section.is_marked = section.next_in_group && section.next_in_group->is_marked;
    // Of what another file's copy replaced GNU ld tells too.
    if (section.is_marked || (section.traits & trait_exclude)) return;
    section.is_discarded = true;
    if (!options_.print_gc_sections || section.size == 0) return;
    const bool is_member = section.next_in_group && !(section.traits & trait_group);
    say_(fmt::format(
        "{}: removing unused section '{}{}' in file '{}'", options_.program, section.name,
        is_member ? fmt::format("[{}]", section.group_name) : std::string(), section.file->path));
  }

  /// A name that nothing which stays refers to is no name for others any more.
  static void sweep_symbol(Symbol& symbol) {
    if (symbol.is_marked) return;
    if (symbol.binding == Binding::common && !commons_of(symbol)->is_marked)
      symbol.binding = Binding::fresh;
    if (is_unresolved_name(symbol)) symbol.is_forced_local = true;
    if (has_definition(symbol) && symbol.section && !symbol.section->is_marked)
      symbol.is_forced_local = true;
  }

  // What is told of it.

  std::string explain(const std::string& name) const {
    const Symbol* symbol = symbols_.find(name);
    if (!symbol) return fmt::format("{}: no file knows this symbol", name);
    if (!has_definition(*symbol)) return fmt::format("{}: is not defined", name);
    const InputSection* section = symbol->section;
    if (!section) return fmt::format("{}: is in no section of an input", name);
    if (!section->is_marked) return fmt::format("{}: not live: {}", name, named(*section));
    std::string line = fmt::format("{}: {}", name, named(*section));
    while (section) {
      const auto reason = reasons_.find(section);
      if (reason == reasons_.end()) return line;
      section = reason->second.from;
      line += " <- " + (section ? named(*section) : reason->second.root);
    }
    return line;
  }

  static std::string named(const InputSection& section) {
    return fmt::format("{}({})", section.file->path, section.name);
  }

  const std::vector<InputFile*>& files_;
  const SymbolTable& symbols_;
  const Options& options_;
  const Say& say_;
  bool is_partial_ = false;
  std::vector<InputSection*> to_follow_;
  std::size_t next_to_follow_ = 0;
  std::unordered_map<const InputSection*, Reason> reasons_;
  std::unordered_map<std::string_view, std::vector<InputSection*>> bounded_;
  std::unordered_map<std::string_view, std::vector<std::string>> names_in_script_;
  std::unordered_map<const InputSection*, std::vector<Relocation>> unwind_tables_;
  std::unordered_map<const InputSection*,
                     std::vector<std::pair<const InputSection*, UnwindReference>>>
      unwind_entries_;
};

}  // namespace

void collect_garbage(const std::vector<InputFile*>& files, const SymbolTable& symbols,
                     const std::vector<std::string>& roots, const Options& options,
                     const Say& say) {
  Collector(files, symbols, options, say).run_partial(roots);
}

std::vector<std::string> collect_unused(const std::vector<InputFile*>& files,
                                        const SymbolTable& symbols, const GarbageRoots& roots,
                                        const Options& options, const Say& say) {
  Collector collector(files, symbols, options, say);
  collector.run_final(roots);
  return collector.explain();
}

}  // namespace kbx::link
