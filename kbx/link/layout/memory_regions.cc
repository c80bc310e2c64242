#include "kbx/link/layout/memory_regions.h"

#include <algorithm>

#include <fmt/format.h>

#include "kbx/base/error.h"

/// Regions of memory, after ld's manual, chapter "MEMORY Command". A section that names no region
/// goes into the first whose attributes it has; all of memory, which has no attributes, is left for
/// what fits nowhere.
namespace kbx::link {
namespace {

Traits traits_of(unsigned attributes) {
  Traits traits = 0;
  if (attributes & script::region_readonly) traits |= trait_readonly;
  if (attributes & script::region_writable) traits |= trait_data;
  if (attributes & script::region_code) traits |= trait_code;
  if (attributes & script::region_allocated) traits |= trait_alloc;
  if (attributes & script::region_loaded) traits |= trait_load;
  return traits;
}

constexpr std::string_view default_region = "*default*";

std::string warning(const script::Place& place, const std::string& what) {
  const std::string where = place.location().to_string();
  return (where.empty() ? "" : where + ": ") + "warning: " + what;
}

template <typename Regions>
auto find_in(Regions& regions, std::string_view name) {
  const auto found = std::ranges::find_if(regions, [&](const MemoryRegion& region) {
    return std::ranges::find(region.names, name) != region.names.end();
  });
  return found == regions.end() ? nullptr : &*found;
}

}  // namespace

MemoryRegions::MemoryRegions() {
  regions_.emplace_back().names.emplace_back(default_region);
}

const MemoryRegion* MemoryRegions::find(std::string_view name) const {
  return find_in(regions_, name);
}

MemoryRegion* MemoryRegions::find(std::string_view name) {
  return find_in(regions_, name);
}

void MemoryRegions::add(const script::Memory& memory) {
  for (const script::MemoryRegion& declared : memory.regions) {
    MemoryRegion* region = find(declared.name);
    if (region)
      warnings_.push_back(warning(
          declared.place, fmt::format("redeclaration of memory region `{}'", declared.name)));
    else
      region = &regions_.emplace_back();
    if (region->names.empty()) region->names.emplace_back(declared.name);
    region->declaration = &declared;
    region->takes |= traits_of(declared.attributes);
    region->refuses |= traits_of(declared.forbidden_attributes);
  }
}

void MemoryRegions::add_alias(const script::RegionAlias& alias) {
  if (alias.alias == default_region || alias.region == default_region)
    throw Error(alias.place.location(), "error: alias for default memory region",
                "name a region that MEMORY declares");
  if (find(alias.alias))
    throw Error(alias.place.location(),
                fmt::format("error: redefinition of memory region alias `{}'", alias.alias),
                "a region or another alias has that name");
  MemoryRegion* region = find(alias.region);
  if (!region)
    throw Error(alias.place.location(),
                fmt::format("error: memory region `{}' for alias `{}' does not exist", alias.region,
                            alias.alias),
                "MEMORY has to declare it before REGION_ALIAS");
  region->names.emplace_back(alias.alias);
}

MemoryRegion* MemoryRegions::wanted(std::string_view name, const script::Place& place) {
  if (MemoryRegion* region = find(name)) return region;
  warnings_.push_back(warning(place, fmt::format("memory region `{}' not declared", name)));
  MemoryRegion& region = regions_.emplace_back();
  region.names.emplace_back(name);
  return &region;
}

MemoryRegion* MemoryRegions::fitting(Traits traits) {
  // Data that may be written to, whether or not it has content.
  if ((traits & (trait_alloc | trait_readonly | trait_code)) == trait_alloc) traits |= trait_data;
  for (MemoryRegion& region : regions_)
    if ((region.takes & traits) && !(region.refuses & traits)) return &region;
  return whole();
}

void MemoryRegions::evaluate(const std::function<std::uint64_t(const script::Expression&)>& value) {
  for (MemoryRegion& region : regions_) {
    if (!region.declaration) continue;
    region.origin = value(region.declaration->origin);
    region.length = value(region.declaration->length);
    region.next = region.origin;
  }
}

void MemoryRegions::reset() {
  for (MemoryRegion& region : regions_) {
    region.next = region.origin;
    region.last = nullptr;
  }
}

std::vector<std::string> memory_usage(const MemoryRegions& regions) {
  const auto amount = [](std::uint64_t bytes) {
    if ((bytes & 0x3fffffff) == 0) return fmt::format("{:10} GB", bytes >> 30);
    if ((bytes & 0xfffff) == 0) return fmt::format("{:10} MB", bytes >> 20);
    if ((bytes & 0x3ff) == 0) return fmt::format("{:10} KB", bytes >> 10);
    return fmt::format(" {:10} B", bytes);
  };
  std::vector<std::string> lines = {"Memory region         Used Size  Region Size  %age Used"};
  for (const MemoryRegion& region : regions.all()) {
    if (&region == regions.whole()) continue;
    const std::uint64_t used = region.next - region.origin;
    std::string line =
        fmt::format("{:>16}: {}{}", region.name(), amount(used), amount(region.length));
    if (region.length != 0)
      line += fmt::format("    {:6.2f}%",
                          static_cast<double>(used) * 100.0 / static_cast<double>(region.length));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace kbx::link
