#include "kbx/kernel/forced_flags.h"

// The compiler is judged by what the configuration forces on it. A configuration made with one
// compiler records what that one could do, and kbuild then passes flags without asking again; those
// are tried here. What kbuild wraps in cc-option adapts itself and is of no interest.

#include <array>
#include <string_view>

#include "kbx/base/text.h"

namespace kbx::kernel {
namespace {

/// A flag that the top Makefiles pass whenever a symbol is set, and the kernel's compiler family it
/// is for ("" is any). @ stands for the value of the symbol `number`; a flag whose number
/// is 0 is not passed.
struct ForcedFlag {
  std::string_view symbol;
  std::string_view family;
  std::string_view flag;
  std::string_view number = {};
};

constexpr std::array<ForcedFlag, 16> forced_flags = {{
    {"CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT", "", "-fmin-function-alignment=@",
     "CONFIG_FUNCTION_ALIGNMENT"},
    {"CONFIG_CALL_PADDING", "", "-fpatchable-function-entry=@,@", "CONFIG_FUNCTION_PADDING_BYTES"},
    {"CONFIG_INIT_STACK_ALL_ZERO", "", "-ftrivial-auto-var-init=zero"},
    {"CONFIG_INIT_STACK_ALL_PATTERN", "", "-ftrivial-auto-var-init=pattern"},
    {"CONFIG_ZERO_CALL_USED_REGS", "", "-fzero-call-used-regs=used-gpr"},
    {"CONFIG_STACKPROTECTOR_STRONG", "", "-fstack-protector-strong"},
    {"CONFIG_SLS", "", "-mharden-sls=all"},
    {"CONFIG_MITIGATION_SLS", "", "-mharden-sls=all"},
    {"CONFIG_RETHUNK", "", "-mfunction-return=thunk-extern"},
    {"CONFIG_MITIGATION_RETHUNK", "", "-mfunction-return=thunk-extern"},
    {"CONFIG_RETPOLINE", "gcc", "-mindirect-branch=thunk-extern"},
    {"CONFIG_MITIGATION_RETPOLINE", "gcc", "-mindirect-branch=thunk-extern"},
    {"CONFIG_RETPOLINE", "clang", "-mretpoline-external-thunk"},
    {"CONFIG_MITIGATION_RETPOLINE", "clang", "-mretpoline-external-thunk"},
    {"CONFIG_CFI_CLANG", "clang", "-fsanitize=kcfi"},
    {"CONFIG_LTO_CLANG", "clang", "-flto"},
}};

std::vector<std::string> flags_forced_by(const Config& config) {
  std::vector<std::string> flags;
  const std::string_view family = config.is_y("CONFIG_CC_IS_CLANG") ? "clang" : "gcc";
  for (const ForcedFlag& forced : forced_flags) {
    const bool fits = forced.family.empty() || forced.family == family;
    const std::string& number = config.get(forced.number);
    const bool passed = forced.number.empty() || (!number.empty() && number != "0");
    if (!fits || !config.is_y(forced.symbol) || !passed) continue;
    flags.push_back(replace_all(forced.flag, "@", number));
  }
  // Some symbols hold the flag itself: CONFIG_CC_IMPLICIT_FALLTHROUGH, CONFIG_CC_MS_EXTENSIONS, …
  for (const auto& [symbol, value] : config.values)
    if (symbol.substr(0, 10) == "CONFIG_CC_" && value.substr(0, 1) == "-") flags.push_back(value);
  return flags;
}

bool accepts(const CompilerPath& compiler, const std::vector<std::string>& flags,
             const Environment& environment) {
  Command command;
  command.arguments = compiler.arguments;
  command.arguments.insert(command.arguments.end(), flags.begin(), flags.end());
  for (const char* word : {"-Werror", "-x", "c", "-c", "/dev/null", "-o", "/dev/null"})
    command.arguments.emplace_back(word);
  command.environment = &environment;
  command.capture_errors = true;
  return run(command).status == 0;
}

}  // namespace

std::vector<std::string> refused_flags(const CompilerPath& compiler, const Config& config,
                                       const Environment& environment) {
  const std::vector<std::string> flags = flags_forced_by(config);
  if (flags.empty() || accepts(compiler, flags, environment)) return {};
  std::vector<std::string> refused;
  for (const std::string& flag : flags)
    if (!accepts(compiler, {flag}, environment)) refused.push_back(flag);
  return refused;
}

}  // namespace kbx::kernel
