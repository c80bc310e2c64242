#include "kbx/kbuild/plan.h"

namespace kbx::kbuild {

const char* kind_name(ActionKind kind) {
  switch (kind) {
    case ActionKind::compile:
      return "compile";
    case ActionKind::assemble:
      return "assemble";
    case ActionKind::composite:
      return "composite";
    case ActionKind::modpost:
      return "modpost";
    case ActionKind::metadata:
      return "metadata";
    case ActionKind::module:
      return "module";
    case ActionKind::script:
      return "script";
    case ActionKind::image:
      return "image";
    case ActionKind::host:
      return "host";
    case ActionKind::custom:
      break;
  }
  return "custom";
}

}  // namespace kbx::kbuild
