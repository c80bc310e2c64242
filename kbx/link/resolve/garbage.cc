#include "kbx/link/resolve/garbage.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/relocation.h"

/// Which sections are used, after ld's manual, option --gc-sections, with the decisions of GNU ld
/// 2.40: a section is used if a relocation of a used one refers to it or to a symbol in it; so is
/// every member of its group. Notes, arrays of constructors and SHF_GNU_RETAIN start the walk
/// beside the roots. Of a file of which some code or data stays, what is not in memory stays too.
namespace kbx::link {
namespace {

constexpr std::uint64_t retain = 1u << 21;  // SHF_GNU_RETAIN

bool is_defined(const Symbol& symbol) {
  return symbol.binding == Binding::defined || symbol.binding == Binding::defined_weak;
}

bool is_undefined(const Symbol& symbol) {
  return symbol.binding == Binding::undefined || symbol.binding == Binding::undefined_weak;
}

class Collector {
 public:
  Collector(const std::vector<InputFile*>& files, const SymbolTable& symbols,
            const Options& options, const Say& say)
      : files_(files), symbols_(symbols), options_(options), say_(say) {}

  void run(const std::vector<std::string>& roots) {
    mark_roots(roots);
    for (const InputFile* file : files_)
      for (InputSection* section : file->sections)
        if (is_start(*section)) mark(section);
    follow();
    for (const InputFile* file : files_) mark_special(*file);
    for (const InputFile* file : files_)
      for (InputSection* section : file->sections) sweep(*section);
    symbols_.for_each([](Symbol& symbol) { sweep_symbol(symbol); });
  }

 private:
  void mark_roots(const std::vector<std::string>& roots) {
    bool has_root = options_.gc_keep_exported;
    for (const std::string& name : roots) {
      Symbol* symbol = symbols_.find(name);
      if (!symbol) continue;
      symbol->is_marked = true;
      if (!is_defined(*symbol) || !symbol->section) continue;
      has_root = true;
      mark(symbol->section);
    }
    if (!has_root)
      throw Error("--gc-sections requires a defined symbol root specified by -e or -u",
                  "name a symbol with -u that others will call");
    if (!options_.gc_keep_exported) return;
    symbols_.for_each([&](Symbol& symbol) {
      const unsigned visibility = symbol.other & 3u;
      if (is_defined(symbol) && (visibility == STV_DEFAULT || visibility == STV_PROTECTED))
        mark(symbol.section);
    });
  }

  static bool is_start(const InputSection& section) {
    if (section.traits & trait_exclude) return false;
    if (section.traits & trait_keep) return true;
    if (section.type == SHT_PREINIT_ARRAY || section.type == SHT_INIT_ARRAY ||
        section.type == SHT_FINI_ARRAY)
      return true;
    if (section.type == SHT_NOTE && !section.next_in_group && !section.linked_to) return true;
    return (section.flags & retain) != 0;
  }

  void mark(InputSection* section) {
    if (!section || section->is_marked || section->is_discarded) return;
    section->is_marked = true;
    to_follow_.push_back(section);
  }

  void follow() {
    while (!to_follow_.empty()) {
      InputSection* section = to_follow_.back();
      to_follow_.pop_back();
      if (!(section->traits & trait_group)) mark(section->next_in_group);
      follow_relocations(*section);
    }
  }

  void follow_relocations(const InputSection& section) {
    const InputFile& file = *section.file;
    const bool is_unwind_table = section.name == ".eh_frame";
    with_shape(file.is_64bit, file.is_big_endian, [&]<typename Shape>(Shape) {
      const bool is_mips64el = file.machine == EM_MIPS && Shape::is_64bit && !Shape::is_big_endian;
      const auto look = [&](std::size_t, const Relocation& relocation) {
        if (is_unwind_table)
          check_unwind_target(file, relocation.symbol);
        else
          mark_target(file, relocation.symbol);
      };
      for_each_relocation<Shape, typename Shape::Rel>(section.rel.content, is_mips64el, look);
      for_each_relocation<Shape, typename Shape::Rela>(section.rela.content, is_mips64el, look);
    });
  }

  void mark_target(const InputFile& file, std::uint32_t index) {
    if (index == 0 || index >= file.symbols.size()) return;
    if (index < file.first_global) {
      if (file.symbols[index].section < first_reserved_section)
        mark(file.section_at(file.symbols[index].section));
      return;
    }
    Symbol& symbol = *file.globals[index - file.first_global];
    symbol.is_marked = true;
    if (is_defined(symbol)) mark(symbol.section);
  }

  /// What a function's entry refers to beside the function would have to stay with it.
  static void check_unwind_target(const InputFile& file, std::uint32_t index) {
    if (index == 0 || index >= file.symbols.size()) return;
    const InputSymbol& symbol = file.symbols[index];
    if (symbol.section >= first_reserved_section) return;
    const InputSection* target = file.section_at(symbol.section);
    if (target && (target->traits & trait_code)) return;
    throw Error(Location{file.path, 0},
                "--gc-sections cannot judge unwind tables that refer to more than code yet",
                "use the toolchain's ld");
  }

  /// What is not in memory, and what belongs to another section.
  void mark_special(const InputFile& file) {
    bool some_kept = false;
    for (InputSection* section : file.sections) {
      if (section->traits & trait_linker_created)
        section->is_marked = true;
      else if (section->is_marked && (section->traits & trait_alloc) && section->type != SHT_NOTE)
        some_kept = true;
      else if (section->linked_to && section->linked_to->is_marked)
        mark(section);
      if (section->name.starts_with(".debug_line."))
        throw Error(Location{file.path, 0},
                    "--gc-sections cannot judge debug information in fragments yet",
                    "use the toolchain's ld");
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
    for (InputSection* section : file.sections)
      if (section->is_marked && (section->traits & trait_debugging)) mark_debug_targets(*section);
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
    const InputFile& file = *section.file;
    with_shape(file.is_64bit, file.is_big_endian, [&]<typename Shape>(Shape) {
      const bool is_mips64el = file.machine == EM_MIPS && Shape::is_64bit && !Shape::is_big_endian;
      const auto look = [&](std::size_t, const Relocation& relocation) {
        InputSection* target = debug_target(file, relocation.symbol);
        if (!target || target->is_marked || target->is_discarded) return;
        target->is_marked = true;
        mark_debug_targets(*target);
      };
      for_each_relocation<Shape, typename Shape::Rel>(section.rel.content, is_mips64el, look);
      for_each_relocation<Shape, typename Shape::Rela>(section.rela.content, is_mips64el, look);
    });
  }

  static InputSection* debug_target(const InputFile& file, std::uint32_t index) {
    if (index == 0 || index >= file.symbols.size()) return nullptr;
    InputSection* target = nullptr;
    if (index < file.first_global) {
      if (file.symbols[index].section < first_reserved_section)
        target = file.section_at(file.symbols[index].section);
    } else if (const Symbol& symbol = *file.globals[index - file.first_global];
               is_defined(symbol)) {
      target = symbol.section;
    }
    return target && (target->traits & trait_debugging) ? target : nullptr;
  }

  void sweep(InputSection& section) const {
    if (section.traits & trait_group)
      section.is_marked = section.next_in_group && section.next_in_group->is_marked;
    if (section.is_marked || section.is_discarded || (section.traits & trait_exclude)) return;
    section.is_discarded = true;
    if (options_.print_gc_sections && section.size != 0)
      say_(fmt::format("{}: removing unused section '{}' in file '{}'", options_.program,
                       section.name, section.file->path));
  }

  /// A name that nothing which stays refers to is no name for others any more.
  static void sweep_symbol(Symbol& symbol) {
    if (symbol.is_marked) return;
    if (symbol.binding == Binding::common && !symbol.file->commons->is_marked)
      symbol.binding = Binding::fresh;
    if (is_undefined(symbol)) symbol.is_forced_local = true;
    if (is_defined(symbol) && symbol.section && !symbol.section->is_marked)
      symbol.is_forced_local = true;
  }

  const std::vector<InputFile*>& files_;
  const SymbolTable& symbols_;
  const Options& options_;
  const Say& say_;
  std::vector<InputSection*> to_follow_;
};

}  // namespace

void collect_garbage(const std::vector<InputFile*>& files, const SymbolTable& symbols,
                     const std::vector<std::string>& roots, const Options& options,
                     const Say& say) {
  Collector(files, symbols, options, say).run(roots);
}

}  // namespace kbx::link
