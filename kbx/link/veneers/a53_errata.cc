#include "kbx/link/veneers/a53_errata.h"

#include <algorithm>
#include <string>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/aarch64_errata.h"
#include "kbx/link/arch/aarch64_veneer.h"
#include "kbx/link/arch/relocation_type.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/relocate/apply.h"

/// The instruction that would go wrong moves into a veneer, from which a branch goes back. For
/// erratum 835769 veneers lie where those of branches do. For 843419 each section of code has its
/// own, behind it, and sizes of veneers' sections are whole pages: what makes a sequence dangerous
/// is its place in a page, which veneers must not change. Where the address that an ADRP makes is
/// near enough, an ADR takes its place instead, and the veneer's room stays unused.
namespace kbx::link {
namespace {

bool may_have_errata(const InputSection& section) {
  return section.type == SHT_PROGBITS && (section.flags & SHF_EXECINSTR) != 0 &&
         !(section.traits & (trait_exclude | trait_linker_created)) && section.output &&
         !section.is_discarded;
}

std::uint32_t word_at(std::string_view code, std::uint64_t offset) {
  return static_cast<std::uint32_t>(read_little(code.data() + offset, 4));
}

/// Calls `work(file, section, span)` for all code, in the order of the link.
template <typename Work>
void for_each_span(const Resolver& resolver, const Work& work) {
  for (InputFile* file : resolver.files()) {
    const auto spans = code_spans(*file);
    for (InputSection* section : file->sections) {
      const auto found = spans.find(section);
      if (found == spans.end() || !may_have_errata(*section)) continue;
      for (const CodeSpan& span : found->second) work(*file, *section, span);
    }
  }
}

}  // namespace

bool A53Errata::adjust() {
  if (options_.fix_cortex_a53_835769 && !has_scanned_835769_) {
    has_scanned_835769_ = true;
    if (scan_835769()) return true;
  }
  if (options_.fix_cortex_a53_843419 == Erratum843419::ignored || has_scanned_843419_) return false;
  has_scanned_843419_ = true;
  return scan_843419();
}

bool A53Errata::scan_835769() {
  unsigned count = 0;
  for_each_span(resolver_, [&](const InputFile&, InputSection& section, const CodeSpan& span) {
    for (std::uint64_t i = span.start; i + 8 <= span.end; i += 4) {
      const std::string_view code = section.content;
      if (!has_erratum_835769(word_at(code, i), word_at(code, i + 4))) continue;
      veneers_.add(fmt::format("__erratum_835769_veneer_{}", count++), moved_instruction,
                   {&section, i + 4}, false);
    }
  });
  if (count != 0) veneers_.resize();
  return count != 0;
}

bool A53Errata::scan_843419() {
  for_each_span(resolver_, [&](InputFile& file, InputSection& section, const CodeSpan& span) {
    scan_843419(file, section, span);
  });
  veneers_.resize();
  return !sequences_.empty();
}

void A53Errata::scan_843419(InputFile& file, InputSection& section, const CodeSpan& span) {
  for (std::uint64_t i = span.start; i + 12 <= span.end; i += 4) {
    const std::uint64_t address = start_of(section) + i;
    const auto last = erratum_843419_end(section.content, i, span.end, address);
    // The same instruction may end two sequences.
    const AdrpSequence* const before = sequences_.empty() ? nullptr : &sequences_.back();
    if (!last || (before && before->section == &section && before->last == *last)) continue;
    AdrpSequence& sequence = sequences_.emplace_back();
    sequence.section = &section;
    sequence.adrp = i;
    sequence.last = *last;
    if (options_.fix_cortex_a53_843419 == Erratum843419::adr) continue;
    const std::string name = fmt::format("e843419@{:04x}_{:08x}_{:x}", file.number,
                                         veneers_.numbers().of(section), *last);
    sequence.veneer = &veneers_.add(name, moved_instruction, {&section, *last}, true);
  }
}

void A53Errata::settle(const Applying& applying) {
  const InputSection* relocated = nullptr;
  std::string code;
  KeptSections kept;
  for (AdrpSequence& sequence : sequences_) {
    InputSection& section = *sequence.section;
    if (!relocated || relocated != &section) {
      relocated = &section;
      code = section.content;
      Findings ignored;
      with_shape(section.file->is_64bit, section.file->is_big_endian, [&]<typename Shape>(Shape) {
        apply_relocations<Shape>(applying, section, code.data(), kept, ignored);
      });
    }
    const std::uint32_t adrp = word_at(code, sequence.adrp);
    const std::uint64_t address = start_of(section) + sequence.adrp;
    const bool is_harmless = !is_adrp(adrp);  // thread-local code that was simplified
    sequence.becomes_adr = !is_harmless && options_.fix_cortex_a53_843419 != Erratum843419::adrp &&
                           adr_for(adrp, address).has_value();
    if (sequence.veneer) {
      sequence.veneer->is_unused = is_harmless || sequence.becomes_adr;
      sequence.veneer->is_empty = is_harmless;
    } else if (!is_harmless && !sequence.becomes_adr) {
      throw Error(Location{section.file->path, 0},
                  fmt::format("{}+{:#x}: what the ADRP refers to is out of range for an ADR, and "
                              "--fix-cortex-a53-843419=adr was given",
                              section.name, sequence.adrp),
                  "use --fix-cortex-a53-843419=full");
    }
  }
}

void A53Errata::write(const std::function<char*(const InputSection&)>& bytes_of) const {
  for (const AdrpSequence& sequence : sequences_) {
    if (!sequence.becomes_adr) continue;
    const InputSection& section = *sequence.section;
    char* const place = bytes_of(section) + sequence.adrp;
    const auto adrp = static_cast<std::uint32_t>(read_little(place, 4));
    const auto adr = adr_for(adrp, start_of(section) + sequence.adrp);
    if (adr) write_little(place, *adr, 4);
  }
}

}  // namespace kbx::link
