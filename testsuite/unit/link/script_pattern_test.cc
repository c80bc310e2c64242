#include <random>

#include <doctest/doctest.h>
#include <fnmatch.h>

#include "kbx/link/script/pattern.h"

using namespace kbx::link::script;

TEST_CASE("wildcards match as fnmatch has it") {
  CHECK(wildcard_matches("*", ""));
  CHECK(wildcard_matches("*crtend.o", "/usr/lib/crtend.o"));
  CHECK(wildcard_matches(".text.[0-9a-zA-Z_]*", ".text.foo"));
  CHECK(!wildcard_matches(".text.[0-9a-zA-Z_]*", ".text..foo"));
  CHECK(wildcard_matches("[!a-c]x", "dx"));
  CHECK(wildcard_matches("[^a-c]x", "dx"));
  CHECK(wildcard_matches("[]]", "]"));
  CHECK(wildcard_matches("a[b", "a[b"));
  CHECK(wildcard_matches("\\*", "*"));
  CHECK(wildcard_matches("[[:digit:]_]", "_"));
  CHECK(wildcard_matches("a*b*c", "aXbXbXc"));
  CHECK(!wildcard_matches("a*b*c", "aXbXbX"));
}

TEST_CASE("random wildcards match as fnmatch has it") {
  std::mt19937 random(1);
  const auto word = [&](std::string_view letters, size_t most) {
    std::string text;
    for (size_t left = random() % (most + 1); left > 0; --left)
      text += letters[random() % letters.size()];
    return text;
  };
  for (int i = 0; i < 200000; ++i) {
    const std::string pattern = word("ab.*?[]!^-\\", 8);
    const std::string name = word("ab.-]\\[", 6);
    INFO(pattern, " on ", name);
    REQUIRE(wildcard_matches(pattern, name) == (fnmatch(pattern.c_str(), name.c_str(), 0) == 0));
  }
}

TEST_CASE("the literal ends of a section's pattern are compared") {
  const SectionNamePattern literal(".text");
  CHECK(literal.is_literal());
  CHECK(literal.matches(".text"));
  CHECK(!literal.matches(".text.a"));
  const SectionNamePattern prefix(".text.*");
  CHECK(prefix.prefix() == ".text.");
  CHECK(prefix.matches(".text."));
  CHECK(!prefix.matches(".text"));
  CHECK(SectionNamePattern("*").matches(""));
  CHECK(SectionNamePattern("ab*b").matches("abb"));
  CHECK(!SectionNamePattern("ab*b").matches("ab"));
  CHECK(SectionNamePattern(".a?[cd]*.e").matches(".abdXX.e"));
  // A backslash before the first wildcard is a character like any other.
  CHECK(SectionNamePattern("a\\*").matches("a\\b"));
}

TEST_CASE("files and members") {
  const FileNames plain{"dir/a.o", "dir/a.o", "", ""};
  const FileNames member{"b.o", "b.o", "lib/libx.a", "-lx"};
  const auto matches = [](const char* name, const FileNames& file) {
    FilePattern pattern;
    pattern.name = name;
    return file_matches(pattern, file);
  };
  CHECK(matches("*", plain));
  CHECK(matches("dir/a.o", plain));
  CHECK(!matches("a.o", plain));
  CHECK(matches("*a.o", plain));
  CHECK(matches(":dir/a.o", plain));
  CHECK(!matches(":b.o", member));
  CHECK(matches("*libx.a:b.o", member));
  CHECK(matches("*libx.a:", member));
  CHECK(!matches("*libx.a:c.o", member));
  CHECK(!matches("*:", plain));
  CHECK(matches("*:", member));
  CHECK(matches("-lx", member));
  CHECK(matches("b.o", member));
  FilePattern pattern;
  pattern.excluded = {"*libx.a"};
  CHECK(file_matches(pattern, plain));
  CHECK(!file_matches(pattern, member));
  CHECK(is_excluded({"x", "*libx.a:b*"}, member));
}

TEST_CASE("sort keys") {
  const SortKey a{".a", 4};
  const SortKey b{".b", 8};
  CHECK(sorts_before(Sort::name, false, a, b));
  CHECK(sorts_before(Sort::name, true, b, a));
  CHECK(sorts_before(Sort::alignment, false, b, a));
  CHECK(sorts_before(Sort::name_alignment, false, {".a", 8}, a));
  CHECK(sorts_before(Sort::alignment_name, false, {".a", 8}, b));
  CHECK(!sorts_before(Sort::none, false, a, b));
  CHECK(!sorts_before(Sort::unsorted, false, b, a));
}

TEST_CASE("init priorities") {
  CHECK(init_priority(".init_array.00101") == 101);
  CHECK(init_priority(".ctors.65434") == 101);
  CHECK(init_priority(".init_array") == -1);
  CHECK(init_priority(".init_array.12x") == -1);
  CHECK(init_priority("") == -1);
  CHECK(init_priority(".x.99999999999999999999") == -1);
  const auto before = [](const char* first, const char* second) {
    return sorts_before(Sort::init_priority, false, {first, 1}, {second, 1});
  };
  CHECK(before(".init_array.9", ".init_array.10"));
  CHECK(before(".ctors.65434", ".init_array.102"));
  CHECK(before(".init_array", ".init_array.1"));
}

TEST_CASE("files are sorted by archive and then by member") {
  const FileNames first{"z.o", "z.o", "liba.a", "-la"};
  const FileNames second{"a.o", "a.o", "libb.a", "-lb"};
  CHECK(file_sorts_before(false, first, second));
  CHECK(file_sorts_before(true, second, first));
  CHECK(file_sorts_before(false, {"b.o", "", "liba.a", ""}, first));
}
