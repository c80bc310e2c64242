#include "kbx/symbols/nearest_symbol.h"

#include <algorithm>
#include <tuple>

namespace kbx::symbols {
namespace {

/// Of two addresses modulo 2^64.
std::uint64_t distance_of(std::uint64_t one, std::uint64_t other) {
  return std::min(one - other, other - one);
}

}  // namespace

bool names_a_place(const elf::Symbol& symbol) {
  return !symbol.name.empty() && symbol.name[0] != '$' && !symbol.name.starts_with(".L");
}

NearestSymbols::NearestSymbols(const elf::Object& object) {
  for (const elf::Symbol& symbol : object.symbols)
    if (!symbol.reserved_section && names_a_place(symbol))
      places_.push_back({symbol.section, symbol.value, &symbol, &symbol});
  std::ranges::sort(places_, {}, [](const Place& place) {
    return std::tuple(place.section, place.address, place.first);
  });
  std::size_t kept = 0;
  for (const Place& place : places_) {
    Place* const former = kept == 0 ? nullptr : &places_[kept - 1];
    if (former && former->section == place.section && former->address == place.address)
      former->last = place.last;
    else
      places_[kept++] = place;
  }
  places_.resize(kept);
}

std::size_t NearestSymbols::first_at(std::uint32_t section, std::uint64_t address) const {
  const auto found = std::ranges::lower_bound(
      places_, std::tuple(section, address), {},
      [](const Place& place) { return std::tuple(place.section, place.address); });
  return static_cast<std::size_t>(found - places_.begin());
}

std::size_t NearestSymbols::first_behind(std::uint32_t section, std::uint64_t address) const {
  const std::size_t at = first_at(section, address);
  const bool is_hit =
      at < places_.size() && places_[at].section == section && places_[at].address == address;
  return is_hit ? at + 1 : at;
}

const elf::Symbol* NearestSymbols::before(std::uint32_t section, std::uint64_t address,
                                          Choice choice) const {
  const std::size_t behind = first_behind(section, address);
  if (behind == 0 || places_[behind - 1].section != section) return nullptr;
  const Place& place = places_[behind - 1];
  return choice == Choice::first ? place.first : place.last;
}

const elf::Symbol* NearestSymbols::around(std::uint32_t section, std::uint64_t address,
                                          std::uint64_t reach) const {
  const std::size_t begin = first_at(section, 0);
  const std::size_t end = first_behind(section, ~std::uint64_t{0});
  if (begin == end) return nullptr;
  const std::size_t behind = first_behind(section, address);
  // Addresses form a circle: what lies before the section's start is next to its first symbol.
  const Place& left = places_[behind == begin ? end - 1 : behind - 1];
  const Place& right = places_[behind == end ? begin : behind];
  const std::uint64_t to_left = distance_of(address, left.address);
  const std::uint64_t to_right = distance_of(address, right.address);
  if (std::min(to_left, to_right) > reach) return nullptr;
  if (to_left == to_right) return std::min(left.first, right.first);
  return to_left < to_right ? left.first : right.first;
}

}  // namespace kbx::symbols
