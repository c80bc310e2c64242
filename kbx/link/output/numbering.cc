#include "kbx/link/output/numbering.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/text.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/relocate/referent.h"
#include "kbx/link/resolve/discarded.h"
#include "kbx/link/resolve/same_symbols.h"

/// The order of the symbol table of a partial link, as GNU ld 2.40 writes it: one symbol for each
/// section; then file by file, in the order in which the output's sections first show them, the
/// local symbols, behind a STT_FILE symbol if the file has none of its own; of those that -x or -X
/// drop, the ones that a relocation needs come where it does. Then the global symbols.
namespace kbx::link {
namespace {

/// Names that the assembler and the compiler make for themselves; -X drops them.
bool is_temporary(std::string_view name) {
  if (name.substr(0, 2) == ".L" || name.substr(0, 2) == ".." || name.substr(0, 4) == "_.L_")
    return true;
  if (name.size() < 2 || name[0] != 'L' || !is_digit(name[1])) return false;
  bool has_mark = false;
  for (std::size_t i = 2; i < name.size(); ++i) {
    if (name[i] == 1 && i == 2) return true;
    if (name[i] == 1 || name[i] == 2) has_mark = true;
    if (!is_digit(name[i])) return false;
  }
  return has_mark;
}

class Numbering {
 public:
  Numbering(OutputPlan& plan, const OutputSections& sections,
            const std::vector<OutputSection*>& by_index, const Globals& globals,
            const Options& options)
      : plan_(plan),
        sections_(sections),
        by_index_(by_index),
        globals_(globals),
        options_(options) {}

  void run() {
    add_section_symbols();
    find_files();
    bool has_discarded = false;
    for (FileOutput& output : plan_.files) {
      with_shape(output.file->is_64bit, output.file->is_big_endian,
                 [&]<typename Shape>(Shape) { add_file<Shape>(output); });
      has_discarded = has_discarded || output.has_dangling;
    }
    if (!errors_.empty()) fail();
    plan_.symbols.first_global = static_cast<std::uint32_t>(plan_.symbols.symbols.size());
    add_globals(true);
    add_mapping_symbols();
    add_made_symbols();
    plan_.symbols.first_global = static_cast<std::uint32_t>(plan_.symbols.symbols.size());
    add_globals(false);
    find_group_signatures();
  }

 private:
  [[noreturn]] void fail() const {
    std::string all = errors_.front();
    for (std::size_t i = 1; i < errors_.size(); ++i) all += "\n" + errors_[i];
    throw Error(all, "what was discarded must not be referred to from what stays");
  }

  void add_section_symbols() {
    plan_.symbols.add({}, {});
    if (!globals_.has_section_symbols) return;
    for (std::uint32_t i = 1; i < by_index_.size(); ++i) {
      if (!by_index_[i]) continue;
      OutputSymbol symbol;
      symbol.section = i;
      symbol.type = STT_SECTION;
      if (globals_.is_final) symbol.value = by_index_[i]->address;
      by_index_[i]->symbol = plan_.symbols.add({}, symbol);
    }
  }

  void find_files() {
    for (OutputSection* section = sections_.first(); section; section = section->next)
      for (const Piece& piece : section->pieces) {
        if (!piece.input || piece.input->file->output_number != 0) continue;
        plan_.files.emplace_back().file = piece.input->file;
        piece.input->file->output_number = static_cast<std::uint32_t>(plan_.files.size());
      }
  }

  std::uint32_t output_index(const InputSection* section) const {
    return section->output ? section->output->index : absolute_section;
  }

  // Local symbols.

  template <typename Shape>
  void add_file(FileOutput& output) {
    InputFile& file = *output.file;
    const std::size_t count = std::min<std::size_t>(file.first_global, file.symbols.size());
    output.locals.resize(count);
    bool has_file_symbol = false;
    bool has_dropped = false;
    bool has_discarded = false;
    for (std::size_t i = 1; i < count; ++i) {
      const InputSymbol& symbol = file.symbols[i];
      LocalTarget& target = output.locals[i];
      if (symbol.section < first_reserved_section) target.section = file.section_at(symbol.section);
      target.is_section = symbol.type == STT_SECTION;
      if (target.section && target.section->is_discarded) has_discarded = true;
      if (target.is_section) {
        if (target.section) set_section_target(target);
        continue;
      }
      if (!is_kept(symbol, target)) {
        has_dropped = has_dropped || target.section || symbol.section == absolute_section;
        continue;
      }
      add_local(file, symbol, target, has_file_symbol);
    }
    for (const InputSection* section : file.sections)
      if (section->is_discarded) has_discarded = true;
    for (InputSection* section : file.sections) add_group_signature(output, *section);
    if (globals_.is_final && !options_.emit_relocs) return;
    if (globals_.is_final || has_dropped || has_discarded || globals_.retained) scan<Shape>(output);
  }

  static void set_section_target(LocalTarget& target) {
    if (!target.section->output) return;
    target.symbol = target.section->output->symbol;
    target.addend = target.section->output_offset;
  }

  bool is_kept(const InputSymbol& symbol, const LocalTarget& target) const {
    // A symbol of no section is an undefined one.
    if (!target.section && symbol.section != absolute_section && symbol.section != common_section)
      return false;
    if (options_.discard_locals == DiscardLocals::all) return false;
    if (target.section && (!target.section->output || target.section->output->is_removed))
      return false;
    if (!is_retained(symbol.name)) return false;
    const bool drops_temporary =
        options_.discard_locals == DiscardLocals::temporary ||
        (options_.discard_locals == DiscardLocals::by_default && globals_.is_final &&
         target.section && (target.section->traits & trait_merge));
    return !drops_temporary || !is_temporary(symbol.name);
  }

  bool is_retained(std::string_view name) const {
    return !globals_.retained || globals_.retained->count(name) != 0;
  }

  /// -z unique-symbol: a local name is followed by a number that counts from 0 for each name.
  std::string_view local_name(const InputSymbol& symbol) {
    if (!options_.unique_local_names || symbol.binding != STB_LOCAL || symbol.name.empty() ||
        symbol.type == STT_FILE || symbol.type == STT_SECTION)
      return symbol.name;
    return plan_.made_names.emplace_back(
        fmt::format("{}.{:x}", symbol.name, name_counts_[symbol.name]++));
  }

  void add_local(const InputFile& file, const InputSymbol& symbol, LocalTarget& target,
                 bool& has_file_symbol) {
    if (symbol.type != STT_FILE && !has_file_symbol) {
      OutputSymbol name;
      name.section = absolute_section;
      name.type = STT_FILE;
      plan_.symbols.add(file.symbol_name, name);
    }
    has_file_symbol = true;
    target.symbol = plan_.symbols.add(local_name(symbol), local(symbol, target));
  }

  OutputSymbol local(const InputSymbol& symbol, const LocalTarget& target) const {
    OutputSymbol output;
    output.section = target.section ? output_index(target.section) : symbol.section;
    output.value = symbol.value + (target.section ? target.section->output_offset : 0);
    if (globals_.is_final && target.section) {
      output.value = address_in(*target.section, symbol.value);
      if (symbol.type == STT_TLS) output.value -= globals_.thread_start;
    }
    output.size = symbol.size;
    output.binding = symbol.binding;
    output.type = symbol.type;
    output.other = symbol.other;
    return output;
  }

  /// The symbol that names a group is needed even if -x drops it.
  void add_group_signature(FileOutput& output, const InputSection& section) {
    if (!(section.traits & trait_group) || !section.output || !section.is_written) return;
    const std::uint32_t index = section.info;
    if (index >= output.locals.size()) return;
    LocalTarget& target = output.locals[index];
    const InputSymbol& symbol = output.file->symbols[index];
    if (target.symbol == 0)
      target.symbol = plan_.symbols.add(local_name(symbol), local(symbol, target));
    plan_.group_signatures[section.output] = target.symbol;
  }

  // Relocations that need what was dropped.

  template <typename Shape>
  void scan(FileOutput& output) {
    // Most symbols are referred to many times, and need to be looked at once.
    std::vector<bool> is_done(output.locals.size() + output.file->globals.size());
    for (InputSection* section : output.file->sections) {
      if (!section->is_written) continue;
      const bool is_mips64el =
          output.file->machine == EM_MIPS && Shape::is_64bit && !Shape::is_big_endian;
      const auto look = [&](std::size_t, const Relocation& relocation) {
        if (relocation.symbol >= is_done.size() || is_done[relocation.symbol]) return;
        is_done[relocation.symbol] = look_at(output, *section, relocation.symbol);
      };
      for_each_relocation<Shape, typename Shape::Rel>(section->rel.content, is_mips64el, look);
      for_each_relocation<Shape, typename Shape::Rela>(section->rela.content, is_mips64el, look);
    }
  }

  /// True if the symbol is the same for relocations of all sections.
  bool look_at(FileOutput& output, const InputSection& section, std::uint32_t index) {
    if (index == 0) return true;
    InputFile& file = *output.file;
    if (index >= output.locals.size()) {
      Symbol& symbol = *file.globals[index - output.locals.size()];
      if (symbol.section && symbol.section->is_discarded) {
        refer_to_discarded(output, section, symbol.section, symbol.name);
        return false;
      }
      symbol.is_used_by_relocation = true;
      return true;
    }
    LocalTarget& target = output.locals[index];
    const InputSymbol& symbol = file.symbols[index];
    if (target.section && target.section->is_discarded) {
      const std::string_view name = target.is_section ? target.section->name : symbol.name;
      if (!refer_to_discarded(output, section, target.section, name)) return false;
      if (target.is_section) set_section_target(target);
    }
    if (!target.is_section && target.symbol == 0)
      target.symbol = plan_.symbols.add(local_name(symbol), local(symbol, target));
    return true;
  }

  /// True if `target` is now a section that stays.
  bool refer_to_discarded(FileOutput& output, const InputSection& section, InputSection*& target,
                          std::string_view name) {
    const unsigned action = section.edit ? 0u : action_in(section);
    if (action & complain_of_discarded)
      errors_.push_back(
          fmt::format("{}: `{}' referenced in section {}: defined in discarded section {} of {}",
                      section.file->path, name, section.name, target->name, target->file->path));
    if (action & take_kept_section)
      if (InputSection* kept = kept_.of(*target); kept && kept->output) {
        target = kept;
        return true;
      }
    output.has_dangling = true;
    return false;
  }

  // Global symbols.

  bool is_written(const Symbol& symbol) const {
    const bool is_of_shared = symbol.is_defined_in_shared || symbol.is_referenced_in_shared;
    if (is_of_shared && !symbol.is_defined_in_object && !symbol.is_referenced_in_object)
      return false;
    if (!is_retained(symbol.name) && !symbol.is_used_by_relocation) return false;
    const bool is_required = symbol.is_required && symbol.binding == Binding::undefined;
    if (globals_.is_final && is_unresolved(symbol.binding) && !symbol.is_dynamic &&
        !symbol.is_used_by_relocation && !is_required)
      return false;
    switch (symbol.binding) {
      case Binding::fresh:
      case Binding::indirect:
        return false;
      case Binding::undefined:
        return (!globals_.drops_undefined || is_required) &&
               (!symbol.was_in_discarded || symbol.is_used_by_relocation);
      case Binding::defined:
      case Binding::defined_weak:
        return !symbol.section || !symbol.section->is_discarded;
      case Binding::undefined_weak:
        return !globals_.drops_weak && !globals_.drops_undefined;
      case Binding::common:
        break;
    }
    return true;
  }

  /// Local symbols that belong to no file must not seem to belong to the last one.
  void end_files() {
    if (has_ended_files_) return;
    has_ended_files_ = true;
    const auto& symbols = plan_.symbols.symbols;
    const auto is_file = [](const OutputSymbol& symbol) { return symbol.type == STT_FILE; };
    if (std::none_of(symbols.begin(), symbols.end(), is_file)) return;
    OutputSymbol end;
    end.section = absolute_section;
    end.type = STT_FILE;
    plan_.symbols.add({}, end);
  }

  void add_globals(bool forced_local) {
    globals_.symbols.for_each([&](Symbol& symbol) {
      if (symbol.is_forced_local != forced_local || !is_written(symbol)) return;
      if (forced_local) end_files();
      symbol.index = plan_.symbols.add(written_name(symbol), global(symbol));
    });
  }

  /// A shared object's symbol has one @ before its version, whether it is the default one or not.
  std::string_view written_name(const Symbol& symbol) {
    const std::size_t at = symbol.name.find("@@");
    if (at == std::string_view::npos || !is_from_shared(symbol)) return symbol.name;
    return plan_.made_names.emplace_back(
        fmt::format("{}{}", symbol.name.substr(0, at), symbol.name.substr(at + 1)));
  }

  /// On ARM whatever is in memory says whether it is code; data without a mapping symbol gets $d.
  void add_mapping_symbols() {
    for (const InputFile* file : globals_.files) {
      if (file->machine != EM_ARM || file->symbols.empty()) continue;
      std::unordered_set<std::uint32_t> mapped;
      for (std::size_t i = 1; i < file->symbols.size() && i < file->first_global; ++i)
        if (is_mapping(file->symbols[i])) mapped.insert(file->symbols[i].section);
      for (const InputSection* section : file->sections) {
        const OutputSection* output = section->output;
        const bool is_content = (section->traits & trait_contents) && section->size != 0 &&
                                !(section->traits & trait_linker_created);
        if (!output || !(output->traits & (trait_alloc | trait_code)) || !is_content ||
            mapped.count(section->index) != 0)
          continue;
        OutputSymbol symbol;
        symbol.section = output->index;
        symbol.value = output->address + section->output_offset;
        plan_.symbols.add("$d", symbol);
      }
    }
  }

  void add_made_symbols() {
    for (const MadeSymbol& made : globals_.made) {
      if (!made.section->output) continue;
      OutputSymbol symbol;
      symbol.section = made.section->output->index;
      symbol.value = start_of(*made.section) + made.offset;
      symbol.size = made.size;
      symbol.type = made.type;
      plan_.symbols.add(made.name, symbol);
    }
  }

  static bool is_mapping(const InputSymbol& symbol) {
    const std::string_view name = symbol.name;
    return name.size() >= 2 && name[0] == '$' &&
           (name[1] == 'a' || name[1] == 't' || name[1] == 'd') &&
           (name.size() == 2 || name[2] == '.');
  }

  OutputSymbol global(const Symbol& symbol) const {
    OutputSymbol output;
    output.size = symbol.size;
    output.type = symbol.type;
    output.other = symbol.other;
    output.binding = STB_GLOBAL;
    switch (symbol.binding) {
      case Binding::fresh:
      case Binding::indirect:
      case Binding::undefined:
      case Binding::undefined_weak:
        if (output.type == STT_GNU_IFUNC && symbol.is_referenced_in_object) output.type = STT_FUNC;
        if (symbol.is_referenced_in_object)
          output.binding = symbol.is_referenced_strongly ? STB_GLOBAL : STB_WEAK;
        else if (symbol.binding == Binding::undefined_weak)
          output.binding = STB_WEAK;
        break;
      case Binding::defined:
      case Binding::defined_weak:
        if (is_from_shared(symbol) && !symbol.is_copied) {
          if (globals_.address_here) output.value = globals_.address_here(symbol);
          output.size = 0;
          output.binding = symbol.is_referenced_strongly ? STB_GLOBAL : STB_WEAK;
          break;
        }
        set_place(output, symbol);
        if (output.type == STT_COMMON) output.type = STT_OBJECT;
        if (symbol.binding == Binding::defined_weak) output.binding = STB_WEAK;
        break;
      case Binding::common:
        if (options_.common_type && (output.type == STT_OBJECT || output.type == STT_COMMON))
          output.type = *options_.common_type ? STT_COMMON : STT_OBJECT;
        output.section = symbol.is_large_common ? large_common_section : common_section;
        output.value = std::uint64_t{1} << symbol.alignment_power;
        break;
    }
    if (symbol.is_forced_local) {
      output.binding = STB_LOCAL;
      output.other &= static_cast<std::uint8_t>(~3u);
    } else if (symbol.is_unique && symbol.is_defined_in_object) {
      output.binding = STB_GNU_UNIQUE;
    }
    return output;
  }

  void set_place(OutputSymbol& output, const Symbol& symbol) const {
    output.value = symbol.value;
    output.section = absolute_section;
    if (symbol.output_section) {
      output.section = symbol.output_section->index;
      if (globals_.is_final) output.value += symbol.output_section->address;
    } else if (symbol.section) {
      output.section = output_index(symbol.section);
      if (globals_.is_final)
        output.value = address_in(*symbol.section, symbol.value);
      else
        output.value += symbol.section->output_offset;
    }
    if (globals_.is_final && symbol.type == STT_TLS) output.value -= globals_.thread_start;
    if (globals_.has_absolute_tables && is_table(symbol.name)) output.section = absolute_section;
  }

  static bool is_table(std::string_view name) {
    return name == "_DYNAMIC" || name == "_GLOBAL_OFFSET_TABLE_" ||
           name == "_PROCEDURE_LINKAGE_TABLE_";
  }

  void find_group_signatures() {
    for (const FileOutput& output : plan_.files)
      for (const InputSection* section : output.file->sections) {
        if (!(section->traits & trait_group) || !section->output || !section->is_written) continue;
        if (section->info < output.locals.size()) continue;
        const std::size_t global = section->info - output.locals.size();
        if (global < output.file->globals.size())
          plan_.group_signatures[section->output] = output.file->globals[global]->index;
      }
  }

  OutputPlan& plan_;
  const OutputSections& sections_;
  const std::vector<OutputSection*>& by_index_;
  const Globals& globals_;
  const Options& options_;
  KeptSections kept_;
  std::vector<std::string> errors_;
  bool has_ended_files_ = false;
  std::unordered_map<std::string_view, unsigned> name_counts_;
};

}  // namespace

void number_symbols(OutputPlan& plan, const OutputSections& sections,
                    const std::vector<OutputSection*>& by_index, const Globals& globals,
                    const Options& options) {
  Numbering(plan, sections, by_index, globals, options).run();
}

void settle_targets(FileOutput& output) {
  const auto is_gone = [&](const InputSection* section) {
    return output.has_dangling && section && section->is_discarded;
  };
  output.targets.clear();
  output.targets.reserve(output.locals.size() + output.file->globals.size());
  for (const LocalTarget& local : output.locals)
    output.targets.push_back(
        {local.symbol, is_gone(local.section), local.is_section ? local.addend : 0});
  for (const Symbol* global : output.file->globals)
    output.targets.push_back({global->index, is_gone(global->section), 0});
}

}  // namespace kbx::link
