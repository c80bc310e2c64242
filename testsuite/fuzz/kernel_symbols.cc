// What describes a kernel without its headers: its image, System.map, and the XML of libabigail's
// abidw. The same bytes are also taken for a finished module and judged against what they
// described.
#include "kbx/symbols/kernel_symbols.h"

#include "testsuite/fuzz/fuzz.h"

#include "kbx/kernel/boot_image.h"
#include "kbx/symbols/abidw.h"
#include "kbx/symbols/kernel_diff.h"
#include "kbx/symbols/kernel_image.h"
#include "kbx/symbols/system_map.h"
#include "kbx/symbols/verdict.h"
#include "kbx/symbols/vermagic.h"

namespace {

/// A verdict that says no has a reason, and one that says yes has none.
void require_consistent(const kbx::symbols::Verdict& verdict) {
  const bool refused = verdict.outcome == kbx::symbols::Outcome::would_not_load;
  kbx::fuzz::require(refused != verdict.reasons.empty(), "outcome and reasons disagree\n");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content = kbx::fuzz::text_of(data, size);
  kbx::symbols::KernelSymbols map;
  kbx::symbols::KernelSymbols xml;
  kbx::fuzz::allow_errors([&] { kbx::symbols::add_system_map(map, content, "fuzz"); });
  kbx::fuzz::allow_errors([&] { kbx::symbols::add_abidw(xml, content, "fuzz"); });
  kbx::fuzz::allow_errors([&] {
    const std::string elf = kbx::kernel::kernel_elf(content, "fuzz");
    kbx::symbols::KernelSymbols image;
    kbx::symbols::add_kernel_image(image, elf, "fuzz");
    kbx::fuzz::require(!image.exports.empty(), "a table without exports\n");
  });
  kbx::fuzz::require(kbx::symbols::compare_kernels(map, map).is_same(), "differs from itself\n");
  static_cast<void>(kbx::symbols::compare_kernels(map, xml));
  static_cast<void>(kbx::symbols::compose_vermagic(
      {[&](const std::string&) { return std::string(content); },
       [](std::string_view macro) { return macro.size() % 2 == 0; }}));
  kbx::fuzz::allow_errors([&] {
    const kbx::symbols::ModuleFacts module = kbx::symbols::read_module_facts(content, "fuzz");
    kbx::symbols::KernelSymbols kernel;
    kernel.machine = module.machine;
    kernel.complete = true;
    for (const auto& need : module.needs) kernel.exports[need.name] = {1, "vmlinux", {}, ""};
    require_consistent(kbx::symbols::judge(module, kernel));
    kbx::symbols::ModuleExports own;
    own.add(module);
    require_consistent(kbx::symbols::judge(module, {}, own));
  });
  return 0;
}
