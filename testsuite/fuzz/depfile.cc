// The .d files of compilers: what Ninja is told, and both dialects of fixdep.
#include "testsuite/fuzz/fuzz.h"

#include "kbx/ninja/fixdep.h"

namespace {

/// Names of files become names in a scratch folder, so that nothing else is read.
std::string tamed(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c == '/') c = '-';
  return result;
}

void enter_scratch() {
  static const kbx::fuzz::Scratch scratch;
  static const bool entered = [] {
    kbx::write_file_atomically(scratch.at("a.h"),
                               "#ifdef CONFIG_A_B\n#if IS_ENABLED(CONFIG_C_MODULE) CONFIG_");
    kbx::write_file_atomically(scratch.at("a.c"), "CONFIG_A CONFIG_A CONFIG__ XCONFIG_B");
    return ::chdir(scratch.path().c_str()) == 0;
  }();
  kbx::fuzz::require(entered, "no scratch folder\n");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kbx::ninja;
  enter_scratch();
  const std::string text = tamed(kbx::fuzz::text_of(data, size));
  for (const bool newer : {false, true}) {
    kbx::fuzz::allow_errors([&] {
      const FixdepDialect dialect{newer ? "savedcmd_" : "cmd_", !newer, newer};
      fixdep_text(text, "a.o", escape_command(text), dialect, true);
    });
  }
  kbx::fuzz::allow_errors([&] { depfile_text("a.o", depfile_inputs(text)); });
  return 0;
}
