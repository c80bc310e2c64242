#include <set>

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/text.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/command/option.h"
#include "kbx/link/command/parse.h"
#include "kbx/link/command/response_file.h"

using namespace kbx;
using namespace kbx::link;
using kbx::test::TemporaryFolder;
using link::command::Request;

namespace {

Request read(const std::string& words) {
  const auto split = shell_split(words);
  REQUIRE(split);
  return link::command::parse("ld", "0", *split);
}

std::string refusal(const std::string& words) {
  try {
    read(words);
  } catch (const Error& error) {
    return error.what();
  }
  return "(accepted)";
}

std::vector<std::string> names(const Options& options) {
  std::vector<std::string> all;
  for (const Input& input : options.inputs) all.push_back(input.name);
  return all;
}

}  // namespace

TEST_CASE("a module's link") {
  const Options options =
      read(
          "-r -m elf_x86_64 -z noexecstack --no-warn-rwx-segments --build-id=sha1 "
          "-T scripts/module.lds -o x.ko x.o x.mod.o")
          .options;
  CHECK(options.kind == OutputKind::relocatable);
  CHECK(options.emulation == "elf_x86_64");
  CHECK(options.executable_stack == false);
  CHECK(options.warn_rwx_segments == false);
  CHECK(options.build_id == "sha1");
  CHECK(options.output == "x.ko");
  CHECK(names(options) == std::vector<std::string>{"scripts/module.lds", "x.o", "x.mod.o"});
  CHECK(options.inputs[0].kind == Input::Kind::script);
}

TEST_CASE("one dash or two, an argument joined or apart") {
  for (const std::string words :
       {"-soname x", "-soname=x", "--soname x", "--soname=x", "-h x", "-hx", "-son x"})
    CHECK(read(words + " a.o").options.soname == "x");
  for (const std::string words : {"-o x", "-ox", "--output x", "--output=x", "--outpu x"})
    CHECK(read(words + " a.o").options.output == "x");
  CHECK(read("-output a.o").options.output == "utput");
  CHECK(read("-Ttext 0x10 -Tdata=20 -T x.lds a.o").options.section_addresses.size() == 2);
}

TEST_CASE("a name may be cut short while it means one option only") {
  CHECK(read("--emit a.o").options.emit_relocs);
  CHECK(refusal("--no-warn a.o") == "unrecognized option '--no-warn'");
  CHECK(refusal("--o x a.o") == "unrecognized option '--o'");
  CHECK(refusal("-or a.o") == "invalid argument to option \"--orphan-handling\"");
}

TEST_CASE("letters may be grouped, with a warning") {
  const Request request = read("-Sx a.o");
  CHECK(request.options.strip == Strip::debug);
  CHECK(request.options.discard_locals == DiscardLocals::all);
  REQUIRE(request.messages.size() == 1);
  CHECK(request.messages[0] == "Warning: grouped short command line options are deprecated: -Sx");
  CHECK(refusal("-rS a.o") == "unrecognized option '-rS'");
  CHECK(refusal("-So x a.o") == "Error: unable to disambiguate: -So (did you mean --So ?)");
}

TEST_CASE("-l is a library whatever follows") {
  const Options options = read("-library-x -lc -l m").options;
  CHECK(names(options) == std::vector<std::string>{"ibrary-x", "c", "m"});
  CHECK(options.inputs[0].kind == Input::Kind::library);
}

TEST_CASE("positional options hold for what follows") {
  const Options options = read(
                              "a.a --whole-archive b.a --push-state --as-needed -Bstatic "
                              "-b binary c --pop-state d --no-whole-archive e")
                              .options;
  REQUIRE(options.inputs.size() == 5);
  CHECK_FALSE(options.inputs[0].whole_archive);
  CHECK(options.inputs[1].whole_archive);
  CHECK(options.inputs[2].whole_archive);
  CHECK(options.inputs[2].as_needed);
  CHECK(options.inputs[2].prefers_static);
  CHECK(options.inputs[2].format == "binary");
  CHECK(options.inputs[3].whole_archive);
  CHECK_FALSE(options.inputs[3].as_needed);
  CHECK(options.inputs[3].format.empty());
  CHECK_FALSE(options.inputs[4].whole_archive);
  CHECK(refusal("--pop-state a.o") == "no state pushed before popping");
  CHECK(refusal("-) a.o") == "group ended before it began");
  const Request open = read("--start-group a.o");
  CHECK(open.options.inputs.back().kind == Input::Kind::end_group);
  CHECK(open.messages.size() == 1);
}

TEST_CASE("-R takes symbols of a file and is a path for a folder") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() + "/a", "");
  const Options options =
      read("-R " + folder.path() + "/a -R " + folder.path() + " -R /nonexistent b.o").options;
  CHECK(options.inputs[0].kind == Input::Kind::just_symbols);
  CHECK(options.rpath == std::vector<std::string>{folder.path(), "/nonexistent"});
}

TEST_CASE("response files") {
  using command::split_response;
  CHECK(split_response("a 'b c' \"d e\"\n f\\ g 'h\\'i' j'k'l ''") ==
        std::vector<std::string>{"a", "b c", "d e", "f g", "h'i", "jkl", ""});
  CHECK(split_response(" \n").empty());
  const TemporaryFolder folder;
  const std::string path = folder.path();
  write_file_atomically(path + "/inner", "c.o\n");
  write_file_atomically(path + "/outer", "b.o @" + path + "/inner -o x\n");
  const Options options = read("a.o @" + path + "/outer @" + path + "/none").options;
  CHECK(names(options) == std::vector<std::string>{"a.o", "b.o", "c.o", "@" + path + "/none"});
  CHECK(options.output == "x");
  write_file_atomically(path + "/self", "@" + path + "/self");
  CHECK(refusal("@" + path + "/self") == "error: too many @-files encountered");
  CHECK(refusal("@" + path) == "error: @-file refers to a directory");
}

TEST_CASE("probes of the kernel's build end with -v") {
  CHECK(read("-v").is_done);
  CHECK(read("-m elf_x86_64 -z noexecstack --no-warn-rwx-segments -v").is_done);
  CHECK(read("--force-group-allocation -v").shown == "GNU ld (compatible: kbx 0) 2.40\n");
  CHECK_FALSE(read("-v a.o").is_done);
  CHECK(refusal("--no-such-option -v") == "unrecognized option '--no-such-option'");
  CHECK(refusal("-m elf_x86_46 -v") == "unrecognised emulation mode: elf_x86_46");
  CHECK(refusal("") == "no input files");
  CHECK(read("--version --no-such-option").is_done);
}

TEST_CASE("a misspelt option is told with the one that may be meant") {
  try {
    read("--gc-section-s a.o");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.hint() == "did you mean --gc-sections? --help lists all options");
  }
}

TEST_CASE("keywords of -z") {
  const Options options = read("-z now -zrelro -z max-page-size=0x200000 -z defs a.o").options;
  CHECK(options.dynamic_flags == 8);
  CHECK(options.dynamic_flags_1 == 1);
  CHECK(options.relro == true);
  CHECK(options.max_page_size == 0x200000);
  CHECK(options.unresolved_in_objects == Unresolved::report);
  const Request unknown = read("-z nosuch -z ibt=x a.o");
  CHECK(unknown.messages ==
        std::vector<std::string>{"warning: -z nosuch ignored", "warning: -z ibt=x ignored"});
  CHECK_FALSE(unknown.failed);
  CHECK(refusal("-z max-page-size=3 a.o") == "invalid maximum page size `3'");
}

TEST_CASE("--fatal-warnings holds for what follows it") {
  CHECK(read("--fatal-warnings -z nosuch a.o").failed);
  CHECK_FALSE(read("-z nosuch --fatal-warnings a.o").failed);
  CHECK(read("-w -z nosuch a.o").messages.empty());
}

TEST_CASE("what cannot go together") {
  CHECK(refusal("-r -shared a.o") == "-r and -shared may not be used together");
  CHECK(refusal("-pie -r a.o") == "-r and -pie may not be used together");
  CHECK(refusal("-G -r a.o") == "-r and -shared may not be used together");
  CHECK(refusal("-G 8 -r a.o") == "(accepted)");
  CHECK(refusal("-f x a.o") == "-f may not be used without -shared");
}

TEST_CASE("with -r, -s leaves what others need") {
  const Options options = read("-r -s a.o").options;
  CHECK(options.strip == Strip::debug);
  CHECK(options.discard_locals == DiscardLocals::all);
}

TEST_CASE("folders of libraries") {
  const Options options = read("--sysroot=/s -L=/a -L '$SYSROOT/b' -Y P,/c:/d -L /e -lx").options;
  CHECK(options.search_folders == std::vector<std::string>{"/s/a", "/s/b", "/e", "/c", "/d"});
}

TEST_CASE("the table of options is in order") {
  std::set<std::string> known;
  for (const command::OptionGroup& group : command::option_groups())
    for (const command::Option& option : group.options) {
      CHECK_FALSE(option.help.empty());
      CHECK(option.help.size() < 100);
      CHECK((option.argument == command::Argument::none || !option.names.empty()));
      for (std::string_view name : split_words(option.names)) {
        INFO(name);
        CHECK(name.starts_with('-'));
        while (name.starts_with('-')) name.remove_prefix(1);
        if (name.ends_with('!')) name.remove_suffix(1);
        CHECK(known.insert(std::string(name)).second);
      }
    }
  for (const command::Keyword& keyword : command::keywords()) {
    CHECK(known.insert("z " + std::string(keyword.name)).second);
    CHECK(keyword.name.ends_with('=') == !keyword.placeholder.empty());
  }
}

TEST_CASE("emulations") {
  CHECK(command::find_emulation("elf64_s390")->is_big_endian);
  CHECK(command::find_target("elf32-i386")->name == "elf_i386");
  CHECK_FALSE(command::find_emulation("nosuch"));
}
