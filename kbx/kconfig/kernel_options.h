#pragma once
#include <map>
#include <string>
#include <string_view>

#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// The configuration of a kernel that is built already.
struct KernelOptions {
  std::string name;  // as messages call the kernel: its release
  std::string file;  // that the values are from: auto.conf
  /// By full name (CONFIG_X): "y", "m", a number, or a string without quotes. What is not in it is
  /// n.
  std::map<std::string, std::string, std::less<>> values;

  /// The value of an option, named without CONFIG_; null if it is not set.
  const std::string* find(std::string_view option) const;
};

/// Gives a parsed model, before it is finalized, what it does not define itself: every symbol that
/// files mention and none defines gets the kernel's value for good, and n if the kernel has none.
/// MODULES is always the kernel's.
///
/// A bool or tristate that files define without a default has the kernel's value for one: so a copy
/// of a driver of the kernel is built where kbuild, which reads no Kconfig of a driver, builds it.
/// For a tristate that is m, as nothing can become a part of that kernel any more.
void add_kernel_options(Model& model, const KernelOptions& kernel);

}  // namespace kbx::kconfig
