#include "kbx/link/link.h"

#include <algorithm>
#include <array>

#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/phases/final.h"
#include "kbx/link/phases/partial.h"
#include "kbx/link/phases/reports.h"

/// A link from its inputs to its output, in GNU ld's phases: open and resolve, make what the linker
/// adds, place, assign addresses, write. Partial and final links share them up to the placing; what
/// they do then is in phases/partial.cc and phases/final.cc.
namespace kbx::link {

namespace {

/// `output` gets the name that the link came to, failed or not.
Image linked(LinkState& state, std::string& output) {
  const auto link = [&] {
    return state.options.kind == OutputKind::relocatable ? link_partially(state)
                                                         : link_finally(state);
  };
  try {
    Image image = link();
    output = state.options.output;
    return image;
  } catch (const Error&) {
    output = state.options.output;
    throw;
  }
}

}  // namespace

bool link(Options& options, const Say& say, const std::function<void()>& written) {
  bool warned = false;
  const auto warn = [&](const std::string& line) {
    const bool is_warning = line.find("warning: ") != std::string::npos;
    if (is_warning && options.no_warnings) return;
    warned = warned || is_warning;
    say.warn(line);
  };
  const Say counted{warn, say.print};
  LinkState state(options, counted);  // The inputs have to be there until the output is written.
  Image image = linked(state, options.output);
  if (warned && options.fatal_warnings) return false;
  const unsigned mode = options.kind == OutputKind::relocatable ? 0666 : 0777;
  write_image(image, state.options.output, mode);
  write_dependencies(state);
  if (written) written();
  return true;
}

bool is_proved_for(std::string_view emulation) {
  constexpr std::array<std::uint16_t, 8> machines = {EM_X86_64, EM_386,   EM_AARCH64, EM_ARM,
                                                     EM_RISCV,  EM_PPC64, EM_S390,    EM_MIPS};
  const command::Emulation* known = command::find_emulation(emulation);
  return known && std::ranges::find(machines, known->machine) != machines.end();
}

}  // namespace kbx::link
