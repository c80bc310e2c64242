#pragma once
#include <string>

#include "kbx/base/descriptor.h"

namespace kbx::ninja {

/// The lock of the folder where Ninja works is not empty while it runs. If that is found at the
/// start, kbx or the machine died in the middle: what of that run still goes on is ended, as it
/// would write to outputs beside the new run. Outputs may be half of what they should be then, see
/// remove_torn_outputs; until the mark is gone every run finds it.
///
/// Ninja puts each command into a process group of its own, so that a signal to the group of kbx
/// reaches none of them. They are known by a file of the state folder that they inherit open.
class RunningMark {
 public:
  /// The caller holds the lock of the folder. Throws Error if files there cannot be written.
  explicit RunningMark(const std::string& folder);
  ~RunningMark();
  RunningMark(const RunningMark&) = delete;
  RunningMark& operator=(const RunningMark&) = delete;

  /// True if the last run was killed.
  bool found_killed() const { return found_killed_; }

  /// To be inherited by Ninja and its commands; it is closed by execve(2) as it stands.
  int inherited() const { return inherited_.get(); }

 private:
  std::string path_;
  Descriptor inherited_;
  bool found_killed_ = false;
};

}  // namespace kbx::ninja
