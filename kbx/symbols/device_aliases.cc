#include "kbx/symbols/device_aliases.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "kbx/symbols/buses.h"
#include "kbx/symbols/struct_layout.h"

namespace kbx::symbols {
namespace {

/// A table checked: what its size and end have to be.
bool is_sound(const DeviceTable& table, const StructLayout& layout,
              std::vector<std::string>& errors) {
  const std::uint64_t size = layout.size;
  if (size == 0 || table.content.size() < size || table.content.size() % size != 0) {
    errors.push_back(
        fmt::format("MODULE_DEVICE_TABLE({}, {}): {} bytes are no multiple of {}, the "
                    "size of an identifier: is the table of that type?",
                    table.bus, table.name, table.content.size(), size));
    return false;
  }
  const std::string_view last =
      std::string_view(table.content).substr(table.content.size() - static_cast<size_t>(size));
  if (last.find_first_not_of('\0') != std::string_view::npos) {
    errors.push_back(
        fmt::format("MODULE_DEVICE_TABLE({}, {}): the last entry is not empty, so "
                    "nothing ends the table: add {{ }}",
                    table.bus, table.name));
    return false;
  }
  return true;
}

/// Removes the two aliases of each device that an earlier card of the table named already.
void drop_seen_devices(std::vector<std::string>& aliases, std::unordered_set<std::string>& seen) {
  std::vector<std::string> kept;
  for (size_t i = 0; i + 1 < aliases.size(); i += 2)
    if (!seen.contains(aliases[i])) kept.insert(kept.end(), {aliases[i], aliases[i + 1]});
  for (size_t i = 0; i < aliases.size(); i += 2) seen.insert(aliases[i]);
  aliases = std::move(kept);
}

}  // namespace

DeviceHeader::DeviceHeader(std::string path) : path_(std::move(path)) {}
DeviceHeader::~DeviceHeader() = default;

const HeaderLayout& DeviceHeader::layout(bool is_64bit) {
  std::unique_ptr<HeaderLayout>& slot = layouts_[is_64bit ? 1 : 0];
  if (!slot) slot = std::make_unique<HeaderLayout>(read_header_layout(path_, is_64bit));
  return *slot;
}

std::vector<std::string> device_aliases(ModuleObject& module, const Dialect& dialect,
                                        DeviceHeader& header) {
  std::vector<std::string> aliases;
  std::unordered_set<std::string> unique;
  for (const DeviceTable& table : module.tables) {
    const auto buses = all_buses();
    const auto bus = std::find_if(buses.begin(), buses.end(),
                                  [&](const Bus& known) { return known.name == table.bus; });
    if (bus == buses.end()) continue;
    const HeaderLayout& layouts = header.layout(module.is_64bit);
    const auto layout = layouts.structures.find(bus->structure);
    if (layout == layouts.structures.end()) continue;
    if (!bus->witness.empty() && !original_modpost_has(dialect.objtree, bus->witness)) continue;
    if (!is_sound(table, layout->second, module.errors)) continue;
    const auto size = static_cast<size_t>(layout->second.size);
    std::unordered_set<std::string> cards;
    for (size_t at = 0; at + size < table.content.size(); at += size) {
      const DeviceEntry entry(layouts, layout->second, std::string_view(table.content).substr(at),
                              module.is_big_endian);
      EntryAliases made;
      if (bus->make) {
        made = bus->make(entry, dialect);
      } else {
        std::string alias = std::string(bus->prefix) + parts_text(entry, bus->parts);
        if (bus->open_ended && !alias.ends_with('*')) alias += '*';
        made.aliases.push_back(std::move(alias));
      }
      if (!made.warning.empty()) module.warnings.push_back(made.warning);
      if (table.bus == "pnp_card" && !dialect.unique_aliases)
        drop_seen_devices(made.aliases, cards);
      for (std::string& alias : made.aliases)
        if (!dialect.unique_aliases || unique.insert(alias).second)
          aliases.push_back(std::move(alias));
    }
  }
  return aliases;
}

}  // namespace kbx::symbols
