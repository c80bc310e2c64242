#pragma once
#include <string>

#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/macros.h"
#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// Where Kconfig files come from and what their macros see.
struct Sources {
  std::string file;                // the first Kconfig file
  const Environment& environment;  // also names the tree, as "srctree"
  const Shell& shell;
};

/// Fills `model`, which is empty, with what the files say: as it stands there, with nothing
/// inherited yet (finalize.h). Tells every error, in conf's words, and throws Stop if there was
/// one.
void parse(Model& model, const Sources& sources, const Console& console);

}  // namespace kbx::kconfig
