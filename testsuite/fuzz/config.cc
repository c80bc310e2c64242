// A kernel's .config or auto.conf.
#include "kbx/kernel/config.h"

#include "testsuite/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kbx::fuzz::allow_errors([&] {
    const auto config = kbx::kernel::parse_config(kbx::fuzz::text_of(data, size), "fuzz");
    for (const auto& [name, value] : config.values) config.number(name);
  });
  return 0;
}
