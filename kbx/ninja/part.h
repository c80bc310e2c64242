#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/kernel/cross.h"
#include "kbx/ninja/driver_kconfig.h"
#include "kbx/ninja/layout.h"
#include "kbx/ninja/session.h"

namespace kbx::ninja {

/// One driver folder of a job.
struct Part {
  std::string source;
  std::string folder;  // M=: the source, or its image in the shadow
  std::vector<std::string> variables;
  Layout layout;
  Environment environment;
  std::string hash;    // of everything that was asked for
  std::string anchor;  // what the shadow mirrors
  bool images = false;
  kernel::Tree tree;                        // for images the folder of their rules
  std::optional<kernel::StandIn> stand_in;  // for the tree's compiler
  ConfigPlace config;                       // of the driver's own options; empty without a Kconfig
};

/// The parts of a job, in its order.
std::vector<Part> parts_of(const Job& job);

/// The file with the rules for images: among the rule templates, and in the folder of a part's
/// tree.
constexpr const char* image_rules = "images.mk";

/// A text for people: files of the shadow are called by the names that their author knows.
std::string with_real_names(std::string_view text, const Part& part);

}  // namespace kbx::ninja
