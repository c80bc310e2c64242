#include <map>

#include <doctest/doctest.h>

#include "kbx/link/script/parse.h"
#include "kbx/link/script/print.h"

using namespace kbx;
using namespace kbx::link::script;

namespace {

/// The script's one command.
template <typename Node>
Node only(std::string_view text) {
  const Script script = parse_script(text, "t.lds");
  REQUIRE(script.commands.size() == 1);
  REQUIRE(std::holds_alternative<Node>(script.commands[0]));
  return std::get<Node>(script.commands[0]);
}

/// The one output section of a script.
OutputSection section(std::string_view text) {
  const auto sections = only<Sections>("SECTIONS {" + std::string(text) + "}");
  REQUIRE(sections.items.size() == 1);
  return std::get<OutputSection>(sections.items[0]);
}

/// The one statement between an output section's braces.
template <typename Node>
Node statement(std::string_view text) {
  const OutputSection node = section(".s : { " + std::string(text) + " }");
  REQUIRE(node.statements.size() == 1);
  REQUIRE(std::holds_alternative<Node>(node.statements[0]));
  return std::get<Node>(node.statements[0]);
}

/// "line: message" of the error that `text` is.
std::string error_of(std::string_view text) {
  try {
    parse_script(text, "t.lds");
  } catch (const Error& error) {
    CHECK(error.location().file == "t.lds");
    CHECK(!error.hint().empty() == (error.to_string().find("hint") != std::string::npos));
    return std::to_string(error.location().line) + ": " + error.what();
  }
  return "accepted";
}

/// What comes back from reading what was printed, as text.
std::string printed(std::string_view text) {
  const Script script = parse_script(text, "t.lds");
  const std::string once = print(script);
  CHECK(parse_script(once, "printed.lds") == script);
  return once;
}

}  // namespace

TEST_CASE("places are those that line markers name") {
  const auto place_of_error = [](std::string_view text) {
    try {
      parse_script(text, "t.lds");
    } catch (const Error& error) {
      return error.location().file + ":" + std::to_string(error.location().line);
    }
    return std::string("accepted");
  };
  CHECK(place_of_error("# 1 \"a.lds.S\"\n# 1 \"b.h\" 1\n\n# 7 \"a.lds.S\" 2\nx = 1;\nx 2;") ==
        "a.lds.S:8");
  CHECK(place_of_error("SECTIONS {\n .t : {\n#line 30 \"c.S\"\n *(.t) = 3 }\n}") == "c.S:30");
  for (const char* comment : {"# 9 none", "#9 \"x\"", "# x \"x\"", "# 9 \"x", "# 99999999999 \"x\"",
                              " # 9 \"x\"", "# \"x\"", "#", "# 9"})
    CHECK(place_of_error(std::string(comment) + "\nx 2;") == "t.lds:2");
}

TEST_CASE("commands with names") {
  CHECK(only<Entry>("ENTRY(start)").symbol == "start");
  CHECK(only<OutputArch>("OUTPUT_ARCH(i386:x86-64)").arch == "i386:x86-64");
  CHECK(only<SearchDir>("SEARCH_DIR(\"=/usr/lib\")").folder == "=/usr/lib");
  CHECK(only<OutputFile>("OUTPUT(a.out);;").file == "a.out");
  CHECK(only<Target>("TARGET(binary)").name == "binary");
  CHECK(only<Startup>("STARTUP(crt0.o)").file == "crt0.o");
  CHECK(only<MapFile>("MAP(x.map)").file == "x.map");
  CHECK(only<Feature>("LD_FEATURE(\"SANE_EXPR\")").name == "SANE_EXPR");
  CHECK(only<Allocation>("FORCE_GROUP_ALLOCATION").kind == AllocationKind::force_group);
  CHECK(only<Extern>("EXTERN(a b,c)").symbols == std::vector<std::string>{"a", "b", "c"});
  CHECK(only<Insert>("INSERT BEFORE .text;").section == ".text");
  CHECK(only<Insert>("INSERT AFTER .text").after);
  CHECK(only<NoCrossReferences>("NOCROSSREFS_TO(.a .b)").to_first);
  CHECK(only<NoCrossReferences>("NOCROSSREFS()").sections.empty());
}

TEST_CASE("OUTPUT_FORMAT has one name or three") {
  CHECK(only<OutputFormat>("OUTPUT_FORMAT(elf64-x86-64)").format == "elf64-x86-64");
  const auto three = only<OutputFormat>("OUTPUT_FORMAT(\"a\", \"b\", \"c\")");
  CHECK(three.big_endian == "b");
  CHECK(three.little_endian == "c");
  // Without quotes a comma is part of the name.
  CHECK(only<OutputFormat>("OUTPUT_FORMAT(a,b,c)").format == "a,b,c");
}

TEST_CASE("input files") {
  const auto files =
      only<InputFiles>("GROUP ( /lib/libc.so.6 -lm AS_NEEDED ( =x.so -ly ) \"a b\" )");
  CHECK(files.group);
  REQUIRE(files.names.size() == 5);
  CHECK(files.names[0].name == "/lib/libc.so.6");
  CHECK(files.names[1].is_library);
  CHECK(files.names[1].name == "m");
  CHECK(files.names[2].name == "=x.so");
  CHECK(files.names[2].as_needed);
  CHECK(files.names[3].is_library);
  CHECK(!files.names[4].as_needed);
  CHECK(only<InputFiles>("INPUT(a, b)").names[0].name == "a,");
  CHECK(error_of("INPUT()") == "1: found `)', expected a file or -lLIBRARY");
}

TEST_CASE("an assignment keeps its operator and place") {
  const auto node = only<Assignment>("\n\nx <<= 4;");
  CHECK(node.symbol == "x");
  CHECK(node.operation == AssignmentOperator::shift_left);
  CHECK(node.place.location().to_string() == "t.lds:3");
  CHECK(only<Assignment>("PROVIDE_HIDDEN(x = 1);").kind == AssignmentKind::provide_hidden);
  CHECK(only<Assignment>("HIDDEN(x = 1);").kind == AssignmentKind::hidden);
  CHECK(only<Assignment>("x = 1,").value.number == 1);
}

TEST_CASE("the same bytes are other tokens elsewhere") {
  // A minus is an operator in an expression and part of a file's name.
  CHECK(only<Assignment>("x = a-b;").value.operation == Operation::subtract);
  CHECK(statement<InputSections>("a-b(.c-d)").file.name == "a-b");
  // A slash is part of a symbol unless it stands alone.
  CHECK(only<Assignment>("x = a/b;").value.name == "a/b");
  CHECK(only<Assignment>("x = a / b;").value.operation == Operation::divide);
  // Words are keywords only where they mean something.
  CHECK(only<Assignment>("x = KEEP;").value.name == "KEEP");
  CHECK(statement<InputSections>("*(SECTIONS)").sections[0].name == "SECTIONS");
  CHECK(error_of("len = 1;").starts_with("1: found `len', expected"));
  CHECK(error_of("x=1;") == "1: found `;', expected `=' after `x=1'");
}

TEST_CASE("names that are not plain") {
  CHECK(statement<InputSections>("*(SORT(___ksymtab+*))").sections[0].name == "___ksymtab+*");
  CHECK(statement<InputSections>("*(.text.[0-9a-zA-Z_]*)").sections[0].name ==
        ".text.[0-9a-zA-Z_]*");
  CHECK(statement<InputSections>("*(.bss..L*)").sections[0].name == ".bss..L*");
  CHECK(statement<InputSections>("*(.text,.data)").sections[0].name == ".text,.data");
  CHECK(section("/DISCARD/ : { }").name == "/DISCARD/");
  CHECK(section("\".with space\" : { }").name == ".with space");
}

TEST_CASE("numbers") {
  const auto number = [](const std::string& text) {
    const Expression node = parse_expression(text, "t");
    CHECK(node.operation == Operation::number);
    return node.number;
  };
  CHECK(number("017") == 15);
  CHECK(number("0x10") == 16);
  CHECK(number("$1f") == 31);
  CHECK(number("4K") == 4096);
  CHECK(number("0x2m") == 2U << 20U);
  CHECK(number("1fh") == 31);
  CHECK(number("1fX") == 31);
  CHECK(number("17o") == 15);
  CHECK(number("101b") == 5);
  CHECK(number("19D") == 19);
  CHECK(number("0xffffffffffffffffff") == 0xffffffffffffffff);
  CHECK(number("089") == 0);
  // Hexadecimal digits before b, o and d are no number of that base.
  CHECK(parse_expression("bad", "t").name == "bad");
  CHECK(parse_expression("0x0090", "t").name == "0x0090");
  CHECK(parse_expression("0x90K", "t").name.empty());
}

TEST_CASE("operators bind as in C") {
  const auto text = [](const char* expression) { return print(parse_expression(expression, "t")); };
  CHECK(text("1+2*3") == "1 + 2 * 3");
  CHECK(text("(1+2)*3") == "(1 + 2) * 3");
  CHECK(text("1-(2-3)") == "1 - (2 - 3)");
  CHECK(text("(1-2)-3") == "1 - 2 - 3");
  CHECK(text("1|2^3&4") == "1 | 2 ^ 3 & 4");
  CHECK(text("((1|2)^3)&4") == "((1 | 2) ^ 3) & 4");
  CHECK(text("1<<2+3") == "1 << 2 + 3");
  CHECK(text("a?b:c?d:e") == "a ? b : c ? d : e");
  CHECK(text("(a?b:c)?d:e") == "(a ? b : c) ? d : e");
  CHECK(text("-(a+b)") == "-(a + b)");
  CHECK(text("!~-+x") == "!~-x");
  CHECK(text("a&&b||c") == "a && b || c");
}

TEST_CASE("builtins") {
  const auto text = [](const char* expression) { return print(parse_expression(expression, "t")); };
  CHECK(text("ALIGN(8)") == "ALIGN(8)");
  CHECK(text("BLOCK(8)") == "ALIGN(8)");
  CHECK(text("ALIGN(.,8)") == "ALIGN(., 8)");
  CHECK(text("SIZEOF(.a-b)") == "SIZEOF(.a-b)");
  CHECK(text("DEFINED(a)?1:SIZEOF_HEADERS") == "DEFINED(a) ? 1 : SIZEOF_HEADERS");
  CHECK(text("SEGMENT_START(\"text-segment\", 4)") == "SEGMENT_START(\"text-segment\", 4)");
  CHECK(text("ASSERT(1,\"m\")+LOG2CEIL(MAX(1,MIN(2,3)))") ==
        "ASSERT(1, \"m\") + LOG2CEIL(MAX(1, MIN(2, 3)))");
  CHECK(text("CONSTANT(MAXPAGESIZE)-ORIGIN(r)-LENGTH(r)") ==
        "CONSTANT(MAXPAGESIZE) - ORIGIN(r) - LENGTH(r)");
  CHECK(text("\"a-b\" + \"x\"") == "\"a-b\" + x");
}

TEST_CASE("an output section's head") {
  const OutputSection node = section(
      ".a 0x10 (NOLOAD) : AT(5) ALIGN(8) SUBALIGN(4) ONLY_IF_RO { } "
      ">ram :text :NONE =0x90");
  CHECK(node.address->number == 16);
  CHECK(node.type == SectionType::noload);
  CHECK(node.load_address->number == 5);
  CHECK(node.align->number == 8);
  CHECK(section(".a : ALIGN_WITH_INPUT { }").align_with_input);
  CHECK(error_of("SECTIONS {\n .a : ALIGN(1) ALIGN_WITH_INPUT { } }")
            .starts_with("2: error: align with input and"));
  CHECK(node.subalign->number == 4);
  CHECK(node.constraint == Constraint::only_if_ro);
  CHECK(node.placement.region == "ram");
  CHECK(section(".a : { } >ram AT>rom").placement.load_region == "rom");
  CHECK(
      error_of("SECTIONS { .a : AT(1) { } AT>rom }").starts_with("1: an output section has both"));
  CHECK(node.placement.program_headers == std::vector<std::string>{"text", "NONE"});
  CHECK(node.placement.fill->name == "0x90");
}

TEST_CASE("an address in parentheses is told from a type") {
  CHECK(section(".a (NOLOAD) : { }").type == SectionType::noload);
  CHECK(section(".a () : { }").type == SectionType::normal);
  CHECK(section(".a (5) : { }").address->number == 5);
  CHECK(section(".a ((5) + 1) (INFO) : { }").address->operation == Operation::add);
  CHECK(section(".a (READONLY) : { }").type == SectionType::readonly);
  CHECK(section(".a (READONLY (TYPE = 7)) : { }").type_value->number == 7);
  CHECK(section(".a (TYPE = 0x7) : { }").type == SectionType::typed);
  CHECK(section(".a BIND(6) BLOCK(8) : { }").address->number == 6);
}

TEST_CASE("a fill does not swallow the next section") {
  const auto node =
      only<Sections>("SECTIONS { .a : { } =0x90 .b : { } =0x91 /DISCARD/ : { *(x) } }");
  REQUIRE(node.items.size() == 3);
  CHECK(std::get<OutputSection>(node.items[2]).name == "/DISCARD/");
}

TEST_CASE("the first word of a head is read like a name of the script") {
  CHECK(section(".a b-c : { }").address->name == "b-c");
  CHECK(section(".a b - c : { }").address->operation == Operation::subtract);
}

TEST_CASE("input sections") {
  const auto plain = statement<InputSections>("*(.a .b)");
  CHECK(plain.sections.size() == 2);
  CHECK(statement<InputSections>("foo.o").sections.empty());
  CHECK(statement<InputSections>("KEEP(*(.a))").keep);
  CHECK(statement<InputSections>("lib.a:x.o(.a)").file.name == "lib.a:x.o");
  CHECK(statement<InputSections>("[ .a .b ]").sections.size() == 2);
  CHECK(statement<InputSections>("INPUT_SECTION_FLAGS(SHF_WRITE & !SHF_TLS) *(.a)").flags ==
        std::vector<std::string>{"SHF_WRITE", "!SHF_TLS"});
  const auto excluded = statement<InputSections>(
      "EXCLUDE_FILE(a.o *b.o) *(.x EXCLUDE_FILE(c.o) .y SORT(EXCLUDE_FILE(d.o) .z))");
  CHECK(excluded.file.excluded == std::vector<std::string>{"a.o", "*b.o"});
  CHECK(excluded.sections[0].excluded.empty());
  CHECK(excluded.sections[1].excluded == std::vector<std::string>{"c.o"});
  CHECK(excluded.sections[2].sort == Sort::name);
}

TEST_CASE("SORT words") {
  const auto sort = [](const char* text) {
    return statement<InputSections>("*(" + std::string(text) + ")").sections[0].sort;
  };
  CHECK(sort(".a") == Sort::unsorted);
  CHECK(sort("SORT_NONE(.a)") == Sort::none);
  CHECK(sort("SORT_BY_NAME(SORT_BY_NAME(.a))") == Sort::name);
  CHECK(sort("SORT_BY_NAME(SORT_BY_ALIGNMENT(.a))") == Sort::name_alignment);
  CHECK(sort("SORT_BY_ALIGNMENT(SORT(.a))") == Sort::alignment_name);
  CHECK(sort("SORT_BY_INIT_PRIORITY(.a)") == Sort::init_priority);
  CHECK(sort("REVERSE(.a)") == Sort::name);
  CHECK(statement<InputSections>("SORT(*)(.a)").file.sort == Sort::name);
  CHECK(statement<InputSections>("REVERSE(SORT(*))(.a)").file.reverse);
  CHECK(error_of("SECTIONS { .s : { *(SORT_NONE(SORT(.a))) } }")
            .starts_with("1: syntax error: these SORT"));
  CHECK(error_of("SECTIONS { .s : { SORT_BY_ALIGNMENT(*)(.a) } }")
            .starts_with("1: syntax error: these SORT"));
}

TEST_CASE("statements without input") {
  CHECK(statement<Data>("BYTE(1)").kind == DataKind::byte);
  CHECK(statement<Data>("SQUAD(-1);").kind == DataKind::squad);
  CHECK(statement<Asciz>("ASCIZ \"some text\"").text == "some text");
  CHECK(statement<Fill>("FILL(0x1234)").value.name == "0x1234");
  CHECK(!statement<Constructors>("CONSTRUCTORS").sorted);
  CHECK(statement<Constructors>("SORT(CONSTRUCTORS)").sorted);
  statement<CreateObjectSymbols>("CREATE_OBJECT_SYMBOLS");
  statement<LinkerVersion>("LINKER_VERSION");
  CHECK(statement<Assertion>("ASSERT(. < 5, \"m\");").message == "m");
  CHECK(statement<Assignment>(". += 4;").operation == AssignmentOperator::add);
  CHECK(error_of("SECTIONS { .s : { ASSERT(1, \"m\") } }") == "1: found `}', expected `,'");
}

TEST_CASE("an overlay") {
  const auto node = only<Sections>(
      "SECTIONS { OVERLAY 0x10 : NOCROSSREFS AT(5) { .a { *(.a) } :x =1 .b { } } >ram =2 }");
  const auto& overlay = std::get<Overlay>(node.items[0]);
  CHECK(overlay.no_cross_references);
  CHECK(overlay.sections.size() == 2);
  CHECK(overlay.sections[0].program_headers.size() == 1);
  CHECK(overlay.placement.region == "ram");
}

TEST_CASE("memory regions") {
  const auto node = only<Memory>(
      "MEMORY { a (rx!w) : ORIGIN = 0, LENGTH = 4K, b : org = 1 LENGTH = 2 c(a) : o = 3, len = 4 "
      "}");
  REQUIRE(node.regions.size() == 3);
  CHECK(node.regions[0].attributes == (region_readonly | region_code));
  CHECK(node.regions[0].forbidden_attributes == region_writable);
  CHECK(node.regions[1].origin.number == 1);
  CHECK(node.regions[2].length.number == 4);
  CHECK(error_of("MEMORY { a (q) : ORIGIN = 0, LENGTH = 1 }") ==
        "1: `q' is no attribute of a memory region");
  CHECK(only<RegionAlias>("REGION_ALIAS(\"x\", a)").region == "a");
}

TEST_CASE("program headers") {
  const auto node = only<ProgramHeaders>(
      "PHDRS { text PT_LOAD FILEHDR PHDRS AT(4) FLAGS(5); note 4; x PT_GNU_STACK; }");
  REQUIRE(node.headers.size() == 3);
  CHECK(node.headers[0].type.number == 1);
  CHECK(node.headers[0].file_header);
  CHECK(node.headers[0].program_headers);
  CHECK(node.headers[0].flags->number == 5);
  CHECK(node.headers[1].type.number == 4);
  CHECK(node.headers[2].type.number == 0x6474e551);
  CHECK(error_of("PHDRS { text PT_LOAD HEADER; }") ==
        "1: found `HEADER', expected FILEHDR, PHDRS, AT(…), FLAGS(…) or `;'");
}

TEST_CASE("INCLUDE stands for what is in the file") {
  const std::map<std::string, std::string> files{
      {"a.lds", "x = 1;\nINCLUDE b.lds"},
      {"b.lds", "y = 2;"},
      {"sections", ".b : { INCLUDE wild }"},
      {"wild", "*(.w)\n*(.v)"},
      {"memory", "r : ORIGIN = 0, LENGTH = 1"},
      {"self", "INCLUDE self"},
      {"open", "SECTIONS {"},
      {"close", "}"},
  };
  ParseOptions options;
  options.include = [&](const std::string& name) -> std::optional<IncludedFile> {
    const auto found = files.find(name);
    if (found == files.end()) return std::nullopt;
    return IncludedFile{"dir/" + name, found->second};
  };
  const Script script = parse_script(
      "INCLUDE a.lds z = 3; MEMORY { INCLUDE memory } SECTIONS { INCLUDE sections .c : { } }", "t",
      options);
  REQUIRE(script.commands.size() == 5);
  const auto& inner = std::get<Assignment>(script.commands[1]);
  CHECK(inner.symbol == "y");
  CHECK(inner.place.location().to_string() == "dir/b.lds:1");
  CHECK(std::get<Assignment>(script.commands[2]).place.location().to_string() == "t:1");
  CHECK(std::get<Memory>(script.commands[3]).regions.size() == 1);
  const auto& sections = std::get<Sections>(script.commands[4]);
  REQUIRE(sections.items.size() == 2);
  CHECK(std::get<OutputSection>(sections.items[0]).statements.size() == 2);
  for (const char* bad :
       {"INCLUDE none", "INCLUDE self", "INCLUDE open", "SECTIONS { INCLUDE close }"})
    CHECK_THROWS_AS(parse_script(bad, "t", options), Error);
  CHECK(error_of("INCLUDE a.lds") == "1: cannot find the file a.lds");
}

TEST_CASE("behind VERSION only an opening brace means anything") {
  CHECK(only<Version>("VERSION } x { { a; }; }").nodes.size() == 1);
}

TEST_CASE("comments, and what ld ignores with a warning") {
  CHECK(only<Assignment>("/* a */ x /* b\n */ = # to the end\n 5 /**/;").value.number == 5);
  std::vector<std::string> warnings;
  ParseOptions options;
  options.warn = [&](const Location& at, const std::string& message) {
    warnings.push_back(at.to_string() + ": " + message);
  };
  parse_script("x = 5 @;\n\x01y = 6; HLL(a) FLOAT", "t", options);
  CHECK(warnings == std::vector<std::string>{"t:1: ignoring invalid character `@' in expression",
                                             "t:2: ignoring invalid character `\\001' in script",
                                             "t:2: HLL ignored"});
}

TEST_CASE("errors say where, what was found and what was expected") {
  CHECK(error_of("SECTIONS {\n .a : { *(.a) }\n x = 5\n}") == "4: found `}', expected `;'");
  CHECK(error_of("SECTIONS {\n .a : { *(.a) \n") == "3: found the end of the file, expected `}'");
  CHECK(error_of("x = ;") == "1: found `;', expected an expression");
  CHECK(error_of("x = (1;") == "1: found `;', expected `)'");
  CHECK(error_of("ENTRY start") == "1: found `start', expected `('");
  CHECK(error_of("}") == "1: found `}', expected a command or the end of the file");
  CHECK(error_of("x = \"abc") == "1: a string that starts here has no end");
  CHECK(error_of("\n/* abc") == "2: a comment that starts here has no end");
  CHECK(error_of("PROVIDE(. = 5);") == "1: PROVIDE cannot assign to the location counter");
  CHECK(error_of("x = " + std::string(5000, '(')).starts_with("1: an expression is nested"));
  std::string sum = "x = 1";
  for (int i = 0; i < 5000; ++i) sum += " + 1";
  CHECK(error_of(sum + ";").starts_with("1: an expression has too many"));
}

TEST_CASE("what is printed is read as the same") {
  CHECK(printed("SECTIONS{. = 5;.a(NOLOAD):{x = .;*(.b)}>r}") ==
        "SECTIONS {\n  . = 5;\n  .a (NOLOAD) : {\n    x = .;\n    *(.b)\n  } >r\n}\n");
  CHECK(printed(".data-x += 1;") == ".data-x += 1;\n");
  CHECK(printed("INPUT(a AS_NEEDED(b -lc) d)") == "INPUT( a AS_NEEDED( b -lc ) d )\n");
  CHECK(printed("SECTIONS { .a b-c : { } .d (e - f) : { \"KEEP\"(\"x y\") } }") ==
        "SECTIONS {\n  .a (\"b-c\") : {\n  }\n  .d (e - f) : {\n    \"KEEP\"(\"x y\")\n  }\n}\n");
  printed("\"\" = \"/*\" + \"#\"; ENTRY(\"\") ASSERT(1, \"\")");
  printed("MEMORY { a (i!x) : ORIGIN = 1 ? 2 : 3, LENGTH = ~0 }");
  printed("SECTIONS { .a : { REVERSE(SORT(*))(SORT_BY_ALIGNMENT(REVERSE(.x)) SORT_NONE(.y)) } }");
  printed("VERSION { a { global: x; \"y*\"; extern \"C++\" { z; }; local: *; }; b { } a; }");
}
