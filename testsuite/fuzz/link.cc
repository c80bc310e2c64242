// The linker: objects, archives and linker scripts, each in a partial link.
#include "testsuite/fuzz/link_input.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const kbx::fuzz::Scratch scratch;
  kbx::fuzz::allow_errors([&] { kbx::fuzz::link_input(kbx::fuzz::text_of(data, size), scratch); });
  return 0;
}
