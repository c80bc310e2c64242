#include "kbx/symbols/verdict.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <elf.h>

namespace {

using kbx::symbols::ExportLicense;
using kbx::symbols::Finding;
using kbx::symbols::FindingKind;
using kbx::symbols::KernelSymbols;
using kbx::symbols::ModuleExports;
using kbx::symbols::ModuleFacts;
using kbx::symbols::Outcome;
using kbx::symbols::StringMap;
using kbx::symbols::Verdict;

constexpr const char* magic = "6.1.0 SMP preempt mod_unload modversions ";

KernelSymbols some_kernel() {
  KernelSymbols kernel;
  kernel.name = kernel.release = "6.1.0";
  kernel.vermagic = magic;
  kernel.machine = kbx::symbols::Machine{EM_X86_64, true, false};
  kernel.complete = true;
  kernel.options.modversions = true;
  kernel.options.force_load = true;
  kernel.options.signatures = false;
  kernel.options.signatures_forced = false;
  kernel.options.missing_imports_loaded = false;
  kernel.options.strict_rwx = true;
  kernel.options.reads_extended_versions = false;
  kernel.options.decompresses = "";
  kernel.exports["module_layout"] = {1, "vmlinux", ExportLicense::any, ""};
  kernel.exports["_printk"] = {2, "vmlinux", ExportLicense::any, ""};
  kernel.exports["kernel_kobj"] = {3, "vmlinux", ExportLicense::gpl_only, ""};
  kernel.exports["dma_buf_get"] = {4, "vmlinux", ExportLicense::gpl_only, "DMA_BUF"};
  kernel.exports["crc_itu_t"] = {5, "lib/crc-itu-t", ExportLicense::any, ""};
  return kernel;
}

ModuleFacts some_module() {
  ModuleFacts module;
  module.path = "/tmp/hello.ko";
  module.name = "hello";
  module.machine = {EM_X86_64, true, false};
  module.struct_size = 896;
  module.info = {{"license", "GPL"}, {"name", "hello"}, {"vermagic", magic}};
  module.needs = {{"_printk", false}};
  module.versions = StringMap<std::uint32_t>{{"module_layout", 1}, {"_printk", 2}};
  return module;
}

void use(ModuleFacts& module, const char* symbol, std::uint32_t crc) {
  module.needs.push_back({symbol, false});
  module.versions->insert_or_assign(symbol, crc);
}

void set_info(ModuleFacts& module, const std::string& tag, const std::string& value) {
  for (auto& [key, text] : module.info)
    if (key == tag) text = value;
}

Verdict verdict_on(const ModuleFacts& module, const KernelSymbols& kernel = some_kernel()) {
  return kbx::symbols::judge(module, kernel);
}

/// The only reason, which has to be of that kind.
Finding only_reason(const Verdict& verdict, FindingKind kind) {
  CHECK(verdict.outcome == Outcome::would_not_load);
  REQUIRE(verdict.reasons.size() == 1);
  CHECK(verdict.reasons[0].kind == kind);
  return verdict.reasons[0];
}

bool has_note(const Verdict& verdict, FindingKind kind) {
  return std::any_of(verdict.notes.begin(), verdict.notes.end(),
                     [&](const Finding& note) { return note.kind == kind; });
}

}  // namespace

TEST_CASE("a module that fits would load") {
  const Verdict verdict = verdict_on(some_module());
  CHECK(verdict.outcome == Outcome::would_load);
  CHECK(verdict.reasons.empty());
  CHECK(verdict.taints == "O");
  CHECK(verdict.matching_crcs == 2);
}

TEST_CASE("each differing CRC is told with both values") {
  ModuleFacts module = some_module();
  module.versions->at("_printk") = 0x22;
  const Finding reason = only_reason(verdict_on(module), FindingKind::crc);
  CHECK(reason.symbol == "_printk");
  CHECK(reason.module_value == "0x00000022");
  CHECK(reason.kernel_value == "0x00000002");
  module.versions->at("module_layout") = 0x11;
  CHECK(verdict_on(module).reasons.size() == 2);
}

TEST_CASE("only the release of vermagic may differ, and only with versions") {
  ModuleFacts module = some_module();
  set_info(module, "vermagic", "9.9.9 SMP preempt mod_unload modversions ");
  CHECK(verdict_on(module).outcome == Outcome::would_load);
  module.versions.reset();
  only_reason(verdict_on(module), FindingKind::vermagic);
  module = some_module();
  set_info(module, "vermagic", "6.1.0 SMP mod_unload modversions ");
  only_reason(verdict_on(module), FindingKind::vermagic);
}

TEST_CASE("without versions it depends on forced loading") {
  ModuleFacts module = some_module();
  module.versions.reset();
  KernelSymbols kernel = some_kernel();
  CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
  CHECK(verdict_on(module, kernel).taints == "FO");
  kernel.options.force_load = false;
  only_reason(verdict_on(module, kernel), FindingKind::missing_versions);
  kernel.options.force_load.reset();
  CHECK(verdict_on(module, kernel).outcome == Outcome::no_evidence);
}

TEST_CASE("a table of versions that lacks a symbol") {
  ModuleFacts module = some_module();
  module.versions->erase("_printk");
  CHECK(only_reason(verdict_on(module), FindingKind::missing_version).symbol == "_printk");
}

TEST_CASE("without CRCs nothing is called compatible") {
  KernelSymbols kernel = some_kernel();
  for (auto& [name, entry] : kernel.exports) entry.crc = 0;
  kernel.options.modversions = false;
  const Verdict verdict = verdict_on(some_module(), kernel);
  CHECK(verdict.outcome == Outcome::no_evidence);
  CHECK(has_note(verdict, FindingKind::no_crc_evidence));
  kernel.options.modversions.reset();
  CHECK(verdict_on(some_module(), kernel).outcome == Outcome::no_evidence);
}

TEST_CASE("without CONFIG_MODVERSIONS the release counts") {
  KernelSymbols kernel = some_kernel();
  kernel.options.modversions = false;
  ModuleFacts module = some_module();
  set_info(module, "vermagic", "9.9.9 SMP preempt mod_unload modversions ");
  only_reason(verdict_on(module, kernel), FindingKind::vermagic);
}

TEST_CASE("a symbol that nobody exports") {
  ModuleFacts module = some_module();
  use(module, "vt_plain", 7);
  KernelSymbols kernel = some_kernel();
  CHECK(only_reason(verdict_on(module, kernel), FindingKind::unresolved).symbol == "vt_plain");
  kernel.complete = false;
  CHECK(verdict_on(module, kernel).outcome == Outcome::no_evidence);
  kernel.complete = true;
  module.needs.back().weak = true;
  CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
}

TEST_CASE("a module of the kernel's that is to be loaded first") {
  ModuleFacts module = some_module();
  use(module, "crc_itu_t", 5);
  const Verdict verdict = verdict_on(module);
  CHECK(verdict.outcome == Outcome::would_load);
  CHECK(verdict.load_first == std::vector<std::string>{"crc_itu_t"});
}

TEST_CASE("GPL-only symbols") {
  ModuleFacts module = some_module();
  use(module, "kernel_kobj", 3);
  CHECK(verdict_on(module).outcome == Outcome::would_load);
  set_info(module, "license", "Proprietary");
  CHECK(only_reason(verdict_on(module), FindingKind::gpl_only).symbol == "kernel_kobj");
  CHECK(kbx::symbols::is_gpl_compatible("Dual MIT/GPL"));
  CHECK_FALSE(kbx::symbols::is_gpl_compatible("MIT"));
}

TEST_CASE("namespaces") {
  ModuleFacts module = some_module();
  use(module, "dma_buf_get", 4);
  KernelSymbols kernel = some_kernel();
  only_reason(verdict_on(module, kernel), FindingKind::name_space);
  kernel.options.missing_imports_loaded = true;
  CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
  kernel.options.missing_imports_loaded = false;
  module.info.emplace_back("import_ns", "DMA_BUF");
  CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
}

TEST_CASE("namespaces that name modules") {
  using kbx::symbols::may_use_namespace;
  CHECK(may_use_namespace("module:kvm-intel,kvm-amd", {}, "kvm_amd"));
  CHECK(may_use_namespace("module:kvm*", {}, "kvm_amd"));
  CHECK_FALSE(may_use_namespace("module:kvm", {}, "kvm_amd"));
  CHECK_FALSE(may_use_namespace("module:kvm_amd", {}, "kvm"));
  CHECK_FALSE(may_use_namespace("module:kvm", {"kvm"}, "hello"));
  CHECK(may_use_namespace("module:kvm", {"module:kvm"}, "hello"));
  CHECK(may_use_namespace("DMA_BUF", {"OTHER", "DMA_BUF"}, "hello"));
}

TEST_CASE("symbols of another given module") {
  ModuleFacts provider = some_module();
  provider.name = "provider";
  provider.exports.emplace_back().name = "vt_plain";
  provider.exports.back().crc = 7;
  ModuleFacts module = some_module();
  use(module, "vt_plain", 7);
  use(module, "kernel_kobj", 3);
  ModuleExports others;
  others.add(provider);
  const Verdict good = kbx::symbols::judge(module, some_kernel(), others);
  CHECK(good.outcome == Outcome::would_load);
  CHECK(good.load_first == std::vector<std::string>{"provider"});
  provider.exports.back().crc = 8;
  only_reason(kbx::symbols::judge(module, some_kernel(), others), FindingKind::crc);
  provider.exports.back().crc = 7;
  set_info(provider, "license", "Proprietary");
  only_reason(kbx::symbols::judge(module, some_kernel(), others), FindingKind::gpl_only);
}

TEST_CASE("a symbol that the kernel exports already") {
  ModuleFacts module = some_module();
  module.exports.emplace_back().name = "_printk";
  only_reason(verdict_on(module), FindingKind::duplicate_export);
  module.exports[0].name = "crc_itu_t";
  CHECK(has_note(verdict_on(module), FindingKind::duplicate_export));
}

TEST_CASE("machines, relocations and sections") {
  ModuleFacts module = some_module();
  module.relocations = {{R_X86_64_PLT32, true, ".text"}, {R_X86_64_GOTPCREL, true, ".text"}};
  CHECK(only_reason(verdict_on(module), FindingKind::relocation).symbol == "9");
  module.machine = {EM_AARCH64, true, false};
  only_reason(verdict_on(module), FindingKind::machine);
  module = some_module();
  module.machine.is_big_endian = true;
  only_reason(verdict_on(module), FindingKind::machine);
  module = some_module();
  module.writable_code = {".init.text"};
  only_reason(verdict_on(module), FindingKind::writable_code);
  module = some_module();
  module.common_symbols = {"level"};
  only_reason(verdict_on(module), FindingKind::common_symbol);
  module = some_module();
  module.struct_size.reset();
  only_reason(verdict_on(module), FindingKind::not_a_module);
  module.struct_size = 900;
  KernelSymbols kernel = some_kernel();
  kernel.struct_size = 896;
  only_reason(verdict_on(module, kernel), FindingKind::struct_size);
}

TEST_CASE("signatures") {
  using State = kbx::sign::SignatureState;
  ModuleFacts module = some_module();
  KernelSymbols kernel = some_kernel();
  kernel.options.signatures = true;
  CHECK(verdict_on(module, kernel).taints == "EO");
  kernel.options.signatures_forced = true;
  only_reason(verdict_on(module, kernel), FindingKind::signature);
  for (const State refused : {State::other_key, State::unsupported, State::wrong, State::broken}) {
    module.signature.state = refused;
    only_reason(verdict_on(module, kernel), FindingKind::signature);
  }
  for (const State good : {State::present, State::right}) {
    module.signature.state = good;
    CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
    CHECK(verdict_on(module, kernel).taints == "O");
  }
}

TEST_CASE("a kernel that does not enforce signatures still refuses those that do not fit") {
  using State = kbx::sign::SignatureState;
  ModuleFacts module = some_module();
  KernelSymbols kernel = some_kernel();
  kernel.options.signatures = true;
  for (const State refused : {State::wrong, State::broken}) {
    module.signature.state = refused;
    only_reason(verdict_on(module, kernel), FindingKind::signature);
  }
  for (const State unknown : {State::other_key, State::unsupported}) {
    module.signature.state = unknown;
    CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
    CHECK(verdict_on(module, kernel).taints == "EO");
  }
  kernel.options.signatures.reset();
  kernel.options.signatures_forced.reset();
  module.signature.state = State::wrong;
  CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
  CHECK(verdict_on(module, kernel).notes.size() == 1);
  kernel.options.signatures = false;
  CHECK(verdict_on(module, kernel).notes.empty());
}

TEST_CASE("compressions") {
  ModuleFacts module = some_module();
  module.compression = kbx::symbols::Compression::xz;
  module.xz_check = 4;
  KernelSymbols kernel = some_kernel();
  CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
  CHECK(has_note(verdict_on(module, kernel), FindingKind::compression));
  kernel.options.decompresses = "xz";
  only_reason(verdict_on(module, kernel), FindingKind::compression);
  module.xz_check = 1;
  CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
}

TEST_CASE("extended versions count where both sides have them") {
  ModuleFacts module = some_module();
  module.extended_versions = StringMap<std::uint32_t>{{"module_layout", 1}, {"_printk", 0x22}};
  KernelSymbols kernel = some_kernel();
  CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
  kernel.options.reads_extended_versions = true;
  only_reason(verdict_on(module, kernel), FindingKind::crc);
  module.extended_versions->erase("_printk");
  CHECK(has_note(verdict_on(module, kernel), FindingKind::missing_version));
  module.extended_versions->insert_or_assign("_printk", 2);
  module.versions.reset();
  CHECK(verdict_on(module, kernel).outcome == Outcome::would_load);
  kernel.options.reads_extended_versions = false;
  CHECK(verdict_on(module, kernel).taints == "FO");
}

TEST_CASE("a bare list of symbols decides by CRCs alone") {
  KernelSymbols kernel;
  kernel.name = "Module.symvers";
  kbx::symbols::add_symvers(kernel,
                            "0x00000001\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n"
                            "0x00000002\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n",
                            "Module.symvers");
  kernel.complete = true;
  CHECK(verdict_on(some_module(), kernel).outcome == Outcome::would_load);
  CHECK(has_note(verdict_on(some_module(), kernel), FindingKind::unknown));
}
