#pragma once
#include <cstdint>
#include <vector>

#include "kbx/link/veneers/code_spans.h"
#include "kbx/link/veneers/veneers.h"

namespace kbx::link {

/// A sequence that erratum 843419 is about, from its ADRP to the instruction that goes wrong.
struct AdrpSequence {
  InputSection* section = nullptr;
  std::uint64_t adrp = 0;  // offsets in it
  std::uint64_t last = 0;
  Veneer* veneer = nullptr;  // of the last instruction; null: only an ADR may help
  bool becomes_adr = false;  // once addresses are final
};

/// Works around errata of the Cortex-A53 as --fix-cortex-a53-835769 and --fix-cortex-a53-843419 ask
/// for it, with veneers where GNU ld 2.40 has them.
class A53Errata {
 public:
  A53Errata(const Options& options, const Resolver& resolver, Veneers& veneers)
      : options_(options), resolver_(resolver), veneers_(veneers) {}

  /// Looks for what needs veneers, for the one erratum and then for the other; each once. True if
  /// some were added, so that addresses change.
  bool adjust();

  /// Chooses between ADR and veneer, when addresses are final. Throws Error if there may only be an
  /// ADR and it does not reach.
  void settle(const Applying& applying);

  /// Writes ADRs where the output's code is relocated. Veneers are written behind it.
  void write(const std::function<char*(const InputSection&)>& bytes_of) const;

 private:
  bool scan_835769();
  bool scan_843419();
  void scan_843419(InputFile& file, InputSection& section, const CodeSpan& span);

  const Options& options_;
  const Resolver& resolver_;
  Veneers& veneers_;
  std::vector<AdrpSequence> sequences_;
  bool has_scanned_835769_ = false;
  bool has_scanned_843419_ = false;
};

}  // namespace kbx::link
