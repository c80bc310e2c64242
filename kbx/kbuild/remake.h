#pragma once
#include <functional>
#include <set>
#include <string>

#include "kbx/kbuild/observer.h"
#include "kbx/makelang/resolve.h"

namespace kbx::kbuild {

/// What became of the makefiles of one reading.
struct RemadeMakefiles {
  bool read_again = false;      // one is new or changed: the reading counts for nothing
  std::set<std::string> names;  // those that rules make, as targets
};

/// Brings makefiles for which `is_drivers` holds (of their absolute path) up to date by their
/// rules, as make does before anything else (GNU make manual, "How Makefiles Are Remade"). What
/// they are made from counts as read. Throws Error if a recipe fails or a required makefile stays
/// missing.
RemadeMakefiles remake_makefiles(const makelang::Evaluation& evaluation,
                                 makelang::Resolver& resolver,
                                 const std::function<bool(const std::string&)>& is_drivers,
                                 Observer& observer);

}  // namespace kbx::kbuild
