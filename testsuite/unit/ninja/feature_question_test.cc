#include "kbx/ninja/feature_question.h"

#include <doctest/doctest.h>

using namespace kbx;
using namespace kbx::ninja;
using About = FeatureQuestion::About;

namespace {

FeatureQuestion parsed(std::string_view text) {
  return parse_question(text, {"features", 3});
}

}  // namespace

TEST_CASE("each kind of question, and the macro of its answer") {
  struct Expected {
    const char* text;
    About about;
    const char* what;
    const char* feature;
  };
  const Expected all[] = {
      {"strscpy()", About::name, "strscpy", "HAVE_STRSCPY"},
      {" VM_IO ", About::name, "VM_IO", "HAVE_VM_IO"},
      {"struct request", About::type, "struct request", "HAVE_STRUCT_REQUEST"},
      {"struct request.rq_disk", About::member, "rq_disk", "HAVE_STRUCT_REQUEST_RQ_DISK"},
      {"struct a.b.c", About::member, "b.c", "HAVE_STRUCT_A_B_C"},
      {"<linux/genhd.h>", About::header, "linux/genhd.h", "HAVE_LINUX_GENHD_H"},
      {"exported filp_open", About::exported, "filp_open", "HAVE_EXPORTED_FILP_OPEN"},
      {"OLD = { f(1); }", About::code, "{ f(1); }", "OLD"},
      {"X= strscpy", About::name, "strscpy", "X"},
  };
  for (const Expected& expected : all) {
    CAPTURE(expected.text);
    const FeatureQuestion question = parsed(expected.text);
    CHECK(question.about == expected.about);
    CHECK(question.what == expected.what);
    CHECK(question.feature == expected.feature);
    CHECK(question.includes.empty());
  }
}

TEST_CASE("headers that are named with a question") {
  const FeatureQuestion question = parsed("N = { for (;;) f(); } in <linux/a.h> <linux/b.h>");
  CHECK(question.includes == std::vector<std::string>{"linux/a.h", "linux/b.h"});
  CHECK(question.what == "{ for (;;) f(); }");
  CHECK(names_in(question).empty());
  CHECK(names_in(parsed("N = { struct page *p = f(x->y.z, \"text\"); }")) ==
        std::vector<std::string>{"page"});
}

TEST_CASE("what asks nothing is refused with its place") {
  for (const char* text : {"", "foo bar", "struct", "struct a b", "struct a.", "exported", "a-b",
                           "{ f(); }", "<>", "1a", "= x", "a b = c", "f in <linux/a.h> b"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parsed(text), Error);
  }
  CHECK_THROWS_WITH(parse_questions("# one\n\nstrscpy\nfoo bar\n", "features"),
                    doctest::Contains("foo bar"));
  CHECK(parse_questions("# one\n\nstrscpy\n  struct page\n", "features").size() == 2);
}

TEST_CASE("errors are given to the question they come from") {
  const QuestionErrors errors = read_question_errors(
      "kbx-question-1:1:9: error: 'x' undeclared\n"
      "kbx-question-0:1:9: warning: unused\n"
      "include/linux/init.h:180:22: error: passing argument 1 of 'class_create'\n"
      "  180 | #define THIS_MODULE (&__this_module)\n"
      "kbx-question-2:2:16: note: in expansion of macro 'THIS_MODULE'\n"
      "include/linux/a.h:1:1: error: first\n"
      "include/linux/a.h:2:1: error: second\n"
      "kbx-question-99:1:1: error: none of these\n",
      4);
  CHECK(errors.of_question == std::vector<bool>{false, true, true, false});
  CHECK(errors.elsewhere == "include/linux/a.h:1:1: error: first");
  CHECK(read_question_errors("", 1).elsewhere.empty());
}

TEST_CASE("the source asks each question in a file of its own") {
  const FeatureQuestion name = parsed("strscpy()");
  const FeatureQuestion member = parsed("struct page.flags");
  const std::string source = question_source({&name, &member}, {"linux/mm.h"});
  CHECK(
      source.starts_with("#include <linux/module.h>\n#include <linux/mm.h>\n"
                         "#line 1 \"kbx-question-0\"\n"));
  CHECK(source.find("#line 1 \"kbx-question-1\"\n") != std::string::npos);
}
