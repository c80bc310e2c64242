#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kbx/base/text.h"
#include "kbx/symbols/buses.h"

/// Aliases that are more than a row of numbers, after scripts/mod/file2alias.c and the modalias
/// functions of the buses: what udev hands to modprobe for a device has to match one of them.
namespace kbx::symbols {
namespace {

EntryAliases one(std::string alias) {
  EntryAliases made;
  made.aliases.push_back(std::move(alias));
  return made;
}

EntryAliases refused(std::string warning) {
  EntryAliases made;
  made.warning = std::move(warning);
  return made;
}

std::string open_ended(std::string alias) {
  if (!alias.ends_with('*')) alias += '*';
  return alias;
}

std::string_view or_star(std::string_view text) {
  return text.empty() ? "*" : text;
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return upper(c); });
  return result;
}

std::string without_spaces(std::string text) {
  std::replace_if(text.begin(), text.end(), is_space, '_');
  return text;
}

/// The digits of 16 bytes in groups of a UUID, taken in the given order.
std::string uuid_text(std::string_view bytes, const std::array<size_t, 16>& order) {
  constexpr std::array<bool, 16> dash_before = {false, false, false, false, true, false,
                                                true,  false, true,  false, true, false,
                                                false, false, false, false};
  std::string text;
  for (size_t i = 0; i < order.size() && order[i] < bytes.size(); ++i) {
    if (dash_before[i]) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(bytes[order[i]]));
  }
  return text;
}

constexpr std::array<size_t, 16> plain_order = {0, 1, 2,  3,  4,  5,  6,  7,
                                                8, 9, 10, 11, 12, 13, 14, 15};
/// Microsoft's: the first three fields are little-endian numbers.
constexpr std::array<size_t, 16> guid_order = {3, 2, 1,  0,  5,  4,  7,  6,
                                               8, 9, 10, 11, 12, 13, 14, 15};

/// "bc02sc*i*": one byte of the class, or "*" where the mask leaves it out.
bool append_class_byte(std::string& text, std::string_view label, std::uint64_t value,
                       std::uint64_t mask) {
  constexpr std::uint64_t byte = 0xff;
  text += label;
  if ((mask & byte) == byte)
    text += fmt::format("{:02X}", value & byte);
  else
    text += '*';
  return (mask & byte) == byte || (mask & byte) == 0;
}

/// The names of the PNP bus come in the case of the driver; ACPI's are upper-case.
void add_pnp(EntryAliases& made, std::string_view id) {
  made.aliases.push_back(fmt::format("pnp:d{}*", id));
  made.aliases.push_back(fmt::format("acpi*:{}:*", upper(id)));
}

}  // namespace

EntryAliases of_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  const std::string_view type = entry.text("type");
  const std::string_view compatible = entry.text("compatible");
  std::string alias = fmt::format("of:N{}T{}", or_star(entry.text("name")), or_star(type));
  if (!compatible.empty()) alias += fmt::format("{}C{}", type.empty() ? "" : "*", compatible);
  alias = without_spaces(std::move(alias));
  EntryAliases made;
  made.aliases = {alias, alias + "C*"};
  return made;
}

EntryAliases pci_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  static constexpr AliasPart parts[] = {{"v", "vendor", Shown::unless_equal, "PCI_ANY_ID"},
                                        {"d", "device", Shown::unless_equal, "PCI_ANY_ID"},
                                        {"sv", "subvendor", Shown::unless_equal, "PCI_ANY_ID"},
                                        {"sd", "subdevice", Shown::unless_equal, "PCI_ANY_ID"}};
  std::string alias = "pci:";
  if (const std::uint64_t only = entry.has("override_only") ? entry.number("override_only") : 0) {
    if (only != static_cast<std::uint64_t>(entry.constant("PCI_ID_F_VFIO_DRIVER_OVERRIDE")))
      return refused(fmt::format("a PCI identifier has the unknown override {:08X}", only));
    alias = "vfio_pci:";
  }
  alias += parts_text(entry, parts);
  const std::uint64_t value = entry.number("class");
  const std::uint64_t mask = entry.number("class_mask");
  const bool base = append_class_byte(alias, "bc", value >> 16, mask >> 16);
  const bool sub = append_class_byte(alias, "sc", value >> 8, mask >> 8);
  const bool interface = append_class_byte(alias, "i", value, mask);
  if (!base || !sub || !interface)
    return refused(
        fmt::format("the class mask {:04X} of a PCI identifier covers parts of a byte, "
                    "for which there is no alias",
                    mask));
  return one(open_ended(alias));
}

EntryAliases css_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(fmt::format("css:t{:01X}", entry.number("type")));
}

EntryAliases acpi_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  const std::string_view id = entry.text("id");
  if (!id.empty()) return one(fmt::format("acpi*:{}:*", id));
  std::string alias = "acpi*:";
  for (const int shift : {16, 8, 0}) {
    constexpr std::uint64_t byte = 0xff;
    const bool matters = (entry.number("cls_msk") >> shift & byte) != 0;
    alias += matters ? fmt::format("{:02x}", entry.number("cls") >> shift & byte) : "??";
  }
  return one(alias + ":*");
}

EntryAliases pnp_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  EntryAliases made;
  add_pnp(made, entry.text("id"));
  return made;
}

EntryAliases pnp_card_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  EntryAliases made;
  for (std::uint64_t i = 0; i < entry.count("devs"); ++i) {
    const DeviceEntry device = entry.element("devs", i);
    if (device.text("id").empty()) break;
    add_pnp(made, device.text("id"));
  }
  return made;
}

EntryAliases pcmcia_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  static constexpr AliasPart parts[] = {
      {"m", "manf_id", Shown::if_flag, "PCMCIA_DEV_ID_MATCH_MANF_ID"},
      {"c", "card_id", Shown::if_flag, "PCMCIA_DEV_ID_MATCH_CARD_ID"},
      {"f", "func_id", Shown::if_flag, "PCMCIA_DEV_ID_MATCH_FUNC_ID"},
      {"fn", "function", Shown::if_flag, "PCMCIA_DEV_ID_MATCH_FUNCTION"},
      {"pfn", "device_no", Shown::if_flag, "PCMCIA_DEV_ID_MATCH_DEVICE_NO"}};
  constexpr std::array<std::string_view, 4> flags = {
      "PCMCIA_DEV_ID_MATCH_PROD_ID1", "PCMCIA_DEV_ID_MATCH_PROD_ID2",
      "PCMCIA_DEV_ID_MATCH_PROD_ID3", "PCMCIA_DEV_ID_MATCH_PROD_ID4"};
  std::string alias = "pcmcia:" + parts_text(entry, parts);
  for (size_t i = 0; i < flags.size(); ++i) {
    alias += fmt::format("p{}", static_cast<char>('a' + i));
    const auto flag = static_cast<std::uint64_t>(entry.constant(flags[i]));
    alias += entry.number("match_flags") & flag
                 ? fmt::format("{:08X}", entry.number("prod_id_hash", i))
                 : "*";
  }
  return one(open_ended(alias));
}

EntryAliases vio_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(open_ended(without_spaces(
      fmt::format("vio:T{}S{}", or_star(entry.text("type")), or_star(entry.text("compat"))))));
}

EntryAliases input_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  struct Number {
    std::string_view label;
    std::string_view member;
    std::string_view flag;
  };
  constexpr Number numbers[] = {{"b", "bustype", "INPUT_DEVICE_ID_MATCH_BUS"},
                                {"v", "vendor", "INPUT_DEVICE_ID_MATCH_VENDOR"},
                                {"p", "product", "INPUT_DEVICE_ID_MATCH_PRODUCT"},
                                {"e", "version", "INPUT_DEVICE_ID_MATCH_VERSION"}};
  struct Bits {
    std::string_view label;
    std::string_view member;
    std::string_view flag;
    std::string_view first;
    std::string_view last;
  };
  // The kernel's header spells the flag of mscbit without its B.
  constexpr Bits bits[] = {
      {"-e*", "evbit", "INPUT_DEVICE_ID_MATCH_EVBIT", "", "INPUT_DEVICE_ID_EV_MAX"},
      {"k*", "keybit", "INPUT_DEVICE_ID_MATCH_KEYBIT", "INPUT_DEVICE_ID_KEY_MIN_INTERESTING",
       "INPUT_DEVICE_ID_KEY_MAX"},
      {"r*", "relbit", "INPUT_DEVICE_ID_MATCH_RELBIT", "", "INPUT_DEVICE_ID_REL_MAX"},
      {"a*", "absbit", "INPUT_DEVICE_ID_MATCH_ABSBIT", "", "INPUT_DEVICE_ID_ABS_MAX"},
      {"m*", "mscbit", "INPUT_DEVICE_ID_MATCH_MSCIT", "", "INPUT_DEVICE_ID_MSC_MAX"},
      {"l*", "ledbit", "INPUT_DEVICE_ID_MATCH_LEDBIT", "", "INPUT_DEVICE_ID_LED_MAX"},
      {"s*", "sndbit", "INPUT_DEVICE_ID_MATCH_SNDBIT", "", "INPUT_DEVICE_ID_SND_MAX"},
      {"f*", "ffbit", "INPUT_DEVICE_ID_MATCH_FFBIT", "", "INPUT_DEVICE_ID_FF_MAX"},
      {"w*", "swbit", "INPUT_DEVICE_ID_MATCH_SWBIT", "", "INPUT_DEVICE_ID_SW_MAX"}};
  const std::uint64_t flags = entry.number("flags");
  const auto asks_for = [&](std::string_view flag) {
    return (flags & static_cast<std::uint64_t>(entry.constant(flag))) != 0;
  };
  std::string alias = "input:";
  for (const Number& part : numbers) {
    alias += part.label;
    alias += asks_for(part.flag) ? fmt::format("{:04X}", entry.number(part.member)) : "*";
  }
  for (const Bits& part : bits) {
    alias += part.label;
    if (!asks_for(part.flag)) continue;
    const std::uint64_t width = entry.width(part.member) * 8;
    const std::int64_t first = part.first.empty() ? 0 : entry.constant(part.first);
    for (std::int64_t bit = first; bit <= entry.constant(part.last); ++bit) {
      const auto at = static_cast<std::uint64_t>(bit);
      if (entry.number(part.member, at / width) >> (at % width) & 1)
        alias += fmt::format("{:X},*", bit);
    }
  }
  return one(alias);
}

EntryAliases eisa_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(fmt::format("eisa:s{}*", entry.text("sig")));
}

EntryAliases vmbus_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  std::string alias = "vmbus:";
  for (const char byte : entry.bytes("guid"))
    alias += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return one(alias);
}

EntryAliases slim_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(fmt::format("slim:{:x}:{:x}:*", entry.number("manf_id"), entry.number("prod_code")));
}

EntryAliases dmi_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  struct Slot {
    std::string_view label;
    std::string_view constant;
  };
  constexpr Slot slots[] = {
      {"bvn", "DMI_BIOS_VENDOR"}, {"bvr", "DMI_BIOS_VERSION"},        {"bd", "DMI_BIOS_DATE"},
      {"br", "DMI_BIOS_RELEASE"}, {"efr", "DMI_EC_FIRMWARE_RELEASE"}, {"svn", "DMI_SYS_VENDOR"},
      {"pn", "DMI_PRODUCT_NAME"}, {"pvr", "DMI_PRODUCT_VERSION"},     {"rvn", "DMI_BOARD_VENDOR"},
      {"rn", "DMI_BOARD_NAME"},   {"rvr", "DMI_BOARD_VERSION"},       {"cvn", "DMI_CHASSIS_VENDOR"},
      {"ct", "DMI_CHASSIS_TYPE"}, {"cvr", "DMI_CHASSIS_VERSION"}};
  std::string alias = "dmi*";
  for (const Slot& slot : slots) {
    for (std::uint64_t i = 0; i < entry.count("matches"); ++i) {
      const DeviceEntry match = entry.element("matches", i);
      // A bit-field of seven bits: the lower ones, or the upper ones if the target is big-endian.
      constexpr std::uint64_t seven_bits = 0x7f;
      const std::uint64_t byte = match.number("slot");
      const std::uint64_t value = entry.is_big_endian() ? byte >> 1 : byte & seven_bits;
      if (value == 0 || value != static_cast<std::uint64_t>(entry.constant(slot.constant)))
        continue;
      alias += fmt::format(":{}*", slot.label);
      for (const char c : match.text("substr"))
        if (c > ' ' && c < 127 && c != ':') alias += c;
      alias += '*';
    }
  }
  return one(alias + ":");
}

EntryAliases mdio_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  const std::uint64_t id = entry.number("phy_id");
  const std::uint64_t mask = entry.number("phy_id_mask");
  std::string alias = "mdio:";
  for (int bit = 31; bit >= 0; --bit) {
    if (mask >> bit & 1)
      alias += id >> bit & 1 ? '1' : '0';
    else
      alias += '?';
  }
  return one(alias);
}

/// ISA PnP packs three letters of five bits each into the vendor, bytes swapped.
EntryAliases isapnp_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  const std::uint64_t vendor = entry.number("vendor");
  const std::uint64_t function = entry.number("function");
  const auto letter = [](std::uint64_t value) { return static_cast<char>('A' + value - 1); };
  return one(fmt::format("pnp:d{}{}{}{:x}{:x}{:x}{:x}*", letter(vendor >> 2 & 0x3f),
                         letter((vendor & 3) << 3 | (vendor >> 13 & 7)), letter(vendor >> 8 & 0x1f),
                         function >> 4 & 0xf, function & 0xf, function >> 12 & 0xf,
                         function >> 8 & 0xf));
}

/// Each digit of the identifier: itself, "?" if its mask is empty, or the set of digits that match.
EntryAliases amba_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  const std::uint64_t id = entry.number("id");
  const std::uint64_t mask = entry.number("mask");
  if ((id & mask) != id)
    return refused(
        fmt::format("an AMBA identifier 0x{:08X} has bits outside its mask 0x{:08X}: "
                    "no device can match it",
                    id, mask));
  constexpr std::uint64_t all = 0xf;
  std::string alias = "amba:d";
  for (int shift = 28; shift >= 0; shift -= 4) {
    const std::uint64_t digit = id >> shift & all;
    const std::uint64_t care = mask >> shift & all;
    if (care == 0) {
      alias += '?';
    } else if (care == all) {
      alias += fmt::format("{:X}", digit);
    } else {
      alias += '[';
      for (std::uint64_t i = 0; i <= all; ++i)
        if ((i & care) == digit) alias += fmt::format("{:X}", i);
      alias += ']';
    }
  }
  return one(alias);
}

EntryAliases x86cpu_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  static constexpr AliasPart parts[] = {{"ven", "vendor", Shown::unless_equal, "X86_VENDOR_ANY"},
                                        {"fam", "family", Shown::unless_equal, "X86_FAMILY_ANY"},
                                        {"mod", "model", Shown::unless_equal, "X86_MODEL_ANY"}};
  std::string alias = "cpu:type:x86," + parts_text(entry, parts) + ":feature:*";
  const std::uint64_t feature = entry.number("feature");
  if (feature != static_cast<std::uint64_t>(entry.constant("X86_FEATURE_ANY")))
    alias += fmt::format("{:04X}*", feature);
  return one(alias);
}

EntryAliases cpu_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(fmt::format("cpu:type:*:feature:*{:04X}*", entry.number("feature")));
}

EntryAliases mcb_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(fmt::format("mcb:16z{:03d}", entry.number("device")));
}

EntryAliases mei_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  static constexpr AliasPart parts[] = {
      {":", "version", Shown::unless_equal, "MEI_CL_VERSION_ANY"}};
  return one(fmt::format("mei:{}:{}{}:*", or_star(entry.text("name")),
                         uuid_text(entry.bytes("uuid"), guid_order), parts_text(entry, parts)));
}

EntryAliases ulpi_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(fmt::format("ulpi:v{:04x}p{:04x}", entry.number("vendor"), entry.number("product")));
}

EntryAliases fslmc_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(fmt::format("fsl-mc:v{:08X}d{}", entry.number("vendor"), entry.text("obj_type")));
}

EntryAliases tbsvc_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  static constexpr AliasPart parts[] = {
      {"p", "protocol_id", Shown::if_flag, "TBSVC_MATCH_PROTOCOL_ID"},
      {"v", "protocol_version", Shown::if_flag, "TBSVC_MATCH_PROTOCOL_VERSION"},
      {"r", "protocol_revision", Shown::if_flag, "TBSVC_MATCH_PROTOCOL_REVISION"}};
  const auto key = static_cast<std::uint64_t>(entry.constant("TBSVC_MATCH_PROTOCOL_KEY"));
  const bool has_key = (entry.number("match_flags") & key) != 0;
  return one(open_ended(fmt::format("tbsvc:k{}{}", has_key ? entry.text("protocol_key") : "*",
                                    parts_text(entry, parts))));
}

EntryAliases typec_aliases(const DeviceEntry& entry, const Dialect& dialect) {
  static constexpr AliasPart mode[] = {{"m", "mode", Shown::unless_equal, "TYPEC_ANY_MODE"}};
  std::string alias = fmt::format("typec:id{:04X}", entry.number("svid"));
  if (!dialect.tables_name_module) alias += parts_text(entry, mode);
  return one(alias);
}

EntryAliases tee_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(open_ended("tee:" + uuid_text(entry.bytes("uuid"), plain_order)));
}

EntryAliases wmi_aliases(const DeviceEntry& entry, const Dialect& dialect) {
  const std::string_view guid = entry.text("guid_string");
  constexpr size_t length = 36;
  bool is_sound = guid.size() == length;
  if (dialect.tables_name_module)
    for (size_t i = 0; is_sound && i < length; ++i) {
      const bool wants_dash = i == 8 || i == 13 || i == 18 || i == 23;
      const bool is_hex =
          std::string_view("0123456789abcdefABCDEF").find(guid[i]) != std::string_view::npos;
      is_sound = wants_dash ? guid[i] == '-' : is_hex;
    }
  if (!is_sound) return refused(fmt::format("the WMI identifier \"{}\" is not a GUID", guid));
  return one("wmi:" + (dialect.tables_name_module ? upper(guid) : std::string(guid)));
}

EntryAliases ishtp_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return one(fmt::format("ishtp:{{{}}}", upper(uuid_text(entry.bytes("guid"), guid_order))));
}

EntryAliases cdx_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  static constexpr AliasPart parts[] = {{"v", "vendor", Shown::unless_equal, "CDX_ANY_ID"},
                                        {"d", "device", Shown::unless_equal, "CDX_ANY_ID"},
                                        {"sv", "subvendor", Shown::unless_equal, "CDX_ANY_ID"},
                                        {"sd", "subdevice", Shown::unless_equal, "CDX_ANY_ID"}};
  std::string alias = "cdx:";
  if (const std::uint64_t only = entry.number("override_only")) {
    if (only != static_cast<std::uint64_t>(entry.constant("CDX_ID_F_VFIO_DRIVER_OVERRIDE")))
      return refused(fmt::format("a CDX identifier has the unknown override {:08X}", only));
    alias = "vfio_cdx:";
  }
  alias += parts_text(entry, parts);
  constexpr std::uint64_t whole_class = 0xffffff;
  const std::uint64_t digits = 2 * entry.width("class");
  alias += entry.number("class_mask") == whole_class
               ? fmt::format("c{:0{}X}", entry.number("class"), digits)
               : "c*";
  return one(alias);
}

}  // namespace kbx::symbols
