#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kbx/link/layout/output_section.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/output/symbols.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// What a relocation against a local symbol becomes.
struct LocalTarget {
  std::uint32_t symbol = 0;         // in the output's table; 0: none
  std::uint64_t addend = 0;         // is added: where the symbol's section lies in the output's
  InputSection* section = nullptr;  // where the symbol is, if it is in a section
  bool is_section = false;          // STT_SECTION
};

/// What a relocation against any symbol becomes when all are numbered.
struct WrittenTarget {
  std::uint32_t symbol = 0;  // in the output's table
  bool is_gone = false;      // what it refers to was discarded
  std::uint64_t addend = 0;  // is added
};

/// An input file as it is written.
struct FileOutput {
  InputFile* file = nullptr;
  std::vector<LocalTarget> locals;
  std::vector<WrittenTarget> targets;  // of all symbols, see settle_targets
  /// Relocations that go because what they refer to has gone, if there are any.
  bool has_dangling = false;
};

/// The whole partial link as it is written.
struct OutputPlan {
  std::vector<FileOutput> files;  // in the order in which their symbols are written
  OutputSymbols symbols;
  std::deque<std::string> made_names;
  std::unordered_map<const OutputSection*, std::uint32_t> group_signatures;

  /// How a file that is in the output is written.
  const FileOutput& written(const InputFile& file) const { return files[file.output_number - 1]; }
};

/// What the inputs gave.
struct Globals {
  const SymbolTable& symbols;
  const std::vector<InputFile*>& files;                            // in the order of the link
  const std::unordered_set<std::string_view>* retained = nullptr;  // --retain-symbols-file
  bool is_final = false;                                           // symbols have addresses
  std::uint64_t thread_start = 0;    // what the values of STT_TLS symbols count from
  bool has_absolute_tables = false;  // _DYNAMIC and its like belong to no section
  bool has_section_symbols = true;   // --emit-relocs, or a partial link
  bool drops_weak = false;           // undefined weak symbols are 0 for good
  bool drops_undefined = false;      // nothing will ever define undefined symbols
  std::vector<MadeSymbol> made{};    // behind those that the output has for itself
  /// The address that a shared object's function has here, 0 if none; may be empty.
  std::function<std::uint64_t(const Symbol&)> address_here{};
};

/// Gives every symbol of the output its place: the sections' first, unless nothing needs them, then
/// the locals of each file in the order in which its sections appear, then global ones in the order
/// of the table. Section indices must be known. Throws Error if something that stays refers to what
/// was discarded.
void number_symbols(OutputPlan& plan, const OutputSections& sections,
                    const std::vector<OutputSection*>& by_index, const Globals& globals,
                    const Options& options);

/// Fills in the file's targets, behind number_symbols: a relocation then costs one look.
void settle_targets(FileOutput& output);

}  // namespace kbx::link
