#pragma once
#include <string>

#include "kbx/base/descriptor.h"
#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// The lock of the state folder is not empty while Ninja runs. If that is found at the start, kbx
/// or the machine died in the middle: what of that run still goes on is ended, as it would write
/// to outputs beside the new run, and outputs that may be half of what they should be are removed.
///
/// Ninja puts each command into a process group of its own, so that a signal to the group of kbx
/// reaches none of them. They are known by a file of the state folder that they inherit open.
class RunningMark {
 public:
  /// The caller holds the lock of the folder. Throws Error if files there cannot be written.
  explicit RunningMark(const Layout& layout);
  ~RunningMark();
  RunningMark(const RunningMark&) = delete;
  RunningMark& operator=(const RunningMark&) = delete;

  /// To be inherited by Ninja and its commands; it is closed by execve(2) as it stands.
  int inherited() const { return inherited_.get(); }

 private:
  std::string path_;
  Descriptor inherited_;
};

}  // namespace kbx::ninja
