#include "kbx/ninja/output.h"

#include <doctest/doctest.h>

#include "kbx/base/file.h"

using namespace kbx;
using namespace kbx::ninja;

namespace {

/// What people see when Ninja prints `bytes`, given whole or byte by byte.
struct Shown {
  explicit Shown(RunOptions wanted = {}) : options(wanted) {
    layout.state = make_temporary_folder("/tmp", "kbx-output-test-");
    write_record(layout, {"/shadow", "/home/me/driver", {{"/shadow/a.o", "kx", false}}});
  }
  ~Shown() { remove_tree(layout.state); }
  Shown(const Shown&) = delete;
  Shown& operator=(const Shown&) = delete;

  std::string of(std::string_view bytes, size_t piece) {
    options.output = std::tmpfile();
    {
      Output output(layout, options);
      for (size_t at = 0; at < bytes.size(); at += piece) output.take(bytes.substr(at, piece));
      output.finish();
      complaint = output.complaint();
    }
    std::string text(static_cast<size_t>(std::ftell(options.output)), '\0');
    std::rewind(options.output);
    REQUIRE(std::fread(text.data(), 1, text.size(), options.output) == text.size());
    std::fclose(options.output);
    return text;
  }

  Layout layout;
  RunOptions options;
  std::string complaint;
};

}  // namespace

TEST_CASE("lines of Ninja become lines of kbuild, whatever the pieces they come in") {
  const std::string bytes =
      "\x01"
      "1/3\x02"
      "CC [M]  b.o\n/shadow/b.c:1: warning: x\nno newline\x01"
      "2/3\x02-\n\x01"
      "3/3\x02"
      "CC [M]  a.o\nFAILED: /shadow/a.o \ngcc a.c\n/shadow/a.c:1: error: y\nninja: in between\n"
      "last\nninja: build stopped: subcommand failed.\n";
  const std::string expected =
      "  CC [M]  b.o\n/home/me/driver/b.c:1: warning: x\nno newline\n  CC [M]  a.o\n"
      "/home/me/driver/a.c:1: error: y\nninja: in between\nlast\n"
      "kbx: failed: a.o of the module kx (kbx build -v shows the command)\n";
  for (const size_t piece : {bytes.size(), size_t{1}, size_t{7}})
    CHECK(Shown().of(bytes, piece) == expected);
}

TEST_CASE("a terminal shows what started, and output on lines of its own") {
  RunOptions options;
  options.terminal = true;
  const std::string bytes =
      "\r\x01"
      "0/2\x02"
      "CC [M]  a.o\x1b[K\r\x01"
      "1/2\x02"
      "CC [M]  a.o\x1b[K\nwarning\n\r\x01"
      "1/2\x02"
      "LD [M]  kx.o\x1b[K\r\x01"
      "2/2\x02"
      "LD [M]  kx.o\x1b[K\n";
  CHECK(Shown(options).of(bytes, bytes.size()) == "warning\n\r[2/2] LD [M]  kx.o\x1b[K\r\x1b[K");
  const std::string slowly = Shown(options).of(bytes, 1);
  CHECK(slowly.find("\r[0/2] CC [M]  a.o\x1b[K") != std::string::npos);
  CHECK(slowly.find("\r[1/2] LD [M]  kx.o\x1b[K") != std::string::npos);
  CHECK(slowly.find("\r\x1b[Kwarning\n") != std::string::npos);
  CHECK(slowly.ends_with("\r\x1b[K"));
}

TEST_CASE("a quiet run shows only what commands say") {
  RunOptions options;
  options.quiet = true;
  CHECK(Shown(options).of("\x01"
                          "1/1\x02"
                          "CC a.o\nwarning\n",
                          1) == "warning\n");
}

TEST_CASE("what Ninja cannot do is told, and that it had nothing to do is not") {
  Shown shown;
  CHECK(shown.of("ninja: no work to do.\n", 3).empty());
  CHECK(shown.complaint.empty());
  CHECK(shown.of("ninja: error: loading 'build.ninja': No such file or directory\n", 3).empty());
  CHECK(shown.complaint == "loading 'build.ninja': No such file or directory");
  CHECK(shown.of("ninja: error: build.ninja:7: multiple rules generate a.o\n\n", 3).empty());
  CHECK(shown.complaint == "build.ninja:7: multiple rules generate a.o");
}

TEST_CASE("the exit status that Ninja 1.13 adds to a failure is not taken for a name") {
  CHECK(Shown().of("\x01"
                   "1/1\x02"
                   "CC [M]  a.o\nFAILED: [code=2] /shadow/a.o \ngcc a.c\n",
                   5) ==
        "  CC [M]  a.o\nkbx: failed: a.o of the module kx (kbx build -v shows the command)\n");
}

TEST_CASE("a symbol that nobody exports is a matter of modpost; to the tree's, advice is added") {
  constexpr const char* bytes =
      "\x01"
      "1/1\x02"
      "MODPOST Module.symvers\nFAILED: /shadow/Module.symvers \nmodpost\n"
      "ERROR: modpost: \"gone\" [/shadow/kx.ko] undefined!\n";
  Shown shown;
  const std::string plain = shown.of(bytes, 64);
  CHECK(plain.find("hint:") == std::string::npos);
  shown.layout.tree_programs = true;
  const std::string text = shown.of(bytes, 64);
  CHECK(text.find("ERROR: modpost: \"gone\" [/home/me/driver/kx.ko] undefined!\n") !=
        std::string::npos);
  CHECK(text.find("kbx: failed: modpost, the check of symbols") != std::string::npos);
  CHECK(text.find("hint: neither this kernel nor a module here exports it") != std::string::npos);
}

TEST_CASE("headers without vmlinux are no trouble, and the line says so") {
  CHECK(Shown().of("\x01"
                   "1/1\x02"
                   "BTF [M]  kx.ko\nSkipping BTF generation for /shadow/kx.ko due to "
                   "unavailability of vmlinux\n",
                   9) ==
        "  BTF [M]  kx.ko\n  note: kx.ko gets no BTF, since these headers come without vmlinux; it "
        "loads all the same\n");
}

TEST_CASE("an object that is a module of its own is named once") {
  Shown shown;
  write_record(shown.layout, {"/shadow", "/home/me/driver", {{"/shadow/kx.o", "kx", false}}});
  CHECK(shown.of("\x01"
                 "1/1\x02"
                 "CC [M]  kx.o\nFAILED: /shadow/kx.o \ngcc\n",
                 64) == "  CC [M]  kx.o\nkbx: failed: kx.o (kbx build -v shows the command)\n");
}
