// DWARF line tables of objects.
#include "kbx/elf/line_table.h"

#include "testsuite/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content = kbx::fuzz::text_of(data, size);
  kbx::fuzz::allow_errors([&] {
    const kbx::elf::Object object = kbx::elf::read_object(content, "fuzz");
    kbx::elf::LineTable lines(object);
    constexpr std::uint32_t most_sections = 8;
    for (std::uint32_t section = 0; section < object.sections.size(); ++section) {
      if (section == most_sections) break;
      for (const std::uint64_t offset : {0U, 1U, 5U, 20U, 100U}) {
        const auto place = lines.line_of(section, offset);
        if (!place) continue;
        kbx::fuzz::require(!place->file.empty() && place->file.size() <= 2 * size + 1, "no file\n");
        kbx::fuzz::require(place->line > 0, "no line\n");
      }
    }
  });
  return 0;
}
