#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/cross_reference.h"
#include "kbx/link/resolve/symbol_remarks.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// Finds for each global name what it stands for, file by file in the order of the link.
class Definitions {
 public:
  Definitions(const Options& options, const Say& say, Arena& arena);

  /// The file's global symbols. Throws Error if a name is thread-local in one of two files.
  void add(InputFile& file);

  /// The symbols of a shared object. Throws Error if an object wants a symbol of one that only
  /// another shared object names.
  void add_shared(InputFile& file);

  /// --as-needed: if the shared object would define what an object refers to, the first such
  /// reference as -Map words it: "FILE (SYMBOL)". `others` are the shared objects that were added
  /// before.
  std::optional<std::string> wants(const InputFile& file, const std::vector<InputFile*>& others);

  /// When all files are there: their symbols become what they stand for.
  static void join_indirect(const std::vector<InputFile*>& files);

  /// Puts a symbol into .dynsym, or makes it local if its visibility says so.
  void record_dynamic(Symbol& symbol);

  /// The output gets a DT_NEEDED for the shared object; to be called before its symbols are added.
  void mark_needed(InputFile& file);

  /// A name that goes into .dynstr: a symbol's, or a shared object's.
  struct DynamicName {
    Symbol* symbol = nullptr;
    const InputFile* shared = nullptr;
  };
  /// In the order in which they came up.
  const std::vector<DynamicName>& dynamic_names() const { return dynamic_names_; }

  /// -u and EXTERN: wants `name` defined.
  void require(std::string_view name);

  /// Throws Error if a name was defined twice.
  void finish() const;

  SymbolTable& symbols() { return symbols_; }
  const SymbolTable& symbols() const { return symbols_; }
  /// How many names were ever undefined: while it grows, archives may have more to give.
  std::uint64_t undefined_count() const { return undefined_count_; }
  /// What --cref tells; empty without that option.
  void note_made(const Symbol& symbol, const InputFile& file);
  const CrossReferences& cross_references() const { return cross_references_; }

 private:
  Symbol* add_symbol(InputFile& file, const InputSymbol& own, std::uint64_t hash);
  std::string_view wrapped(std::string_view name);
  void note(const InputFile& file, const InputSymbol& symbol, std::string_view name,
            bool is_undefined);
  bool merge(InputFile& file, const InputSymbol& symbol, bool is_definition, Symbol& global);
  void define(InputFile& file, const InputSymbol& symbol, InputSection* section, bool is_undefined,
              Symbol& global);
  void make_common(InputFile& file, const InputSymbol& symbol, Symbol& global);
  void put_on_undefined_list(Symbol& symbol);

  // Of final links; shared_definitions.cc.
  bool is_final() const { return options_.kind != OutputKind::relocatable; }
  bool would_bind(const InputFile& file, const InputSymbol& symbol, std::string_view name,
                  const std::vector<InputFile*>& others) const;
  Symbol* add_shared_symbol(InputFile& file, std::size_t index);
  void check_wanted(InputFile& file, std::string_view name, const Symbol& symbol);
  std::string_view versioned_name(const InputFile& file, std::size_t index);
  void join_hidden_versions(InputFile& file);
  static void part(InputFile& file, Symbol& entry);
  Symbol& displace(InputFile& file, InputSymbol& symbol, bool is_undefined, Symbol& entry);
  static void check_thread_local(const InputFile& file, const InputSymbol& symbol,
                                 const Symbol& global);
  void add_default_names(InputFile& file, const InputSymbol& symbol, Symbol& global);
  void add_other_name(InputFile& file, const InputSymbol& symbol, Symbol& global,
                      std::string_view name, bool is_default);
  void add_shared_name(InputFile& file, const InputSymbol& symbol, Symbol& global, Symbol& entry,
                       bool is_default);
  void find_weak_aliases(InputFile& file);
  void note_dynamic(Symbol& symbol);

  const Options& options_;
  Arena& arena_;
  SymbolTable symbols_;
  SymbolRemarks remarks_;
  CrossReferences cross_references_;
  std::uint64_t undefined_count_ = 0;
  std::vector<DynamicName> dynamic_names_;
  std::vector<std::string> errors_;
};

}  // namespace kbx::link
