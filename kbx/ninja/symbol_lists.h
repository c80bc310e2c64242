#pragma once
#include <string>
#include <vector>

#include "kbx/kbuild/plan.h"

namespace kbx::ninja {

/// The files of exported symbols that a plan's modpost reads (-i FILE, scripts/Makefile.modpost),
/// absolute: the kernel's and those of KBUILD_EXTRA_SYMBOLS. Each once, in order.
std::vector<std::string> symbol_lists(const kbuild::Plan& plan);

}  // namespace kbx::ninja
