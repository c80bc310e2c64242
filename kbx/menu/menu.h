#pragma once
#include <functional>

#include "kbx/kconfig/driver_options.h"

namespace kbx::menu {

/// Shows the options on the whole screen until the user leaves. `save` writes them; what it throws
/// is shown. True if they are as they were saved last, or nothing was changed.
bool run(kconfig::DriverOptions& options, const std::function<void()>& save);

}  // namespace kbx::menu
