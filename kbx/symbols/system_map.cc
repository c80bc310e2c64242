#include "kbx/symbols/system_map.h"

#include <charconv>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/base/text.h"

/// System.map is what nm(1) says of vmlinux, sorted: address, type, name. It knows no exports as
/// such, but the tables of exports are part of the image: the entry of NAME is labelled
/// __ksymtab_NAME, and lies between __start___ksymtab_gpl and __stop___ksymtab_gpl if NAME is for
/// GPL-compatible modules only (include/asm-generic/vmlinux.lds.h).
namespace kbx::symbols {
namespace {

struct Row {
  std::uint64_t address = 0;
  char type = 0;
  std::string_view name;
};

/// Nothing if `line` is no row.
std::optional<Row> parse_row(std::string_view line) {
  const size_t first = line.find(' ');
  if (first == std::string_view::npos || line.size() < first + 4 || line[first + 2] != ' ')
    return std::nullopt;
  Row row;
  // Undefined weak symbols have spaces in place of an address.
  if (first == 0) return row;
  const char* const end = line.data() + first;
  const auto [stop, fault] = std::from_chars(line.data(), end, row.address, 16);
  if (fault != std::errc() || stop != end) return std::nullopt;
  row.type = line[first + 1];
  row.name = trim(line.substr(first + 3));
  return row;
}

struct Range {
  std::optional<std::uint64_t> start;
  std::optional<std::uint64_t> stop;

  bool is_known() const { return start && stop; }
  bool holds(std::uint64_t address) const {
    return is_known() && address >= *start && address < *stop;
  }
};

KernelExport& entry_of(KernelSymbols& kernel, std::string_view symbol) {
  KernelExport& entry = kernel.exports[std::string(symbol)];
  if (entry.owner.empty()) entry.owner = "vmlinux";
  return entry;
}

/// What the CRC of kernels with CONFIG_64BIT looks like to nm: sign or zero extended.
std::uint32_t low_word(std::uint64_t value) {
  return static_cast<std::uint32_t>(value & 0xffffffff);
}

}  // namespace

void add_system_map(KernelSymbols& kernel, std::string_view text, const std::string& path) {
  constexpr std::string_view entry_mark = "__ksymtab_";
  constexpr std::string_view crc_mark = "__crc_";
  Range plain;
  Range gpl;
  std::vector<Row> entries;
  std::vector<Row> crcs;
  int number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    const auto row = parse_row(line);
    if (!row)
      throw Error({path, number}, "found no row of a System.map: address, type, name",
                  "give the file that came with the kernel's image");
    if (row->name == "__start___ksymtab") plain.start = row->address;
    if (row->name == "__stop___ksymtab") plain.stop = row->address;
    if (row->name == "__start___ksymtab_gpl") gpl.start = row->address;
    if (row->name == "__stop___ksymtab_gpl") gpl.stop = row->address;
    if (row->name.starts_with(entry_mark)) entries.push_back(*row);
    if (row->name.starts_with(crc_mark) && (row->type == 'A' || row->type == 'a'))
      crcs.push_back(*row);
  }
  if (entries.empty())
    throw Error({path, 0}, "this System.map lists no exported symbols",
                "Debian's image packages come with an empty one: take that of the package "
                "linux-image-RELEASE-dbg, or name the kernel's headers");
  for (const Row& row : entries) {
    KernelExport& entry = entry_of(kernel, row.name.substr(entry_mark.size()));
    if (gpl.holds(row.address))
      entry.license = ExportLicense::gpl_only;
    else if (gpl.is_known() && plain.holds(row.address))
      entry.license = ExportLicense::any;
  }
  for (const Row& row : crcs) {
    const auto found = kernel.exports.find(row.name.substr(crc_mark.size()));
    if (found != kernel.exports.end() && !found->second.crc)
      found->second.crc = low_word(row.address);
  }
}

}  // namespace kbx::symbols
