// Programs: the symbol versions that they need.
#include "kbx/elf/needed_versions.h"

#include "testsuite/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kbx::fuzz::allow_errors([&] {
    const auto program = kbx::elf::read_program(kbx::fuzz::text_of(data, size), "fuzz");
    if (!program) return;
    program->machine_name();
    program->needed_glibc();
  });
  return 0;
}
