// Objects of modules as modpost reads them: exports in all forms, device tables, references between
// sections. The first byte chooses the dialect.
#include "kbx/symbols/module_object.h"

#include "testsuite/fuzz/fuzz.h"

#include "kbx/symbols/device_aliases.h"

namespace {

constexpr const char* header_text =
    "#define PCI_ANY_ID (~0)\nenum { PCI_ID_F_VFIO_DRIVER_OVERRIDE = 1 };\n"
    "struct pci_device_id { __u32 vendor, device, subvendor, subdevice, class, class_mask;\n"
    "  kernel_ulong_t driver_data; __u32 override_only; };\n"
    "struct of_device_id { char name[32]; char type[32]; char compatible[128]; const void *data; "
    "};\n"
    "struct i2c_device_id { char name[20]; kernel_ulong_t driver_data; };\n";

/// The device identifiers of a made-up tree, written once per process.
const std::string& header_path() {
  static const kbx::fuzz::Scratch scratch;
  static const std::string path = [] {
    kbx::write_file_atomically(scratch.at("mod_devicetable.h"), header_text);
    return scratch.at("mod_devicetable.h");
  }();
  return path;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  kbx::symbols::Dialect dialect;
  dialect.crcs_in_cmd_files = (data[0] & 1) != 0;
  dialect.exports_in_section = (data[0] & 2) != 0;
  dialect.unique_aliases = (data[0] & 4) != 0;
  const std::string_view content = kbx::fuzz::text_of(data + 1, size - 1);
  kbx::fuzz::allow_errors([&] {
    kbx::symbols::ModuleObject module = kbx::symbols::read_module_object(content, "fuzz", dialect);
    kbx::symbols::DeviceHeader header(header_path());
    const auto aliases = kbx::symbols::device_aliases(module, dialect, header);
    for (const std::string& alias : aliases) kbx::fuzz::require(!alias.empty(), "an empty alias\n");
  });
  return 0;
}
