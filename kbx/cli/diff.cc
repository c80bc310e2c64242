#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kbx/base/path.h"
#include "kbx/base/process.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/options.h"
#include "kbx/kernel/module_file.h"
#include "kbx/kernel/offer.h"
#include "kbx/symbols/kernel_diff.h"

namespace kbx::cli {
namespace {

using symbols::ChangeKind;
using symbols::KernelDiff;
using symbols::SymbolChange;

constexpr const char* examples =
    "kbx diff 6.1.0-56-amd64 6.12.90+deb13-amd64 mydriver.ko\n"
    "kbx diff old/Module.symvers new/Module.symvers\n"
    "kbx diff android-old.xml android-new.xml --json";

/// The comparison of two kernels, of all or of what concerns one module.
struct Page {
  std::string path;  // of the module; "" for the kernels as they are
  KernelDiff diff;
};

std::string title_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::gone:
      return "no longer exported";
    case ChangeKind::crc:
      return "another CRC";
    case ChangeKind::gpl_only:
      return "now for GPL-compatible modules only";
    case ChangeKind::name_space:
      return "moved to a namespace";
    case ChangeKind::other_owner:
      return "exported by another";
  }
  return {};
}

std::string line_of(const SymbolChange& change, size_t width) {
  switch (change.kind) {
    case ChangeKind::gone:
      return fmt::format("{:<{}}  ({})", change.symbol, width, change.before);
    case ChangeKind::gpl_only:
      return change.symbol;
    case ChangeKind::name_space:
      return fmt::format("{:<{}}  {} -> {}", change.symbol, width,
                         change.before.empty() ? "(none)" : change.before, change.after);
    case ChangeKind::crc:
    case ChangeKind::other_owner:
      return fmt::format("{:<{}}  {} -> {}", change.symbol, width, change.before, change.after);
  }
  return {};
}

void print_text(const Page& page) {
  const KernelDiff& diff = page.diff;
  if (!page.path.empty())
    fmt::print("{}: ", shown_path(absolute_path(page.path, current_folder())));
  fmt::print("{} -> {}: {}\n", diff.before, diff.after,
             diff.is_same() ? "no change"
                            : fmt::format("{} change{}", diff.changes.size(),
                                          diff.changes.size() == 1 ? "" : "s"));
  if (diff.vermagic_before != diff.vermagic_after)
    fmt::print("  vermagic: \"{}\" -> \"{}\"\n", diff.vermagic_before, diff.vermagic_after);
  size_t width = 0;
  for (const SymbolChange& change : diff.changes) width = std::max(width, change.symbol.size());
  width = std::min<size_t>(width, 40);
  for (size_t i = 0; i < diff.changes.size(); ++i) {
    const SymbolChange& change = diff.changes[i];
    if (i == 0 || diff.changes[i - 1].kind != change.kind) {
      const auto count =
          std::count_if(diff.changes.begin(), diff.changes.end(),
                        [&](const auto& other) { return other.kind == change.kind; });
      fmt::print("  {} ({}):\n", title_of(change.kind), count);
    }
    fmt::print("    {}\n", line_of(change, width));
  }
  if (!diff.has_crc_evidence)
    fmt::print("  note: no CRC evidence: not both lists of symbols have CRCs\n");
}

nlohmann::ordered_json json_of(const Page& page) {
  nlohmann::ordered_json changes = nlohmann::ordered_json::array();
  for (const SymbolChange& change : page.diff.changes)
    changes.push_back({{"kind", symbols::kind_name(change.kind)},
                       {"symbol", change.symbol},
                       {"before", change.before},
                       {"after", change.after}});
  nlohmann::ordered_json entry;
  if (!page.path.empty()) entry["path"] = page.path;
  entry["before"] = page.diff.before;
  entry["after"] = page.diff.after;
  entry["same"] = page.diff.is_same();
  entry["crc_evidence"] = page.diff.has_crc_evidence;
  entry["vermagic"] = {{"before", page.diff.vermagic_before}, {"after", page.diff.vermagic_after}};
  entry["changes"] = std::move(changes);
  return entry;
}

/// 1 if anything differs, else 2 if that could not be told, else 0.
int status_of(const std::vector<Page>& pages) {
  const auto differs = [](const Page& page) { return !page.diff.is_same(); };
  const auto uncertain = [](const Page& page) { return !page.diff.has_crc_evidence; };
  if (std::any_of(pages.begin(), pages.end(), differs)) return 1;
  return std::any_of(pages.begin(), pages.end(), uncertain) ? 2 : 0;
}

std::vector<Page> pages_of(const std::vector<std::string>& kernels,
                           const std::vector<std::string>& modules) {
  const Environment environment = current_environment();
  const KernelDiff diff =
      symbols::compare_kernels(kernel::symbols_of({kernels.at(0)}, environment),
                               kernel::symbols_of({kernels.at(1)}, environment));
  if (modules.empty()) return {{"", diff}};
  std::vector<Page> pages;
  for (const std::string& path : modules)
    pages.push_back(
        {path, symbols::diff_for_module(
                   diff, kernel::read_module_file(path, kernel::ModuleParts::symbols))});
  return pages;
}

}  // namespace

int diff_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Tells what changed for modules between two kernels: exports that are gone, other CRCs, "
      "symbols\nthat became GPL-only or moved to a namespace. With modules, only what concerns "
      "them.\nExit status: 0 nothing changed, 1 something did, 2 nothing proves it either way.",
      "kbx diff");
  std::vector<std::string> words;
  bool json = false;
  set_help(app, {"[OPTION...] KERNEL KERNEL [MODULE.ko...]", examples});
  app.add_option("KERNEL", words,
                 "each a release, a folder of headers, packages (.deb,.deb), Module.symvers, "
                 "vmlinuz, System.map, /lib/modules/RELEASE, or what abidw wrote (.xml); then "
                 "modules")
      ->required();
  app.add_flag("--json", json, "print the changes as JSON");
  if (const auto status = parse(app, arguments)) return *status;
  if (words.size() < 2)
    throw UsageError("two kernels are to be compared, one is named",
                     "kbx kernels lists those that are known here");

  std::vector<Page> pages;
  try {
    pages = pages_of({words.begin(), words.begin() + 2}, {words.begin() + 2, words.end()});
  } catch (const Error& error) {
    // 1 would say that they differ.
    throw UsageError(error.location(), error.what(), error.hint());
  }
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Page& page : pages) list.push_back(json_of(page));
    fmt::print("{}\n", list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    for (const Page& page : pages) print_text(page);
  }
  return status_of(pages);
}

}  // namespace kbx::cli
