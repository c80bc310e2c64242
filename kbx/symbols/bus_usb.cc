#include <fmt/format.h>

#include "kbx/symbols/buses.h"

/// Aliases of USB identifiers. A device's revision (bcdDevice, four digits) may be matched against
/// a range, but an alias is a glob, so a range becomes several: from the last digit to the first,
/// the ends that do not fill a whole ten (or sixteen) get an alias of their own, and what is left
/// goes on with one digit less: 0x0123-0x0345 is 012[3-9], 01[3-9]*, 02*, 03[0-3]*, 034[0-5]. The
/// revision is meant to be decimal (BCD); digits above 9 in it make all of it hexadecimal.
namespace kbx::symbols {
namespace {

constexpr int revision_digits = 4;

/// The first digits of a revision, and the last one as a range.
struct Revision {
  std::uint32_t lead = 0;
  int lead_digits = 0;
  unsigned low = 0;
  unsigned high = 0;
};

/// The digits of `value`, those above 9 taken as 9.
std::int64_t decimal_of(std::uint32_t value) {
  std::int64_t result = 0;
  for (int digit = revision_digits - 1; digit >= 0; --digit) {
    const std::uint32_t nibble = value >> (4 * digit) & 0xf;
    result = result * 10 + (nibble > 9 ? 9 : nibble);
  }
  return result;
}

/// `value` and `step` (1 or -1) added, both as four digits that count to `top`.
std::uint32_t stepped(std::uint32_t value, int step, unsigned top) {
  if (top > 9) return value + static_cast<std::uint32_t>(step);
  auto number = static_cast<std::uint64_t>(decimal_of(value) + step);
  std::uint32_t result = 0;
  for (int digit = 0; digit < revision_digits; ++digit) {
    result |= static_cast<std::uint32_t>(number % 10) << (4 * digit);
    number /= 10;
  }
  return result;
}

std::string range_text(unsigned low, unsigned high, unsigned top) {
  if (low == high) return fmt::format("{:X}", low);
  if (low == 0 && high >= top) return {};
  // In a glob 9 and A are no neighbours.
  if (low > 9 || high < 10) return fmt::format("[{:X}-{:X}]", low, high);
  return fmt::format("[{:X}{}{}{:X}]", low, low < 9 ? "-9" : "", high > 10 ? "A-" : "", high);
}

std::string alias_of(const DeviceEntry& entry, const Revision& revision, unsigned top) {
  static constexpr AliasPart before[] = {
      {"v", "idVendor", Shown::if_flag, "USB_DEVICE_ID_MATCH_VENDOR"},
      {"p", "idProduct", Shown::if_flag, "USB_DEVICE_ID_MATCH_PRODUCT"}};
  static constexpr AliasPart after[] = {
      {"dc", "bDeviceClass", Shown::if_flag, "USB_DEVICE_ID_MATCH_DEV_CLASS"},
      {"dsc", "bDeviceSubClass", Shown::if_flag, "USB_DEVICE_ID_MATCH_DEV_SUBCLASS"},
      {"dp", "bDeviceProtocol", Shown::if_flag, "USB_DEVICE_ID_MATCH_DEV_PROTOCOL"},
      {"ic", "bInterfaceClass", Shown::if_flag, "USB_DEVICE_ID_MATCH_INT_CLASS"},
      {"isc", "bInterfaceSubClass", Shown::if_flag, "USB_DEVICE_ID_MATCH_INT_SUBCLASS"},
      {"ip", "bInterfaceProtocol", Shown::if_flag, "USB_DEVICE_ID_MATCH_INT_PROTOCOL"},
      {"in", "bInterfaceNumber", Shown::if_flag, "USB_DEVICE_ID_MATCH_INT_NUMBER"}};
  std::string alias = "usb:" + parts_text(entry, before) + "d";
  if (revision.lead_digits > 0)
    alias += fmt::format("{:0{}X}", revision.lead, revision.lead_digits);
  alias += range_text(revision.low, revision.high, top);
  if (revision.lead_digits < revision_digits - 1) alias += '*';
  alias += parts_text(entry, after);
  if (!alias.ends_with('*')) alias += '*';
  return alias;
}

/// 9, or 15 if a bound has a digit that no decimal number has.
unsigned top_digit(std::uint32_t low, std::uint32_t high) {
  constexpr std::uint32_t most = 0x9999;
  const std::uint32_t bound = high > most ? most : high;
  for (int digit = 0; digit < revision_digits; ++digit)
    if ((low >> (4 * digit) & 0xf) > 9 || (bound >> (4 * digit) & 0xf) > 9) return 0xf;
  return 9;
}

}  // namespace

EntryAliases usb_aliases(const DeviceEntry& entry, const Dialect& /*dialect*/) {
  EntryAliases made;
  // Some drivers keep an empty entry for identifiers given at run time: it must not match all.
  if (!(entry.number("idVendor") | entry.number("idProduct") | entry.number("bDeviceClass") |
        entry.number("bInterfaceClass")))
    return made;
  const std::uint64_t flags = entry.number("match_flags");
  const auto has = [&](std::string_view flag) {
    return (flags & static_cast<std::uint64_t>(entry.constant(flag))) != 0;
  };
  std::uint32_t low = has("USB_DEVICE_ID_MATCH_DEV_LO")
                          ? static_cast<std::uint32_t>(entry.number("bcdDevice_lo"))
                          : 0;
  std::uint32_t high = has("USB_DEVICE_ID_MATCH_DEV_HI")
                           ? static_cast<std::uint32_t>(entry.number("bcdDevice_hi"))
                           : ~std::uint32_t{0};
  const unsigned top = top_digit(low, high);
  for (int digits = revision_digits - 1; low <= high; --digits) {
    const unsigned low_digit = low & 0xf;
    const unsigned high_digit = (high & 0xf) > top ? top : high & 0xf;
    low >>= 4;
    high >>= 4;
    if (low == high || digits == 0) {
      made.aliases.push_back(alias_of(entry, {low, digits, low_digit, high_digit}, top));
      break;
    }
    if (low_digit > 0) {
      made.aliases.push_back(alias_of(entry, {low, digits, low_digit, top}, top));
      low = stepped(low, 1, top);
    }
    if (high_digit < top) {
      made.aliases.push_back(alias_of(entry, {high, digits, 0, high_digit}, top));
      high = stepped(high, -1, top);
    }
  }
  return made;
}

}  // namespace kbx::symbols
