#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kbuild/plan.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// A make process that another one starts.
struct ProcessCall {
  makelang::Setup setup;
  std::string makefile;
};

/// Remembers on disk what the evaluation of a kernel tree's own Makefiles led to: the processes
/// that it starts next, with everything they get. One file per question below a folder.
class TreeCache {
 public:
  /// `folder` may be "": then nothing is kept. `environment` is the user's; `driver` is the value
  /// of M=, for which any other driver may stand in an answer.
  TreeCache(std::string folder, const Environment& environment, std::string driver);

  /// What a process leads to, if that is known and nothing it hangs on has changed; its inputs are
  /// added to `inputs`.
  std::optional<std::vector<ProcessCall>> find(const ProcessCall& process, Inputs& inputs) const;

  /// Keeps what a process led to. `inputs` is what that hangs on; nothing of it may lie in the
  /// driver's folder.
  void remember(const ProcessCall& process, const std::vector<ProcessCall>& calls,
                const Inputs& inputs) const;

 private:
  std::string file_for(const ProcessCall& process) const;

  std::string folder_;
  const Environment& environment_;
  std::string driver_;
};

}  // namespace kbx::kbuild
