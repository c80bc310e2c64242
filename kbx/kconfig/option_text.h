#pragma once
#include <string>
#include <string_view>

#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

/// "CONFIG_X=y\n", or "# CONFIG_X is not set\n": a line of .config.
std::string config_line(const Symbol& symbol, const Solver& solver, std::string_view prefix);
/// The same, where n is a value: of --listnewconfig.
std::string listed_line(const Symbol& symbol, const Solver& solver, std::string_view prefix);
/// A line of auto.conf; "" for n.
std::string auto_conf_line(const Symbol& symbol, const Solver& solver, std::string_view prefix);
/// A line of autoconf.h; "" for n.
std::string header_line(const Symbol& symbol, const Solver& solver, std::string_view prefix);
/// The lines of rustc_cfg; "" for n.
std::string rust_lines(const Symbol& symbol, const Solver& solver, std::string_view prefix);

}  // namespace kbx::kconfig
