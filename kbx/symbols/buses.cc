#include "kbx/symbols/buses.h"

#include <fmt/format.h>

#include "kbx/base/text.h"

/// The table of buses. Most aliases are a prefix and a row of members, each in hexadecimal or "*":
/// "pci:v00008086d*sv*…". Those rows are data here; the rest have a function in bus_*.cc.
namespace kbx::symbols {
namespace {

constexpr AliasPart hid_parts[] = {{"b", "bus", Shown::unless_equal, "HID_BUS_ANY"},
                                   {"g", "group", Shown::unless_equal, "HID_GROUP_ANY"},
                                   {"v", "vendor", Shown::unless_equal, "HID_ANY_ID"},
                                   {"p", "product", Shown::unless_equal, "HID_ANY_ID"}};
constexpr AliasPart ieee1394_parts[] = {
    {"ven", "vendor_id", Shown::if_flag, "IEEE1394_MATCH_VENDOR_ID"},
    {"mo", "model_id", Shown::if_flag, "IEEE1394_MATCH_MODEL_ID"},
    {"sp", "specifier_id", Shown::if_flag, "IEEE1394_MATCH_SPECIFIER_ID"},
    {"ver", "version", Shown::if_flag, "IEEE1394_MATCH_VERSION"}};
constexpr AliasPart ccw_parts[] = {
    {"t", "cu_type", Shown::if_flag, "CCW_DEVICE_ID_MATCH_CU_TYPE"},
    {"m", "cu_model", Shown::if_flag, "CCW_DEVICE_ID_MATCH_CU_MODEL"},
    {"dt", "dev_type", Shown::if_flag, "CCW_DEVICE_ID_MATCH_DEVICE_TYPE"},
    {"dm", "dev_model", Shown::if_flag, "CCW_DEVICE_ID_MATCH_DEVICE_MODEL"}};
constexpr AliasPart ap_parts[] = {{"t", "dev_type"}};
constexpr AliasPart serio_parts[] = {{"ty", "type", Shown::unless_equal, "SERIO_ANY"},
                                     {"pr", "proto", Shown::unless_equal, "SERIO_ANY"},
                                     {"id", "id", Shown::unless_equal, "SERIO_ANY"},
                                     {"ex", "extra", Shown::unless_equal, "SERIO_ANY"}};
constexpr AliasPart parisc_parts[] = {
    {"t", "hw_type", Shown::unless_equal, "PA_HWTYPE_ANY_ID"},
    {"hv", "hversion", Shown::unless_equal, "PA_HVERSION_ANY_ID"},
    {"rev", "hversion_rev", Shown::unless_equal, "PA_HVERSION_REV_ANY_ID"},
    {"sv", "sversion", Shown::unless_equal, "PA_SVERSION_ANY_ID"}};
constexpr AliasPart sdio_parts[] = {{"c", "class", Shown::unless_equal, "SDIO_ANY_ID"},
                                    {"v", "vendor", Shown::unless_equal, "SDIO_ANY_ID"},
                                    {"d", "device", Shown::unless_equal, "SDIO_ANY_ID"}};
constexpr AliasPart ssb_parts[] = {{"v", "vendor", Shown::unless_equal, "SSB_ANY_VENDOR"},
                                   {"id", "coreid", Shown::unless_equal, "SSB_ANY_ID"},
                                   {"rev", "revision", Shown::unless_equal, "SSB_ANY_REV"}};
constexpr AliasPart bcma_parts[] = {{"m", "manuf", Shown::unless_equal, "BCMA_ANY_MANUF"},
                                    {"id", "id", Shown::unless_equal, "BCMA_ANY_ID"},
                                    {"rev", "rev", Shown::unless_equal, "BCMA_ANY_REV"},
                                    {"cl", "class", Shown::unless_equal, "BCMA_ANY_CLASS"}};
constexpr AliasPart virtio_parts[] = {{"d", "device", Shown::unless_equal, "VIRTIO_DEV_ANY_ID"},
                                      {"v", "vendor", Shown::unless_equal, "VIRTIO_DEV_ANY_ID"}};
constexpr AliasPart i3c_parts[] = {{"dcr", "dcr", Shown::if_flag, "I3C_MATCH_DCR"},
                                   {"manuf", "manuf_id", Shown::if_flag, "I3C_MATCH_MANUF"},
                                   {"part", "part_id", Shown::if_flag, "I3C_MATCH_PART"},
                                   {"ext", "extra_info", Shown::if_flag, "I3C_MATCH_EXTRA_INFO"}};
constexpr AliasPart zorro_parts[] = {{"i", "id", Shown::unless_equal, "ZORRO_WILDCARD"}};
constexpr AliasPart ipack_parts[] = {{"f", "format", Shown::unless_equal, "IPACK_ANY_FORMAT"},
                                     {"v", "vendor", Shown::unless_equal, "IPACK_ANY_ID"},
                                     {"d", "device", Shown::unless_equal, "IPACK_ANY_ID"}};
constexpr AliasPart mipscdmm_parts[] = {{"t", "type"}};
constexpr AliasPart rapidio_parts[] = {{"v", "vid", Shown::unless_equal, "RIO_ANY_ID"},
                                       {"d", "did", Shown::unless_equal, "RIO_ANY_ID"},
                                       {"av", "asm_vid", Shown::unless_equal, "RIO_ANY_ID"},
                                       {"ad", "asm_did", Shown::unless_equal, "RIO_ANY_ID"}};
constexpr AliasPart hdaudio_parts[] = {{"v", "vendor_id", Shown::unless_equal, "0"},
                                       {"r", "rev_id", Shown::unless_equal, "0"},
                                       {"a", "api_version", Shown::unless_equal, "0"}};
constexpr AliasPart sdw_parts[] = {{"m", "mfg_id", Shown::unless_equal, "0"},
                                   {"p", "part_id", Shown::unless_equal, "0"},
                                   {"v", "sdw_version", Shown::unless_equal, "0"},
                                   {"c", "class_id", Shown::unless_equal, "0"}};
constexpr AliasPart ssam_parts[] = {{"d", "domain"},
                                    {"c", "category"},
                                    {"t", "target", Shown::if_flag, "SSAM_MATCH_TARGET"},
                                    {"i", "instance", Shown::if_flag, "SSAM_MATCH_INSTANCE"},
                                    {"f", "function", Shown::if_flag, "SSAM_MATCH_FUNCTION"}};
constexpr AliasPart dfl_parts[] = {{"t", "type"}, {"f", "feature_id"}};
constexpr AliasPart coreboot_parts[] = {{"t", "tag"}};

EntryAliases named(std::string_view prefix, const DeviceEntry& entry, std::string_view member) {
  return {{fmt::format("{}{}", prefix, entry.text(member))}, {}};
}

EntryAliases rpmsg_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return named("rpmsg:", entry, "name");
}
EntryAliases i2c_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return named("i2c:", entry, "name");
}
EntryAliases spi_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return named("spi:", entry, "name");
}
EntryAliases platform_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return named("platform:", entry, "name");
}
EntryAliases mhi_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return named("mhi:", entry, "chan");
}
EntryAliases mhi_ep_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return named("mhi_ep:", entry, "chan");
}
EntryAliases auxiliary_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return named("auxiliary:", entry, "name");
}
EntryAliases vchiq_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  return named("vchiq:", entry, "name");
}

constexpr Bus made_by(std::string_view name, std::string_view structure,
                      EntryAliases (*make)(const DeviceEntry&, const Dialect&),
                      std::string_view witness = {}) {
  return {name, structure, {}, {}, false, make, witness};
}

constexpr Bus buses[] = {
    {"hid", "hid_device_id", "hid:", hid_parts},
    {"ieee1394", "ieee1394_device_id", "ieee1394:", ieee1394_parts, true},
    made_by("pci", "pci_device_id", pci_aliases),
    {"ccw", "ccw_device_id", "ccw:", ccw_parts, true},
    {"ap", "ap_device_id", "ap:", ap_parts, true},
    made_by("css", "css_device_id", css_aliases),
    {"serio", "serio_device_id", "serio:", serio_parts, true},
    made_by("acpi", "acpi_device_id", acpi_aliases),
    made_by("pcmcia", "pcmcia_device_id", pcmcia_aliases),
    made_by("vio", "vio_device_id", vio_aliases),
    made_by("input", "input_device_id", input_aliases),
    made_by("eisa", "eisa_device_id", eisa_aliases),
    {"parisc", "parisc_device_id", "parisc:", parisc_parts, true},
    {"sdio", "sdio_device_id", "sdio:", sdio_parts, true},
    {"ssb", "ssb_device_id", "ssb:", ssb_parts, true},
    {"bcma", "bcma_device_id", "bcma:", bcma_parts, true},
    {"virtio", "virtio_device_id", "virtio:", virtio_parts, true},
    made_by("vmbus", "hv_vmbus_device_id", vmbus_aliases),
    made_by("rpmsg", "rpmsg_device_id", rpmsg_aliases),
    made_by("i2c", "i2c_device_id", i2c_aliases),
    {"i3c", "i3c_device_id", "i3c:", i3c_parts},
    made_by("slim", "slim_device_id", slim_aliases, "slim:%x:%x:*"),
    made_by("spi", "spi_device_id", spi_aliases),
    made_by("dmi", "dmi_system_id", dmi_aliases),
    made_by("platform", "platform_device_id", platform_aliases),
    made_by("mdio", "mdio_device_id", mdio_aliases),
    {"zorro", "zorro_device_id", "zorro:", zorro_parts},
    made_by("isapnp", "isapnp_device_id", isapnp_aliases),
    {"ipack", "ipack_device_id", "ipack:", ipack_parts, true},
    made_by("amba", "amba_id", amba_aliases),
    {"mipscdmm", "mips_cdmm_device_id", "mipscdmm:", mipscdmm_parts, true},
    made_by("x86cpu", "x86_cpu_id", x86cpu_aliases),
    made_by("cpu", "cpu_feature", cpu_aliases),
    made_by("mcb", "mcb_device_id", mcb_aliases, "mcb:16z%03d"),
    made_by("mei", "mei_cl_device_id", mei_aliases),
    {"rapidio", "rio_device_id", "rapidio:", rapidio_parts, true},
    made_by("ulpi", "ulpi_device_id", ulpi_aliases),
    {"hdaudio", "hda_device_id", "hdaudio:", hdaudio_parts, true},
    {"sdw", "sdw_device_id", "sdw:", sdw_parts, true},
    made_by("fslmc", "fsl_mc_device_id", fslmc_aliases),
    made_by("tbsvc", "tb_service_id", tbsvc_aliases),
    made_by("typec", "typec_device_id", typec_aliases),
    made_by("tee", "tee_client_device_id", tee_aliases),
    made_by("wmi", "wmi_device_id", wmi_aliases),
    made_by("mhi", "mhi_device_id", mhi_aliases),
    made_by("mhi_ep", "mhi_device_id", mhi_ep_aliases, "mhi_ep:%s"),
    made_by("auxiliary", "auxiliary_device_id", auxiliary_aliases),
    {"ssam", "ssam_device_id", "ssam:", ssam_parts},
    {"dfl", "dfl_device_id", "dfl:", dfl_parts, true},
    made_by("ishtp", "ishtp_device_id", ishtp_aliases),
    made_by("cdx", "cdx_device_id", cdx_aliases),
    made_by("vchiq", "vchiq_device_id", vchiq_aliases),
    {"coreboot", "coreboot_device_id", "coreboot:", coreboot_parts},
    made_by("of", "of_device_id", of_aliases),
    made_by("usb", "usb_device_id", usb_aliases),
    made_by("pnp", "pnp_device_id", pnp_aliases),
    made_by("pnp_card", "pnp_card_device_id", pnp_card_aliases),
};

std::uint64_t constant_of(const DeviceEntry& entry, std::string_view name) {
  if (const auto number = parse_number(name)) return *number;
  return static_cast<std::uint64_t>(entry.constant(name));
}

bool is_shown(const DeviceEntry& entry, const AliasPart& part) {
  if (part.shown == Shown::always) return true;
  const std::uint64_t constant = constant_of(entry, part.constant);
  if (part.shown == Shown::if_flag) return (entry.number("match_flags") & constant) != 0;
  // "Any" is often ~0: compared in the member's own width.
  const std::uint64_t bits = entry.width(part.member) * 8;
  const std::uint64_t mask = bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  return entry.number(part.member) != (constant & mask);
}

}  // namespace

std::span<const Bus> all_buses() {
  return buses;
}

std::string parts_text(const DeviceEntry& entry, std::span<const AliasPart> parts) {
  std::string text;
  for (const AliasPart& part : parts) {
    text += part.label;
    if (is_shown(entry, part))
      text += fmt::format("{:0{}X}", entry.number(part.member), 2 * entry.width(part.member));
    else
      text += '*';
  }
  return text;
}

}  // namespace kbx::symbols
