#include "kbx/symbols/genksyms.h"

#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/symbols/crc32.h"

using namespace kbx;
using namespace kbx::symbols;

namespace {

std::uint32_t crc_of(std::string_view expansion) {
  return ~crc32_continue(crc32_start, expansion);
}

std::uint32_t only_crc(std::string_view source, const GenksymsOptions& options = {}) {
  const GenksymsResult result = genksyms(source, options);
  REQUIRE(result.crcs.size() == 1);
  return result.crcs[0].crc;
}

GenksymsOptions classic() {
  GenksymsOptions options;
  options.dialect.knows_declarators = false;
  return options;
}

}  // namespace

TEST_CASE("a version is the checksum of the expansion, types the first time in full") {
  CHECK(only_crc("typedef unsigned int u32; u32 f(u32 a);\n__GENKSYMS_EXPORT_SYMBOL(f);") ==
        crc_of("typedef unsigned int u32 f ( u32 ) "));
  CHECK(only_crc("struct s { struct s *next; }; struct s *f;\n__GENKSYMS_EXPORT_SYMBOL(f);") ==
        crc_of("struct s { struct s * next ; } * f "));
}

TEST_CASE("types of the source file itself are unknown to others") {
  CHECK(
      only_crc("# 1 \"a.c\"\nstruct s { int a; };\nstruct s *f;\n__GENKSYMS_EXPORT_SYMBOL(f);\n") ==
      crc_of("struct s { UNKNOWN } * f "));
}

TEST_CASE("exports come in their order") {
  const GenksymsResult result = genksyms(
      "int a; int "
      "b;\n__GENKSYMS_EXPORT_SYMBOL(b);\n__GENKSYMS_EXPORT_SYMBOL(a);\n__GENKSYMS_EXPORT_SYMBOL(c);"
      "\n");
  REQUIRE(result.crcs.size() == 2);
  CHECK(result.crcs[0].name == "b");
  CHECK(result.crcs[1].name == "a");
  CHECK(genksyms_output({{"a", 0x1f}}, {}) == "#SYMVER a 0x0000001f\n");
  GenksymsDialect scripts;
  scripts.symver_lines = false;
  CHECK(genksyms_output({{"a", 0x1f}}, scripts) == "__crc_a = 0x0000001f;\n");
  CHECK(genksyms_output({{"a", 0x1f}}, scripts, true) ==
        "SECTIONS { .rodata : ALIGN(4) { __crc_a = .; LONG(0x0000001f); } }\n");
}

TEST_CASE("what is wrong is told at its place in the original source") {
  GenksymsOptions options;
  options.warnings = true;
  const GenksymsResult result = genksyms(
      "# 1 \"a.c\"\nint a;\n# 40 \"b.h\" 1\n\nint x y;\n# 3 \"a.c\" 2\nint b b;\n", options);
  REQUIRE(result.messages.size() == 2);
  CHECK(result.messages[0].location.to_string() == "b.h:41");
  CHECK(result.messages[0].text == "syntax error");
  CHECK(result.messages[1].location.to_string() == "a.c:3");
  CHECK(result.errors == 2);
  CHECK(genksyms("int x y;\n").messages.empty());
}

TEST_CASE("attributes before the name of a struct, in the newer grammar only") {
  const std::string_view source =
      "struct __attribute__((packed)) s { int a; }; struct s f;\n__GENKSYMS_EXPORT_SYMBOL(f);";
  CHECK(only_crc(source) == crc_of("struct __attribute__ ( ( packed ) ) s { int a ; } f "));
  CHECK(only_crc(source, classic()) == crc_of("struct s { UNKNOWN } f "));
}

TEST_CASE("_Static_assert is no declaration where the dialect does not know it") {
  const std::string_view source = "_Static_assert(1, \"x\");\n";
  GenksymsOptions options;
  options.warnings = true;
  CHECK(genksyms(source, options).errors == 0);
  options.dialect.static_assert_keyword = false;
  CHECK(genksyms(source, options).errors != 0);
}

TEST_CASE("a dump of types is a reference file, which a changed type does not equal") {
  GenksymsOptions options;
  options.dump_types = true;
  const std::string source =
      "struct s { int a; }; int f(struct s *p);\n__GENKSYMS_EXPORT_SYMBOL(f);\n";
  const GenksymsResult first = genksyms(source, options);
  CHECK(first.type_dump == "s#s struct s { int a ; } \nf int f ( s#s * ) \n");

  options.reference = first.type_dump;
  CHECK(genksyms(source, options).messages.empty());
  options.preserve = true;
  const std::string changed =
      "struct s { long a; }; int f(struct s *p);\n__GENKSYMS_EXPORT_SYMBOL(f);\n";
  const GenksymsResult second = genksyms(changed, options);
  REQUIRE(second.messages.size() == 1);
  CHECK(second.messages[0].text == "error: f: modversion changed because of changes in struct s");
  CHECK(second.errors == 1);
}

TEST_CASE("an override keeps the version") {
  GenksymsOptions options;
  options.preserve = true;
  options.reference = "override s#s struct s { int a ; }\n";
  CHECK(only_crc("struct s { long a; }; struct s f;\n__GENKSYMS_EXPORT_SYMBOL(f);", options) ==
        crc_of("struct s { int a ; } f "));
}

TEST_CASE("a reference file that is none is an error with its line") {
  GenksymsOptions options;
  for (const std::string& reference :
       {std::string("a int a\nz#b int b\n"), "a int a\nb " + std::string(300, 'x') + "\n"}) {
    options.reference = reference;
    try {
      genksyms("int a;", options);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.location().to_string() == "reference file:2");
    }
  }
  // The override mentions a type that the source does not have.
  options.reference = "override s#s struct s { t#gone a ; }\n";
  options.preserve = true;
  CHECK_THROWS_AS(
      genksyms("struct s { int a; }; struct s f;\n__GENKSYMS_EXPORT_SYMBOL(f);", options), Error);
}

TEST_CASE("declarators behind a comma, where the original never ends") {
  const GenksymsResult result = genksyms(
      "long a, (*b)(char c), d;\n__GENKSYMS_EXPORT_SYMBOL(b);\n__GENKSYMS_EXPORT_SYMBOL(d);\n");
  REQUIRE(result.crcs.size() == 2);
  CHECK(result.crcs[0].crc == crc_of("long ( * b ) ( char ) "));
  CHECK(result.crcs[1].crc == crc_of("long d "));
}

TEST_CASE("nesting without end is refused") {
  GenksymsOptions options;
  options.warnings = true;
  for (const std::string& part : {std::string("("), std::string("struct {"), std::string("int f("),
                                  std::string("typeof(int(")}) {
    std::string source = "int ";
    for (int i = 0; i < 100000; ++i) source += part;
    for (const bool newest : {true, false}) {
      options.dialect.knows_declarators = newest;
      CHECK(genksyms(source, options).errors > 0);
    }
  }
}

TEST_CASE("a chain of types as long as the input") {
  std::string source = "typedef int t0;\n";
  for (int i = 1; i < 100000; ++i)
    source += "typedef t" + std::to_string(i - 1) + " t" + std::to_string(i) + ";\n";
  source += "t99999 f;\n__GENKSYMS_EXPORT_SYMBOL(f);\n";
  CHECK(genksyms(source).crcs.size() == 1);
}

TEST_CASE("the dialect of a tree") {
  const std::string tree = make_temporary_folder("/tmp", "kbx-genksyms-");
  CHECK_THROWS_AS(probe_genksyms(tree), Error);

  const std::string makefile = join_path(tree, "scripts/Makefile.build");
  write_file_atomically(makefile, "genksyms > $(@D)/.tmp_$(@F:.o=.ver);\n");
  CHECK_FALSE(probe_genksyms(tree).symver_lines);
  write_file_atomically(makefile, "genksyms >> $(dot-target).cmd\n");
  CHECK(probe_genksyms(tree).symver_lines);
  CHECK_FALSE(probe_genksyms(tree).knows_declarators);
  write_file_atomically(makefile, "gendwarfksyms = x\n");
  CHECK(probe_genksyms(tree).knows_declarators);

  const std::string program = join_path(tree, "scripts/genksyms/genksyms");
  write_file_atomically(program, "genksyms version #SYMVER _Static_assert");
  CHECK(probe_genksyms(tree).symver_lines);
  CHECK_FALSE(probe_genksyms(tree).knows_declarators);
  CHECK_FALSE(probe_genksyms(tree).prefix_option);
  remove_tree(tree);
}
