#include <cstdlib>

#include "kbx/base/error.h"
#include "kbx/base/text.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

constexpr std::uint32_t df_1_group = 4;

void read_hash_style(Reading& reading, const std::string& value) {
  if (value != "sysv" && value != "gnu" && value != "both")
    throw Error("invalid hash style `" + value + "'", "sysv, gnu and both are known");
  reading.options.sysv_hash = value != "gnu";
  reading.options.gnu_hash = value != "sysv";
}

/// As strtoul reads it: what is no number is 0.
void read_level(Reading& reading, const std::string& value) {
  reading.options.optimizes_tables = std::strtoul(value.c_str(), nullptr, 0) != 0;
}

void read_soname(Reading& reading, const std::string& value) {
  if (value.empty() && !reading.options.soname.empty())
    reading.say("SONAME must not be empty string; keeping previous one");
  else
    reading.options.soname = value;
  reading.has_soname = true;
}

void read_excluded_libraries(Reading& reading, const std::string& value) {
  const std::string names = replace_all(value, ",", ":");
  for (const std::string_view part : split(names, ':'))
    if (!part.empty()) reading.options.hidden_libraries.emplace_back(part);
}

template <auto member>
void append_path(Reading& reading, const std::string& value) {
  std::vector<std::string>& paths = reading.options.*member;
  for (const std::string& path : paths)
    if (path == value) return;
  paths.push_back(value);
}

void read_dynamic_list(Reading& reading, const std::string& value) {
  reading.options.dynamic_lists.push_back(value);
  reading.has_dynamic_list = true;
}

constexpr Option rows[] = {
    {"-soname -h", Argument::required, "NAME", read_soname, "the name of a shared object"},
    {"-I --dynamic-linker", Argument::required, "FILE",
     [](Reading& reading, const std::string& value) {
       reading.options.dynamic_linker = value;
       reading.options.no_dynamic_linker = false;
     },
     "the program that loads the output"},
    {"--no-dynamic-linker", Argument::none, "", set<&Options::no_dynamic_linker, true>,
     "name no such program"},
    {"-rpath", Argument::required, "PATH", append_path<&Options::rpath>,
     "where the output will look for its shared objects"},
    {"-rpath-link", Argument::required, "PATH", append<&Options::rpath_link>,
     "where those of shared objects are looked for while linking"},
    {"-E --export-dynamic", Argument::none, "", set<&Options::export_dynamic, true>,
     "let a program export all its symbols"},
    {"--no-export-dynamic", Argument::none, "", set<&Options::export_dynamic, false>,
     "only those that its shared objects use, the default"},
    {"--export-dynamic-symbol!", Argument::required, "SYMBOL", append<&Options::exported_symbols>,
     "export SYMBOL, which may be a pattern"},
    {"--export-dynamic-symbol-list!", Argument::required, "FILE",
     append<&Options::exported_symbol_lists>, "export the symbols listed in FILE"},
    {"-Bsymbolic", Argument::none, "",
     [](Reading& reading, const std::string&) { reading.symbolic = Symbolic::all; },
     "let a shared object use its own definitions"},
    {"-Bsymbolic-functions", Argument::none, "",
     [](Reading& reading, const std::string&) { reading.symbolic = Symbolic::functions; },
     "the same for functions"},
    {"-Bno-symbolic", Argument::none, "",
     [](Reading& reading, const std::string&) { reading.symbolic = Symbolic::none; }, "undo both"},
    {"-Bgroup", Argument::none, "",
     [](Reading& reading, const std::string&) {
       reading.options.dynamic_flags_1 |= df_1_group;
       reading.options.unresolved_in_objects = Unresolved::report;
       reading.options.unresolved_in_shared = Unresolved::report;
     },
     "look symbols up only in the shared object and those it names"},
    {"--version-script", Argument::required, "FILE", append<&Options::version_scripts>,
     "give symbols versions, or hide them, as FILE tells"},
    {"--undefined-version!", Argument::none, "", set<&Options::allow_undefined_version, true>,
     "FILE may name symbols that there are not, the default"},
    {"--no-undefined-version", Argument::none, "", set<&Options::allow_undefined_version, false>,
     "FILE may not"},
    {"--default-symver", Argument::none, "", set<&Options::default_symbol_versions, true>,
     "version symbols that have none with the name of the shared object"},
    {"--default-imported-symver", Argument::none, "",
     set<&Options::default_imported_versions, true>, "the same for those that are imported"},
    {"--dynamic-list", Argument::required, "FILE", read_dynamic_list,
     "let other objects override the symbols listed in FILE"},
    {"--dynamic-list-data", Argument::none, "",
     [](Reading& reading, const std::string&) {
       reading.options.dynamic_data = true;
       reading.has_dynamic_list = true;
     },
     "let them override all data"},
    {"--dynamic-list-cpp-new", Argument::none, "",
     [](Reading& reading, const std::string&) {
       reading.options.dynamic_operators = true;
       reading.has_dynamic_list = true;
     },
     "let them override operator new and delete"},
    {"--dynamic-list-cpp-typeinfo", Argument::none, "",
     [](Reading& reading, const std::string&) {
       reading.options.dynamic_typeinfo = true;
       reading.has_dynamic_list = true;
     },
     "let them override type information of C++"},
    {"--exclude-libs", Argument::required, "LIBS", read_excluded_libraries,
     "do not export what comes from these archives; ALL for all"},
    {"-init", Argument::required, "SYMBOL", take<&Options::init_function>,
     "the function that is called at loading"},
    {"-fini", Argument::required, "SYMBOL", take<&Options::fini_function>,
     "the function that is called at unloading"},
    {"-f --auxiliary", Argument::required, "NAME", append<&Options::auxiliary_filters>,
     "symbols may be taken from the shared object NAME instead"},
    {"-F --filter", Argument::required, "NAME", take<&Options::filter>,
     "symbols are taken from the shared object NAME"},
    {"--audit", Argument::required, "LIBS", append<&Options::audit>,
     "shared objects that audit the output when it is loaded"},
    {"-P --depaudit", Argument::required, "LIBS", append<&Options::dependency_audit>,
     "shared objects that audit those it depends on"},
    {"--hash-style", Argument::required, "STYLE", read_hash_style,
     "the tables for looking symbols up: sysv, gnu, both"},
    {"-O", Argument::required, "LEVEL", read_level,
     "give these tables as many buckets as make lookups short, unless LEVEL is 0"},
    {"--eh-frame-hdr", Argument::none, "", set<&Options::eh_frame_header, true>,
     "add .eh_frame_hdr, an index of .eh_frame"},
    {"--no-eh-frame-hdr", Argument::none, "", set<&Options::eh_frame_header, false>, "add none"},
    {"--ld-generated-unwind-info", Argument::none, "", set<&Options::generate_unwind_info, true>,
     "describe the frames of linkage tables, the default"},
    {"--no-ld-generated-unwind-info", Argument::none, "",
     set<&Options::generate_unwind_info, false>, "do not"},
    {"--enable-new-dtags", Argument::none, "", set<&Options::new_dtags, true>,
     "write DT_RUNPATH, the default"},
    {"--disable-new-dtags", Argument::none, "", set<&Options::new_dtags, false>, "write DT_RPATH"},
    {"--spare-dynamic-tags", Argument::required, "COUNT",
     [](Reading& reading, const std::string& value) {
       reading.options.spare_dynamic_tags = number(value).value_or(0);
     },
     "empty entries at the end of .dynamic; default: 5"},
};

}  // namespace

std::span<const Option> dynamic_options() {
  return rows;
}

}  // namespace kbx::link::command
