#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/text.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

void open_group(Reading& reading, const std::string&) {
  reading.add_input(Input::Kind::start_group, "");
  ++reading.open_groups;
}

void close_group(Reading& reading, const std::string&) {
  if (reading.open_groups == 0)
    throw Error("group ended before it began", "give --start-group before --end-group");
  reading.add_input(Input::Kind::end_group, "");
  --reading.open_groups;
}

void push_state(Reading& reading, const std::string&) {
  reading.pushed.push_back(reading.current);
}

void pop_state(Reading& reading, const std::string&) {
  if (reading.pushed.empty())
    throw Error("no state pushed before popping", "give --push-state before --pop-state");
  reading.current = reading.pushed.back();
  reading.pushed.pop_back();
}

/// A file gives its symbols, a folder is one where the program will look for libraries. What does
/// not exist counts as a folder.
void read_symbols_or_rpath(Reading& reading, const std::string& value) {
  if (exists(value) && !is_folder(value))
    reading.add_input(Input::Kind::just_symbols, value);
  else
    reading.options.rpath.push_back(value);
}

void choose_libraries(Reading& reading, const std::string& value) {
  if (value == "archive")
    reading.current.prefers_static = true;
  else if (value == "shared" || value == "default")
    reading.current.prefers_static = false;
  else
    throw Error("unrecognized -a option `" + value + "'", "archive, shared and default are known");
}

template <auto member, bool value>
void set_current(Reading& reading, const std::string&) {
  reading.current.*member = value;
}

void add_default_folders(Reading& reading, const std::string& value) {
  const std::string_view list = std::string_view(value).substr(value.starts_with("P,") ? 2 : 0);
  reading.default_folders.clear();
  for (const std::string_view folder : split(list, ':'))
    if (!folder.empty()) reading.default_folders.emplace_back(folder);
}

template <Input::Kind kind>
void add(Reading& reading, const std::string& value) {
  reading.add_input(kind, value);
}

constexpr Option rows[] = {
    {"-l --library", Argument::required, "NAME", add<Input::Kind::library>,
     "look for libNAME.so and libNAME.a in the folders of -L; -l:FILE for FILE itself"},
    {"-L --library-path", Argument::required, "DIR", append<&Options::search_folders>,
     "look for libraries in DIR too; a leading = or $SYSROOT stands for that of --sysroot"},
    {"-T --script", Argument::required, "FILE", add<Input::Kind::script>,
     "lay the output out as the linker script FILE tells"},
    {"--default-script -dT", Argument::required, "FILE", take<&Options::default_script>,
     "the script if there is no -T"},
    {"-R --just-symbols", Argument::required, "FILE", read_symbols_or_rpath,
     "take the addresses of FILE's symbols and nothing else of it; a folder is as with -rpath"},
    {"-b --format", Argument::required, "TARGET",
     [](Reading& reading, const std::string& value) {
       reading.current.format = value == "default" ? "" : value;
       reading.options.formats.push_back({value, "", reading.options.inputs.size()});
     },
     "the format of the files that follow: binary, the name of an ELF target, or default"},
    {"-( --start-group", Argument::none, "", open_group,
     "search the archives up to --end-group until no more members are needed"},
    {"-) --end-group", Argument::none, "", close_group, "the end of a group"},
    {"--whole-archive", Argument::none, "", set_current<&Input::whole_archive, true>,
     "take every member of the archives that follow"},
    {"--no-whole-archive", Argument::none, "", set_current<&Input::whole_archive, false>,
     "take only members that are needed, the default"},
    {"--as-needed", Argument::none, "", set_current<&Input::as_needed, true>,
     "name the shared objects that follow in the output only if they are used"},
    {"--no-as-needed", Argument::none, "", set_current<&Input::as_needed, false>,
     "name them in any case, the default"},
    {"-Bstatic -dn -non_shared -static", Argument::none, "",
     set_current<&Input::prefers_static, true>, "take archives for the -l that follow"},
    {"-Bdynamic -dy -call_shared", Argument::none, "", set_current<&Input::prefers_static, false>,
     "take shared objects for the -l that follow if there are any, the default"},
    {"-a", Argument::required, "KEYWORD", choose_libraries,
     "archive is -Bstatic, shared and default are -Bdynamic"},
    {"--push-state", Argument::none, "", push_state,
     "keep the state of -b, --whole-archive, --as-needed and -Bstatic"},
    {"--pop-state", Argument::none, "", pop_state, "go back to the state that was kept last"},
    {"--sysroot", Argument::required, "DIR", take<&Options::sysroot>,
     "the folder that = in -L, and paths in scripts below it, begin with"},
    {"-nostdlib", Argument::none, "", set<&Options::only_given_folders, true>,
     "look for libraries only in folders of the command line"},
    {"-Y", Argument::required, "PATH", add_default_folders,
     "folders apart by colons that are searched after those of -L"},
    {"--no-warn-mismatch", Argument::none, "", set<&Options::warn_mismatch, false>,
     "link files of another machine or byte order all the same"},
    {"--no-warn-search-mismatch", Argument::none, "", set<&Options::warn_search_mismatch, false>,
     "say nothing of libraries passed over because they are for another machine"},
};

}  // namespace

std::span<const Option> input_options() {
  return rows;
}

}  // namespace kbx::link::command
