#include <strings.h>

#include "kbx/base/error.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

void place(Reading& reading, const std::string& section, const std::string& address) {
  if (!number(address, 16)) throw Error("invalid hex number `" + address + "'");
  reading.options.section_addresses.push_back({section, address, reading.options.inputs.size()});
}

void read_section_start(Reading& reading, const std::string& value) {
  const std::size_t sign = value.find('=');
  if (sign == std::string::npos || sign == 0 || sign + 1 == value.size())
    throw Error("invalid argument to option \"--section-start\"",
                "write --section-start SECTION=ADDRESS");
  place(reading, value.substr(0, sign), value.substr(sign + 1));
}

void read_orphans(Reading& reading, const std::string& value) {
  const auto is = [&](const char* name) { return strcasecmp(value.c_str(), name) == 0; };
  if (is("place"))
    reading.options.orphans = OrphanHandling::place;
  else if (is("warn"))
    reading.options.orphans = OrphanHandling::warn;
  else if (is("error"))
    reading.options.orphans = OrphanHandling::error;
  else if (is("discard"))
    reading.options.orphans = OrphanHandling::discard;
  else
    throw Error("invalid argument to option \"--orphan-handling\"",
                "place, discard, warn and error are known; found \"" + value + "\"");
}

void read_sorting(Reading& reading, const std::string& value) {
  if (value != "name" && value != "alignment")
    throw Error("invalid section sorting option: " + value, "name and alignment are known");
  reading.options.sort_section_by_name = value == "name";
  reading.options.sort_section_by_alignment = value == "alignment";
}

void read_unique(Reading& reading, const std::string& value) {
  if (value.empty())
    reading.options.unique_sections = true;
  else
    reading.options.unique_patterns.push_back(value);
}

constexpr Option rows[] = {
    {"--section-start", Argument::required, "SECTION=ADDRESS", read_section_start,
     "put SECTION at ADDRESS, which is hexadecimal"},
    {"-Ttext", Argument::required, "ADDRESS",
     [](Reading& reading, const std::string& value) { place(reading, ".text", value); },
     "put .text at ADDRESS"},
    {"-Tdata", Argument::required, "ADDRESS",
     [](Reading& reading, const std::string& value) { place(reading, ".data", value); },
     "put .data at ADDRESS"},
    {"-Tbss", Argument::required, "ADDRESS",
     [](Reading& reading, const std::string& value) { place(reading, ".bss", value); },
     "put .bss at ADDRESS"},
    {"-Ttext-segment", Argument::required, "ADDRESS",
     [](Reading& reading, const std::string& value) { place(reading, ".text-segment", value); },
     "let the segment with the text start at ADDRESS"},
    {"-Trodata-segment", Argument::required, "ADDRESS",
     [](Reading& reading, const std::string& value) { place(reading, ".rodata-segment", value); },
     "the same for read-only data"},
    {"-Tldata-segment", Argument::required, "ADDRESS",
     [](Reading& reading, const std::string& value) { place(reading, ".ldata-segment", value); },
     "the same for the data of the large code model"},
    {"--orphan-handling", Argument::required, "MODE", read_orphans,
     "sections that the script does not name: place (default), discard, warn, error"},
    {"--unique", Argument::optional, "SECTION", read_unique,
     "keep sections of this name apart; without a name, all that the script does not place"},
    {"--sort-section", Argument::required, "KEY", read_sorting,
     "sort what a pattern of the script takes: name or alignment"},
    {"--force-group-allocation", Argument::none, "", set<&Options::force_group_allocation, true>,
     "with -r, merge members of groups as other sections, and drop the groups"},
    {"--gc-sections", Argument::none, "", set<&Options::gc_sections, true>,
     "leave out sections that nothing refers to"},
    {"--no-gc-sections", Argument::none, "", set<&Options::gc_sections, false>,
     "keep them, the default"},
    {"--print-gc-sections", Argument::none, "", set<&Options::print_gc_sections, true>,
     "tell which sections --gc-sections leaves out"},
    {"--no-print-gc-sections", Argument::none, "", set<&Options::print_gc_sections, false>,
     "do not tell, the default"},
    {"--gc-keep-exported", Argument::none, "", set<&Options::gc_keep_exported, true>,
     "keep sections with symbols that the output exports"},
    {"--split-by-file", Argument::optional, "SIZE",
     [](Reading& reading, const std::string& value) {
       reading.options.split_by_file = value.empty() ? 1 : number(value).value_or(0);
     },
     "start a new output section for every SIZE bytes of input"},
    {"--split-by-reloc", Argument::optional, "COUNT",
     [](Reading& reading, const std::string& value) {
       reading.options.split_by_reloc = value.empty() ? 32768 : number(value).value_or(0);
     },
     "start a new output section before one has more relocations than COUNT"},
    {"--check-sections", Argument::none, "", set<&Options::check_sections, true>,
     "refuse sections whose addresses overlap, the default but for -r"},
    {"--no-check-sections", Argument::none, "", set<&Options::check_sections, false>, "allow them"},
    {"--enable-non-contiguous-regions", Argument::none, "",
     set<&Options::non_contiguous_regions, true>,
     "let a section that does not fit go to the next statement that matches it"},
    {"--enable-non-contiguous-regions-warnings", Argument::none, "",
     set<&Options::warn_non_contiguous_regions, true>, "warn where that may surprise"},
    {"--relax", Argument::none, "", set<&Options::relax, true>,
     "replace instructions by shorter ones where the machine has them"},
    {"--no-relax", Argument::none, "", set<&Options::relax, false>, "leave instructions alone"},
    {"-G --gpsize", Argument::required, "SIZE",
     [](Reading& reading, const std::string& value) {
       reading.options.small_data_size = number(value);
       if (!reading.options.small_data_size) throw Error("invalid number `" + value + "'");
     },
     "the greatest size of data that the global pointer reaches; without a size, as -shared"},
};

}  // namespace

std::span<const Option> layout_options() {
  return rows;
}

}  // namespace kbx::link::command
