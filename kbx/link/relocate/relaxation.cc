#include "kbx/link/relocate/relaxation.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/relocation_type.h"
#include "kbx/link/arch/riscv_instruction.h"
#include "kbx/link/arch/riscv_relax.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/layout/merged_sections.h"
#include "kbx/link/relocate/relaxable_code.h"

/// Linker relaxation of RISC-V (RISC-V ELF psABI, "Linker Relaxation"). Where the assembler marks
/// code with R_RISCV_RELAX, it is written for targets at any distance, and the linker puts shorter
/// code there: a jal for an auipc and a jalr; one instruction that counts from address 0, from gp
/// or from tp for a pair of which the first makes the upper part; a c.lui for a lui. Padding in
/// front of aligned code (R_RISCV_ALIGN) is as long as it could ever have to be, so that some of it
/// goes too, if nothing else is shortened.
///
/// What comes out hangs on the order of things, so that is GNU ld 2.40's: a section is looked at
/// right before it is placed, when those in front of it have their new addresses and those behind
/// it still the old ones; how far what it names may be then, allowing for what may move yet, is a
/// matter of the alignments and of what is known of the object named. All that goes from a section
/// in one pass goes at once.
namespace kbx::link {
namespace {

/// RISC-V's pages, as far as relaxation allows for them.
constexpr std::uint64_t page = 0x1000;

/// The symbol that gp is set to.
constexpr std::string_view global_pointer_symbol = "__global_pointer$";

/// What a relocation names, where it is now.
struct Target {
  std::uint64_t address = 0;              // S + A
  std::uint64_t offset = 0;               // S in its section
  const OutputSection* output = nullptr;  // null: none, it is a number
  Traits traits = 0;                      // of its section
  bool is_undefined_weak = false;
};

/// An auipc that went, for the instructions that have the lower part.
struct UpperPart {
  Target target;
  std::uint32_t symbol = 0;
  std::int64_t addend = 0;
};

/// Where a place in an input section goes, merged content included.
const OutputSection* output_of(InputSection& section, std::uint64_t offset) {
  return section.merge ? merged_place(section, offset).section->output : section.output;
}

/// Turns the relocation into the one of no effect that GNU ld leaves of it.
void close(Relocation& relocation, std::uint64_t offset, std::uint64_t deleted) {
  relocation = {};
  relocation.offset = offset;
  relocation.addend = static_cast<std::int64_t>(deleted);
}

bool has_room(const ShrinkingSection& section, const Relocation& relocation, std::uint64_t size) {
  return relocation.offset <= section.size() && size <= section.size() - relocation.offset;
}

}  // namespace

class Relaxation::Relaxer {
 public:
  Relaxer(const std::vector<InputFile*>& files, const RelaxationScope& scope, Arena& arena)
      : scope_(scope),
        arena_(arena),
        global_pointer_(scope.symbols.find(global_pointer_symbol)),
        all_(find_relaxable_code(files, scope.kind.options.relax.value_or(true),
                                 scope.kind.is_position_independent)) {
    for (const auto& code : all_) by_section_.emplace(&code->section.input(), code.get());
  }

  bool relax(const InputSection& section, unsigned pass) {
    if (section.rela.content.empty()) return false;
    const auto found = by_section_.find(&section);
    if (found == by_section_.end() || found->second->is_aligned) return false;
    if (pass == 0) return shorten(*found->second);
    if (pass == 1) align(*found->second);
    return false;
  }

  void finish(ScanResult& scan) {
    for (const auto& code : all_)
      if (code->is_changed) settle_bases(*code);
    move_places(scan);
    for (const auto& code : all_) {
      if (!code->is_changed) continue;
      const InputFile& file = *code->section.input().file;
      with_shape(file.is_64bit, file.is_big_endian,
                 [&]<typename Shape>(Shape) { code->section.finish<Shape>(arena_); });
    }
  }

 private:
  // Shorter code.

  bool shorten(RelaxableCode& code) {
    if (code.open.empty()) return false;
    upper_parts_.clear();
    counted_on_.clear();
    reserve_ = 0;
    look_up_global_pointer();
    Deletions deletions;
    const auto is_settled = [&](std::uint32_t index) { return settle(code, index, deletions); };
    if (std::erase_if(code.open, is_settled) != 0) code.is_changed = true;
    code.section.remove(deletions, arena_);
    return !deletions.empty();
  }

  /// Makes the code at a relocation shorter if it can be; true if that is all there is to do.
  bool settle(RelaxableCode& code, std::uint32_t index, Deletions& deletions) {
    const Relocation& relocation = code.section.relocations[index];
    const bool is_call = relocation.type == R_RISCV_CALL || relocation.type == R_RISCV_CALL_PLT;
    if (!has_room(code.section, relocation, is_call ? 8 : 4)) return false;
    const std::optional<Target> target = target_of(code.section, relocation);
    if (!target) return false;
    switch (relocation.type) {
      case R_RISCV_CALL:
      case R_RISCV_CALL_PLT:
        return shorten_call(code.section, index, *target, deletions);
      case R_RISCV_HI20:
      case R_RISCV_LO12_I:
      case R_RISCV_LO12_S:
        return settle_absolute(code.section, index, *target, deletions);
      case R_RISCV_TPREL_HI20:
      case R_RISCV_TPREL_ADD:
      case R_RISCV_TPREL_LO12_I:
      case R_RISCV_TPREL_LO12_S:
        return settle_thread_local(code.section, index, *target, deletions);
      case R_RISCV_PCREL_HI20:
        return drop_auipc(code.section, index, *target, deletions);
      default:
        return settle_lower(code.section, index, *target);
    }
  }

  bool shorten_call(ShrinkingSection& section, std::uint32_t index, const Target& target,
                    Deletions& deletions) {
    Relocation& relocation = section.relocations[index];
    const InputSection& input = section.input();
    CallPlace place;
    place.jalr = section.instruction(relocation.offset + 4);
    place.target = target.address;
    place.distance = target.address - (start_of(input) + relocation.offset);
    place.slack = target.output && target.output == input.output ? alignment(*target.output)
                                                                 : largest_alignment();
    place.may_be_absolute = !scope_.kind.is_position_independent;
    place.is_compressed = is_compressed(input);
    place.is_32bit = !input.file->is_64bit;
    const auto shorter = shorter_call(place);
    if (!shorter) return false;
    put(section, index, *shorter, 8, deletions);
    return true;
  }

  /// Puts the shorter code there; the marker behind the relocation becomes what is left of the
  /// rest.
  void put(ShrinkingSection& section, std::uint32_t index, const ShorterCode& shorter,
           unsigned size, Deletions& deletions) {
    Relocation& relocation = section.relocations[index];
    relocation.type = shorter.type;
    section.write(relocation.offset, shorter.instruction, shorter.size, arena_);
    const std::uint64_t end = relocation.offset + shorter.size;
    close(section.relocations[index + 1], end, size - shorter.size);
    deletions.add(end, size - shorter.size);
  }

  static bool drop(ShrinkingSection& section, std::uint32_t index, Deletions& deletions) {
    Relocation& relocation = section.relocations[index];
    deletions.add(relocation.offset, 4);
    close(relocation, relocation.offset, 4);
    return true;
  }

  bool settle_absolute(ShrinkingSection& section, std::uint32_t index, const Target& target,
                       Deletions& deletions) {
    Relocation& relocation = section.relocations[index];
    if (is_reached(target)) {
      if (relocation.type == R_RISCV_HI20) return drop(section, index, deletions);
      count_from_base(section, relocation, target);
      return true;
    }
    if (relocation.type != R_RISCV_HI20 || !is_compressed(section.input())) return false;
    const auto shorter = shorter_lui(section.instruction(relocation.offset), target.address,
                                     scope_.has_relro ? 2 * page : page);
    if (!shorter) return false;
    put(section, index, *shorter, 4, deletions);
    return true;
  }

  /// An instruction with the lower part of an address counts from gp or from 0; which of them is
  /// known when addresses are.
  void count_from_base(ShrinkingSection& section, Relocation& relocation, const Target& target) {
    const bool is_store =
        relocation.type == R_RISCV_LO12_S || relocation.type == R_RISCV_PCREL_LO12_S;
    if (target.is_undefined_weak) {
      relocation.type = is_store ? R_RISCV_LO12_S : R_RISCV_LO12_I;
      set_base(section, relocation, RiscvBase::zero);
    } else {
      relocation.type = is_store ? R_RISCV_GPREL_S : R_RISCV_GPREL_I;
    }
  }

  bool settle_thread_local(ShrinkingSection& section, std::uint32_t index, const Target& target,
                           Deletions& deletions) {
    if (!has_no_upper_part(thread_offset(target.address))) return false;
    Relocation& relocation = section.relocations[index];
    if (relocation.type == R_RISCV_TPREL_HI20 || relocation.type == R_RISCV_TPREL_ADD)
      return drop(section, index, deletions);
    relocation.type = relocation.type == R_RISCV_TPREL_LO12_I ? R_RISCV_TPREL_I : R_RISCV_TPREL_S;
    return true;
  }

  /// Merged content and code may move out of reach yet. An auipc stays if an instruction in front
  /// of it has the lower part.
  bool drop_auipc(ShrinkingSection& section, std::uint32_t index, const Target& target,
                  Deletions& deletions) {
    const Relocation& relocation = section.relocations[index];
    if (!target.is_undefined_weak && (target.traits & (trait_merge | trait_code))) return false;
    if (counted_on_.count(relocation.offset) != 0 || !is_reached(target)) return false;
    upper_parts_.insert_or_assign(relocation.offset,
                                  UpperPart{target, relocation.symbol, relocation.addend});
    return drop(section, index, deletions);
  }

  bool settle_lower(ShrinkingSection& section, std::uint32_t index, const Target& place) {
    Relocation& relocation = section.relocations[index];
    const auto upper = upper_parts_.find(place.offset);
    if (upper == upper_parts_.end()) {
      counted_on_.insert(place.offset);
      return false;
    }
    const UpperPart& part = upper->second;
    if (!is_reached(part.target)) return false;
    count_from_base(section, relocation, part.target);
    relocation.symbol = part.symbol;
    relocation.addend =
        part.target.is_undefined_weak ? part.addend : relocation.addend + part.addend;
    return true;
  }

  // Padding.

  void align(RelaxableCode& code) {
    Deletions deletions;
    std::uint64_t gone = 0;
    for (const std::uint32_t index : code.paddings) {
      Relocation& padding = code.section.relocations[index];
      const auto room = static_cast<std::uint64_t>(padding.addend);
      if (!has_room(code.section, padding, room))
        fail(code.section, padding, "the padding lies outside of the section");
      const std::uint64_t boundary = std::bit_ceil(room + 1);
      const std::uint64_t start = start_of(code.section.input()) + padding.offset - gone;
      const std::uint64_t needed = (boundary - start % boundary) % boundary;
      if (needed > room)
        fail(code.section, padding,
             fmt::format("{} bytes required for alignment to {}-byte boundary, but only {} present",
                         needed, boundary, room));
      padding.symbol = padding.type = R_RISCV_NONE;
      code.is_aligned = code.is_changed = true;
      if (needed == room) continue;
      write_nops(code.section, padding.offset, needed);
      deletions.add(padding.offset + needed, room - needed);
      gone += room - needed;
    }
    code.section.remove(deletions, arena_);
  }

  void write_nops(ShrinkingSection& section, std::uint64_t offset, std::uint64_t size) {
    constexpr std::uint32_t nop = 0x00000013;
    constexpr std::uint32_t c_nop = 0x0001;
    std::uint64_t done = 0;
    for (; done + 4 <= size; done += 4) section.write(offset + done, nop, 4, arena_);
    if (done < size) section.write(offset + done, c_nop, 2, arena_);
  }

  [[noreturn]] static void fail(const ShrinkingSection& section, const Relocation& relocation,
                                const std::string& what) {
    const InputSection& input = section.input();
    throw Error(
        fmt::format("{}({}+{:#x}): {}", input.file->path, input.name, relocation.offset, what),
        "the section does not start where its code is aligned: see to what places it");
  }

  // Where things are.

  /// Nothing if its address is not known, or not that of the code that will run.
  std::optional<Target> target_of(const ShrinkingSection& section, const Relocation& relocation) {
    const Referent referent = refer(*section.input().file, relocation.symbol);
    if (referent.global) return global_target(referent, relocation);
    reserve_ = left_of(size_of(referent), relocation.addend);
    if (type_of(referent) == STT_GNU_IFUNC) return std::nullopt;
    if (!referent.local || referent.local->section == SHN_UNDEF) {
      const InputSection& input = section.input();
      const std::uint64_t addend = static_cast<std::uint64_t>(relocation.addend);
      return Target{start_of(input) + relocation.offset + addend, relocation.offset + addend,
                    input.output, input.traits, false};
    }
    if (!referent.section || !referent.section->output) return std::nullopt;
    return defined_target(referent, relocation);
  }

  std::optional<Target> global_target(const Referent& referent, const Relocation& relocation) {
    const Symbol& symbol = *referent.global;
    if (symbol.type == STT_GNU_IFUNC) return std::nullopt;
    const auto addend = static_cast<std::uint64_t>(relocation.addend);
    std::optional<Target> target;
    if (const InputSection* plt = scope_.linkage.sections.plt; plt && plt_stands_for(symbol))
      target = Target{start_of(*plt) + symbol.places->plt + addend, symbol.places->plt, plt->output,
                      plt->traits, false};
    else if (symbol.binding == Binding::undefined_weak && is_zero_if_undefined(relocation.type))
      target = Target{addend, 0, nullptr, 0, true};
    else if (is_here(symbol))
      target = defined_target(referent, relocation);
    // Of functions GNU ld goes on by what it knew last.
    if (target && symbol.type != STT_FUNC) reserve_ = left_of(symbol.size, relocation.addend);
    return target;
  }

  /// True if calls go through a PLT entry; in a program at a fixed place that is the address of
  /// what a shared object defines.
  bool plt_stands_for(const Symbol& symbol) const {
    if (!symbol.places || symbol.places->plt == Places::none) return false;
    return scope_.kind.is_position_independent ||
           (is_defined(symbol.binding) && is_from_shared(symbol) && !symbol.is_copied);
  }

  static bool is_here(const Symbol& symbol) {
    if (!is_defined(symbol.binding) || (is_from_shared(symbol) && !symbol.is_copied)) return false;
    return !symbol.section || symbol.section->output;
  }

  static bool is_zero_if_undefined(std::uint32_t type) {
    switch (type) {
      case R_RISCV_HI20:
      case R_RISCV_LO12_I:
      case R_RISCV_LO12_S:
      case R_RISCV_PCREL_HI20:
      case R_RISCV_PCREL_LO12_I:
      case R_RISCV_PCREL_LO12_S:
        return true;
      default:
        return false;
    }
  }

  static Target defined_target(const Referent& referent, const Relocation& relocation) {
    const auto addend = static_cast<std::uint64_t>(relocation.addend);
    Target target;
    target.address = address_of(referent, relocation.addend) + addend;
    target.offset = referent.global ? referent.global->value : referent.local->value;
    if (referent.global && referent.global->output_section) {
      target.output = referent.global->output_section;
      target.traits = target.output->traits;
    } else if (referent.section) {
      target.output =
          output_of(*referent.section, target.offset + (referent.is_section() ? addend : 0));
      target.traits = referent.section->traits;
    }
    return target;
  }

  /// The bytes of an object of `size` bytes behind what is named in it.
  static std::uint64_t left_of(std::uint64_t size, std::int64_t addend) {
    const std::uint64_t left = size - static_cast<std::uint64_t>(addend);
    return left > size ? 0 : left;
  }

  /// True if one instruction reaches the whole object from address 0 or from gp, now and when all
  /// has moved.
  bool is_reached(const Target& target) {
    if (target.is_undefined_weak || is_near_zero(target.address)) return true;
    const bool is_beside = base_ != 0 && target.output && target.output == base_section_;
    const std::uint64_t slack = is_beside ? alignment(*target.output) : largest_alignment();
    return is_near(target.address, base_, slack + reserve_);
  }

  std::uint64_t thread_offset(std::uint64_t address) const {
    for (const OutputSection* section = scope_.sections.first(); section; section = section->next)
      if (section->traits & trait_thread_local) return address - section->address;
    return 0;
  }

  static std::uint64_t alignment(const OutputSection& section) {
    return std::uint64_t{1} << section.alignment_power;
  }

  std::uint64_t largest_alignment() {
    if (largest_alignment_ != 0) return largest_alignment_;
    for (const OutputSection* section = scope_.sections.first(); section; section = section->next)
      largest_alignment_ = std::max(largest_alignment_, alignment(*section));
    return largest_alignment_;
  }

  void look_up_global_pointer() {
    base_ = 0;
    base_section_ = nullptr;
    if (!global_pointer_ || global_pointer_->binding != Binding::defined) return;
    Referent referent;
    referent.global = global_pointer_;
    referent.section = global_pointer_->section;
    base_ = address_of(referent, 0);
    base_section_ = global_pointer_->output_section;
    if (!base_section_ && referent.section) base_section_ = referent.section->output;
  }

  static bool is_compressed(const InputSection& section) {
    return (section.file->elf_flags & EF_RISCV_RVC) != 0;
  }

  // The end.

  void set_base(ShrinkingSection& section, const Relocation& relocation, RiscvBase base) {
    section.write(relocation.offset, with_base(section.instruction(relocation.offset), base), 4,
                  arena_);
  }

  /// Chooses the base registers of the code that lost its upper parts. What is too far for each of
  /// them stays for the one who applies the relocation to tell.
  void settle_bases(RelaxableCode& code) {
    look_up_global_pointer();
    for (Relocation& relocation : code.section.relocations) {
      const bool is_global =
          relocation.type == R_RISCV_GPREL_I || relocation.type == R_RISCV_GPREL_S;
      const bool is_thread =
          relocation.type == R_RISCV_TPREL_I || relocation.type == R_RISCV_TPREL_S;
      if (!is_global && !is_thread) continue;
      if (!has_room(code.section, relocation, 4)) continue;
      const Referent referent = refer(*code.section.input().file, relocation.symbol);
      const std::uint64_t value =
          address_of(referent, relocation.addend) + static_cast<std::uint64_t>(relocation.addend);
      if (is_thread) {
        if (is_near_zero(thread_offset(value)))
          set_base(code.section, relocation, RiscvBase::thread_pointer);
      } else if (is_near_zero(value)) {
        set_base(code.section, relocation, RiscvBase::zero);
      } else if (is_near_zero(value - base_)) {
        set_base(code.section, relocation, RiscvBase::global_pointer);
        count_from_global_pointer(code.section, relocation, referent, value - base_);
      }
    }
  }

  /// As GNU ld has it, the addend counts from gp; in merged content it still tells which piece is
  /// meant, so there the value itself is written.
  void count_from_global_pointer(ShrinkingSection& section, Relocation& relocation,
                                 const Referent& referent, std::uint64_t value) {
    relocation.addend -= static_cast<std::int64_t>(base_);
    if (!referent.is_section() || !referent.section || !referent.section->merge) return;
    const RiscvForm form =
        relocation.type == R_RISCV_GPREL_S ? RiscvForm::lower_store : RiscvForm::lower;
    section.write(relocation.offset,
                  riscv_with(section.instruction(relocation.offset), form, value), 4, arena_);
    relocation.type = R_RISCV_NONE;
  }

  /// The scan knew places by their offsets in the input, which its table still has.
  void move_places(ScanResult& scan) {
    std::unordered_map<const RelaxableCode*, Offsets> all;
    const auto move = [&](const InputSection* section, std::uint64_t& offset) {
      const auto found = by_section_.find(section);
      if (found == by_section_.end() || !found->second->is_changed) return;
      const RelaxableCode& code = *found->second;
      const auto [offsets, is_new] = all.try_emplace(&code);
      if (is_new) offsets->second = offsets_in(*section);
      const auto place = std::ranges::lower_bound(offsets->second, offset, {}, &Offset::first);
      if (place != offsets->second.end() && place->first == offset)
        offset = code.section.relocations[place->second].offset;
    };
    for (LeftRelocation& left : scan.left) move(left.section, left.offset);
    for (UndefinedUse& use : scan.undefined) move(use.section, use.offset);
  }

  /// The offset of a relocation in the input, and its index.
  using Offset = std::pair<std::uint64_t, std::size_t>;
  using Offsets = std::vector<Offset>;

  static Offsets offsets_in(const InputSection& section) {
    Offsets offsets;
    with_shape(section.file->is_64bit, section.file->is_big_endian, [&]<typename Shape>(Shape) {
      for_each_relocation<Shape, typename Shape::Rela>(
          section.rela.content, false, [&](std::size_t index, const Relocation& relocation) {
            offsets.emplace_back(relocation.offset, index);
          });
    });
    std::ranges::sort(offsets);
    return offsets;
  }

  RelaxationScope scope_;
  Arena& arena_;
  Symbol* global_pointer_;
  std::vector<std::unique_ptr<RelaxableCode>> all_;
  std::unordered_map<const InputSection*, RelaxableCode*> by_section_;
  std::uint64_t largest_alignment_ = 0;  // of all sections of the output; 0: not known yet
  std::uint64_t base_ = 0;               // gp; 0: there is none
  const OutputSection* base_section_ = nullptr;
  std::uint64_t reserve_ = 0;  // bytes of the object behind what is named in it
  // Of one section in one pass, by offset: each auipc that went; and those that low parts in front
  // of them count on.
  std::unordered_map<std::uint64_t, UpperPart> upper_parts_;
  std::unordered_set<std::uint64_t> counted_on_;
};

Relaxation::Relaxation(const std::vector<InputFile*>& files, const RelaxationScope& scope,
                       Arena& arena)
    : relaxer_(std::make_unique<Relaxer>(files, scope, arena)) {}

Relaxation::~Relaxation() = default;

bool Relaxation::relax(InputSection& section, unsigned pass) {
  return relaxer_->relax(section, pass);
}

void Relaxation::finish(ScanResult& scan) {
  relaxer_->finish(scan);
}

}  // namespace kbx::link
