#pragma once
#include <string>
#include <vector>

namespace kbx::ninja {

/// Puts finer dependencies in the place of the header with a driver's options, as fixdep does for
/// the kernel's: of all `inputs` of an object (absolute) that header goes, and the files of those
/// options come whose CONFIG_ names the others mention. `folder` is that of the header
/// (kconfig::DriverFiles).
void name_options_read(const std::string& folder, std::vector<std::string>& inputs);

}  // namespace kbx::ninja
