#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "kbx/makelang/options.h"

using namespace kbx::makelang;

namespace {

Options from_words(const std::vector<std::string>& words) {
  Options options;
  const auto error = add_command_line(options, "make", words);
  CHECK_MESSAGE(!error, (error ? error->message : ""));
  return options;
}

}  // namespace

TEST_CASE("words that are definitions") {
  for (const char* word : {"A=1", "A:=1", "A::=1", "A+=x", "A?=x", "A!=x", "A =1", "$(A=b)c=1"})
    CHECK_MESSAGE(is_variable_definition(word), word);
  for (const char* word : {"all", "a b=c", "a:b=c", "", "#a=b", "$(a=b)"})
    CHECK_MESSAGE(!is_variable_definition(word), word);
}

TEST_CASE("switches may be combined and goals stand anywhere") {
  const Options options =
      from_words({"all", "-kisw", "-j4", "A=1", "-f", "x.mk", "clean", "-Cdir"});
  CHECK(options.keep_going);
  CHECK(options.ignore_errors);
  CHECK(options.silent);
  CHECK(options.print_directory);
  CHECK(options.jobs == 4);
  CHECK(options.goals == std::vector<std::string>{"all", "clean"});
  CHECK(options.variables == std::vector<std::string>{"A=1"});
  CHECK(options.makefiles == std::vector<std::string>{"x.mk"});
  CHECK(options.folders == std::vector<std::string>{"dir"});
}

TEST_CASE("-j takes the next word only if it is a number") {
  CHECK(from_words({"-j", "3", "all"}).jobs == 3);
  const Options unlimited = from_words({"-j", "all"});
  CHECK(unlimited.jobs == 0);
  CHECK(unlimited.goals == std::vector<std::string>{"all"});
  Options options;
  const auto error = add_command_line(options, "make", {"-j0"});
  REQUIRE(error);
  CHECK(error->message == "the '-j' option requires a positive integer argument");
  CHECK(error->usage);
}

TEST_CASE("MAKEFLAGS starts with letters or with a long option") {
  Options options;
  CHECK(!add_flags_text(options, "ks -- A=1 B=x\\ y"));
  CHECK(options.keep_going);
  CHECK(options.silent);
  CHECK(options.variables == std::vector<std::string>{"A=1", "B=x y"});
  Options others;
  CHECK(!add_flags_text(others, " -j4 --jobserver-auth=3,4 --no-print-directory"));
  CHECK(others.jobs == 4);
  CHECK(others.jobserver == "3,4");
  CHECK(others.no_print_directory);
}

TEST_CASE("flags for a sub-make come in the order of GNU make 4.3") {
  const Options options =
      from_words({"-I/tmp", "-l", "3", "-O", "--trace", "--debug=b", "-d", "-R", "-r", "-e", "-B",
                  "-L", "--no-print-directory", "--warn-undefined-variables"});
  CHECK(compose_flags(options, false) ==
        "BdeLrR --trace --no-print-directory --warn-undefined-variables");
  CHECK(compose_flags(options, true) ==
        "BdeLrR -I/tmp -l3 -Otarget --debug=b --trace --no-print-directory "
        "--warn-undefined-variables");
  CHECK(compose_flags(from_words({"-j2"}), true) == " -j2");
  CHECK(compose_flags(from_words({"-j"}), true) == " -j");
  CHECK(compose_flags(from_words({"-k", "-S"}), true).empty());
}

TEST_CASE("file names of the command line") {
  CHECK(command_line_file("./a", {}) == "a");
  CHECK(command_line_file(".//a/b", {}) == "a/b");
  CHECK(command_line_file("../a", {}) == "../a");
  CHECK(command_line_file("~/x", {{"HOME", "/home/u"}}) == "/home/u/x");
}

TEST_CASE("several threads read MAKEFLAGS at the same time") {
  std::atomic<int> wrong = 0;
  const auto read = [&wrong](const char* flags, const std::vector<std::string>& variables) {
    for (int i = 0; i < 20000; ++i) {
      Options options;
      add_flags_text(options, flags);
      if (options.variables != variables || !options.keep_going) ++wrong;
    }
  };
  std::thread other(read, "k -j4 -- A=1 B=2", std::vector<std::string>{"A=1", "B=2"});
  read("rRk --jobserver-auth=3,4 -- C=3", {"C=3"});
  other.join();
  CHECK(wrong == 0);
}
