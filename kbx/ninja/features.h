#pragma once
#include <string>
#include <vector>

#include "kbx/ninja/feature_question.h"
#include "kbx/ninja/session.h"

namespace kbx::ninja {

/// What a kernel has to say to a question.
struct FeatureAnswer {
  enum class Given { yes, no, unknown };
  Given given = Given::unknown;
  std::string reason;  // of unknown: the compiler's words
};

/// Asks the kernel of `job` (its tree, variables and environment) with the very command that
/// compiles a module's source for it, all questions in one run of the compiler; a second run asks
/// one by one only if something is wrong outside of them. Symbols are looked up in Module.symvers.
/// Answers are kept in the cache of the kernel's tree; with `fresh` they are asked for anew. Throws
/// Error if no module can be compiled for this kernel at all.
std::vector<FeatureAnswer> ask_features(const Job& job,
                                        const std::vector<FeatureQuestion>& questions, bool fresh);

/// A header with "#define NAME 1" for each yes; `release` and the questions are told in comments.
std::string feature_header(const std::string& release,
                           const std::vector<FeatureQuestion>& questions,
                           const std::vector<FeatureAnswer>& answers);

}  // namespace kbx::ninja
