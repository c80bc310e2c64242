#include "kbx/base/error.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

template <Reading::Showing what>
void show(Reading& reading, const std::string&) {
  reading.shown.push_back(what);
}

void read_verbosity(Reading& reading, const std::string& value) {
  reading.shown.push_back(Reading::Showing::emulations);
  reading.options.verbose = true;
  if (!value.empty() && !number(value)) throw Error("invalid number `" + value + "'");
}

void trace(Reading& reading, const std::string&) {
  ++reading.options.trace;
}

void silence(Reading& reading, const std::string&) {
  reading.options.no_warnings = true;
  reading.options.fatal_warnings = false;
}

constexpr Option rows[] = {
    {"-v", Argument::none, "", show<Reading::Showing::version>, "show the version, and go on"},
    {"-V", Argument::none, "", show<Reading::Showing::emulations>,
     "show the version and the machines, and go on"},
    {"--version", Argument::none, "", show<Reading::Showing::copyright>, "show the version"},
    {"--help", Argument::none, "", show<Reading::Showing::help>, "show this text"},
    {"--target-help", Argument::none, "", show<Reading::Showing::target_help>,
     "show the options of single machines"},
    {"--print-sysroot", Argument::none, "", show<Reading::Showing::sysroot>,
     "show the folder of --sysroot"},
    {"--print-output-format", Argument::none, "", set<&Options::print_output_format, true>,
     "show the format of the output"},
    {"--verbose --dll-verbose", Argument::optional, "LEVEL", read_verbosity,
     "show the version, the script, and each file that is tried"},
    {"-t --trace", Argument::none, "", trace,
     "tell which files are linked; given twice, members of archives too"},
    {"-y --trace-symbol", Argument::required, "SYMBOL", append<&Options::traced>,
     "tell where SYMBOL is defined and used"},
    {"--print-memory-usage", Argument::none, "", set<&Options::print_memory_usage, true>,
     "tell how full the regions of MEMORY are"},
    {"--stats", Argument::none, "", set<&Options::statistics, true>, "tell time and memory taken"},
    {"--fatal-warnings", Argument::none, "", set<&Options::fatal_warnings, true>,
     "a warning makes the link fail"},
    {"--no-fatal-warnings", Argument::none, "", set<&Options::fatal_warnings, false>,
     "it does not, the default"},
    {"-w --no-warnings", Argument::none, "", silence, "tell no warnings"},
    {"--warn-common", Argument::none, "", set<&Options::warn_common, true>,
     "tell where common symbols meet others"},
    {"--warn-once", Argument::none, "", set<&Options::warn_once, true>,
     "tell once of each undefined symbol"},
    {"--warn-section-align", Argument::none, "", set<&Options::warn_section_align, true>,
     "tell where alignment changes the address a script gives"},
    {"--warn-textrel --warn-shared-textrel", Argument::none, "",
     set<&Options::text_relocations, TextRelocations::warn>,
     "tell of relocations in read-only segments"},
    {"--warn-execstack", Argument::none, "", set<&Options::warn_executable_stack, true>,
     "tell if the stack is executable"},
    {"--no-warn-execstack", Argument::none, "", set<&Options::warn_executable_stack, false>,
     "do not"},
    {"--warn-rwx-segments", Argument::none, "", set<&Options::warn_rwx_segments, true>,
     "tell of segments that are writable and executable, the default"},
    {"--no-warn-rwx-segments", Argument::none, "", set<&Options::warn_rwx_segments, false>,
     "do not"},
};

}  // namespace

std::span<const Option> report_options() {
  return rows;
}

}  // namespace kbx::link::command
