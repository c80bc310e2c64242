#include "kbx/symbols/verdict.h"

#include <algorithm>

#include <fmt/format.h>

#include "kbx/base/text.h"
#include "kbx/symbols/loader_relocations.h"
#include "kbx/symbols/vermagic.h"

/// The load verdict: what load_module of kernel/module/main.c would say, step by step, without the
/// kernel. Unlike the kernel, which stops at the first fault, every fault is collected.
///
/// A symbol is looked for among what the kernel's image and its modules export and what the other
/// given modules export. The CRC of each that is found is compared with the one in the module's
/// __versions (or the extended table); a module without any table is let in only by a kernel with
/// CONFIG_MODULE_FORCE_LOAD (kernel/module/version.c). A symbol that only the table lacks passes
/// mainline with a warning; Debian's patch "module: Disable matching missing version CRC" refuses
/// it, and the headers do not tell, so that it counts as refused.
namespace kbx::symbols {
namespace {

/// The version of struct module and what else every module hangs on.
constexpr std::string_view layout_symbol = "module_layout";
constexpr const char* rebuild = "build the module against this kernel's headers";

std::string shown_crc(std::uint32_t crc) {
  return fmt::format("0x{:08x}", crc);
}

/// Who offers a symbol, wherever it was found.
struct Offer {
  std::optional<std::uint32_t> crc;
  std::string owner;
  bool from_image = false;
  bool owner_is_proprietary = false;
  ExportLicense license = ExportLicense::unknown;
  std::optional<std::string> name_space;
};

class Judge {
 public:
  Judge(const ModuleFacts& module, const KernelSymbols& kernel, const ModuleExports& others)
      : module_(module), kernel_(kernel), others_(others) {}

  Verdict run() {
    verdict_.path = module_.path;
    verdict_.module = module_.name;
    verdict_.kernel = kernel_.name;
    choose_versions();
    check_compression();
    check_signature();
    check_machine();
    check_struct();
    check_sections();
    check_vermagic();
    check_table();
    check_symbols();
    check_exports();
    check_relocations();
    conclude();
    return std::move(verdict_);
  }

 private:
  void refuse(Finding finding) { verdict_.reasons.push_back(std::move(finding)); }
  void note(Finding finding) { verdict_.notes.push_back(std::move(finding)); }
  /// What only matters where no CRC vouches for the module.
  void not_known(std::string text) {
    has_gaps_ = true;
    note({FindingKind::unknown, "", "", "", std::move(text), ""});
  }
  void add_taint(char letter) {
    if (verdict_.taints.find(letter) == std::string::npos) verdict_.taints += letter;
  }

  /// The extended table counts where both sides have it.
  void choose_versions() {
    const bool reads_extended = kernel_.options.reads_extended_versions.value_or(true);
    if (module_.extended_versions && reads_extended)
      versions_ = &*module_.extended_versions;
    else if (module_.versions)
      versions_ = &*module_.versions;
    checks_versions_ = kernel_.has_crcs() && kernel_.options.modversions.value_or(true);
  }

  void check_compression() {
    if (module_.compression == Compression::none) return;
    const std::string name(compression_name(module_.compression));
    const auto& reads = kernel_.options.decompresses;
    constexpr unsigned crc32 = 1;
    if (reads == name && module_.compression == Compression::xz && module_.xz_check > crc32)
      return refuse({FindingKind::compression, "xz",
                     "check type " + std::to_string(module_.xz_check), "CRC32",
                     "the kernel unpacks .ko.xz itself and knows no other check than CRC32",
                     "compress with: xz --check=crc32 --lzma2=dict=1MiB"});
    if (reads && *reads != name)
      note({FindingKind::compression, name, name, reads->empty() ? "none" : *reads,
            "the kernel does not unpack " + name + " itself: modprobe has to", ""});
  }

  void check_signature() {
    using State = sign::SignatureState;
    if (kernel_.options.signatures == false) return;
    const sign::Signature& signature = module_.signature;
    const std::string by = signature.signer.empty() ? "" : " by " + signature.signer;
    const auto with_detail = [&](const std::string& text, const char* between) {
      return signature.detail.empty() ? text : text + between + signature.detail;
    };
    const bool forced = kernel_.options.signatures_forced == true;
    switch (signature.state) {
      case State::broken:
        return refused_signature("broken", with_detail("its signature" + by + " is damaged", ": "),
                                 "sign it again, as scripts/sign-file does");
      case State::wrong:
        return refused_signature(
            "wrong", "it was changed after it was signed" + by + ", or that key did not sign it",
            "sign it as the last step: after stripping, before packing");
      case State::right:
        return note({FindingKind::signature, "", "signed", "", "it is signed" + by, ""});
      case State::present: {
        const char* const wanted = forced ? "; the kernel wants that, with a key that it trusts"
                                          : "; whether this kernel trusts the key is not known";
        return note({FindingKind::signature, "", "signed", "",
                     with_detail("it is signed" + by + wanted, "; "), ""});
      }
      case State::other_key:
        return as_unsigned(
            "another key",
            with_detail("it is signed" + by + ", not with a key that was given", "; "));
      case State::unsupported:
        return as_unsigned("unsupported",
                           with_detail("its signature" + by + " is not supported", ": "));
      case State::absent:
        return as_unsigned("not signed", "it is not signed");
    }
  }

  /// What a kernel that looks at signatures refuses, even if it loads unsigned modules.
  void refused_signature(const std::string& what, std::string text, std::string remedy) {
    Finding finding{FindingKind::signature, "", what, "PKCS#7", std::move(text), std::move(remedy)};
    if (kernel_.options.signatures == true) return refuse(std::move(finding));
    note(std::move(finding));
  }

  /// What a kernel does not count as signed.
  void as_unsigned(const std::string& what, const std::string& text) {
    const LoaderOptions& options = kernel_.options;
    if (options.signatures_forced == true)
      return refuse({FindingKind::signature, "", what, "signed",
                     text + ", and the kernel takes modules signed with a key that it trusts only "
                            "(CONFIG_MODULE_SIG_FORCE)",
                     "sign it with a key that this kernel trusts"});
    if (options.signatures != true) return;
    add_taint('E');
    note({FindingKind::signature, "", what, "",
          text + "; with Secure Boot, or module.sig_enforce, it would be refused", ""});
  }

  void check_machine() {
    if (!kernel_.machine) return not_known("the kernel's machine is not known");
    if (*kernel_.machine == module_.machine) return;
    const std::string ours = machine_name(module_.machine);
    const std::string wanted = machine_name(*kernel_.machine);
    wrong_machine_ = true;
    refuse({FindingKind::machine, "", ours, wanted,
            fmt::format("it is built for {}, the kernel for {}", ours, wanted),
            "build it with a compiler and headers for " + wanted});
  }

  void check_struct() {
    if (!module_.struct_size)
      return refuse(
          {FindingKind::not_a_module, "", "", "",
           "it has no section .gnu.linkonce.this_module: an object, not a finished module",
           "give the .ko that the build's last step made"});
    if (!kernel_.struct_size || *kernel_.struct_size == *module_.struct_size) return;
    const std::string ours = std::to_string(*module_.struct_size);
    const std::string theirs = std::to_string(*kernel_.struct_size);
    refuse({FindingKind::struct_size, "", ours, theirs,
            fmt::format("its struct module has {} bytes, the kernel's {}", ours, theirs), rebuild});
  }

  void check_sections() {
    for (const std::string& symbol : module_.common_symbols)
      refuse({FindingKind::common_symbol, symbol, "", "",
              "the COMMON symbol " + symbol + " has no place in memory",
              "compile with -fno-common, as kbuild does"});
    if (kernel_.options.strict_rwx == true)
      for (const std::string& section : module_.writable_code)
        refuse({FindingKind::writable_code, section, "", "",
                "the section " + section + " is both writable and executable",
                "keep code out of writable sections"});
  }

  void check_vermagic() {
    const auto magic = module_.first_info("vermagic");
    if (!magic) {
      may_be_forced(FindingKind::vermagic, "it has no vermagic");
      return;
    }
    if (!kernel_.vermagic) return not_known("the kernel's vermagic is not known");
    // Without CONFIG_MODVERSIONS the kernel compares the release too.
    const bool skips_release = versions_ != nullptr && kernel_.options.modversions.value_or(true);
    if (same_vermagic(*magic, *kernel_.vermagic, skips_release)) {
      if (!same_vermagic(*magic, *kernel_.vermagic, false))
        note({FindingKind::vermagic, "", std::string(*magic), *kernel_.vermagic,
              "it was built for another release, which does not matter where CRCs are compared",
              ""});
      return;
    }
    refuse({FindingKind::vermagic, "", std::string(*magic), *kernel_.vermagic,
            fmt::format("version magic \"{}\", the kernel wants \"{}\"", trim(*magic),
                        trim(*kernel_.vermagic)),
            rebuild});
  }

  /// What a kernel lets in only with CONFIG_MODULE_FORCE_LOAD.
  void may_be_forced(FindingKind kind, const std::string& what) {
    const auto& force = kernel_.options.force_load;
    if (force == true) {
      add_taint('F');
      note(
          {kind, "", "", "", what + ": the kernel loads it unchecked and is tainted (F)", rebuild});
    } else if (force == false) {
      refuse({kind, "", "", "", what + ", and the kernel does not load such modules", rebuild});
    } else {
      not_known(what + "; some kernels load such a module unchecked, others refuse it");
    }
  }

  void check_table() {
    if (!checks_versions_) {
      undecided_ = true;
      note({FindingKind::no_crc_evidence, "", "", "",
            !kernel_.lists_exports()
                ? "no CRC evidence: nothing lists what this kernel exports"
                : "no CRC evidence: this kernel's list of symbols has none (CONFIG_MODVERSIONS is "
                  "off, or the list comes without them)",
            "only a module built against exactly this kernel's headers is sure to fit"});
    }
    if (!versions_ && kernel_.options.modversions.value_or(checks_versions_))
      may_be_forced(FindingKind::missing_versions, "it has no symbol versions");
    const KernelExport* const layout = kernel_.find(layout_symbol);
    if (layout) compare_crc(std::string(layout_symbol), layout->crc, "vmlinux");
  }

  void compare_crc(const std::string& symbol, const std::optional<std::uint32_t>& wanted,
                   const std::string& owner) {
    if (!checks_versions_ || !versions_ || !wanted) return;
    const auto found = versions_->find(symbol);
    if (found == versions_->end()) {
      report_missing_version(symbol, *wanted);
      return;
    }
    if (found->second == *wanted) {
      ++verdict_.matching_crcs;
      return;
    }
    const std::string ours = shown_crc(found->second);
    const std::string theirs = shown_crc(*wanted);
    const bool in_kernel = owner == "vmlinux";
    refuse({FindingKind::crc, symbol, ours, theirs,
            fmt::format("{}: CRC {} in the module, {} in {}", symbol, ours, theirs,
                        in_kernel ? "the kernel" : owner),
            in_kernel
                ? std::string(rebuild)
                : fmt::format("build it against this kernel's headers and the {} that will be "
                              "loaded",
                              owner)});
  }

  void report_missing_version(const std::string& symbol, std::uint32_t wanted) {
    const bool extended = module_.extended_versions && versions_ == &*module_.extended_versions;
    Finding finding{FindingKind::missing_version,
                    symbol,
                    "",
                    shown_crc(wanted),
                    "its table of versions lacks " + symbol,
                    rebuild};
    if (extended) {
      finding.text += ", which the kernel only warns of";
      return note(std::move(finding));
    }
    finding.text += ": Debian's kernels refuse that, others only warn";
    refuse(std::move(finding));
  }

  std::optional<Offer> find_offer(const std::string& symbol) const {
    const auto other = others_.entries.find(symbol);
    if (other != others_.entries.end() && other->second.module->name != module_.name) {
      const ModuleFacts& owner = *other->second.module;
      const ModuleExport& entry = *other->second.symbol;
      return Offer{entry.crc,
                   owner.name,
                   false,
                   !owner.is_gpl_compatible(),
                   entry.license == gpl_export ? ExportLicense::gpl_only : ExportLicense::any,
                   entry.name_space};
    }
    const KernelExport* const found = kernel_.find(symbol);
    if (!found || (!found->is_in_image() && module_name_of(found->owner) == module_.name))
      return std::nullopt;
    return Offer{
        found->crc,           found->is_in_image() ? found->owner : module_name_of(found->owner),
        found->is_in_image(), false,
        found->license,       found->name_space};
  }

  void check_symbols() {
    if (!kernel_.lists_exports() && others_.entries.empty()) return;
    for (const ModuleNeed& need : module_.needs) {
      const auto offer = find_offer(need.name);
      if (!offer) {
        if (!need.weak) report_missing(need.name);
      } else if (!need.weak || offer->from_image) {
        check_offer(need.name, *offer);
      }
    }
    check_inherited_taint();
  }

  void report_missing(const std::string& symbol) {
    if (!kernel_.complete) {
      undecided_ = true;
      note({FindingKind::unresolved, symbol, "", "",
            symbol + " is not in this list of symbols, which is not a whole kernel's", ""});
      return;
    }
    refuse({FindingKind::unresolved, symbol, "", "",
            fmt::format("{}: neither the kernel nor any of its modules exports it", symbol),
            kernel_.options.trimmed == true
                ? "the kernel was built with CONFIG_TRIM_UNUSED_KSYMS, which drops what its own "
                  "modules do not use"
                : "name the module that exports it too, or build for this kernel's interfaces"});
  }

  void check_offer(const std::string& symbol, const Offer& offer) {
    const bool gpl = module_.is_gpl_compatible();
    if (offer.license == ExportLicense::gpl_only && !gpl) {
      const std::string license(module_.first_info("license").value_or("unspecified"));
      return refuse({FindingKind::gpl_only, symbol, license, "GPL",
                     fmt::format("{} is for GPL-compatible modules only; this one's licence is "
                                 "\"{}\"",
                                 symbol, license),
                     "do without the symbol: only the owner of the code can change its licence"});
    }
    if (offer.license == ExportLicense::gpl_only) uses_gpl_only_ = true;
    if (offer.owner_is_proprietary) proprietary_owners_.push_back({symbol, offer.owner});
    compare_crc(symbol, offer.crc, offer.owner);
    check_namespace(symbol, offer);
    if (!offer.from_image) load_first(symbol, offer.owner);
  }

  void check_namespace(const std::string& symbol, const Offer& offer) {
    const std::string name_space = offer.name_space.value_or("");
    if (name_space.empty()) return;
    std::vector<std::string_view> imported;
    for (const auto& [tag, value] : module_.info)
      if (tag == "import_ns") imported.push_back(value);
    if (may_use_namespace(name_space, imported, module_.name)) return;
    const bool by_name = name_space.starts_with("module:");
    Finding finding{FindingKind::name_space,
                    symbol,
                    join_views(imported),
                    name_space,
                    by_name ? fmt::format("{} is for the modules {} only", symbol,
                                          name_space.substr(name_space.find(':') + 1))
                            : fmt::format("{} is in the namespace {}, which is not imported",
                                          symbol, name_space),
                    by_name ? std::string("do without the symbol")
                            : fmt::format("add MODULE_IMPORT_NS for {} to the source", name_space)};
    const auto& allowed = kernel_.options.missing_imports_loaded;
    if (allowed == true) return note(std::move(finding));
    refuse(std::move(finding));
  }

  static std::string join_views(const std::vector<std::string_view>& parts) {
    return join(std::vector<std::string>(parts.begin(), parts.end()), ",");
  }

  void load_first(const std::string& symbol, const std::string& owner) {
    auto& order = verdict_.load_first;
    if (std::find(order.begin(), order.end(), owner) == order.end()) order.push_back(owner);
    note({FindingKind::load_first, symbol, "", owner, symbol + " comes from the module " + owner,
          ""});
  }

  /// A module that uses symbols of a proprietary one counts as proprietary (inherit_taint).
  void check_inherited_taint() {
    if (!uses_gpl_only_) return;
    for (const auto& [symbol, owner] : proprietary_owners_)
      refuse({FindingKind::gpl_only, symbol, owner, "GPL",
              fmt::format("it uses GPL-only symbols and {} of {}, which is proprietary", symbol,
                          owner),
              "a module can use one or the other"});
  }

  void check_exports() {
    for (const ModuleExport& entry : module_.exports) {
      const KernelExport* const found = kernel_.find(entry.name);
      if (!found) continue;
      if (found->is_in_image()) {
        refuse({FindingKind::duplicate_export, entry.name, "", found->owner,
                entry.name + " is exported by the kernel already", "give it another name"});
      } else if (module_name_of(found->owner) != module_.name) {
        note({FindingKind::duplicate_export, entry.name, "", module_name_of(found->owner),
              fmt::format("{} is exported by {} too: only one of them can be loaded", entry.name,
                          module_name_of(found->owner)),
              ""});
      }
    }
  }

  void check_relocations() {
    // The numbers of another machine would mean nothing here.
    if (wrong_machine_) return;
    bool known = true;
    for (const NeededRelocation& needed : module_.relocations) {
      const auto applied = loader_applies(module_.machine, needed.type, needed.has_addend);
      if (!applied) known = false;
      if (applied.value_or(true)) continue;
      const std::string type = std::to_string(needed.type);
      refuse({FindingKind::relocation, type, type, "",
              fmt::format("{} has a relocation of type {} ({}), which the kernel's loader does not "
                          "apply",
                          needed.section, type, needed.has_addend ? "RELA" : "REL"),
              "compile with the flags of this kernel's headers (-fno-pic, -mcmodel=kernel and the "
              "like)"});
    }
    if (!known)
      note({FindingKind::unknown, "", "", "",
            "which relocations the loader of this machine applies is not known to kbx", ""});
  }

  void conclude() {
    if (!module_.first_info("intree")) add_taint('O');
    if (module_.first_info("staging")) add_taint('C');
    if (module_.first_info("test")) add_taint('N');
    if (!module_.is_gpl_compatible() || !proprietary_owners_.empty()) add_taint('P');
    const auto by_kind = [](const Finding& a, const Finding& b) { return a.kind < b.kind; };
    std::stable_sort(verdict_.reasons.begin(), verdict_.reasons.end(), by_kind);
    std::sort(verdict_.taints.begin(), verdict_.taints.end());
    if (!verdict_.reasons.empty())
      verdict_.outcome = Outcome::would_not_load;
    else if (has_gaps_ && verdict_.matching_crcs == 0)
      verdict_.outcome = Outcome::no_evidence;
    else
      verdict_.outcome = undecided_ ? Outcome::no_evidence : Outcome::would_load;
  }

  struct Use {
    std::string symbol;
    std::string owner;
  };

  const ModuleFacts& module_;
  const KernelSymbols& kernel_;
  const ModuleExports& others_;
  const StringMap<std::uint32_t>* versions_ = nullptr;
  bool checks_versions_ = false;
  bool wrong_machine_ = false;
  bool undecided_ = false;
  bool has_gaps_ = false;
  bool uses_gpl_only_ = false;
  std::vector<Use> proprietary_owners_;
  Verdict verdict_;
};

/// '-' and '_' are the same in names of modules.
bool same_name_start(std::string_view pattern, std::string_view name) {
  if (pattern.size() > name.size()) return false;
  const auto plain = [](char c) { return c == '-' ? '_' : c; };
  return std::equal(pattern.begin(), pattern.end(), name.begin(),
                    [&](char a, char b) { return plain(a) == plain(b); });
}

}  // namespace

std::string_view kind_name(FindingKind kind) {
  switch (kind) {
    case FindingKind::unreadable:
      return "unreadable";
    case FindingKind::not_a_module:
      return "not-a-module";
    case FindingKind::struct_size:
      return "struct-size";
    case FindingKind::machine:
      return "machine";
    case FindingKind::vermagic:
      return "vermagic";
    case FindingKind::missing_versions:
      return "missing-versions";
    case FindingKind::crc:
      return "crc";
    case FindingKind::unresolved:
      return "unresolved";
    case FindingKind::gpl_only:
      return "gpl-only";
    case FindingKind::name_space:
      return "namespace";
    case FindingKind::duplicate_export:
      return "duplicate-export";
    case FindingKind::relocation:
      return "relocation";
    case FindingKind::common_symbol:
      return "common-symbol";
    case FindingKind::writable_code:
      return "writable-code";
    case FindingKind::signature:
      return "signature";
    case FindingKind::compression:
      return "compression";
    case FindingKind::load_first:
      return "load-first";
    case FindingKind::missing_version:
      return "missing-version";
    case FindingKind::no_crc_evidence:
      return "no-crc-evidence";
    case FindingKind::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::would_load:
      return "would-load";
    case Outcome::would_not_load:
      return "would-not-load";
    case Outcome::no_evidence:
      return "no-evidence";
  }
  return "no-evidence";
}

void ModuleExports::add(const ModuleFacts& module) {
  for (const ModuleExport& symbol : module.exports)
    entries.try_emplace(symbol.name, Entry{&module, &symbol});
}

Verdict judge(const ModuleFacts& module, const KernelSymbols& kernel, const ModuleExports& others) {
  return Judge(module, kernel, others).run();
}

std::vector<std::string_view> asked_symbols(const ModuleFacts& module) {
  std::vector<std::string_view> symbols = {layout_symbol};
  for (const ModuleNeed& need : module.needs) symbols.push_back(need.name);
  for (const ModuleExport& entry : module.exports) symbols.push_back(entry.name);
  return symbols;
}

Verdict judge_unreadable(const std::string& path, const std::string& why,
                         const KernelSymbols& kernel) {
  Verdict verdict;
  verdict.path = path;
  verdict.kernel = kernel.name;
  verdict.outcome = Outcome::would_not_load;
  verdict.reasons.push_back({FindingKind::unreadable, "", "", "", why, "build it again"});
  return verdict;
}

bool may_use_namespace(std::string_view name_space, const std::vector<std::string_view>& imported,
                       std::string_view module) {
  constexpr std::string_view by_name = "module:";
  if (name_space.starts_with(by_name)) {
    for (std::string_view pattern : split(name_space.substr(by_name.size()), ',')) {
      const bool open_end = pattern.ends_with('*');
      if (open_end) pattern.remove_suffix(1);
      if (same_name_start(pattern, module) && (open_end || pattern.size() == module.size()))
        return true;
    }
  }
  return std::find(imported.begin(), imported.end(), name_space) != imported.end();
}

}  // namespace kbx::symbols
