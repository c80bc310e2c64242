#include "kbx/link/phases/refusals.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/output/flat.h"

namespace kbx::link {
namespace {

[[noreturn]] void refuse(const std::string& option) {
  throw Error(option + " is not supported in final links yet", "use the toolchain's ld");
}

}  // namespace

void refuse_unsupported_flat(const Options& options, std::uint16_t machine) {
  if (machine == EM_RISCV)
    throw Error("error: cannot change output format whilst linking RISC-V binaries",
                "link to an ELF file, and make the other of it with objcopy");
  const std::string format = "--oformat " + options.output_format;
  if (options.kind == OutputKind::shared) refuse(format + " with -shared");
  if (options.kind == OutputKind::pie) refuse(format + " with -pie");
  if (options.emit_relocs)
    throw Error(format + " has no place for relocations", "link without --emit-relocs");
}

void refuse_unsupported(const Options& options) {
  const std::string& format = options.output_format;
  if (!format.empty() && !flat_format(format) && !command::find_target(format))
    throw Error("target " + format + " not found",
                "--oformat takes names such as elf64-x86-64, and binary, srec and ihex");
}

}  // namespace kbx::link
