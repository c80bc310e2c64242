#pragma once
#include <functional>

namespace kbx::kconfig {

/// Calls `work` on a stack that is larger than any chain of symbols, menus or macros that a file
/// can reasonably hold, and waits for it. What it throws is thrown here.
void on_deep_stack(const std::function<void()>& work);

}  // namespace kbx::kconfig
