#include "kbx/symbols/section_mismatch.h"

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>

#include <elf.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/elf/line_table.h"
#include "kbx/elf/relocations.h"
#include "kbx/symbols/nearest_symbol.h"
#include "kbx/symbols/symbol_use.h"

/// Each relocation is a reference: from the section it changes to the section of its symbol. A rule
/// forbids some pairs of sections, both given as shell patterns; a list of exemptions then looks at
/// the names of the two symbols. A name is that of the nearest symbol, since most references are
/// made with a section's symbol and an offset.
///
/// A module has thousands of relocations but few sections, so the rule for a pair of sections is
/// looked up once per pair.
namespace kbx::symbols {
namespace {

using Patterns = std::span<const char* const>;

#define KBX_TEXT_PATTERNS                                                                         \
  ".text", ".text.*", ".sched.text", ".kprobes.text", ".cpuidle.text", ".noinstr.text", ".ltext", \
      ".ltext.*"
#define KBX_OTHER_TEXT_PATTERNS                                                            \
  ".ref.text", ".head.text", ".spinlock.text", ".fixup", ".entry.text", ".exception.text", \
      ".coldtext", ".softirqentry.text", ".irqentry.text"

constexpr const char* text[] = {KBX_TEXT_PATTERNS};
constexpr const char* data[] = {".data", ".data.rel"};
constexpr const char* init[] = {".init.*", ".meminit.*"};
constexpr const char* init_data[] = {".init.setup", ".init.rodata", ".init.data", ".meminit.rodata",
                                     ".meminit.data"};
constexpr const char* exit_sections[] = {".exit.*"};
constexpr const char* pci_fixups[] = {
    ".pci_fixup_early",  ".pci_fixup_header",       ".pci_fixup_final",  ".pci_fixup_enable",
    ".pci_fixup_resume", ".pci_fixup_resume_early", ".pci_fixup_suspend"};
constexpr const char* exports[] = {"___ksymtab*"};
constexpr const char* exception_table[] = {"__ex_table"};
constexpr const char* replacement[] = {".altinstr_replacement"};
constexpr const char* any_text[] = {".init.text", ".exit.text", ".meminit.text", KBX_TEXT_PATTERNS,
                                    KBX_OTHER_TEXT_PATTERNS};
#undef KBX_TEXT_PATTERNS
#undef KBX_OTHER_TEXT_PATTERNS

/// Sections that never get into memory, or that only tools read.
constexpr const char* unchecked[] = {".comment*",
                                     ".debug*",
                                     ".zdebug*",
                                     ".GCC.command.line",
                                     ".mdebug*",
                                     ".pdr",
                                     ".stab*",
                                     ".note*",
                                     ".got*",
                                     ".toc*",
                                     ".xt.prop",
                                     ".xt.lit",
                                     ".arcextmap*",
                                     ".gnu.linkonce.arcext*",
                                     ".cmem*",
                                     ".fmt_slot*",
                                     ".gnu.lto*",
                                     ".discard.*",
                                     ".llvm.call-graph-profile",
                                     "__llvm_covfun",
                                     "__llvm_covmap",
                                     ".klp.symid"};

/// Data that may refer to init and exit code: its users know when. The longer list is of trees that
/// were not cleaned up yet.
constexpr const char* exempt_data[] = {"*_ops", "*_probe", "*_console"};
constexpr const char* exempt_data_before[] = {"*_ops",   "*_probe", "*_console",   "*_template",
                                              "*_timer", "*_sht",   "*_probe_one", "*driver"};
constexpr const char* boundary_symbols[] = {"__init_begin", "_sinittext", "_einittext"};
constexpr const char* cloned[] = {"*.constprop.*"};

struct Rule {
  Patterns from;
  Patterns forbidden;  // sections that must not be referred to
  Patterns demanded;   // or, if not empty, those that must
};

constexpr Rule rules[] = {{text, init, {}},
                          {text, exit_sections, {}},
                          {data, init, {}},
                          {data, exit_sections, {}},
                          {init, exit_sections, {}},
                          {exit_sections, init, {}},
                          {pci_fixups, init, {}},
                          {exports, init, {}},
                          {exports, exit_sections, {}},
                          {exception_table, replacement, any_text}};

bool matches(std::string_view name, Patterns patterns) {
  const std::string terminated(name);
  return std::any_of(patterns.begin(), patterns.end(), [&](const char* pattern) {
    return fnmatch(pattern, terminated.c_str(), 0) == 0;
  });
}

bool is_forbidden(const Rule& rule, std::string_view to) {
  if (matches(to, rule.forbidden)) return true;
  return !rule.demanded.empty() && !matches(to, rule.demanded);
}

/// A reference means a symbol that is at most so many bytes away.
constexpr std::uint64_t reach = 20;

/// So many mismatches are told with their line of the source.
constexpr unsigned most_with_place = 10;

class Analysis {
 public:
  Analysis(const elf::Object& object, const std::string& path, const Dialect& dialect)
      : object_(object), path_(path), dialect_(dialect), lines_(object) {}

  MismatchFindings run() {
    for (const elf::Section& section : object_.sections) {
      check_flags(section);
      if (section.type != SHT_REL && section.type != SHT_RELA) continue;
      if (section.info >= object_.sections.size()) continue;
      check_references(section, object_.sections[section.info]);
    }
    return std::move(found_);
  }

 private:
  void check_flags(const elf::Section& section) {
    if (section.type == SHT_PROGBITS && !(section.flags & SHF_ALLOC) &&
        !matches(section.name, unchecked))
      found_.warnings.push_back(fmt::format(
          "the section {} does not get into memory: a .section in assembly may lack \"a\"",
          section.name));
  }

  void check_references(const elf::Section& entries, const elf::Section& from) {
    if (matches(from.name, unchecked)) return;
    std::vector<const Rule*> candidates;
    for (const Rule& rule : rules)
      if (matches(from.name, rule.from)) candidates.push_back(&rule);
    if (candidates.empty()) return;
    std::unordered_map<std::uint32_t, const Rule*> broken;  // by the section referred to
    for (const elf::Relocation& entry : elf::read_relocations(object_, entries, path_)) {
      if (!entry.symbol || entry.symbol->reserved_section) continue;
      const auto [known, is_new] = broken.try_emplace(entry.symbol->section, nullptr);
      if (is_new)
        known->second = broken_rule(candidates, object_.sections[entry.symbol->section].name);
      if (!known->second || is_no_reference(entry, from)) continue;
      report(*known->second, entry, entries.info);
    }
  }

  static const Rule* broken_rule(const std::vector<const Rule*>& candidates, std::string_view to) {
    if (to.empty()) return nullptr;
    for (const Rule* const rule : candidates)
      if (is_forbidden(*rule, to)) return rule;
    return nullptr;
  }

  /// Relocations that compute a difference and so name the same place twice.
  bool is_no_reference(const elf::Relocation& entry, const elf::Section& from) const {
    constexpr std::uint16_t riscv = 243;
    constexpr std::uint16_t loongarch = 258;
    constexpr std::uint32_t riscv_sub32 = 39;
    constexpr std::uint32_t loongarch_sub32 = 55;
    constexpr std::uint32_t loongarch_relax = 100;
    constexpr std::uint32_t loongarch_align = 102;
    if (object_.machine == riscv) return from.name == "__ex_table" && entry.type == riscv_sub32;
    if (object_.machine != loongarch) return false;
    if (entry.type == loongarch_relax || entry.type == loongarch_align) return true;
    return from.name == "__ex_table" && entry.type == loongarch_sub32;
  }

  /// The offset in the symbol's section that an entry refers to; nothing if the addend is encoded
  /// in an instruction.
  std::optional<std::uint64_t> target_of(const elf::Relocation& entry,
                                         const elf::Section& from) const {
    if (entry.has_addend) return entry.symbol->value + static_cast<std::uint64_t>(entry.addend);
    constexpr std::uint64_t size = 4;
    if (entry.offset > from.content.size() || from.content.size() - entry.offset < size) return {};
    const std::uint64_t word = elf::read_number(
        from.content.substr(static_cast<size_t>(entry.offset), size), object_.is_big_endian);
    constexpr std::uint64_t mask = 0xffffffff;
    if (object_.machine == EM_386 && entry.type == R_386_32)
      return (entry.symbol->value + word) & mask;
    if (object_.machine == EM_386 && entry.type == R_386_PC32)
      return (entry.symbol->value + word + size) & mask;
    if (object_.machine == EM_ARM && entry.type == R_ARM_ABS32)
      return (entry.symbol->value + word) & mask;
    if (object_.machine == EM_MIPS && entry.type == R_MIPS_32)
      return (entry.symbol->value + word) & mask;
    return {};
  }

  /// Made when the first mismatch is met: most objects have none.
  const NearestSymbols& nearest() {
    if (!nearest_) nearest_.emplace(object_);
    return *nearest_;
  }

  /// The symbol whose code or data has the reference. Of two names for one place, older trees took
  /// the last.
  const elf::Symbol* source_of(std::uint32_t section, std::uint64_t offset) {
    using Choice = NearestSymbols::Choice;
    return nearest().before(section, offset,
                            dialect_.exports_in_section ? Choice::first : Choice::last);
  }

  bool is_exempt(const elf::Section& from, std::string_view from_name, const elf::Section& to,
                 std::string_view to_name) const {
    const bool from_data = matches(from.name, data);
    if (from_data && matches(to.name, init_data) && from_name.starts_with("__param")) return true;
    if (from_data && to.name == ".init.text" && from_name.starts_with("__param_ops_")) return true;
    const Patterns users =
        dialect_.exports_in_section ? Patterns(exempt_data) : Patterns(exempt_data_before);
    const bool is_freed = matches(to.name, init) || matches(to.name, exit_sections);
    if (from_data && is_freed && matches(from_name, users)) return true;
    if (from.name.starts_with(".head.text") && matches(to.name, init)) return true;
    if (matches(to_name, boundary_symbols)) return true;
    return matches(from.name, any_text) && matches(to.name, init) && matches(from_name, cloned);
  }

  void report(const Rule& rule, const elf::Relocation& entry, std::uint32_t from_index) {
    const elf::Section& from = object_.sections[from_index];
    const elf::Section& to = object_.sections[entry.symbol->section];
    const elf::Symbol* const source = source_of(from_index, entry.offset);
    const elf::Symbol* target = names_a_place(*entry.symbol) ? entry.symbol : nullptr;
    const auto address = target_of(entry, from);
    if (!target && address) target = nearest().around(entry.symbol->section, *address, reach);
    const std::string_view from_name = source ? source->name : std::string_view();
    const std::string_view to_name = target ? target->name : std::string_view();
    if (is_exempt(from, from_name, to, to_name)) return;
    ++found_.count;
    const std::uint64_t offset = entry.offset - (source ? source->value : 0);
    std::string message = fmt::format(
        "section mismatch in reference: {}{}0x{:x} (section: {}) -> {} (section: {})", from_name,
        from_name.empty() ? "" : "+", offset, from.name,
        to_name.empty() ? fmt::format("0x{:x}", address.value_or(0)) : std::string(to_name),
        to.name);
    if (found_.count <= most_with_place)
      if (const auto place = source_place(object_, lines_, from_index, entry, base_name(path_)))
        message += "\n  " + *place;
    found_.warnings.push_back(std::move(message));
    if (rule.from.data() == std::data(exception_table)) report_exception(entry, from, to);
  }

  void report_exception(const elf::Relocation& entry, const elf::Section& from,
                        const elf::Section& to) {
    const std::string place = fmt::format("{}+0x{:x}", from.name, entry.offset);
    if (matches(to.name, replacement))
      throw Error(Location{path_, 0},
                  fmt::format("the exception table entry {} points into {}, which is copied away",
                              place, to.name),
                  "faults there are never found; see scripts/check_extable.sh of the kernel");
    if (to.flags & SHF_EXECINSTR)
      found_.warnings.push_back(
          fmt::format("{} points to code in {}, where none is expected", place, to.name));
    else
      found_.errors.push_back(
          fmt::format("{} points to {}, which is not executable", place, to.name));
  }

  const elf::Object& object_;
  const std::string& path_;
  const Dialect& dialect_;
  elf::LineTable lines_;
  std::optional<NearestSymbols> nearest_;
  MismatchFindings found_;
};

}  // namespace

MismatchFindings find_mismatches(const elf::Object& object, const std::string& path,
                                 const Dialect& dialect) {
  return Analysis(object, path, dialect).run();
}

}  // namespace kbx::symbols
