#include "kbx/base/error.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

void read_assertion(Reading&, const std::string& value) {
  if (value != "definitions" && value != "nodefinitions" && value != "nosymbolic" &&
      value != "pure-text")
    throw Error("unrecognized -assert option `" + value + "'");
}

void read_sharing(Reading&, const std::string& value) {
  if (value != "share-unconflicted" && value != "share-duplicated")
    throw Error("bad --ctf-share-types option: " + value,
                "share-unconflicted and share-duplicated are known");
}

void read_cache_size(Reading&, const std::string& value) {
  if (!number(value)) throw Error("invalid cache memory size: " + value);
}

void read_hash_size(Reading& reading, const std::string& value) {
  if (number(value).value_or(0) != 0) return;
  reading.say("--hash-size needs a numeric argument");
  reading.failed = true;
}

void refuse(Reading&, const std::string&) {
  throw Error(
      "scripts of MRI linkers (-c), import libraries (--out-implib) and task linking "
      "(--task-link) are not supported",
      "link with GNU ld");
}

constexpr std::string_view no_plugins = "kbx links machine code only";
constexpr std::string_view memory = "memory is not what kbx is short of";
constexpr std::string_view nothing_elsewhere = "GNU ld ignores it too";

constexpr Option rows[] = {
    {"-g", Argument::none, "", ignore, "of compilers' command lines", nothing_elsewhere},
    {"-plugin", Argument::required, "FILE", ignore, "load a plugin for link-time optimization",
     no_plugins},
    {"-plugin-opt", Argument::required, "WORD", ignore, "an option of that plugin", no_plugins},
    {"-flto", Argument::optional, "VALUE", ignore, "of compilers' command lines",
     nothing_elsewhere},
    {"-flto-partition", Argument::required, "VALUE", ignore, "of compilers' command lines",
     nothing_elsewhere},
    {"-fuse-ld", Argument::required, "NAME", ignore, "of compilers' command lines",
     nothing_elsewhere},
    {"--map-whole-files --no-map-whole-files", Argument::optional, "", ignore, "of gold",
     nothing_elsewhere},
    {"-Qy", Argument::none, "", ignore, "of System V", nothing_elsewhere},
    {"-qmagic", Argument::none, "", ignore, "of a.out", nothing_elsewhere},
    {"-assert", Argument::required, "KEYWORD", read_assertion, "of SunOS", nothing_elsewhere},
    {"-A --architecture", Argument::required, "ARCH", ignore, "name the machine",
     "it is told by -m and by the inputs"},
    {"--accept-unknown-input-arch --no-accept-unknown-input-arch", Argument::none, "", ignore,
     "allow objects of unknown machines", "all machines that ELF names are known"},
    {"--copy-dt-needed-entries --no-copy-dt-needed-entries --add-needed --no-add-needed",
     Argument::none, "", ignore, "search what shared objects need for symbols too",
     "it says where a program's symbols may come from, and kbx links no such program"},
    {"--no-keep-memory --reduce-memory-overheads", Argument::none, "", ignore, "use less memory",
     memory},
    {"--max-cache-size", Argument::required, "SIZE", read_cache_size, "use less memory", memory},
    {"--hash-size", Argument::required, "NUMBER", read_hash_size,
     "the size of a table of the linker", "it grows as needed"},
    {"--traditional-format", Argument::none, "", ignore, "do as native linkers do",
     "on ELF systems GNU ld is the native linker"},
    {"--force-exe-suffix", Argument::none, "", ignore, "add .exe to the output's name",
     "no system that runs ELF files asks for it"},
    {"--embedded-relocs", Argument::none, "", ignore, "relocations for MIPS in .rel.sdata",
     "of ECOFF"},
    {"--warn-constructors", Argument::none, "", ignore, "tell of global constructors",
     "ELF has no symbols for them"},
    {"--warn-multiple-gp", Argument::none, "", ignore, "tell of several global pointers",
     "of ECOFF"},
    {"--warn-alternate-em", Argument::none, "", ignore, "tell of alternative machine numbers",
     "kbx takes none"},
    {"--ctf-variables --no-ctf-variables", Argument::none, "", ignore, "names of variables in CTF",
     "CTF is copied, not merged"},
    {"--ctf-share-types", Argument::required, "METHOD", read_sharing, "types in CTF",
     "CTF is copied, not merged"},
    {"--error-handling-script", Argument::required, "FILE", ignore,
     "run a program when a symbol or library is missing", "kbx runs no programs while linking"},
    {"-c --mri-script", Argument::required, "FILE", refuse, "not supported"},
    {"--out-implib", Argument::required, "FILE", refuse, "not supported"},
    {"--task-link", Argument::required, "SYMBOL", refuse, "not supported"},
    {"--version-exports-section", Argument::required, "SYMBOL", ignore,
     "versions from sections .exports", "of Symbian"},
};

}  // namespace

std::span<const Option> other_options() {
  return rows;
}

}  // namespace kbx::link::command
