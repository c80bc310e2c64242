#include "kbx/link/relocate/relative_report.h"

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/relocate/fill.h"

namespace kbx::link {
namespace {

/// GNU ld 2.40's words.
std::string line(const Applying& applying, const RelativeRelocation& relative) {
  const FinalKind& kind = applying.kind;
  const std::string& output = kind.options.output;
  const DynamicRelocation& relocation = relative.relocation;
  const bool is_table = (relative.section.traits & trait_linker_created) != 0;
  const std::uint64_t mask = kind.word == 8 ? ~std::uint64_t{0} : 0xffffffffu;
  std::string numbers =
      fmt::format("offset: {:#x}, info: {:#x}", relocation.address & mask, relocation.type);
  if (kind.machine.uses_rela)
    numbers += fmt::format(", addend: {:#x}", static_cast<std::uint64_t>(relocation.addend) & mask);
  return fmt::format("{}: {} ({}) against '{}' for section '{}' in {}", output,
                     kind.machine.type_name(relocation.type), numbers, relative.referent.name(),
                     relative.section.name, is_table ? output : relative.section.file->path);
}

/// x32 adds to 64 bits where only 32 are an address: the highest of these may not change.
void check_wide(const Applying& applying, const RelativeRelocation& relative) {
  constexpr std::int64_t highest = 0x80000000;
  const DynamicTypes& types = applying.kind.machine.dynamic;
  if (!relative.left || types.relative_wide == 0) return;
  if (relative.relocation.type != types.relative_wide) return;
  const std::int64_t addend = relative.left->addend;
  if ((relative.relocation.addend & highest) == (addend & highest)) return;
  throw Error(
      Location{relative.section.file->path, 0},
      fmt::format("addend {}{:#x} in relocation {} against symbol `{}' at {:#x} in section `{}' is "
                  "out of range",
                  addend < 0 ? "-" : "", addend < 0 ? -addend : addend,
                  applying.kind.machine.type_name(relative.left->type), relative.referent.name(),
                  relative.left->offset, relative.section.name),
      "an address of x32 and what is added to it have to stay on the same side of 2 GiB");
}

}  // namespace

void report_relative(const Applying& applying, const ScanResult& scan, const Say& say) {
  const bool is_asked = applying.kind.options.report_relative_relocations;
  if (!is_asked && applying.kind.machine.dynamic.relative_wide == 0) return;
  dynamic_relocations(applying, scan, [&](const RelativeRelocation& relative) {
    check_wide(applying, relative);
    if (is_asked) say(line(applying, relative));
  });
}

}  // namespace kbx::link
