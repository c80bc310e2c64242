#include "kbx/link/phases/state.h"

#include <elf.h>

namespace kbx::link {

LinkState::LinkState(const Options& given, const Say& how)
    : options(given),
      say(how),
      resolver(options, say),
      script_state(plan, resolver.symbols(), sizeof(Elf64_Ehdr)) {
  script_state.wrapped = options.wrapped;
}

}  // namespace kbx::link
