#include "kbx/link/phases/final.h"

#include "kbx/base/error.h"

namespace kbx::link {

Image link_finally(LinkState& state) {
  (void)state;
  throw Error("only partial links (-r) are possible yet", "use the toolchain's ld");
}

}  // namespace kbx::link
