#include <strings.h>

#include "kbx/base/error.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

void make_relocatable(Reading& reading, const std::string&) {
  Options& options = reading.options;
  if (options.kind == OutputKind::shared || options.kind == OutputKind::pie)
    throw Error(std::string("-r and ") + (options.kind == OutputKind::pie ? "-pie" : "-shared") +
                " may not be used together");
  options.kind = OutputKind::relocatable;
  reading.current.prefers_static = true;
}

template <OutputKind kind>
void make(Reading& reading, const std::string&) {
  if (reading.options.kind == OutputKind::relocatable)
    throw Error(std::string("-r and ") + (kind == OutputKind::pie ? "-pie" : "-shared") +
                " may not be used together");
  reading.options.kind = kind;
}

void unpage(Reading& reading, bool writable_text) {
  reading.options.paged = false;
  reading.options.writable_text = writable_text;
  reading.current.prefers_static = true;
}

/// What is no style is told by the link itself, as GNU ld does.
void read_build_id(Reading& reading, const std::string& value) {
  const std::string style = value.empty() ? "sha1" : value;
  reading.options.build_id = style == "none" ? "" : style;
}

void read_compression(Reading& reading, const std::string& value) {
  const auto is = [&](const char* name) { return strcasecmp(value.c_str(), name) == 0; };
  std::string& method = reading.options.compress_debug;
  if (is("none"))
    method.clear();
  else if (is("zlib") || is("zlib-gabi"))
    method = "zlib";
  else if (is("zlib-gnu") || is("zstd"))
    method = is("zstd") ? "zstd" : "zlib-gnu";
  else
    throw Error("invalid --compress-debug-sections option: `" + value + "'",
                "none, zlib, zlib-gabi, zlib-gnu and zstd are known");
}

void name_output(Reading& reading, const std::string& value) {
  reading.options.output = value;
  reading.options.names_output = true;
}

void read_map(Reading& reading, const std::string& value) {
  reading.options.map_file = value;
  if (value.empty()) reading.say("no file/directory name provided for map output; ignored");
}

constexpr Option rows[] = {
    {"-o --output!", Argument::required, "FILE", name_output, "write FILE instead of a.out"},
    {"--oformat!", Argument::required, "TARGET", take<&Options::output_format>,
     "the format of the output: binary, srec, ihex, or the name of an ELF target"},
    {"-z", Argument::required, "KEYWORD", read_keyword, "one of the keywords below"},
    {"-r -i --relocatable", Argument::none, "", make_relocatable,
     "make one object of several, to be linked again"},
    {"-Ur", Argument::none, "",
     [](Reading& reading, const std::string& value) {
       make_relocatable(reading, value);
       reading.options.builds_constructors = true;
     },
     "as -r, and resolve references to constructors"},
    {"-shared -Bshareable", Argument::none, "", make<OutputKind::shared>, "make a shared object"},
    {"-pie --pic-executable", Argument::none, "", make<OutputKind::pie>,
     "make a program that runs at any address"},
    {"-no-pie", Argument::none, "", set<&Options::kind, OutputKind::executable>,
     "make a program for a fixed address, the default"},
    {"-e --entry", Argument::required, "ADDRESS", take<&Options::entry>,
     "the symbol or address where the program starts"},
    {"-q --emit-relocs", Argument::none, "", set<&Options::emit_relocs, true>,
     "keep the relocations in a linked program"},
    {"--build-id", Argument::optional, "STYLE", read_build_id,
     "add a note that identifies the output: sha1 (default), md5, uuid, 0xHEX, none"},
    {"--package-metadata", Argument::optional, "JSON", take<&Options::package_metadata>,
     "add a note about the package that the output belongs to"},
    {"--compress-debug-sections", Argument::required, "METHOD", read_compression,
     "compress .debug_*: none, zlib, zlib-gabi, zlib-gnu, zstd"},
    {"-s --strip-all", Argument::none, "", set<&Options::strip, Strip::all>,
     "leave all symbols out; with -r the local ones and what -S leaves out"},
    {"-S --strip-debug", Argument::none, "", set<&Options::strip, Strip::debug>,
     "leave out what is for debuggers only"},
    {"-n --nmagic", Argument::none, "",
     [](Reading& reading, const std::string&) { unpage(reading, false); },
     "put sections side by side, not on pages of their own"},
    {"-N --omagic!", Argument::none, "",
     [](Reading& reading, const std::string&) { unpage(reading, true); },
     "the same, and make the text writable"},
    {"--no-omagic!", Argument::none, "",
     [](Reading& reading, const std::string&) {
       reading.options.paged = true;
       reading.options.writable_text = false;
     },
     "undo -n and -N"},
    {"--noinhibit-exec --noinhibit_exec", Argument::none, "",
     set<&Options::makes_output_despite_errors, true>, "write the output even after errors"},
    {"-M --print-map", Argument::none, "",
     [](Reading& reading, const std::string&) { reading.options.map_file = "-"; },
     "print the link map"},
    {"-Map", Argument::required, "FILE", read_map,
     "write the link map to FILE, or into the folder FILE; % stands for the output's name"},
    {"--print-map-discarded", Argument::none, "", set<&Options::map_shows_discarded, true>,
     "show in the map what was discarded, the default"},
    {"--no-print-map-discarded", Argument::none, "", set<&Options::map_shows_discarded, false>,
     "leave it out"},
    {"--cref", Argument::none, "", set<&Options::cross_reference, true>,
     "list which file defines a symbol and which ones use it"},
    {"--dependency-file", Argument::required, "FILE", take<&Options::dependency_file>,
     "write a make rule that names every file that was read"},
};

}  // namespace

std::span<const Option> output_options() {
  return rows;
}

}  // namespace kbx::link::command
