#include "kbx/makelang/job_share.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>

#include "kbx/base/text.h"
#include "kbx/makelang/options.h"

namespace kbx::makelang {
namespace {

/// The same server with descriptors of its own, as those of MAKEFLAGS have to stay open for a make
/// that may follow; "" if they are not open.
std::string with_own_descriptors(std::string_view auth) {
  const size_t comma = auth.find(',');
  if (comma == std::string_view::npos) return std::string(auth);
  int ends[2] = {-1, -1};
  const std::string_view names[2] = {auth.substr(0, comma), auth.substr(comma + 1)};
  for (int i = 0; i < 2; ++i)
    if (const auto number = parse_number(names[i]))
      ends[i] = ::fcntl(static_cast<int>(*number), F_DUPFD_CLOEXEC, 0);
  return ends[0] < 0 || ends[1] < 0 ? "" : fmt::format("{},{}", ends[0], ends[1]);
}

}  // namespace

int JobShare::take_tokens(int most) {
  int taken = 0;
  while (taken < most && server_.try_take()) ++taken;
  return taken;
}

int JobShare::take(const Options& options, std::optional<int> given, int processors,
                   std::string_view program) {
  if (options.jobserver.empty()) return std::max(0, given.value_or(options.jobs.value_or(0)));
  if (given) {
    fmt::print(stderr, "{}: warning: -j{} forced in submake: resetting jobserver mode.\n", program,
               *given);
    return std::max(0, *given);
  }
  if (!server_.join(with_own_descriptors(options.jobserver))) {
    fmt::print(stderr,
               "{}: warning: jobserver unavailable: using -j1.  Add '+' to parent make rule.\n",
               program);
    return 1;
  }
  return 1 + take_tokens(std::max(processors, options.jobs.value_or(0)) - 1);
}

}  // namespace kbx::makelang
