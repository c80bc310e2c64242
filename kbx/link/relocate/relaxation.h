#pragma once
#include <memory>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/relocate/decide.h"
#include "kbx/link/relocate/linkage.h"
#include "kbx/link/relocate/scan.h"

namespace kbx::link {

/// What a link's relaxation goes by.
struct RelaxationScope {
  const FinalKind& kind;
  const Linkage& linkage;
  const OutputSections& sections;
  const SymbolTable& symbols;
  bool has_relro = false;  // what lies behind RELRO may move by one page more
};

/// The code of a final link that becomes shorter while the output is laid out.
class Relaxation {
 public:
  Relaxation(const std::vector<InputFile*>& files, const RelaxationScope& scope, Arena& arena);
  ~Relaxation();
  Relaxation(const Relaxation&) = delete;
  Relaxation& operator=(const Relaxation&) = delete;

  /// Right before the section is placed. In pass 0: makes what reaches its target with less
  /// shorter; true if something was, so that the pass has to be repeated. In pass 1: drops the
  /// padding that alignments do not take, behind which the section stays as it is. Throws Error if
  /// there is too little padding.
  bool relax(InputSection& section, unsigned pass);

  /// When addresses are final: gives the rest of the link the relocations that are left, and moves
  /// the places that the scan has noted.
  void finish(ScanResult& scan);

 private:
  class Relaxer;
  std::unique_ptr<Relaxer> relaxer_;
};

}  // namespace kbx::link
