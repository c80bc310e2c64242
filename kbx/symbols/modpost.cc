#include "kbx/symbols/modpost.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/elf/object.h"
#include "kbx/symbols/export_table.h"
#include "kbx/symbols/mod_c.h"
#include "kbx/symbols/module_files.h"
#include "kbx/symbols/module_object.h"
#include "kbx/symbols/symbol_use.h"
#include "kbx/symbols/symvers_index.h"

/// The course of a run, after scripts/mod/modpost.c: read what others export, read the modules,
/// find a provider for each symbol they need, write. Older trees keep every list newest first,
/// which shows in the order of __versions and of messages; they also write on after errors.
namespace kbx::symbols {
namespace {

struct Need {
  std::string name;
  bool weak = false;
  const ExportedSymbol* found = nullptr;
};

struct Module {
  std::string path;  // of the object
  std::string name;  // without suffix
  const Provider* provider = nullptr;
  ModuleObject object;
  std::vector<Need> needs;
  std::vector<ExportedSymbol*> exports;
  std::vector<std::string> missing_namespaces;
  std::vector<std::string> aliases;
  std::string source_version;
  bool gpl_compatible = true;
  bool license_is_told = false;  // with a message
  std::optional<SymbolUses> uses;

  std::string base() const { return base_name(name); }
};

/// The licences that may use EXPORT_SYMBOL_GPL (include/linux/license.h).
bool is_gpl_compatible(std::string_view license) {
  constexpr std::array<std::string_view, 6> known = {
      "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};
  return std::find(known.begin(), known.end(), license) != known.end();
}

/// EXPORT_SYMBOL_FOR_MODULES makes a namespace "module:a,b*".
constexpr std::string_view module_namespace = "module:";

/// Whether such a namespace lets `module` in.
bool admits_module(std::string_view name_space, std::string_view module) {
  for (std::string_view pattern : split(name_space.substr(module_namespace.size()), ',')) {
    const bool is_glob = pattern.ends_with('*');
    if (is_glob) pattern.remove_suffix(1);
    if (is_glob ? module.starts_with(pattern) : module == pattern) return true;
  }
  return false;
}

/// The kinds of messages that say where a symbol is used.
enum class Kind { undefined, namespace_missing, gpl_only, no_crc };
constexpr size_t kinds = 4;

/// So many messages of a kind are detailed: past them nobody reads on.
constexpr unsigned most_detailed = 10;

class Run {
 public:
  Run(const ModpostOptions& options, const Dialect& dialect, DeviceHeader& header)
      : options_(options),
        dialect_(dialect),
        header_(header),
        oldest_first_(dialect.crcs_in_cmd_files),
        table_(dialect, options.external) {}

  ModpostResult finish() {
    for (const std::string& path : options_.symvers) read_symvers_file(path);
    for (const std::string& path : options_.objects) read_module(path);
    if (!oldest_first_) std::reverse(order_.begin(), order_.end());
    if (!oldest_first_ && !knows_kernel_)
      warn("none of the Module.symvers files names vmlinux: undefined symbols are not looked for");
    if (!check_and_write()) return std::move(result_);
    if (!options_.namespaces_output.empty()) give(options_.namespaces_output, namespaces_text());
    if (!options_.symvers_output.empty()) give(options_.symvers_output, symvers_text());
    tell_rest();
    return std::move(result_);
  }

 private:
  void warn(const std::string& text) { result_.messages.push_back("WARNING: modpost: " + text); }
  void fail(const std::string& text) {
    result_.messages.push_back("ERROR: modpost: " + text);
    result_.failed = true;
  }
  void tell(bool is_error, const std::string& text) {
    if (is_error) {
      fail(text);
    } else {
      warn(text);
    }
  }

  /// Newer trees write nothing more after the first error.
  void give(const std::string& path, std::string content) {
    if (oldest_first_ && result_.failed) return;
    result_.files.push_back({path, std::move(content)});
  }

  void read_symvers_file(const std::string& path) {
    const bool is_first = listings_.empty() && !has_index_;
    if (auto index = is_first ? SymversIndex::open(path, options_.index_cache) : std::nullopt) {
      has_index_ = true;
      knows_kernel_ = index->names_kernel();
      table_.read_on_demand(std::move(*index));
      return;
    }
    const std::string_view text = listings_.emplace_back(path).content();
    constexpr size_t usual_row = 64;
    table_.reserve(text.size() / usual_row);
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
    table_.read(text, path, errors, warnings);
    for (const std::string& message : warnings) warn(message);
    for (const std::string& message : errors) fail(message);
    knows_kernel_ = knows_kernel_ || text.find("\tvmlinux\t") != std::string_view::npos;
  }

  void read_module(const std::string& path) {
    if (!path.ends_with(".o")) {
      fail(fmt::format("{}: an object's name has to end in .o", path));
      return;
    }
    if (options_.ignore_missing && !exists(path)) {
      result_.messages.push_back(fmt::format("{}: does not exist (ignored)", path));
      return;
    }
    const MappedFile file(path);
    if (file.content().empty())
      throw Error(Location{path, 0}, "this object is empty", "delete it and build again");
    // What is no ELF file is passed over, as the original does: LTO bitcode, for one.
    if (!elf::is_elf(file.content())) return;
    Module& module = modules_.emplace_back();
    order_.push_back(&module);
    module.path = path;
    module.name = path.substr(0, path.size() - 2);
    module.object = read_module_object(file.content(), path, dialect_);
    module.uses.emplace(module.name, dialect_);
    module.provider = &table_.add_provider(module.name, false);
    take_info(module);
    take_exports(module);
    module.aliases = device_aliases(module.object, dialect_, header_);
    for (const std::string& message : module.object.warnings)
      warn(fmt::format("{}.ko: {}", module.name, message));
    for (const std::string& message : module.object.errors)
      fail(fmt::format("{}.ko: {}", module.name, message));
    if (!module.object.info_of("version").empty() || options_.always_source_version)
      module.source_version = source_version(objects_of(module.name, dialect_));
    for (const ModuleNeed& need : module.object.needs)
      module.needs.push_back({need.name, need.weak, nullptr});
    // No exported function takes struct module, yet every module depends on its layout.
    if (options_.versions) module.needs.push_back({"module_layout", false, nullptr});
    if (!oldest_first_) std::reverse(module.needs.begin(), module.needs.end());
    if (options_.versions && dialect_.crcs_in_cmd_files)
      take_recorded_crcs(module, objects_of(module.name, dialect_));
  }

  void take_info(Module& module) {
    const auto licenses = module.object.info_of("license");
    if (licenses.empty())
      tell(oldest_first_, fmt::format("missing MODULE_LICENSE() in {}", module.path));
    module.gpl_compatible = std::all_of(licenses.begin(), licenses.end(), is_gpl_compatible);
    for (const std::string_view name_space : module.object.info_of("import_ns"))
      if (is_for_modules(name_space))
        fail(
            fmt::format("{}.ko: the namespace '{}' is for the modules it names and cannot be "
                        "imported: remove MODULE_IMPORT_NS",
                        module.name, name_space));
    const bool wants_description = dialect_.basic_by_option || options_.extra_warnings;
    if (wants_description && module.object.info_of("description").empty())
      warn(fmt::format("{}.ko: missing MODULE_DESCRIPTION()", module.name));
  }

  void take_exports(Module& module) {
    for (const ModuleExport& entry : module.object.exports) {
      const Provider* clash = nullptr;
      const bool is_new = table_.find(entry.name) == nullptr;
      ExportedSymbol& symbol = table_.add(entry.name, *module.provider, entry.license, clash);
      if (clash) tell(oldest_first_, clash_message(entry.name, module.name, *clash));
      symbol.name_space = entry.name_space;
      symbol.is_function = entry.is_function;
      if (is_new) symbol.is_static = entry.is_static;
      if (entry.crc) {
        symbol.crc = *entry.crc;
        symbol.has_crc = true;
      }
      module.exports.push_back(&symbol);
    }
  }

  static void take_recorded_crcs(Module& module, const std::vector<std::string>& objects) {
    std::unordered_map<std::string_view, ExportedSymbol*> exports;
    for (ExportedSymbol* const symbol : module.exports) exports[symbol->name] = symbol;
    for (const std::string& object : objects) {
      for (const auto& [name, crc] : recorded_crcs(object)) {
        const auto symbol = exports.find(name);
        // Of exports that were trimmed there are CRCs too.
        if (symbol == exports.end()) continue;
        symbol->second->crc = crc;
        symbol->second->has_crc = true;
      }
    }
  }

  /// False if the run ends at once.
  bool check_and_write() {
    // With exports in a section everything is checked before anything is written.
    if (dialect_.exports_in_section)
      for (Module* const module : order_)
        if (!check(*module)) return false;
    if (!options_.kept_exports.empty()) keep_exports(read_file(options_.kept_exports));
    for (Module* const module : order_) {
      if (!dialect_.exports_in_section && !check(*module)) return false;
      const ModC text = describe(*module);
      give(module->name + ".mod.c", mod_c_text(text, dialect_));
    }
    return true;
  }

  void keep_exports(const std::string& names) {
    for (const std::string_view name : split_lines(names))
      if (ExportedSymbol* const symbol = table_.find(name)) symbol->used = true;
  }

  bool check(Module& module) {
    if (module.base().size() > longest_name(module.object.is_64bit))
      fail(fmt::format("the name of the module {}.ko is too long: the kernel has room for {} bytes",
                       module.name, longest_name(module.object.is_64bit)));
    for (Need& need : module.needs) {
      ExportedSymbol* const symbol = table_.find(need.name);
      const bool is_own = symbol && symbol->provider == module.provider;
      if (!symbol || (is_own && !oldest_first_)) {
        tell_undefined(module, need);
        continue;
      }
      if (is_own) {
        fail(fmt::format("\"{}\" [{}.ko] was exported without definition", need.name, module.name));
        continue;
      }
      symbol->used = true;
      need.found = symbol;
      check_namespace(module, *symbol);
      if (!module.gpl_compatible && !check_license(module, *symbol)) return false;
    }
    return true;
  }

  void tell_undefined(Module& module, const Need& need) {
    if (need.weak || (!oldest_first_ && !knows_kernel_)) return;
    // The linker makes these, and newer modposts know it.
    if (dialect_.basic_by_option &&
        (need.name.starts_with("__start_") || need.name.starts_with("__stop_")))
      return;
    ++undefined_;
    if (oldest_first_ && undefined_ > most_detailed) return;
    std::string text = fmt::format("\"{}\" [{}.ko] undefined!", need.name, module.name);
    if (is_detailed(Kind::undefined)) text += use_of(module, need.name) + meant_by(need.name);
    tell(!options_.undefined_is_warning, text);
  }

  /// Counts a message of that kind.
  bool is_detailed(Kind kind) { return ++told_[static_cast<size_t>(kind)] <= most_detailed; }

  /// A further line of a message: the place in the module's source that uses the symbol.
  static std::string use_of(Module& module, const std::string& name) {
    const std::string use = module.uses->describe(name);
    return use.empty() ? "" : "\n  " + use;
  }

  static std::string exporter(const ExportedSymbol& symbol) {
    return fmt::format("exported by {} as {}", symbol.provider->name, symbol.license);
  }

  /// A further line about a symbol that nobody exports.
  std::string meant_by(const std::string& name) {
    if (!knows_kernel_ && !std::exchange(is_kernel_missed_, true))
      return "\n  no Module.symvers of the kernel was read, so its exports are not known";
    if (const ExportedSymbol* const similar = table_.find_similar(name))
      return fmt::format("\n  did you mean \"{}\", {}?", similar->name, exporter(*similar));
    if (!knows_kernel_ || std::exchange(is_search_told_, true)) return "";
    return "\n  neither the kernel nor a module here exports it; if another driver does, name "
           "its list: KBUILD_EXTRA_SYMBOLS=.../Module.symvers";
  }

  /// Whether the tree's modpost takes a namespace as a list of modules. Headers had the macro
  /// first.
  bool is_for_modules(std::string_view name_space) const {
    return name_space.starts_with(module_namespace) &&
           original_modpost_has(dialect_.objtree, module_namespace);
  }

  void check_namespace(Module& module, const ExportedSymbol& symbol) {
    const std::string_view name_space = symbol.name_space;
    if (name_space.empty()) return;
    if (is_for_modules(name_space) && admits_module(name_space, module.base())) return;
    const auto imported = module.object.info_of("import_ns");
    if (std::find(imported.begin(), imported.end(), name_space) != imported.end()) return;
    std::string text =
        fmt::format("module {} uses symbol {} from namespace {}, but does not import it.",
                    module.base(), symbol.name, name_space);
    if (is_detailed(Kind::namespace_missing))
      text += use_of(module, std::string(symbol.name)) + "\n  " + import_hint(symbol);
    tell(!options_.missing_namespace_is_warning, text);
    std::vector<std::string>& missing = module.missing_namespaces;
    if (std::find(missing.begin(), missing.end(), name_space) == missing.end())
      missing.emplace_back(name_space);
  }

  std::string import_hint(const ExportedSymbol& symbol) const {
    const std::string_view name_space = symbol.name_space;
    if (is_for_modules(name_space))
      return fmt::format("exported by {} for these modules only: {}", symbol.provider->name,
                         name_space.substr(module_namespace.size()));
    const char* const quote = dialect_.quoted_namespaces ? "\"" : "";
    return fmt::format("exported by {0} in namespace {1}; add MODULE_IMPORT_NS({2}{1}{2});",
                       symbol.provider->name, name_space, quote);
  }

  /// False if the run ends at once, as older trees' does.
  bool check_license(Module& module, const ExportedSymbol& symbol) {
    if (symbol.license == "EXPORT_SYMBOL_GPL_FUTURE")
      warn(fmt::format("{}.ko uses '{}', which will be for GPL-compatible modules only",
                       module.base(), symbol.name));
    if (symbol.license != gpl_export && symbol.license != "EXPORT_UNUSED_SYMBOL_GPL") return true;
    std::string text = fmt::format("GPL-incompatible module {}.ko uses GPL-only symbol '{}'",
                                   module.base(), symbol.name);
    if (is_detailed(Kind::gpl_only)) {
      text += use_of(module, std::string(symbol.name)) + "\n  " + exporter(symbol);
      if (!std::exchange(module.license_is_told, true)) text += "; " + license_text(module);
    }
    fail(text);
    return oldest_first_;
  }

  static std::string license_text(const Module& module) {
    const auto licenses = module.object.info_of("license");
    const auto wrong = std::find_if_not(licenses.begin(), licenses.end(), is_gpl_compatible);
    return fmt::format("the module has MODULE_LICENSE(\"{}\")",
                       wrong == licenses.end() ? "" : *wrong);
  }

  ModC describe(Module& module) {
    ModC text;
    text.module = module.name;
    text.is_64bit = module.object.is_64bit;
    text.has_init = module.object.has_init;
    text.has_exit = module.object.has_exit;
    text.in_tree = !options_.external;
    text.with_crcs = options_.versions;
    add_exports(text, module);
    const bool basic = dialect_.basic_by_option ? options_.basic_versions : options_.versions;
    if (basic) text.versions = versions_of(module, !options_.extended_versions);
    if (options_.extended_versions) text.extended_versions = versions_of(module, std::nullopt);
    text.depends = depends_of(module);
    text.aliases = module.aliases;
    text.source_version = module.source_version;
    return text;
  }

  void add_exports(ModC& text, const Module& module) {
    for (const ExportedSymbol* const symbol : module.exports) {
      if (options_.trim_exports && !symbol->used) continue;
      if (dialect_.crcs_in_cmd_files && options_.versions && !symbol->has_crc)
        warn(
            fmt::format("the exported symbol \"{}\" [{}.ko] has no version: genksyms found no "
                        "declaration of it; an assembler symbol needs one in "
                        "<asm/asm-prototypes.h>",
                        symbol->name, module.name));
      text.exports.push_back({symbol->name, symbol->license == gpl_export, symbol->is_function,
                              symbol->name_space, symbol->crc});
    }
  }

  /// `long_is_error`: whether a name that is too long for __versions is a fault or left out;
  /// nothing if there is no limit.
  std::vector<ModC::Version> versions_of(Module& module, std::optional<bool> long_is_error) {
    std::vector<ModC::Version> versions;
    for (const Need& need : module.needs) {
      if (!need.found) continue;
      if (!need.found->has_crc) {
        std::string text = fmt::format("\"{}\" [{}.ko] has no CRC!", need.name, module.name);
        if (is_detailed(Kind::no_crc))
          text += use_of(module, need.name) + "\n  " + exporter(*need.found);
        warn(text);
        continue;
      }
      if (long_is_error && need.name.size() > longest_name(module.object.is_64bit)) {
        if (!*long_is_error) continue;
        fail(fmt::format("too long symbol \"{}\" [{}.ko]", need.name, module.name));
        break;
      }
      versions.push_back({need.name, need.found->crc});
    }
    return versions;
  }

  static std::vector<std::string_view> depends_of(const Module& module) {
    std::vector<const Provider*> seen;
    std::vector<std::string_view> depends;
    for (const Need& need : module.needs) {
      if (!need.found || need.found->provider->is_vmlinux) continue;
      const Provider* const provider = need.found->provider;
      if (std::find(seen.begin(), seen.end(), provider) != seen.end()) continue;
      seen.push_back(provider);
      const std::string_view name = provider->name;
      depends.push_back(name.substr(name.rfind('/') + 1));
    }
    return depends;
  }

  std::string symvers_text() const {
    std::string text;
    for (const ExportedSymbol* const symbol : table_.in_file_order()) {
      if (options_.trim_exports && !symbol->used) continue;
      append_symvers_row(text, {symbol->crc, symbol->name, symbol->provider->name, symbol->license,
                                symbol->name_space});
    }
    return text;
  }

  std::string namespaces_text() const {
    std::string text;
    for (const Module* const module : order_) {
      std::vector<std::string> missing = module->missing_namespaces;
      if (missing.empty()) continue;
      if (!oldest_first_) std::reverse(missing.begin(), missing.end());
      text += fmt::format("{}.ko: {}\n", module->name, join(missing, " "));
    }
    return text;
  }

  void tell_rest() {
    unsigned mismatches = 0;
    for (const Module& module : modules_) mismatches += module.object.mismatches;
    if (mismatches > 0 && options_.mismatch_is_error)
      fail(
          fmt::format("{} section mismatches, which this kernel's configuration forbids "
                      "(CONFIG_SECTION_MISMATCH_WARN_ONLY allows them)",
                      mismatches));
    if (!oldest_first_)
      for (const ExportedSymbol* const symbol : table_.in_file_order())
        if (symbol->is_static)
          warn(fmt::format("\"{}\" [{}] is a static {}", symbol->name, symbol->provider->name,
                           symbol->license));
    if (oldest_first_ && undefined_ > most_detailed)
      warn(fmt::format("{} more undefined symbols are not shown", undefined_ - most_detailed));
  }

  const ModpostOptions& options_;
  const Dialect& dialect_;
  DeviceHeader& header_;
  bool oldest_first_;
  ExportTable table_;
  std::deque<MappedFile> listings_;
  std::deque<Module> modules_;
  std::vector<Module*> order_;
  bool knows_kernel_ = false;
  bool has_index_ = false;  // the first listing
  unsigned undefined_ = 0;
  std::array<unsigned, kinds> told_{};
  bool is_kernel_missed_ = false;  // was said
  bool is_search_told_ = false;    // was said: what to do about a symbol that nobody exports
  ModpostResult result_;
};

}  // namespace

ModpostResult modpost(const ModpostOptions& options, const Dialect& dialect, DeviceHeader& header) {
  return Run(options, dialect, header).finish();
}

}  // namespace kbx::symbols
