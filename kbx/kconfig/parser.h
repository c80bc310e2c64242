#pragma once
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/lexer.h"
#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// Fills `model`, which is empty, with what the files say: as it stands there, with nothing
/// inherited yet (finalize.h). Tells every error, in conf's words, and throws Stop if there was
/// one.
void parse(Model& model, const Sources& sources, const Console& console);

}  // namespace kbx::kconfig
