#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kbx/base/process.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/options.h"
#include "kbx/cli/verdict_page.h"
#include "kbx/kernel/module_file.h"
#include "kbx/kernel/offer.h"
#include "kbx/sign/verify.h"

namespace kbx::cli {
namespace {

constexpr const char* examples =
    "kbx check hello.ko                     for the kernel that kbx build would take\n"
    "kbx check kbx-out/*/*.ko -K 6.12.90+deb13-amd64\n"
    "kbx check hello.ko -K /boot/vmlinuz-6.1.0-56-amd64 -K /lib/modules/6.1.0-56-amd64\n"
    "kbx check vendor.ko -K abi.xml --json\n"
    "kbx check hello.ko --certificate /var/lib/dkms/mok.pub";

}  // namespace

int check_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Tells whether modules would load into a kernel, and every reason why not, without loading "
      "them.\nExit status: 0 they would, 1 one would not, 2 nothing proves it either way.",
      "kbx check");
  std::vector<std::string> kernel_words;
  std::vector<std::string> modules;
  std::vector<std::string> certificate_files;
  bool json = false;
  bool verbose = false;
  set_help(app, {"[OPTION...] MODULE.ko...", examples});
  add_kernel_option(app, kernel_words);
  app.get_option("--kernel")
      ->description(
          "a release, a folder of headers, packages (.deb, .rpm, .tar.xz), Module.symvers, "
          "vmlinuz, System.map, "
          "/lib/modules/RELEASE, or what abidw wrote (.xml); may be given several times; default: "
          "as "
          "for kbx build");
  app.add_option("MODULE", modules,
                 "modules, also .ko.xz, .ko.gz and .ko.zst; what one exports, the others may use")
      ->required();
  app.add_option("--certificate", certificate_files,
                 "an X.509 certificate (PEM or DER) of a key that the kernel trusts, to check "
                 "signatures with; may be given several times")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_flag("--json", json, "print the verdicts as JSON");
  app.add_flag("--verbose,-v", verbose, "print also what is of no consequence");
  if (const auto status = parse(app, arguments)) return *status;

  std::vector<symbols::Verdict> verdicts;
  try {
    std::vector<std::string> certificates;
    for (const std::string& file : certificate_files)
      for (std::string& one : sign::read_certificates(file)) certificates.push_back(std::move(one));
    const auto read = kernel::read_modules(modules, certificates);
    verdicts = kernel::judge_modules(
        read, kernel::symbols_of(kernel_words, current_environment(), kernel::asked_symbols(read)));
  } catch (const Error& error) {
    // 1 would be a verdict.
    throw UsageError(error.location(), error.what(), error.hint());
  }
  if (json) {
    nlohmann::ordered_json page = nlohmann::ordered_json::array();
    for (const symbols::Verdict& verdict : verdicts) page.push_back(verdict_json(verdict));
    fmt::print("{}\n", page.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    for (const symbols::Verdict& verdict : verdicts)
      fmt::print("{}", verdict_text(verdict, verbose));
  }
  return status_of(verdicts);
}

}  // namespace kbx::cli
