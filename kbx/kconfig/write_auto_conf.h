#pragma once
#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

/// Writes what a build reads: auto.conf, autoconf.h, rustc_cfg, auto.conf.cmd; and touches the file
/// of each option that is another one than in the auto.conf of before. auto.conf comes last, so
/// that it is newer than all else. Unless `overwrite`, nothing is done if there is an auto.conf.
/// False if something could not be written; why is told.
bool write_auto_conf(Solver& solver, const Environment& environment, const Console& console,
                     bool overwrite);

}  // namespace kbx::kconfig
