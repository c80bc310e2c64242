#include "kbx/link/veneers/arm_glue.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/arch/arm_stm32l4xx.h"
#include "kbx/link/arch/arm_vfp11.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/layout/output_section.h"

/// Each kind of code has a section, which is there even if nothing needs it until sections have
/// their places, as GNU ld's are: so .text is aligned for it. What they hold has symbols that are
/// local ones of no file: names, and their order among the global ones, are those of GNU ld 2.40.
namespace kbx::link {
namespace {

constexpr std::uint32_t bx_size = 12;
constexpr std::uint32_t vfp11_size = 8;

bool is_code(const InputSection& section) {
  return section.type == SHT_PROGBITS && (section.flags & SHF_EXECINSTR) && !section.is_discarded &&
         !(section.traits & trait_linker_created);
}

constexpr std::uint32_t always = 0xe0000000;

/// b from one address to another, without its condition.
std::uint32_t branch_word(std::uint64_t from, std::uint64_t to) {
  constexpr std::uint64_t ahead = 8;  // of the instruction the PC is
  return 0x0a000000 | (static_cast<std::uint32_t>(to - from - ahead) >> 2 & 0xffffff);
}

bool is_thumb_function(const Symbol& symbol) {
  return is_defined(symbol.binding) && (symbol.type == STT_FUNC || symbol.type == STT_GNU_IFUNC) &&
         (symbol.value & 1);
}

}  // namespace

ArmGlue::ArmGlue(Resolver& resolver, const FinalKind& kind)
    : resolver_(resolver), kind_(kind), bytes_{resolver.format().is_big_endian} {}

void ArmGlue::find(const std::function<void(const std::string&)>& say) {
  const ArmOptions& options = kind_.options.arm;
  const std::vector<InputFile*> files = resolver_.files();
  make_sections();
  for (InputFile* file : files) {
    if (file->is_just_symbols || file->is_binary) continue;
    find_branches(*file);
    if (options.vfp11 == Vfp11Fix::scalar || options.vfp11 == Vfp11Fix::vector) find_vfp11(*file);
    if (options.stm32l4xx != Stm32l4xxFix::none) find_stm32l4xx(*file, say);
  }
  if (kind_.is_dynamic && !kind_.arm.has_blx) bridge_exports();
}

void ArmGlue::make_sections() {
  file_ = &resolver_.add_made_file("linker stubs");
  bridges_ = make(".glue_7");
  unused_ = make(".glue_7t");
  vfp11_.veneers = make(".vfp11_veneer");
  bx_ = make(".v4_bx");
  if (kind_.options.arm.stm32l4xx != Stm32l4xxFix::none)
    stm32l4xx_.veneers = make(".text.stm32l4xx_veneer");
}

void ArmGlue::drop_empty() {
  for (InputSection** section : {&bridges_, &unused_, &vfp11_.veneers, &bx_, &stm32l4xx_.veneers})
    if (*section && (*section)->size == 0) {
      (*section)->is_discarded = true;
      *section = nullptr;
    }
}

InputSection* ArmGlue::make(std::string_view name) {
  InputSection* const section =
      resolver_.add_section(*file_, name,
                            trait_alloc | trait_load | trait_contents | trait_code |
                                trait_readonly | trait_linker_created);
  section->type = SHT_PROGBITS;
  section->flags = SHF_ALLOC | SHF_EXECINSTR;
  section->alignment_power = 2;
  return section;
}

Symbol& ArmGlue::define(const std::string& name, InputSection& section, std::uint64_t value,
                        std::uint8_t type) {
  Symbol& symbol = *resolver_.symbols().add(resolver_.arena().copy(name));
  symbol.binding = Binding::defined;
  symbol.section = &section;
  symbol.value = value;
  symbol.type = type;
  symbol.is_defined_in_object = true;
  symbol.is_forced_local = true;
  return symbol;
}

// Branches and bx.

void ArmGlue::find_branches(InputFile& file) {
  with_shape(file.is_64bit, file.is_big_endian, [&]<typename Shape>(Shape) {
    for (InputSection* section : file.sections)
      if (!section->is_discarded && (section->traits & trait_contents))
        find_branches<Shape>(*section);
  });
}

template <typename Shape>
void ArmGlue::find_branches(InputSection& section) {
  for_each_relocation<Shape, typename Shape::Rel>(
      section.rel.content, false, [&](std::size_t, const Relocation& relocation) {
        if (relocation.offset > section.content.size() ||
            section.content.size() - relocation.offset < 4)
          return;
        if (relocation.type == R_ARM_V4BX && kind_.arm.bx == ArmBx::veneer)
          replace_bx(section, relocation.offset);
        if (relocation.type != R_ARM_PC24) return;
        const Referent target = refer(*section.file, relocation.symbol);
        const bool has_plt =
            target.global && target.global->places && target.global->places->plt != Places::none;
        if (target.global && is_thumb_function(*target.global) && !has_plt)
          bridge(section, relocation.offset, target);
      });
}

std::uint32_t ArmGlue::bridge_size() const {
  if (kind_.is_position_independent || kind_.options.pic_veneer) return 16;
  return kind_.arm.has_blx ? 8 : 12;
}

ArmGlue::Bridge& ArmGlue::bridge_to(Symbol& symbol, const Referent& target) {
  const auto [found, is_new] = bridge_of_.try_emplace(&symbol, all_bridges_.size());
  if (is_new) {
    all_bridges_.push_back({target, bridges_->size});
    define(fmt::format("__{}_from_arm", symbol.name), *bridges_, bridges_->size, STT_FUNC);
    bridges_->size += bridge_size();
  }
  return all_bridges_[found->second];
}

void ArmGlue::bridge(InputSection& section, std::uint64_t offset, const Referent& target) {
  detours_[&section][offset] = {bridges_, bridge_to(*target.global, target).offset};
}

/// Without blx the PLTs of other modules cannot enter Thumb functions.
void ArmGlue::bridge_exports() {
  std::vector<Symbol*> exported;
  resolver_.symbols().for_each([&](Symbol& symbol) {
    if (symbol.is_dynamic && symbol.is_defined_in_object && is_defined(symbol.binding) &&
        symbol.section && (symbol.other & 3U) == STV_DEFAULT && symbol.type == STT_FUNC &&
        (symbol.value & 1))
      exported.push_back(&symbol);
  });
  for (Symbol* symbol : exported) bridge_export(*symbol);
}

void ArmGlue::bridge_export(Symbol& symbol) {
  Symbol& real =
      define(fmt::format("__real_{}", symbol.name), *symbol.section, symbol.value, STT_FUNC);
  Referent target;
  target.global = &real;
  target.section = real.section;
  Bridge& bridge = bridge_to(symbol, target);
  bridge.target = target;
  symbol.section = bridges_;
  symbol.value = bridge.offset;
}

void ArmGlue::replace_bx(InputSection& section, std::uint64_t offset) {
  constexpr unsigned pc = 15;
  const unsigned number = bytes_.read32(section.content.data() + offset) & 0xf;
  if (number == pc) return;
  InputSection& glue = *bx_;
  const auto known = std::find(bx_registers_.begin(), bx_registers_.end(), number);
  const auto place = static_cast<std::uint64_t>(known - bx_registers_.begin()) * bx_size;
  if (known == bx_registers_.end()) {
    bx_registers_.push_back(number);
    define(fmt::format("__bx_r{}", number), glue, place, STT_FUNC);
    glue.size += bx_size;
  }
  detours_[&section][offset] = {&glue, place};
}

std::optional<std::uint64_t> ArmGlue::address_for(const InputSection& section,
                                                  std::uint64_t offset) const {
  const auto of_section = detours_.find(&section);
  if (of_section == detours_.end()) return std::nullopt;
  const auto detour = of_section->second.find(offset);
  if (detour == of_section->second.end()) return std::nullopt;
  return start_of(*detour->second.to) + detour->second.offset;
}

// Errata.

std::span<const ArmGlue::Moved> ArmGlue::Mended::of(const InputSection& section) const {
  const auto run = runs.find(&section);
  if (run == runs.end()) return {};
  return std::span(all).subspan(run->second.first, run->second.count);
}

void ArmGlue::move(Mended& mended, std::string_view erratum, Moved moved, std::uint64_t size) {
  InputSection& veneers = *mended.veneers;
  const std::string name = fmt::format("__{}_veneer_{:x}", erratum, mended.all.size());
  define(name, veneers, veneers.size, STT_FUNC);
  define(name + "_r", *moved.section, moved.offset + 4, STT_FUNC);
  moved.veneer = veneers.size;
  veneers.size += size;
  ++mended.runs.try_emplace(moved.section, Mended::Run{mended.all.size(), 0}).first->second.count;
  mended.all.push_back(moved);
}

void ArmGlue::find_vfp11(InputFile& file) {
  Vfp11Search search;
  const ArmSpans spans = arm_spans(file);
  for (InputSection* section : file.sections) {
    const auto found = spans.find(section);
    if (!is_code(*section) || found == spans.end()) continue;
    for (const Vfp11Hazard& hazard :
         find_vfp11_hazards(section->content, found->second, file.is_big_endian,
                            kind_.options.arm.vfp11 == Vfp11Fix::vector, search)) {
      move(vfp11_, "vfp11", {section, hazard.offset, hazard.instruction, 0}, vfp11_size);
      if (vfp11_.all.size() == 1) define("$a", *vfp11_.veneers, 0, STT_NOTYPE);
    }
  }
}

void ArmGlue::find_stm32l4xx(InputFile& file, const std::function<void(const std::string&)>& say) {
  const ArmSpans spans = arm_spans(file);
  for (InputSection* section : file.sections) {
    const auto found = spans.find(section);
    if (!is_code(*section) || found == spans.end()) continue;
    for (const Stm32l4xxLoad& load : find_stm32l4xx_loads(
             section->content, found->second, file.is_big_endian, kind_.options.arm.stm32l4xx)) {
      if (load.is_inside_block) {
        say(
            fmt::format("{}({}+{:#x}): error: multiple load detected in non-last IT block "
                        "instruction: STM32L4XX veneer cannot be generated; use gcc option "
                        "-mrestrict-it to generate only one instruction per IT block",
                        file.path, section->name, load.offset));
        continue;
      }
      move(stm32l4xx_, "stm32l4xx", {section, load.offset, load.instruction, 0},
           stm32l4xx_veneer_size(load.instruction));
      if (stm32l4xx_.all.size() == 1) define("$t", *stm32l4xx_.veneers, 0, STT_NOTYPE);
    }
  }
}

void ArmGlue::redirect(const InputSection& section, char* content) const {
  for (const Moved& moved : vfp11_.of(section)) {
    const std::uint32_t condition = moved.instruction & 0xf0000000;
    bytes_.write32(content + moved.offset,
                   condition | branch_word(start_of(section) + moved.offset,
                                           start_of(*vfp11_.veneers) + moved.veneer));
  }
  for (const Moved& moved : stm32l4xx_.of(section))
    write_stm32l4xx_branch(bytes_, start_of(section) + moved.offset,
                           start_of(*stm32l4xx_.veneers) + moved.veneer, content + moved.offset);
}

// Its own sections.

void ArmGlue::write_bridge(const Bridge& bridge, char* content) const {
  char* const at = content + bridge.offset;
  const std::uint64_t target = address_of(bridge.target, 0) | 1;
  const auto put = [&](std::uint64_t offset, std::uint64_t word) {
    bytes_.write32(at + offset, static_cast<std::uint32_t>(word));
  };
  if (bridge_size() == 16) {
    put(0, 0xe59fc004);  // ldr ip, [pc, #4]; add ip, ip, pc; bx ip; the distance
    put(4, 0xe08cc00f);
    put(8, 0xe12fff1c);
    put(12, (target - (start_of(*bridges_) + bridge.offset + 12)) | 1);
  } else if (kind_.arm.has_blx) {
    put(0, 0xe51ff004);  // ldr pc, [pc, #-4]
    put(4, target);
  } else {
    put(0, 0xe59fc000);  // ldr ip, [pc]; bx ip
    put(4, 0xe12fff1c);
    put(8, target);
  }
}

void ArmGlue::write_bridges(char* content) const {
  const std::uint64_t size = bridge_size();
  for (const Bridge& bridge : all_bridges_) {
    write_bridge(bridge, content);
    if (kind_.options.be8) swap_code({{bridge.offset, bridge.offset + size - 4, 'a'}}, content);
  }
}

void ArmGlue::write_bx(char* content) const {
  char* at = content;
  for (const unsigned number : bx_registers_) {  // tst; moveq pc; bx
    bytes_.write32(at, 0xe3100001 | number << 16);
    bytes_.write32(at + 4, 0x01a0f000 | number);
    bytes_.write32(at + 8, 0xe12fff10 | number);
    at += bx_size;
  }
  if (kind_.options.be8) swap_code({{0, bx_->size, 'a'}}, content);
}

void ArmGlue::write_vfp11(char* content) const {
  for (const Moved& moved : vfp11_.all) {
    const std::uint64_t way_back = moved.veneer + 4;
    bytes_.write32(content + moved.veneer, moved.instruction);
    bytes_.write32(content + way_back,
                   always | branch_word(start_of(*vfp11_.veneers) + way_back,
                                        start_of(*moved.section) + moved.offset + 4));
  }
  if (kind_.options.be8) swap_code({{0, vfp11_.veneers->size, 'a'}}, content);
}

void ArmGlue::write_stm32l4xx(char* content) const {
  const InputSection& veneers = *stm32l4xx_.veneers;
  for (const Moved& moved : stm32l4xx_.all)
    write_stm32l4xx_veneer(bytes_, moved.instruction, start_of(veneers) + moved.veneer,
                           start_of(*moved.section) + moved.offset + 4, content + moved.veneer);
  if (kind_.options.be8) swap_code({{0, veneers.size, 't'}}, content);
}

void ArmGlue::write(const std::function<char*(const InputSection&)>& bytes_of) const {
  const auto bytes = [&](const InputSection* section) -> char* {
    return section && section->output && !section->is_discarded ? bytes_of(*section) : nullptr;
  };
  if (char* content = bytes(bridges_)) write_bridges(content);
  if (char* content = bytes(bx_)) write_bx(content);
  if (char* content = bytes(vfp11_.veneers)) write_vfp11(content);
  if (char* content = bytes(stm32l4xx_.veneers)) write_stm32l4xx(content);
}

std::vector<MadeSymbol> ArmGlue::symbols() const {
  std::vector<MadeSymbol> all;
  if (bridges_)
    for (const Bridge& bridge : all_bridges_) {
      all.push_back({"$a", bridges_, bridge.offset, 0, STT_NOTYPE});
      all.push_back({"$d", bridges_, bridge.offset + bridge_size() - 4, 0, STT_NOTYPE});
    }
  if (bx_) all.push_back({"$a", bx_, 0, 0, STT_NOTYPE});
  return all;
}

}  // namespace kbx::link
