#pragma once
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kbx/symbols/verdict.h"

namespace kbx::cli {

/// A verdict for people: one line that says it, then the reasons with what to do, then, with
/// `all_notes`, everything else that was found, else what matters of it.
std::string verdict_text(const symbols::Verdict& verdict, bool all_notes);

/// The same for programs (docs/reference/check.md).
nlohmann::ordered_json verdict_json(const symbols::Verdict& verdict);

/// What kbx check exits with: 1 if a module would not load, else 2 if there is no evidence for one,
/// else 0.
int status_of(const std::vector<symbols::Verdict>& verdicts);

}  // namespace kbx::cli
