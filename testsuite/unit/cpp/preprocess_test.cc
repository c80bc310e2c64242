#include "kbx/cpp/preprocess.h"

#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/cpp/check.h"
#include "kbx/cpp/command.h"
#include "kbx/cpp/depfile.h"

using namespace kbx;
using namespace kbx::cpp;

namespace {

/// A folder with files, removed at its end.
class Folder {
 public:
  Folder() : path_(make_temporary_folder("/tmp", "kbx-preprocess-")) {}
  ~Folder() { remove_tree(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string at(const std::string& name) const { return join_path(path_, name); }
  std::string write(const std::string& name, const std::string& text) const {
    write_file_atomically(at(name), text);
    return at(name);
  }

 private:
  std::string path_;
};

CompilerFacts facts() {
  CompilerFacts result;
  result.macros = "#define __STDC_VERSION__ 201710L\n#define ANSWER 42\n";
  for (const std::string_view name : computed_macro_names())
    result.computed_macros.emplace_back(name);
  result.ask = [](std::string_view query, std::string_view argument,
                  std::string_view) -> std::optional<int> {
    if (argument == "unknown") return std::nullopt;
    return query == "__has_attribute" && argument == "packed" ? 1 : 0;
  };
  return result;
}

PreprocessResult preprocessed(const std::string& text) {
  const Folder folder;
  PreprocessJob job;
  job.file = folder.write("a.c", text);
  return preprocess(job, facts());
}

bool gives(const std::string& text, const std::string& expected) {
  const PreprocessResult result = preprocessed(text);
  return result.done && same_preprocessed_text(result.done->text, expected);
}

}  // namespace

TEST_CASE("what the compiler predefines is what it said") {
  CHECK(gives("ANSWER __STDC_VERSION__ OTHER\n", "42 201710L OTHER"));
}

TEST_CASE("questions in #if are answered by the compiler, and refused where it cannot") {
  CHECK(gives("#if __has_attribute(packed) && !__has_builtin(packed)\nyes\n#endif\n", "yes"));
  CHECK(preprocessed("#if __has_attribute(unknown)\n#endif\n").reason.find("__has_attribute") == 0);
}

TEST_CASE("a result is a text or a reason") {
  CHECK(preprocessed("int a;\n").reason.empty());
  const PreprocessResult refused = preprocessed("#error no\n");
  CHECK(!refused.done);
  CHECK(refused.reason == "#error or #warning");
  PreprocessJob job;
  job.file = "/nowhere/a.c";
  CHECK(preprocess(job, facts()).reason == "a file that is not there");
}

TEST_CASE("another compiler than GCC, and another language than C, are left alone") {
  for (const char* macro : {"__clang__", "__cplusplus", "__ASSEMBLER__", "__STRICT_ANSI__"}) {
    const Folder folder;
    PreprocessJob job;
    job.file = folder.write("a.c", "int a;\n");
    CompilerFacts known = facts();
    known.macros += std::string("#define ") + macro + " 1\n";
    CHECK_FALSE(preprocess(job, known).done);
  }
}

TEST_CASE("the first marker names the file, and headers are listed as for make") {
  const Folder folder;
  folder.write("inc/h.h", "h\n");
  folder.write("sys/s.h", "s\n#include \"t.h\"\n");
  folder.write("sys/t.h", "t\n");
  PreprocessJob job;
  job.file = folder.write("a.c", "#include <h.h>\n#include <s.h>\n#include <h.h>\nend\n");
  job.folders.chain = {{folder.at("inc/"), false}, {folder.at("sys/"), true}};
  const PreprocessResult result = preprocess(job, facts());
  REQUIRE(result.done);
  CHECK(result.done->text.find("# 1 \"" + job.file + "\"\n") == 0);
  CHECK(same_preprocessed_text(result.done->text, "h s t h end"));
  REQUIRE(result.done->headers.size() == 3);
  CHECK(result.done->headers[0].path == folder.at("inc/h.h"));
  CHECK_FALSE(result.done->headers[0].is_system);
  CHECK(result.done->headers[2].path == folder.at("sys/t.h"));
  CHECK(result.done->headers[2].is_system);
}

TEST_CASE("the trial text for compilers is one that this preprocessor can do") {
  CHECK(preprocessed(std::string(preprocess_check_source())).reason.empty());
  CHECK(same_preprocessed_text("# 1 \"a\"\na + b\n", "a\n\n+b"));
  CHECK_FALSE(same_preprocessed_text("a+b", "a+c"));
  CHECK_FALSE(same_preprocessed_text("a+b", "a+b c"));
  CHECK_FALSE(same_preprocessed_text("\"a b\"", "\"a  b\""));
}

TEST_CASE("a compiler's command line is taken apart") {
  const PreprocessCommand command = read_preprocess_command(
      {"ccache",     "gcc",          "-Wp,-MMD,a.d", "-nostdinc",
       "-I./inc",    "-I",           "more",         "-include",
       "first.h",    "-D__KERNEL__", "-DA=b c",      "-U",
       "B",          "-Wundef",      "-Wall",        "-O2",
       "-std=gnu11", "-E",           "-g",           "-fmacro-prefix-map=x=y",
       "a.c"});
  CHECK(command.reason.empty());
  CHECK(command.compiler == std::vector<std::string>{"ccache", "gcc"});
  CHECK(command.file == "a.c");
  CHECK(command.depfile == "a.d");
  CHECK(command.folders == std::vector<std::string>{"./inc", "more"});
  CHECK(command.includes == std::vector<std::string>{"first.h"});
  CHECK(command.definitions == "#define __KERNEL__ 1\n#define A b c\n#undef B\n");
  CHECK(command.flags == std::vector<std::string>{"-nostdinc", "-O2", "-std=gnu11", "-g"});
  CHECK(command.warn_undefined);
  CHECK_FALSE(command.uses_own_folders);
}

TEST_CASE("a command line with an option that is not known is left to the compiler") {
  const std::vector<std::vector<std::string>> lines = {{"gcc", "-E", "a.S"},
                                                       {"gcc", "-E", "a.c", "b.c"},
                                                       {"gcc", "a.c", "-E"},
                                                       {"gcc", "-E", "-x", "c++", "a.c"},
                                                       {"gcc", "-E", "-P", "a.c"},
                                                       {"gcc", "-E", "-C", "a.c"},
                                                       {"gcc", "-E", "-o", "b", "a.c"},
                                                       {"gcc", "-E", "@words", "a.c"},
                                                       {"gcc", "-E", "-I-", "a.c"},
                                                       {"gcc", "-E", "-I=x", "a.c"},
                                                       {"gcc", "-E", "-A", "a.c"},
                                                       {"gcc", "-E", "-Wp,-C", "a.c"},
                                                       {"gcc", "-E", "-D"},
                                                       {"gcc", "-E", "-std=c11", "a.c"},
                                                       {"gcc", "-E", "-fplugin=x", "a.c"},
                                                       {"gcc", "-E", "-imultilib", "x", "a.c"},
                                                       {"gcc", "-c", "a.c"},
                                                       {"-E", "a.c"},
                                                       {"gcc", "-E", "-trigraphs", "a.c"},
                                                       {"gcc", "-E", "-M", "a.c"}};
  for (const auto& words : lines) CHECK_FALSE(read_preprocess_command(words).reason.empty());
}

TEST_CASE("folders that are missing or doubled are left out as GCC does") {
  const Folder folder;
  for (const char* name : {"a", "b", "s"}) make_folders(folder.at(name));
  PreprocessCommand command;
  command.folders = {folder.at("a"), folder.at("none"), folder.at("s"), folder.at("b"),
                     folder.at("a/")};
  command.system_folders = {folder.at("s")};
  command.quote_folders = {folder.at("b"), folder.at("a")};
  const IncludeFolders folders = include_folders(command, {folder.at("b")});
  std::vector<std::string> paths;
  for (const IncludeFolder& entry : folders.chain) paths.push_back(entry.path);
  CHECK(paths == std::vector<std::string>{folder.at("a/"), folder.at("s/"), folder.at("b/")});
  CHECK(folders.first_angled == 0);
}

TEST_CASE("the rule for make is that of the compiler") {
  const std::string long_name = "include/" + std::string(60, 'x') + ".h";
  CHECK(preprocess_depfile("./dir/a.c", {{"././b.h", false}, {"s.h", true}, {long_name, false}},
                           false) == "a.o: dir/a.c b.h \\\n " + long_name + "\n");
  CHECK(preprocess_depfile("a.c", {{"s.h", true}}, true) == "a.o: a.c s.h\n");
  CHECK_FALSE(preprocess_depfile("a b.c", {}, false));
}
