#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "kbx/kbuild/plan.h"
#include "kbx/ninja/layout.h"
#include "kbx/ninja/metadata_step.h"

namespace kbx::ninja {

/// Metadata objects (NAME.mod.o) of a plan that kbx writes itself, all from one template; or an
/// object that is the same for all modules of the tree (module-common.o), and kept.
struct MetadataGroup {
  TemplateRequest::Kind kind = TemplateRequest::Kind::metadata;
  /// A module's object.
  struct Member {
    std::size_t action = 0;  // index into Plan::actions
    std::string name;        // KBUILD_MODNAME; "" of a common object
  };
  std::string key;      // of the template
  std::string request;  // what the template is made from (metadata_step.h)
  int environment = -1;
  std::vector<Member> members;
};

/// Sorts out the metadata objects that kbx can write itself; for the others the plan's own command
/// is to be run. Reads what the template cache knows.
std::vector<MetadataGroup> metadata_groups(const kbuild::Plan& plan, const Layout& layout);

/// What `kbx step metadata` and `kbx step template` read: for each member its object, its source,
/// its module's name, its folder and its command, one a line.
std::string members_text(const MetadataGroup& group, const kbuild::Plan& plan);

}  // namespace kbx::ninja
