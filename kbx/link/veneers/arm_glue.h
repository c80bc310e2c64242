#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "kbx/link/arch/arm_instruction.h"
#include "kbx/link/arch/arm_marks.h"
#include "kbx/link/output/symbols.h"
#include "kbx/link/relocate/decide.h"
#include "kbx/link/resolve/resolver.h"

namespace kbx::link {

struct Applying;

/// Code that an ARM output has for places of its input that are known before there are addresses:
/// what takes old branches to Thumb functions (.glue_7) and bx on processors without it (.v4_bx),
/// and what stands in for instructions that errata concern (.vfp11_veneer,
/// .text.stm32l4xx_veneer). It lies in sections of a file of its own, which is the first one.
class ArmGlue {
 public:
  ArmGlue(Resolver& resolver, const FinalKind& kind);
  ArmGlue(const ArmGlue&) = delete;
  ArmGlue& operator=(const ArmGlue&) = delete;

  /// Makes the sections and finds all that needs them; before sections are placed. `say` is told
  /// of what cannot be mended.
  void find(const std::function<void(const std::string&)>& say);

  /// Drops the sections that nothing needs, which the alignment of .text had to count with.
  void drop_empty();

  /// Where a relocated branch or bx goes instead of its target, if it does.
  std::optional<std::uint64_t> address_for(const InputSection& section, std::uint64_t offset) const;

  /// Puts branches to the code for errata into a section whose relocations are done.
  void redirect(const InputSection& section, char* content) const;

  /// Writes its own sections; `bytes_of` gives where a section's bytes are in the output.
  void write(const std::function<char*(const InputSection&)>& bytes_of) const;

  /// Mapping symbols, in the order in which GNU ld 2.40 writes them.
  std::vector<MadeSymbol> symbols() const;

 private:
  /// An instruction that is done elsewhere.
  struct Moved {
    InputSection* section = nullptr;  // that it stands in
    std::uint64_t offset = 0;
    std::uint32_t instruction = 0;
    std::uint64_t veneer = 0;  // in the section of veneers
  };
  /// The instructions that an erratum concerns.
  struct Mended {
    InputSection* veneers = nullptr;
    std::vector<Moved> all;  // those of a section one behind the other
    struct Run {
      std::size_t first = 0;
      std::size_t count = 0;
    };
    std::unordered_map<const InputSection*, Run> runs;

    std::span<const Moved> of(const InputSection& section) const;
  };
  /// The way to a Thumb function.
  struct Bridge {
    Referent target;
    std::uint64_t offset = 0;
  };

  void make_sections();
  void find_branches(InputFile& file);
  template <typename Shape>
  void find_branches(InputSection& section);
  void bridge(InputSection& section, std::uint64_t offset, const Referent& target);
  Bridge& bridge_to(Symbol& symbol, const Referent& target);
  void bridge_exports();
  void bridge_export(Symbol& symbol);
  void replace_bx(InputSection& section, std::uint64_t offset);
  void find_vfp11(InputFile& file);
  void find_stm32l4xx(InputFile& file, const std::function<void(const std::string&)>& say);
  /// Gives an instruction `size` bytes of veneer, with the symbols of the `erratum`.
  void move(Mended& mended, std::string_view erratum, Moved moved, std::uint64_t size);
  InputSection* make(std::string_view name);
  Symbol& define(const std::string& name, InputSection& section, std::uint64_t value,
                 std::uint8_t type);
  std::uint32_t bridge_size() const;
  void write_bridge(const Bridge& bridge, char* content) const;
  void write_bridges(char* content) const;
  void write_bx(char* content) const;
  void write_vfp11(char* content) const;
  void write_stm32l4xx(char* content) const;

  Resolver& resolver_;
  const FinalKind& kind_;
  ArmBytes bytes_;  // as inputs have instructions
  InputFile* file_ = nullptr;
  InputSection* bridges_ = nullptr;  // .glue_7
  InputSection* unused_ = nullptr;   // .glue_7t, of older linkers
  InputSection* bx_ = nullptr;       // .v4_bx
  Mended vfp11_;                     // .vfp11_veneer
  Mended stm32l4xx_;                 // .text.stm32l4xx_veneer
  std::map<const Symbol*, std::size_t> bridge_of_;
  std::vector<Bridge> all_bridges_;
  std::vector<unsigned> bx_registers_;
  struct Detour {
    InputSection* to = nullptr;
    std::uint64_t offset = 0;
  };
  std::unordered_map<const InputSection*, std::map<std::uint64_t, Detour>> detours_;
};

}  // namespace kbx::link
