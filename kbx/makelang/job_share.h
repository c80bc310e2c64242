#pragma once
#include <optional>
#include <string_view>

#include "kbx/makelang/jobserver.h"

namespace kbx::makelang {

struct Options;

/// What a program that runs commands by itself may run at a time when a make calls it. A
/// jobserver's tokens are taken as they lie there and kept to the end of the object: who shares
/// them out by numbers, as Ninja does, cannot ask for one more later.
class JobShare {
 public:
  /// How many commands: those that `options` (command line and MAKEFLAGS) name; with a jobserver as
  /// many as it has tokens left, at most `processors`, and the one that every process has. 0 where
  /// nothing limits them. `given` is -j of the own command line, which leaves the jobserver.
  /// `program` ("make[1]") begins the warnings, which are make's.
  int take(const Options& options, std::optional<int> given, int processors,
           std::string_view program);

 private:
  int take_tokens(int most);

  Jobserver server_;
};

}  // namespace kbx::makelang
