#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// Which line of which Makefile put a word into a command.
struct WordOrigin {
  std::string word;
  std::string variable;  // the innermost variable that holds it; "" if none does
  Location where;        // absolute path; empty for the command line and the environment
  makelang::Origin origin = makelang::Origin::default_;  // of that variable
};

/// A make process and those that started it, the innermost last: a variable that came through the
/// environment is looked up where it was set.
using ProcessChain = std::vector<const makelang::Evaluation*>;

/// A variable that an expansion looked at, as it was then.
struct SeenVariable {
  std::string name;
  makelang::Variable variable;
};

/// The origins of the words of `command`, which was expanded in `scope` of the last process while
/// `seen` was recorded.
std::vector<WordOrigin> word_origins(std::string_view command, const ProcessChain& chain,
                                     const makelang::Scope* scope,
                                     const std::vector<SeenVariable>& seen);

}  // namespace kbx::kbuild
