#pragma once
#include <memory>
#include <string>
#include <vector>

#include "kbx/symbols/dialect.h"
#include "kbx/symbols/module_object.h"

namespace kbx::symbols {

struct HeaderLayout;

/// The device identifiers of one kernel tree, read when the first device table needs them.
class DeviceHeader {
 public:
  /// `path` of the tree's include/linux/mod_devicetable.h.
  explicit DeviceHeader(std::string path);
  ~DeviceHeader();
  DeviceHeader(const DeviceHeader&) = delete;
  DeviceHeader& operator=(const DeviceHeader&) = delete;

  const HeaderLayout& layout(bool is_64bit);

 private:
  std::string path_;
  std::unique_ptr<HeaderLayout> layouts_[2];
};

/// The aliases of all device tables of a module, in the order modpost writes them; what is wrong
/// with the tables is added to `module`'s errors and warnings. A table of an unknown bus gives
/// none.
std::vector<std::string> device_aliases(ModuleObject& module, const Dialect& dialect,
                                        DeviceHeader& header);

}  // namespace kbx::symbols
