// Preprocessed C, with a reference file where the input has a line "#reference" in it: the symbol
// versions of a file.
#include "kbx/symbols/genksyms.h"

#include "testsuite/fuzz/fuzz.h"

namespace {

/// Runs one dialect twice: with everything told, and plainly. The versions have to be the same.
void run(std::string_view source, std::string_view reference, bool newest) {
  using namespace kbx::symbols;
  GenksymsOptions options;
  options.dialect.knows_declarators = options.dialect.static_assert_keyword = newest;
  options.reference = reference;
  GenksymsOptions telling = options;
  telling.warnings = telling.tell_definitions = telling.tell_expansions = telling.dump_types = true;
  kbx::fuzz::allow_errors([&] {
    const GenksymsResult plain = genksyms(source, options);
    const GenksymsResult told = genksyms(source, telling);
    kbx::fuzz::require(
        genksyms_output(plain.crcs, options.dialect) == genksyms_output(told.crcs, options.dialect),
        "what is told changes a version\n");
    // What a run dumps is a reference file, which the next run has to be able to read.
    GenksymsOptions again = telling;
    again.reference = told.type_dump;
    again.preserve = true;
    genksyms(source, again);
  });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view mark = "\n#reference\n";
  std::string_view source = kbx::fuzz::text_of(data, size);
  std::string_view reference;
  if (const std::size_t at = source.find(mark); at != std::string_view::npos) {
    reference = source.substr(at + mark.size());
    source = source.substr(0, at + 1);
  }
  run(source, reference, true);
  run(source, reference, false);
  return 0;
}
