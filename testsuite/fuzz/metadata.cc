// What a metadata object is made from: the compiler's object of a made-up module, and the text of
// MODULE.mod.c. The first byte chooses the dialect and which of the two follows.
#include "testsuite/fuzz/fuzz.h"

#include "kbx/elf/object.h"
#include "kbx/symbols/mod_c_reader.h"
#include "kbx/symbols/mod_template.h"

namespace {

using namespace kbx::symbols;

Dialect dialect_of(std::uint8_t bits) {
  Dialect dialect;
  dialect.crcs_in_cmd_files = (bits & 1) != 0;
  dialect.exports_in_section = (bits & 2) != 0;
  dialect.license_by_suffix = (bits & 4) != 0;
  dialect.common_object = (bits & 8) != 0;
  dialect.lto_note = (bits & 16) != 0;
  dialect.basic_by_option = (bits & 32) != 0;
  dialect.retpoline_option = "CONFIG_RETPOLINE";
  return dialect;
}

ModC sample(const Dialect& dialect) {
  ModC module;
  module.has_init = module.has_exit = module.with_crcs = true;
  for (const bool flag : {false, true})
    module.exports.push_back({flag ? "kbx_a" : "kbx_b", flag, !flag, flag ? "NS" : "", 0x12345678});
  module.versions = std::vector<ModC::Version>{{"module_layout", 1}, {"_printk", 0xffffffff}};
  if (dialect.basic_by_option) module.extended_versions = module.versions;
  module.depends = {"one", "two"};
  module.aliases = {"kbx:*"};
  module.source_version = "0123456789";
  return module;
}

void read_text(std::string_view text, const Dialect& dialect) {
  const auto module = read_mod_c(text, dialect);
  if (module) kbx::fuzz::require(mod_c_text(*module, dialect) == text, "read as another text\n");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const Dialect dialect = dialect_of(data[0]);
  const std::string_view content = kbx::fuzz::text_of(data + 1, size - 1);
  kbx::fuzz::allow_errors([&] {
    constexpr std::uint8_t is_text = 0x80;
    if ((data[0] & is_text) != 0) return read_text(content, dialect);
    const ModTemplate from = read_template(content, dialect);
    const std::string object = metadata_object(from, sample(dialect), "kbx_fuzz", "kbx_fuzz.mod.c");
    kbx::elf::read_object(object, "written");
  });
  return 0;
}
