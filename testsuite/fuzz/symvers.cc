// Module.symvers files, and headers with device identifiers: text that a broken package may hold.
#include "kbx/symbols/symvers.h"

#include "testsuite/fuzz/fuzz.h"

#include "kbx/symbols/struct_layout.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content = kbx::fuzz::text_of(data, size);
  std::string written;
  kbx::fuzz::allow_errors([&] {
    kbx::symbols::read_symvers(content, "fuzz", [&](const kbx::symbols::SymversRow& row) {
      kbx::symbols::append_symvers_row(written, row);
    });
    // What was understood is understood again, to the same text.
    std::string again;
    kbx::symbols::read_symvers(written, "fuzz", [&](const kbx::symbols::SymversRow& row) {
      kbx::symbols::append_symvers_row(again, row);
    });
    kbx::fuzz::require(again == written, "rows change when written and read\n");
  });
  static const kbx::fuzz::Scratch scratch;
  const std::string header = scratch.at("header.h");
  kbx::fuzz::allow_errors([&] {
    kbx::write_file_atomically(header, content);
    for (const bool is_64bit : {false, true}) {
      const auto layout = kbx::symbols::read_header_layout(header, is_64bit);
      for (const auto& [name, structure] : layout.structures)
        for (const auto& field : structure.fields)
          kbx::fuzz::require(field.offset + field.size <= structure.size,
                             "a member lies outside\n");
    }
  });
  return 0;
}
