#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/symbols/kernel_symbols.h"
#include "kbx/symbols/module_facts.h"

namespace kbx::symbols {

/// What a finding is about. Most can be a reason to refuse a module; those from `load_first` on are
/// only told.
enum class FindingKind {
  unreadable,        // no sound ELF file
  not_a_module,      // an ELF object without struct module
  struct_size,       // of another size than the kernel\'s struct module
  machine,           // built for another machine, class or byte order
  vermagic,          // flags of the version magic differ
  missing_versions,  // no __versions at all
  missing_version,   // __versions lacks a symbol
  crc,               // a symbol's CRC differs
  unresolved,        // nobody exports the symbol
  gpl_only,          // exported to GPL-compatible modules only
  name_space,        // the symbol's namespace is not imported
  duplicate_export,  // exports what is exported already
  relocation,        // a type that the loader does not apply
  common_symbol,     // compiled without -fno-common
  writable_code,     // a section both writable and executable
  signature,         // not signed, or not as the kernel wants it
  compression,       // packed in a way that the kernel does not read
  load_first,        // another module exports the symbol
  no_crc_evidence,   // the kernel's list has no CRCs
  unknown,           // could not be looked at
};

/// The kind's name in JSON: "crc", "namespace", "gpl-only", …
std::string_view kind_name(FindingKind kind);

/// One thing that was found when a module was held against a kernel.
struct Finding {
  FindingKind kind = FindingKind::unknown;
  std::string symbol;        // the symbol, section or relocation type it is about; may be empty
  std::string module_value;  // what the module has
  std::string kernel_value;  // what the kernel has or wants
  std::string text;          // for people, without the remedy
  std::string remedy;        // what to do; may be empty

  bool operator==(const Finding&) const = default;
};

enum class Outcome {
  would_load,
  would_not_load,
  no_evidence,  // nothing speaks against it, but nothing vouches for it either
};

std::string_view outcome_name(Outcome outcome);

/// Whether one module would load into one kernel, and why not.
struct Verdict {
  std::string path;    // of the module
  std::string module;  // its name once loaded; "" if it cannot be read
  std::string kernel;  // KernelSymbols::name
  Outcome outcome = Outcome::no_evidence;
  std::vector<Finding> reasons;         // each alone would keep it from loading
  std::vector<Finding> notes;           // what else is good to know
  std::vector<std::string> load_first;  // modules, by name, in the order of the symbols
  std::string taints;                   // letters that loading adds (Documentation/admin-guide)
  size_t matching_crcs = 0;
};

/// What modules export, by symbol. The modules must outlive it.
struct ModuleExports {
  struct Entry {
    const ModuleFacts* module = nullptr;
    const ModuleExport* symbol = nullptr;
  };
  StringMap<Entry> entries;

  void add(const ModuleFacts& module);
};

/// Judges `module` for `kernel` as kernel/module/main.c and version.c would. `others` are modules
/// that can be loaded too; what they export counts as offered. `module` may be among them.
Verdict judge(const ModuleFacts& module, const KernelSymbols& kernel,
              const ModuleExports& others = {});

/// The symbols of a kernel that judge() asks for, each perhaps more than once. The views live as
/// long as the module.
std::vector<std::string_view> asked_symbols(const ModuleFacts& module);

/// The verdict on a file that is no module: `why` is what is wrong with it.
Verdict judge_unreadable(const std::string& path, const std::string& why,
                         const KernelSymbols& kernel);

/// True if a module called `module` may use a symbol of `name_space` (not empty) when it imports
/// `imported`. The namespace "module:a,b*" is open to modules of these names
/// (kernel/module/main.c, verify_module_namespace).
bool may_use_namespace(std::string_view name_space, const std::vector<std::string_view>& imported,
                       std::string_view module);

}  // namespace kbx::symbols
