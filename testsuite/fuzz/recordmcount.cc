// Objects whose -pg calls are recorded in a table. What was made of one is an object again, in
// which nothing is left to be done.
#include "testsuite/fuzz/fuzz.h"

#include "kbx/elf/object.h"
#include "kbx/symbols/mcount_table.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content = kbx::fuzz::text_of(data, size);
  kbx::symbols::McountRecord record;
  kbx::fuzz::allow_errors([&] { record = kbx::symbols::record_mcount(content, "fuzz", true); });
  if (!record.object) return 0;
  kbx::fuzz::require(record.object->size() >= content.size(), "the object has shrunk\n");
  kbx::elf::read_object(*record.object, "written");
  return 0;
}
