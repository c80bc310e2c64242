#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/symbols/device_entry.h"
#include "kbx/symbols/dialect.h"

namespace kbx::symbols {

/// The aliases that one identifier gives, and what is wrong with it.
struct EntryAliases {
  std::vector<std::string> aliases;
  std::string warning;
};

/// When a part of an alias shows its member; else it shows "*".
enum class Shown {
  always,
  unless_equal,  // unless the member has the value of the constant
  if_flag,       // if match_flags has a bit of the constant
};

/// A part of an alias: a label, then an integer member in as many upper-case hexadecimal digits as
/// it has.
struct AliasPart {
  std::string_view label;
  std::string_view member;
  Shown shown = Shown::always;
  std::string_view constant = {};  // of <linux/mod_devicetable.h>, or a decimal number
};

/// How identifiers of one bus become aliases. If `make` is given it makes them; else an alias is
/// `prefix`, the parts, and "*" at the end if `open_ended`.
struct Bus {
  std::string_view name;       // the first argument of MODULE_DEVICE_TABLE
  std::string_view structure;  // in <linux/mod_devicetable.h>
  std::string_view prefix = {};
  std::span<const AliasPart> parts = {};
  bool open_ended = false;
  EntryAliases (*make)(const DeviceEntry& entry, const Dialect& dialect) = nullptr;
  /// For a bus that was in the header long before modpost made aliases for it: a text that a
  /// modpost which does has in it.
  std::string_view witness = {};
};

/// Every bus that modpost makes aliases for (scripts/mod/file2alias.c).
std::span<const Bus> all_buses();

/// The parts of an alias, with their labels.
std::string parts_text(const DeviceEntry& entry, std::span<const AliasPart> parts);

/// Buses whose aliases do not fit into parts.
EntryAliases usb_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases of_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases pci_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases css_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases acpi_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases pnp_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases pnp_card_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases pcmcia_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases vio_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases input_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases eisa_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases vmbus_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases slim_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases dmi_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases mdio_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases isapnp_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases amba_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases x86cpu_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases cpu_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases mcb_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases mei_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases ulpi_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases fslmc_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases tbsvc_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases typec_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases tee_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases wmi_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases ishtp_aliases(const DeviceEntry& entry, const Dialect& dialect);
EntryAliases cdx_aliases(const DeviceEntry& entry, const Dialect& dialect);

}  // namespace kbx::symbols
