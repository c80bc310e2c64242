#include "kbx/ninja/build.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/process.h"
#include "kbx/base/text.h"
#include "kbx/ninja/record.h"
#include "kbx/ninja/stamp.h"

using namespace kbx;
using namespace kbx::ninja;
using kbuild::Action;
using kbuild::ActionKind;
using kbuild::Plan;
using kbuild::Step;

namespace {

/// The program under test lies beside the folder of the tests, or is named by $KBX.
std::string kbx_program() {
  if (const char* named = std::getenv("KBX")) return named;
  return dir_name(dir_name(real_path("/proc/self/exe"))) + "/kbx";
}

Step step(const std::string& name, const std::string& text, const std::string& quiet = "") {
  return {name, text, quiet, Step::Save::nothing, false};
}

/// A module of two C files and a header, in a folder of its own.
class Project {
 public:
  Project() : root_(make_temporary_folder("/tmp", "kbx-ninja-test-")) {
    write("a.c", "#include \"a.h\"\nint a(void) { return A; }\n");
    write("a.h", "#define A 1 /* CONFIG_A_MODULE */\n");
    write("b.c", "int b(void) { return 2; }\n");
    plan.source = plan.folder = root_;
    plan.objtree = root_;
    plan.compiler_identity = "gcc";
    plan.actions = {compile("a"), compile("b"), link({"a", "b"})};
    layout.state = root_ + "/.kbx of $x";
    layout.kbx = kbx_program();
    options.jobs = 1;
    layout.compile_commands = root_ + "/compile_commands.json";
    REQUIRE_MESSAGE(is_executable(layout.kbx), "build the target kbx first: ", layout.kbx);
  }
  ~Project() { remove_tree(root_); }

  std::string path(const std::string& name) const { return root_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    write_file_atomically(path(name), text);
  }

  Action compile(const std::string& name) const {
    Action action;
    action.kind = ActionKind::compile;
    action.outputs = {path(name + ".o")};
    action.inputs = {path(name + ".c")};
    action.folder = root_;
    action.target = path(name + ".o");
    action.depfile = path("." + name + ".o.d");
    action.dot_cmd = path("." + name + ".o.cmd");
    action.module = "kx";
    action.steps = {{"cc_o_c",
                     "gcc -Wall -Wp,-MMD," + action.depfile + " -DS='\"$1 # x\"' -c -o " +
                         action.target + " ./" + name + ".c ; true",
                     "CC [M]  " + action.target, Step::Save::dependencies}};
    return action;
  }

  Action link(const std::vector<std::string>& names) const {
    Action action;
    action.kind = ActionKind::composite;
    action.outputs = {path("kx.o")};
    action.folder = root_;
    action.target = path("kx.o");
    action.dot_cmd = path(".kx.o.cmd");
    action.module = "kx";
    std::string text = "ld -r -o " + path("kx.o");
    for (const std::string& name : names) {
      action.inputs.push_back(path(name + ".o"));
      text += " " + path(name + ".o");
    }
    action.steps = {{"ld_multi_m", text, "LD [M]  " + action.target, Step::Save::command}};
    return action;
  }

  /// Builds and gives what was printed; `status` is set.
  std::string run() {
    const std::string log = path("output");
    options.output = std::fopen(log.c_str(), "w");
    status = build(plan, layout, options, "request");
    std::fclose(options.output);
    return read_file(log);
  }

  std::string run_again_fresh() {
    const std::string log = path("output");
    options.output = std::fopen(log.c_str(), "w");
    const auto result = build_if_fresh(layout, options, "request", current_environment());
    std::fclose(options.output);
    REQUIRE(result);
    status = *result;
    return read_file(log);
  }

  Plan plan;
  Layout layout;
  RunOptions options;
  int status = -1;

 private:
  std::string root_;
};

}  // namespace

TEST_CASE("a module is built, and once more nothing is done") {
  Project project;
  CHECK(project.run() == "  CC [M]  a.o\n  CC [M]  b.o\n  LD [M]  kx.o\n");
  CHECK(project.status == 0);
  CHECK(exists(project.path("kx.o")));
  CHECK_FALSE(exists(project.path(".a.o.d")));
  const std::string first = read_file(project.path(".a.o.cmd"));
  CHECK(first.starts_with("cmd_" + project.path("a.o") + " := gcc -Wall -Wp,-MMD," +
                          project.path(".a.o.d") + " -DS='\"$$1 $(pound) x\"' -c -o "));
  CHECK(first.find("    $(wildcard include/config/A) \\\n") != std::string::npos);
  CHECK(read_file(project.path(".kx.o.cmd")) ==
        "cmd_" + project.path("kx.o") + " := ld -r -o " + project.path("kx.o") + " " +
            project.path("a.o") + " " + project.path("b.o") + "\n");
  CHECK(project.run() == "");
  CHECK(project.run_again_fresh() == "");
  CHECK(project.status == 0);
}

TEST_CASE("an edited header compiles what includes it") {
  Project project;
  project.run();
  project.write("a.h", "#define A 3\n");
  CHECK(project.run_again_fresh() == "  CC [M]  a.o\n  LD [M]  kx.o\n");
}

TEST_CASE("another compiler compiles everything") {
  Project project;
  project.run();
  project.plan.compiler_identity = "another gcc";
  // The order depends on how long each took before.
  const std::string text = project.run();
  CHECK(text.find("  CC [M]  a.o\n") != std::string::npos);
  CHECK(text.find("  CC [M]  b.o\n") != std::string::npos);
  CHECK(text.ends_with("  LD [M]  kx.o\n"));
}

TEST_CASE("a failed compilation shows its words once, with the path that the author knows") {
  Project project;
  project.plan.source = "/home/author/driver";
  project.write("b.c", "int b(void) { return nonsense; }\n#error " + project.path("b.c") + "\n");
  const std::string text = project.run();
  CHECK(project.status == 1);
  const size_t at = text.find("undeclared (first");
  CHECK(at != std::string::npos);
  CHECK(text.find("undeclared (first", at + 1) == std::string::npos);
  CHECK(text.find("#error /home/author/driver/b.c") != std::string::npos);
  CHECK(text.find("gcc -Wall") == std::string::npos);
  CHECK(text.find("FAILED") == std::string::npos);
  CHECK(text.find("kbx: failed: b.o of the module kx (kbx build -v shows the command)\n") !=
        std::string::npos);
  CHECK_FALSE(exists(project.path("kx.o")));
}

TEST_CASE("a warning is shown") {
  Project project;
  project.write("b.c", "int b(void) { int unused; return 1; }\n");
  CHECK(project.run().find("unused variable") != std::string::npos);
  CHECK(project.status == 0);
}

TEST_CASE("what a plan does not make any more goes, what the author wrote stays") {
  Project project;
  project.run();
  CHECK(exists(project.path("b.o")));
  Plan& plan = project.plan;
  plan.actions = {project.compile("a"), project.link({"a"})};
  CHECK(project.run() == "  LD [M]  kx.o\n");
  CHECK_FALSE(exists(project.path("b.o")));
  CHECK_FALSE(exists(project.path(".b.o.cmd")));
  CHECK(exists(project.path("b.c")));

  // A file that took the place of an output after the build is the author's.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  project.write("kx.o", "mine");
  plan.actions = {project.compile("a")};
  project.run();
  CHECK(exists(project.path("kx.o")));
}

TEST_CASE("a build that was killed goes on where it was") {
  Project project;
  Action slow = project.compile("b");
  slow.steps.insert(slow.steps.begin(), step("", "sleep 60"));
  project.plan.actions[1] = slow;
  project.options.jobs = 2;
  const pid_t child = ::fork();
  if (child == 0) {
    if (!std::freopen("/dev/null", "w", stdout)) ::_exit(2);
    build(project.plan, project.layout, project.options, "request");
    ::_exit(0);
  }
  for (int i = 0; i < 200 && read_ninja_log(project.layout).empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  project.plan.actions[1] = project.compile("b");
  CHECK(project.run() == "  CC [M]  b.o\n  LD [M]  kx.o\n");
  CHECK(project.status == 0);
}

TEST_CASE("SIGINT stops the build and the next one goes on") {
  Project project;
  Action slow = project.compile("b");
  slow.steps.insert(slow.steps.begin(), step("", "sleep 60"));
  project.plan.actions[1] = slow;
  project.options.jobs = 2;
  const pid_t child = ::fork();
  if (child == 0) {
    if (!std::freopen("/dev/null", "w", stdout)) ::_exit(2);
    ::_exit(build(project.plan, project.layout, project.options, "request"));
  }
  for (int i = 0; i < 200 && read_ninja_log(project.layout).empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ::kill(child, SIGINT);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 130);
  project.plan.actions[1] = project.compile("b");
  CHECK(project.run() == "  CC [M]  b.o\n  LD [M]  kx.o\n");
}

TEST_CASE("a missing source is told in plain words") {
  Project project;
  remove_file(project.path("b.c"));
  try {
    project.run();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) ==
          project.path("b.c") + " is missing, and no rule makes it; b.o needs it");
  }
}

TEST_CASE("an action that always runs does, and restat keeps what follows from running") {
  Project project;
  Action always;
  always.outputs = {project.path("gen.txt")};
  always.folder = project.path(".");
  always.target = "gen.txt";
  always.always = true;
  always.restat = true;
  always.steps = {step("", "test -f gen.txt || echo x > gen.txt # a comment", "GEN     gen.txt")};
  Action user;
  user.outputs = {project.path("copy.txt")};
  user.inputs = always.outputs;
  user.folder = always.folder;
  user.steps = {step("", "cp gen.txt copy.txt", "COPY    copy.txt")};
  project.plan.actions = {always, user};
  CHECK(project.run() == "  GEN     gen.txt\n  COPY    copy.txt\n");
  CHECK(project.run() == "  GEN     gen.txt\n");
}

TEST_CASE("steps do not disturb each other, and a failing one leaves no output") {
  Project project;
  Action action;
  action.outputs = {project.path("x y$z:w.txt")};
  action.folder = project.path(".");
  action.steps = {step("", "cd /; exit 0"),
                  {"", "false", "", Step::Save::nothing, true},
                  step("", "false; true"),
                  step("named", "printf '%s\\n' \"a\nb\" > 'x y$z:w.txt'", "GEN     x")};
  project.plan.actions = {action};
  CHECK(project.run() == "  GEN     x\n");
  CHECK(read_file(action.outputs[0]) == "a\nb\n");
  action.steps.push_back(step("named", "false && true"));
  project.plan.actions = {action};
  project.run();
  CHECK(project.status == 1);
  CHECK_FALSE(exists(action.outputs[0]));
}

TEST_CASE("commands run in the environment of the plan") {
  Project project;
  Action action;
  action.outputs = {project.path("env.txt")};
  action.folder = project.path(".");
  action.steps = {step("", "printf '%s' \"$QUOTED\" > env.txt")};
  action.environment = 0;
  project.plan.environments = {{{"QUOTED", "it's $HOME"}, {"not-a-name", "1"}}};
  project.plan.actions = {action};
  project.run();
  CHECK(project.status == 0);
  CHECK(read_file(action.outputs[0]) == "it's $HOME");
}

TEST_CASE("an output that a killed run left half made is made again") {
  Project project;
  project.run();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  project.write("kx.o", "half");
  CHECK(project.run() == "");
  project.write(".kbx of $x/lock", "running");
  CHECK(project.run() == "  LD [M]  kx.o\n");
  CHECK(read_file(project.path(".kbx of $x/lock")).empty());
}

TEST_CASE("what still runs of a killed run is ended, but for servers that it left behind") {
  Project project;
  project.run();
  const std::string mark = project.path(".kbx of $x/running");
  const auto survivor = [&](bool server) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::signal(SIGTERM, SIG_DFL);  // not the test program's
      if (server) ::setsid();
      const int held = ::open(mark.c_str(), O_RDONLY);
      if (held < 0 || ::write(ends[1], "", 1) != 1) ::_exit(1);
      for (;;) ::pause();
    }
    char byte;
    REQUIRE(::read(ends[0], &byte, 1) == 1);
    for (const int end : ends) ::close(end);
    return child;
  };
  const pid_t command = survivor(false);
  const pid_t server = survivor(true);
  const auto is_running = [](pid_t child) { return ::waitpid(child, nullptr, WNOHANG) == 0; };
  CHECK(project.run() == "");
  CHECK(is_running(command));  // the run before had come to its end
  project.write(".kbx of $x/lock", "running " + std::to_string(::getsid(0)) + "\n");
  CHECK(project.run() == "");
  CHECK_FALSE(is_running(command));
  CHECK(is_running(server));
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
}

TEST_CASE("on a terminal the status line tells what runs and goes away in the end") {
  Project project;
  project.options.terminal = true;
  // What comes at once is shown as one: the last step waits until its own line is there.
  project.plan.actions[2].steps.insert(
      project.plan.actions[2].steps.begin(),
      step("", "for i in $(seq 500); do grep -q 2/3 '" + project.path("output") +
                   "' && break; sleep 0.02; done"));
  const std::string text = project.run();
  CHECK(text.find("[0/3] CC [M]  ") != std::string::npos);
  CHECK(text.find("[2/3] LD [M]  kx.o") != std::string::npos);
  CHECK(text.ends_with("\r\x1b[K"));
  CHECK(project.run() == "");
}

TEST_CASE("a verbose build shows whole commands once") {
  Project project;
  project.options.verbose = true;
  project.write("b.c", "#error no\n");
  const std::string text = project.run();
  const size_t at = text.find("./b.c ; true");
  CHECK(at != std::string::npos);
  CHECK(text.find("./b.c ; true", at + 1) == std::string::npos);
}

TEST_CASE("Ninja starts first what took longest before") {
  Project project;
  project.plan.actions[1].steps.insert(project.plan.actions[1].steps.begin(),
                                       step("", "sleep 0.5"));
  project.plan.actions[0].inputs.push_back(project.path("a.h"));
  project.write(
      "a.c", "#include \"a.h\"\nint a(void) { return A; }\n/*" + std::string(9999, ' ') + "*/\n");
  CHECK(project.run() == "  CC [M]  a.o\n  CC [M]  b.o\n  LD [M]  kx.o\n");
  project.plan.compiler_identity = "another";
  CHECK(project.run() == "  CC [M]  b.o\n  CC [M]  a.o\n  LD [M]  kx.o\n");
}

TEST_CASE("symbol versions are made for objects that export, and only for them") {
  Project project;
  project.write("b.c", "int b(void) { return 2; }\nint __ksymtab_b;\n");
  for (size_t i = 0; i < 2; ++i) {
    Action& action = project.plan.actions[i];
    action.steps.push_back(step("check_local_export", "exit 7"));
    action.steps.push_back(
        step("gen_objtooldep", "{ echo ; echo 'x: $(wildcard y)' ; } >> " + action.dot_cmd));
    action.steps.push_back(step("gen_symversions_c", "if nm " + action.target +
                                                         " 2>/dev/null | grep -q __ksymtab; then "
                                                         "echo '#SYMVER b 0x1' >> " +
                                                         action.dot_cmd + "; fi"));
  }
  project.run();
  CHECK(project.status == 0);
  CHECK(read_file(project.path(".a.o.cmd")).ends_with("\n\nx: $(wildcard y)\n"));
  CHECK(read_file(project.path(".b.o.cmd")).ends_with("x: $(wildcard y)\n#SYMVER b 0x1\n"));

  project.write("b.c", "static int b;\nint *x = &b;\nint __ksymtab_b;\n");
  const std::string text = project.run();
  CHECK(project.status == 1);
  CHECK(text.find(project.path("b.o") + ": error: local symbol b was exported\n") !=
        std::string::npos);
}

TEST_CASE("a saved command of several lines keeps them") {
  Project project;
  Action action;
  action.outputs = {project.path("two.txt")};
  action.folder = project.path(".");
  action.target = "two.txt";
  action.dot_cmd = project.path(".two.txt.cmd");
  action.steps = {{"two", "echo 1 > two.txt; \\\necho 2 >> two.txt", "TWO     two.txt",
                   Step::Save::command, false}};
  project.plan.actions = {action};
  CHECK(project.run() == "  TWO     two.txt\n");
  CHECK(read_file(project.path("two.txt")) == "1\n2\n");
  CHECK(read_file(action.dot_cmd) == "cmd_two.txt := echo 1 > two.txt; \\\necho 2 >> two.txt\n");
  CHECK(project.run() == "");

  project.layout.light_cmd_files = true;
  project.plan.actions[0].steps[0].text = "echo 3 > two.txt";
  remove_file(action.dot_cmd);
  CHECK(project.run() == "  TWO     two.txt\n");
  CHECK_FALSE(exists(action.dot_cmd));
}
