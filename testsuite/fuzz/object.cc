// Object files: the reader of sections and symbols, and of .modinfo.
#include "kbx/elf/object.h"

#include "testsuite/fuzz/fuzz.h"

#include "kbx/elf/modinfo.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content = kbx::fuzz::text_of(data, size);
  size_t sum = 0;
  kbx::fuzz::allow_errors([&] {
    const kbx::elf::Object object = kbx::elf::read_object(content, "fuzz");
    for (const kbx::elf::Section& section : object.sections)
      for (const char c : section.content) sum += static_cast<unsigned char>(c);
    for (const kbx::elf::Symbol& symbol : object.symbols)
      if (!symbol.reserved_section) sum += object.sections.at(symbol.section).size;
  });
  kbx::fuzz::allow_errors([&] { sum += kbx::elf::module_info(content, "fuzz").size(); });
  kbx::fuzz::require(sum != SIZE_MAX, "impossible\n");  // so that every byte has to be read
  return 0;
}
