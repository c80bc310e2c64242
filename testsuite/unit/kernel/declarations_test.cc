#include "kbx/kernel/declarations.h"

#include "scratch.h"
#include <doctest/doctest.h>

using namespace kbx;
using namespace kbx::kernel;

namespace {

struct Headers {
  Scratch scratch;
  std::vector<std::string> folders{scratch.at("include"), scratch.at("include/uapi")};

  void write(const std::string& name, const std::string& text) const {
    scratch.file("include/" + name, text);
  }
  /// "linux/a.h:3", "" for what is not declared.
  std::string place(const std::string& name) const {
    const auto found = find_declarations(folders, {name});
    const auto one = found.find(name);
    return one == found.end() ? "" : one->second.included + ":" + std::to_string(one->second.line);
  }
};

}  // namespace

TEST_CASE("declarations are told from uses by the shape of their lines") {
  const Headers headers;
  headers.write("linux/a.h",
                "/* uses_in_comment(x)\n"
                " * prose_function(x);\n"
                " */\n"
                "extern int with_extern(void);\n"
                "static inline struct page *\n"
                "in_next_line(int x)\n"
                "{\n"
                "\treturn only_called(x) + with_extern();\n"
                "}\n"
                "#define a_macro(x) only_used(x)\n"
                "#  define ANOTHER 1\n"
                "#ifdef only_asked\n"
                "struct a_struct {\n"
                "\tint a_member;\n"
                "\tvoid (*a_pointer)(int);\n"
                "};\n"
                "struct only_pointed *used;\n"
                "struct only_announced;\n"
                "enum an_enum { A };\n"
                "enum {\n"
                "\tA_CONSTANT,\n"
                "\tB_CONSTANT = 3,\n"
                "};\n"
                "typedef unsigned int a_type;\n"
                "typedef int (*a_function_type)(int x);\n"
                "extern struct list a_variable;\n"
                "extern int __printf(2, 3) with_attribute(int x, const char *format, ...);\n");
  CHECK(headers.place("with_extern") == "linux/a.h:4");
  CHECK(headers.place("in_next_line") == "linux/a.h:6");
  CHECK(headers.place("a_macro") == "linux/a.h:10");
  CHECK(headers.place("ANOTHER") == "linux/a.h:11");
  CHECK(headers.place("a_struct") == "linux/a.h:13");
  CHECK(headers.place("an_enum") == "linux/a.h:19");
  CHECK(headers.place("A_CONSTANT") == "linux/a.h:21");
  CHECK(headers.place("B_CONSTANT") == "linux/a.h:22");
  CHECK(headers.place("a_type") == "linux/a.h:24");
  CHECK(headers.place("a_function_type") == "linux/a.h:25");
  CHECK(headers.place("a_variable") == "linux/a.h:26");
  CHECK(headers.place("with_attribute") == "linux/a.h:27");
  for (const char* name :
       {"uses_in_comment", "prose_function", "only_called", "only_used", "only_asked", "a_member",
        "a_pointer", "only_pointed", "only_announced", "nowhere"})
    CHECK(headers.place(name) == "");
}

TEST_CASE("of several declarations that below linux/ counts, and the one in the shorter path") {
  const Headers headers;
  headers.write("asm-generic/io.h", "int twice(void);\nint generic(void);\n");
  headers.write("net/twice.h", "int twice(void);\nint generic(void);\n");
  headers.write("linux/deep/twice.h", "int twice(void);\n");
  headers.write("linux/twice.h", "\nint twice(void);\n");
  headers.write("uapi/linux/user.h", "#define FOR_USERS 1\n");
  CHECK(headers.place("twice") == "linux/twice.h:2");
  CHECK(headers.place("generic") == "net/twice.h:2");
  CHECK(headers.place("FOR_USERS") == "linux/user.h:1");
}

TEST_CASE("headers by their names") {
  const Headers headers;
  headers.write("linux/unaligned.h", "");
  headers.write("asm-generic/unaligned.h", "");
  CHECK(has_header(headers.folders, "linux/unaligned.h"));
  CHECK(!has_header(headers.folders, "asm/unaligned.h"));
  CHECK(headers_called(headers.folders, "asm/unaligned.h") ==
        std::vector<std::string>{"asm-generic/unaligned.h", "linux/unaligned.h"});
  CHECK(headers_called(headers.folders, "asm/other.h").empty());
}
