#include "kbx/link/output/map.h"

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/pattern.h"
#include "kbx/link/output/map_lines.h"
#include "kbx/link/output/map_places.h"

/// The link map, which tools parse by its columns: GNU ld 2.40's text. First what came out of
/// archives, where commons went and what was dropped; the memory; then the script's places in their
/// order, with what went into each.
namespace kbx::link {
namespace {

constexpr std::size_t common_column = 20;

std::string members_text(const Resolver& resolver) {
  std::string text;
  for (const auto& [member, reason] : resolver.members())
    text += map_column(member, map_member_column) + reason + "\n";
  if (!text.empty())
    text.insert(0, "Archive member included to satisfy reference by file (symbol)\n\n");
  return text;
}

std::string libraries_text(const Resolver& resolver) {
  std::string text;
  for (const auto& [library, reason] : resolver.needed_libraries())
    text += map_column(library, map_member_column) + reason + "\n";
  if (!text.empty())
    text.insert(0, "\nAs-needed library included to satisfy reference by file (symbol)\n\n");
  return text;
}

std::string commons_text(const Resolver& resolver, bool is_demangled) {
  std::string text;
  for (const PlacedCommon& common : resolver.placed_commons())
    text += map_column(map_symbol(common.name, is_demangled), common_column) +
            fmt::format("{:<18}{}\n", fmt::format("{:#x}", common.size), common.file->path);
  if (!text.empty())
    text.insert(0, "\nAllocating common symbols\nCommon symbol       size              file\n\n");
  return text;
}

/// What KEEP of a script names does not count as dropped, even if the script drops it. Of a text
/// that warns of a symbol nothing is left to drop.
std::string discarded_text(Plan& plan, const Resolver& resolver, bool is_64bit) {
  std::string text;
  mark_kept(plan.slots, resolver.files());
  const auto add = [&](std::string_view name, std::uint64_t size, const InputFile& file) {
    text += map_column(fmt::format(" {}", name), map_name_column) +
            fmt::format("{} {} {}\n", map_address(0, is_64bit), map_size(size), file.path);
  };
  for (const InputFile* file : resolver.files()) {
    if (file->is_just_symbols) continue;
    for (const InputSection* section : file->sections)
      if (!section->output && !(section->traits & (trait_linker_created | trait_keep)))
        add(section->name, section->name.starts_with(".gnu.warning.") ? 0 : section->size, *file);
  }
  if (!text.empty()) text.insert(0, "\nDiscarded input sections\n\n");
  return text;
}

std::string attributes_text(Traits traits) {
  std::string text;
  if (traits & trait_alloc) text += "a";
  if (traits & trait_code) text += "x";
  if (traits & trait_readonly) text += "r";
  if (traits & trait_data) text += "w";
  if (traits & trait_load) text += "l";
  return text;
}

std::string region_text(const MemoryRegion& region, bool is_64bit) {
  std::string text =
      fmt::format("{:<16} {:<18} ", region.name(), map_address(region.origin, is_64bit));
  const std::string length = map_address(region.length, is_64bit);
  if (region.takes == 0 && region.refuses == 0) return text + length + "\n";
  text += fmt::format("{:<19}", length) + attributes_text(region.takes);
  if (region.refuses != 0) text += "!" + attributes_text(region.refuses);
  return text + "\n";
}

std::string memory_text(const MemoryRegions& regions, bool is_64bit) {
  std::string text = "\nMemory Configuration\n\n";
  text += "Name             Origin             Length             Attributes\n";
  for (const MemoryRegion& region : regions.all())
    if (&region != regions.whole()) text += region_text(region, is_64bit);
  return text + region_text(*regions.whole(), is_64bit);
}

}  // namespace

void check_map(const Options& options) {
  if (options.ibt || options.shadow_stack || options.lam_u48 || options.lam_u57)
    throw Error("-Map cannot show what -z ibt, -z shstk and -z lam-u57 do yet",
                "use the toolchain's ld");
}

std::string link_map(const MapSource& source) {
  const bool is_64bit = source.resolver.format().is_64bit;
  std::string text = members_text(source.resolver);
  for (const std::string& line : source.properties) text += line + "\n";
  text += libraries_text(source.resolver);
  text += commons_text(source.resolver, source.options.demangle.value_or(true));
  if (source.options.map_shows_discarded)
    text += discarded_text(source.plan, source.resolver, is_64bit);
  text += memory_text(source.plan.regions, is_64bit);
  text += "\nLinker script and memory map\n\n";
  return text + map_places(source);
}

}  // namespace kbx::link
