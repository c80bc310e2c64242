#pragma once
#include <string>

namespace kbx::link::command {

/// What --help, -v, -V, --version and --target-help print. The first line of the version starts and
/// ends as scripts/ld-version.sh of the kernel, libtool and Meson expect it of GNU ld;
/// `own_version` is that of kbx.
std::string help_text(const std::string& program);
std::string version_text(const std::string& own_version);
std::string emulations_text();
std::string copyright_text();
std::string target_help_text();

}  // namespace kbx::link::command
