#include "kbx/symbols/device_entry.h"

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/elf/object.h"

namespace kbx::symbols {
namespace {

[[noreturn]] void fail(std::string_view what, std::string_view name) {
  throw Error(fmt::format("<linux/mod_devicetable.h> has no {} {}", what, name),
              "the header of this kernel tree is not one that kbx knows; please report it");
}

}  // namespace

DeviceEntry::DeviceEntry(const HeaderLayout& header, const StructLayout& layout,
                         std::string_view bytes, bool is_big_endian)
    : header_(header), layout_(layout), bytes_(bytes), is_big_endian_(is_big_endian) {}

const FieldLayout& DeviceEntry::field(std::string_view name) const {
  const FieldLayout* const found = layout_.find(name);
  if (!found || found->offset + found->size > bytes_.size()) fail("member", name);
  return *found;
}

bool DeviceEntry::has(std::string_view name) const {
  return layout_.find(name) != nullptr;
}

std::uint64_t DeviceEntry::width(std::string_view name) const {
  const FieldLayout& found = field(name);
  return found.count == 0 ? 0 : found.size / found.count;
}

std::uint64_t DeviceEntry::number(std::string_view name, std::uint64_t index) const {
  const std::uint64_t size = width(name);
  constexpr std::uint64_t most = 8;
  if (index >= field(name).count || size > most) fail("integer member", name);
  return elf::read_number(
      bytes(name).substr(static_cast<size_t>(index * size), static_cast<size_t>(size)),
      is_big_endian_);
}

std::string_view DeviceEntry::text(std::string_view name) const {
  const std::string_view content = bytes_.substr(static_cast<size_t>(field(name).offset));
  return content.substr(0, content.find('\0'));
}

std::string_view DeviceEntry::bytes(std::string_view name) const {
  const FieldLayout& found = field(name);
  return bytes_.substr(static_cast<size_t>(found.offset), static_cast<size_t>(found.size));
}

DeviceEntry DeviceEntry::element(std::string_view name, std::uint64_t index) const {
  const FieldLayout& found = field(name);
  const auto structure = header_.structures.find(found.structure);
  if (structure == header_.structures.end() || index >= found.count) fail("structure member", name);
  const std::uint64_t size = structure->second.size;
  return {header_, structure->second,
          bytes_.substr(static_cast<size_t>(found.offset + index * size)), is_big_endian_};
}

std::uint64_t DeviceEntry::count(std::string_view name) const {
  return field(name).count;
}

std::int64_t DeviceEntry::constant(std::string_view name) const {
  const auto found = header_.constants.find(name);
  if (found == header_.constants.end()) fail("constant", name);
  return found->second;
}

}  // namespace kbx::symbols
