#include "testsuite/fuzz/object_readers.h"

#include <algorithm>
#include <set>

#include "testsuite/fuzz/link_input.h"
#include <fmt/format.h>

#include "kbx/elf/needed_versions.h"
#include "kbx/elf/object.h"
#include "kbx/elf/relocations.h"
#include "kbx/kernel/boot_image.h"
#include "kbx/kernel/module_file.h"
#include "kbx/ninja/export_check.h"
#include "kbx/ninja/object_step.h"
#include "kbx/symbols/kernel_image.h"
#include "kbx/symbols/mcount_table.h"
#include "kbx/symbols/mod_template.h"
#include "kbx/symbols/modpost.h"
#include "kbx/symbols/module_object.h"

namespace kbx::fuzz {
namespace {

using symbols::Dialect;

/// The dialects of 5.10, 6.1, 6.12 and 7.x.
std::vector<std::pair<std::string, Dialect>> dialects() {
  Dialect oldest;
  oldest.crcs_in_cmd_files = oldest.exports_in_section = oldest.common_object = false;
  oldest.lto_note = oldest.basic_by_option = oldest.unique_aliases = false;
  oldest.modules_by_file = oldest.tables_name_module = false;
  oldest.retpoline_option = "CONFIG_RETPOLINE";
  Dialect older = oldest;
  older.crcs_in_cmd_files = older.lto_note = true;
  Dialect newer = older;
  newer.exports_in_section = newer.license_by_suffix = newer.common_object = true;
  Dialect newest = newer;
  newest.license_by_suffix = false;
  newest.basic_by_option = newest.unique_aliases = newest.modules_by_file = true;
  newest.tables_name_module = true;
  return {{"5.10", oldest}, {"6.1", older}, {"6.12", newer}, {"7.x", newest}};
}

/// Every byte of every section is looked at, so that a section outside the file is noticed.
std::string read_sections(std::string_view content) {
  const elf::Object object = elf::read_object(content, "object");
  std::uint64_t sum = 0;
  for (const elf::Section& section : object.sections)
    for (const char c : section.content) sum += static_cast<unsigned char>(c);
  for (const elf::Symbol& symbol : object.symbols) {
    sum += symbol.name.size();
    if (!symbol.reserved_section) sum += object.sections.at(symbol.section).size;
  }
  return std::to_string(sum);
}

std::string read_all_relocations(std::string_view content) {
  const elf::Object object = elf::read_object(content, "object");
  std::uint64_t sum = 0;
  for (const elf::Section& section : object.sections)
    if (section.type == 4 || section.type == 9)
      for (const elf::Relocation& entry : elf::read_relocations(object, section, "object"))
        sum += entry.offset + entry.type + static_cast<std::uint64_t>(entry.addend) +
               (entry.symbol ? entry.symbol->name.size() : 0);
  return std::to_string(sum);
}

std::string read_exports(std::string_view content) {
  using ninja::ExportCheck;
  std::string answer = ninja::local_export_errors(content, "object");
  for (const ExportCheck& check : {ExportCheck{ExportCheck::Among::symbols, " __ksymtab_"},
                                   ExportCheck{ExportCheck::Among::symbols, " __export_symbol_"},
                                   ExportCheck{ExportCheck::Among::sections, "__ksymtab"},
                                   ExportCheck{ExportCheck::Among::sections, ".export_symbol"}})
    answer += ninja::exports_symbols(content, "object", check) ? "yes " : "no ";
  return answer;
}

std::string read_object_of_module(std::string_view content, const Dialect& dialect) {
  const symbols::ModuleObject module = symbols::read_module_object(content, "object", dialect);
  std::string answer =
      fmt::format("{} {} {} mismatches ", module.has_init, module.has_exit, module.mismatches);
  for (const symbols::ModuleExport& entry : module.exports)
    answer += fmt::format("{} {} {} {}, ", entry.name, entry.license, entry.name_space,
                          entry.crc.value_or(0));
  for (const symbols::ModuleNeed& need : module.needs) answer += need.name + " ";
  for (const symbols::DeviceTable& table : module.tables)
    answer += fmt::format("{} {} {}, ", table.bus, table.name, table.content.size());
  for (const std::string& error : module.errors) answer += error + "\n";
  return answer;
}

symbols::ModC sample(const Dialect& dialect) {
  symbols::ModC module;
  module.has_init = module.has_exit = module.with_crcs = true;
  for (const bool flag : {false, true})
    module.exports.push_back({flag ? "kbx_a" : "kbx_b", flag, !flag, flag ? "NS" : "", 0x12345678});
  module.versions =
      std::vector<symbols::ModC::Version>{{"module_layout", 1}, {"_printk", 0xffffffff}};
  if (dialect.basic_by_option) module.extended_versions = module.versions;
  module.depends = {"one", "two"};
  module.aliases = {"kbx:*"};
  module.source_version = "0123456789";
  return module;
}

std::string metadata_through(std::string_view content, const Dialect& dialect) {
  const symbols::ModTemplate from = symbols::read_template(content, dialect);
  const std::string made =
      symbols::metadata_object(from, sample(dialect), "kbx_fuzz", "kbx_fuzz.mod.c");
  elf::read_object(made, "written");
  return made;
}

/// What is made of an object has to be one, and to have the table.
std::string read_calls(std::string_view content) {
  const symbols::McountRecord record = symbols::record_mcount(content, "object", true);
  std::string answer = record.has_table_already ? "had a table\n" : "";
  for (const std::string& section : record.ignored) answer += section + "\n";
  if (!record.object) return answer;
  elf::read_object(*record.object, "written");
  return answer + *record.object;
}

std::string read_image(std::string_view content) {
  symbols::KernelSymbols kernel;
  symbols::add_kernel_image(kernel, kernel::kernel_elf(content, "image"), "image");
  std::set<std::string> lines;
  for (const auto& [name, entry] : kernel.exports)
    lines.insert(fmt::format("{} {} {} {} {}\n", name, entry.crc.value_or(0), entry.owner,
                             static_cast<int>(entry.license), entry.name_space.value_or("?")));
  std::string answer = kernel.release + " " + kernel.vermagic.value_or("?") + "\n";
  for (const std::string& line : lines) answer += line;
  return answer;
}

std::string text_of(const symbols::Verdict& verdict) {
  std::string answer = fmt::format("{} {} {} {}\n", symbols::outcome_name(verdict.outcome),
                                   verdict.module, verdict.taints, verdict.matching_crcs);
  for (const auto* const list : {&verdict.reasons, &verdict.notes})
    for (const symbols::Finding& finding : *list)
      answer += fmt::format("{}: {}\n", symbols::kind_name(finding.kind), finding.text);
  for (const std::string& name : verdict.load_first) answer += name + " ";
  return answer;
}

}  // namespace

ObjectReaders::ObjectReaders(const std::string& objtree, const std::string& srctree,
                             const std::string& symvers)
    : device_header_(join_path(srctree, "include/linux/mod_devicetable.h")) {
  const std::string listed = read_file(symvers);
  symbols::add_symvers(kernel_, listed, symvers);
  kernel_.name = kernel_.release = "6.1.0";
  kernel_.machine = symbols::Machine{62, true, false};
  kernel_.complete = true;
  write_file_atomically(scratch_.at("Module.symvers"), listed);
  // Two objects, so that the users of an undefined symbol are looked for in them.
  const std::string object = scratch_.at("mutant.o");
  write_file_atomically(scratch_.at("mutant.mod"), object + "\n" + object + "\n");
  write_file_atomically(scratch_.at(".mutant.o.cmd"),
                        "cmd\n\nsource_x := " + scratch_.at("Module.symvers") +
                            "\n\ndeps_x := \\\n\n#SYMVER one_data 0x00000008\n");

  all_.push_back({"sections", read_sections, false});
  all_.push_back({"relocations", read_all_relocations, false});
  all_.push_back(
      {"link", [this](std::string_view content) { return link_input(content, scratch_); }, false});
  all_.push_back({"program", [](std::string_view content) {
                    const auto program = elf::read_program(content, "object");
                    return program ? program->machine_name() + program->needed_glibc() : "none";
                  }});
  all_.push_back({"exports", read_exports});
  all_.push_back({"image", read_image});
  all_.push_back({"calls of -pg", read_calls, false});
  for (const auto& [series, dialect] : dialects()) add_dialect(series, dialect);
  Dialect own = symbols::probe_dialect(objtree, srctree);
  own.objtree.clear();  // the programs in it are not read again and again
  add_dialect("the tree", own);
  all_.push_back({"check", [this](std::string_view) { return check(); }});
}

void ObjectReaders::add_dialect(const std::string& series, const Dialect& dialect) {
  all_.push_back({"object of " + series, [dialect](std::string_view content) {
                    return read_object_of_module(content, dialect);
                  }});
  all_.push_back(
      {"modpost of " + series, [this, dialect](std::string_view) { return modpost(dialect); }});
  all_.push_back(
      {"template of " + series,
       [dialect](std::string_view content) { return metadata_through(content, dialect); }, false});
}

void ObjectReaders::lay_out(std::string_view content) const {
  write_file_atomically(scratch_.at("mutant.o"), content);
}

/// What it writes and whether it fails; its words may tell of lines, which debugging information
/// has.
std::string ObjectReaders::modpost(const Dialect& dialect) {
  symbols::ModpostOptions options;
  options.objects = {scratch_.at("mutant.o")};
  options.symvers = {scratch_.at("Module.symvers")};
  options.symvers_output = "symvers";
  options.namespaces_output = "namespaces";
  options.external = options.versions = options.always_source_version = true;
  options.basic_versions = options.extended_versions = dialect.basic_by_option;
  options.undefined_is_warning = true;
  const symbols::ModpostResult result = symbols::modpost(options, dialect, device_header_);
  std::string answer = result.failed ? "failed\n" : "done\n";
  for (const symbols::ModpostOutput& file : result.files) answer += file.path + "\n" + file.content;
  for (const std::string& message : result.messages)
    require(message.starts_with("WARNING: ") || message.starts_with("ERROR: "), "bare message\n");
  return answer;
}

std::string ObjectReaders::check() const {
  const auto verdicts =
      kernel::judge_modules(kernel::read_modules({scratch_.at("mutant.o")}), kernel_);
  require(verdicts.size() == 1, "one module, but not one verdict\n");
  const symbols::Verdict& verdict = verdicts.front();
  const bool refused = verdict.outcome == symbols::Outcome::would_not_load;
  require(refused != verdict.reasons.empty(), "outcome and reasons disagree\n");
  return text_of(verdict);
}

}  // namespace kbx::fuzz
