#include <algorithm>
#include <iterator>

#include "kbx/base/error.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

void read_definition(Reading& reading, const std::string& value) {
  const std::size_t sign = value.find('=');
  if (sign == std::string::npos || sign == 0 || sign + 1 == value.size())
    throw Error("--defsym " + value + ": syntax error", "write --defsym NAME=EXPRESSION");
  reading.options.definitions.push_back(
      {value.substr(0, sign), value.substr(sign + 1), reading.options.inputs.size()});
}

template <Unresolved in_objects, Unresolved in_shared>
void set_unresolved(Reading& reading) {
  reading.options.unresolved_in_objects = in_objects;
  reading.options.unresolved_in_shared = in_shared;
}

void read_unresolved(Reading& reading, const std::string& value) {
  constexpr Unresolved report = Unresolved::report, ignore = Unresolved::ignore;
  if (value == "ignore-all")
    set_unresolved<ignore, ignore>(reading);
  else if (value == "report-all")
    set_unresolved<report, report>(reading);
  else if (value == "ignore-in-object-files")
    set_unresolved<ignore, report>(reading);
  else if (value == "ignore-in-shared-libs")
    set_unresolved<report, ignore>(reading);
  else
    throw Error("bad --unresolved-symbols option: " + value,
                "ignore-all, report-all, ignore-in-object-files and ignore-in-shared-libs are "
                "known");
}

void read_demangling(Reading& reading, const std::string& value) {
  constexpr std::string_view styles[] = {"",     "none", "auto",  "gnu-v3",
                                         "java", "gnat", "dlang", "rust"};
  if (std::find(std::begin(styles), std::end(styles), value) == std::end(styles))
    throw Error("unknown demangling style `" + value + "'");
  reading.options.demangle = value != "none";
}

constexpr Option rows[] = {
    {"-u --undefined", Argument::required, "SYMBOL", append<&Options::required_symbols>,
     "treat SYMBOL as used, so that archives are searched for it"},
    {"--require-defined", Argument::required, "SYMBOL", append<&Options::must_be_defined>,
     "the same, and fail if nothing defines it"},
    {"--defsym", Argument::required, "SYMBOL=EXPRESSION", read_definition,
     "define SYMBOL as a script would"},
    {"--wrap", Argument::required, "SYMBOL", append<&Options::wrapped>,
     "let uses of SYMBOL go to __wrap_SYMBOL, and those of __real_SYMBOL to SYMBOL"},
    {"-x --discard-all", Argument::none, "", set<&Options::discard_locals, DiscardLocals::all>,
     "leave out local symbols"},
    {"-X --discard-locals", Argument::none, "",
     set<&Options::discard_locals, DiscardLocals::temporary>,
     "leave out local symbols that a compiler made, as .L1"},
    {"--discard-none", Argument::none, "", set<&Options::discard_locals, DiscardLocals::none>,
     "leave out no local symbol"},
    {"--strip-discarded", Argument::none, "", set<&Options::strip_discarded, true>,
     "leave out symbols of sections that were discarded, the default"},
    {"--no-strip-discarded", Argument::none, "", set<&Options::strip_discarded, false>,
     "keep them"},
    {"--retain-symbols-file", Argument::required, "FILE", take<&Options::retained_symbols_file>,
     "keep only the symbols listed in FILE"},
    {"-d -dc -dp", Argument::none, "", set<&Options::define_common, true>,
     "give common symbols their place with -r too"},
    {"--no-define-common", Argument::none, "", set<&Options::inhibit_common, true>,
     "give them none in a shared object"},
    {"--sort-common --sort_common", Argument::optional, "ORDER",
     [](Reading& reading, const std::string& value) {
       if (value.empty() || value == "descending")
         reading.options.sort_common = SortCommon::descending;
       else if (value == "ascending")
         reading.options.sort_common = SortCommon::ascending;
       else
         throw Error("invalid common section sorting option: " + value,
                     "ascending and descending are known");
     },
     "lay common symbols out by alignment: descending (default) or ascending"},
    {"--allow-multiple-definition", Argument::none, "",
     set<&Options::allow_multiple_definition, true>, "of several definitions take the first"},
    {"--disable-multiple-abs-defs", Argument::none, "", set<&Options::no_multiple_absolute, true>,
     "refuse a second definition of what -R brought"},
    {"--no-undefined", Argument::none, "", set<&Options::unresolved_in_objects, Unresolved::report>,
     "refuse undefined symbols in a shared object too"},
    {"--unresolved-symbols", Argument::required, "METHOD", read_unresolved,
     "ignore-all, report-all, ignore-in-object-files or ignore-in-shared-libs"},
    {"--allow-shlib-undefined", Argument::none, "",
     set<&Options::unresolved_in_shared, Unresolved::ignore>,
     "allow undefined symbols in shared objects that are linked with"},
    {"--no-allow-shlib-undefined", Argument::none, "",
     set<&Options::unresolved_in_shared, Unresolved::report>, "refuse them"},
    {"--ignore-unresolved-symbol", Argument::required, "SYMBOL", append<&Options::may_be_undefined>,
     "SYMBOL may stay undefined"},
    {"--warn-unresolved-symbols", Argument::none, "", set<&Options::unresolved_are_warnings, true>,
     "undefined symbols are warnings"},
    {"--error-unresolved-symbols", Argument::none, "",
     set<&Options::unresolved_are_warnings, false>, "undefined symbols are errors, the default"},
    {"--demangle", Argument::optional, "STYLE", read_demangling,
     "show names of C++ in messages as they are written"},
    {"--no-demangle", Argument::none, "", set<&Options::demangle, false>,
     "show them as the object has them"},
};

}  // namespace

std::span<const Option> symbol_options() {
  return rows;
}

}  // namespace kbx::link::command
