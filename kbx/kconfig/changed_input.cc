#include "kbx/kconfig/changed_input.h"

#include <cstdio>

#include "kbx/kconfig/names.h"

namespace kbx::kconfig {

ChangedInput::ChangedInput(const Solver& solver, const Environment& environment)
    : solver_(solver),
      prefix_(option_prefix(environment)),
      is_wanted_(solver.model().dialect.tells_changed_input &&
                 !variable(environment, "KCONFIG_WARN_CHANGED_INPUT").empty()) {}

void ChangedInput::look_at(const Symbol& symbol) {
  if (!is_wanted_ || symbol.type == Type::unknown) return;
  const SymbolState& state = solver_.state(symbol);
  const GivenValue& given = state.user;
  if (!given.is_set) return;
  const bool logical = is_logical(symbol.type);
  if (logical ? given.tristate == state.tristate : given.text == state.text) return;
  lines_ += "  " + prefix_ + std::string(symbol.name) + ": ";
  lines_ += logical ? letter_of(given.tristate) : given.text;
  lines_ += " -> ";
  lines_ += solver_.text_of(symbol);
  lines_ += '\n';
}

void ChangedInput::tell(const Console& console) const {
  if (lines_.empty()) return;
  const std::string text = "warning: user-provided values changed by Kconfig:\n" + lines_;
  std::fputs(text.c_str(), console.err);
}

}  // namespace kbx::kconfig
