#include "kbx/symbols/struct_layout.h"

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>

#include "kbx/base/file.h"

using namespace kbx::symbols;

namespace {

/// A folder that is gone at the end.
struct Folder {
  std::string path = kbx::make_temporary_folder("/tmp", "kbx-layout-");
  ~Folder() { kbx::remove_tree(path); }
  std::string write(const std::string& name, const std::string& text) const {
    kbx::write_file_atomically(path + "/" + name, text);
    return path + "/" + name;
  }
};

HeaderLayout layout_of(const std::string& text, bool is_64bit) {
  const Folder folder;
  return read_header_layout(folder.write("h.h", text), is_64bit);
}

const FieldLayout& field(const HeaderLayout& header, const char* structure, const char* name) {
  const FieldLayout* const found = header.structures.at(structure).find(name);
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("members are aligned to their size, and a structure to its strictest member") {
  const char* const text =
      "#define SIZE 8\nstruct one { __u8 id[SIZE]; __u16 a, b; /* c */ kernel_ulong_t data; __u32 "
      "last; };";
  const HeaderLayout wide = layout_of(text, true);
  CHECK(field(wide, "one", "b").offset == 10);
  CHECK(field(wide, "one", "data").offset == 16);
  CHECK(wide.structures.at("one").size == 32);
  const HeaderLayout narrow = layout_of(text, false);
  CHECK(field(narrow, "one", "data").offset == 12);
  CHECK(narrow.structures.at("one").size == 20);
}

TEST_CASE("packed and aligned, pointers, functions and bit-fields") {
  const HeaderLayout header = layout_of(
      "struct odd { __u16 a; __u8 b; __u32 c; } __attribute__((packed, aligned(2)));\n"
      "struct late { __u8 a; kernel_ulong_t b __attribute__((aligned(sizeof(kernel_ulong_t)))); "
      "};\n"
      "struct match { unsigned char slot:7; unsigned char exact:1; char text[79]; };\n"
      "struct all { int (*call)(const struct all *); const char *name; struct match m[2]; void *p; "
      "};",
      true);
  CHECK(header.structures.at("odd").size == 8);
  CHECK(field(header, "odd", "c").offset == 3);
  CHECK(field(header, "late", "b").offset == 8);
  CHECK(header.structures.at("match").size == 80);
  CHECK(field(header, "match", "exact").offset == 0);
  CHECK(field(header, "all", "m").offset == 16);
  CHECK(field(header, "all", "m").structure == "match");
  CHECK(header.structures.at("all").size == 16 + 160 + 8);
}

TEST_CASE("structures within, with a name and without, and unions") {
  const HeaderLayout header = layout_of(
      "struct card { __u8 id[8]; struct { __u8 id[8]; } devs[4]; };\n"
      "struct either { __u32 a; union { kernel_ulong_t data; const void *pointer; }; __u8 z; };",
      true);
  CHECK(field(header, "card", "devs").count == 4);
  CHECK(header.structures.at("card").size == 40);
  CHECK(field(header, "either", "pointer").offset == 8);
  CHECK(field(header, "either", "z").offset == 16);
}

TEST_CASE("constants of macros and enums, and headers beside") {
  const Folder folder;
  folder.write("more.h", "#define MORE (~0)\nenum { ZERO, FIVE = 5, SIX };\n");
  const HeaderLayout header = read_header_layout(
      folder.write("h.h",
                   "#include \"more.h\"\n#include \"h.h\"\n#include <none.h>\n"
                   "#define MAX 0x2ff\n#define F(x) 3\n"
                   "struct bits { kernel_ulong_t key[MAX / BITS_PER_LONG + 1]; };\n"),
      false);
  CHECK(header.constants.at("MORE") == -1);
  CHECK(header.constants.at("SIX") == 6);
  CHECK(header.structures.at("bits").size == 96);
  CHECK(!header.constants.contains("F"));
}

TEST_CASE("what is not understood is left out, whatever it is") {
  for (const char* text :
       {"struct a {", "struct a { __u8 x[", "struct a { __u8 x[-1]; };",
        "struct a { unknown_t x; };", "struct a { __u8 x[0x7fffffffffffffff]; };",
        "enum { A = B };", "#define X 1/0\n", "/* open", "struct a { struct { struct {",
        "#define P ((((((((((((((((((((((((((((((((((((((1\n", "struct a { __u8 b:9; };", "enum",
        "struct"}) {
    CAPTURE(text);
    CHECK(!layout_of(text, true).structures.contains("a"));
  }
}
