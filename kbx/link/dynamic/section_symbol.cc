#include "kbx/link/dynamic/section_symbol.h"

#include <array>
#include <string_view>
#include <unordered_set>

#include <elf.h>

/// GNU ld 2.40 gives position-independent outputs of several machines one or two section symbols in
/// .dynsym, though it makes no relocation that names them.
namespace kbx::link {
namespace {

/// Sections that the linker makes, or might have made.
constexpr std::array<std::string_view, 17> made_sections = {
    ".interp",  ".gnu.version_d", ".gnu.version", ".gnu.version_r", ".dynsym",      ".dynstr",
    ".dynamic", ".hash",          ".gnu.hash",    ".got",           ".got.plt",     ".plt",
    ".iplt",    ".igot.plt",      ".dynbss",      ".data.rel.ro",   ".eh_frame_hdr"};

bool is_made(std::string_view name) {
  for (const std::string_view made : made_sections)
    if (name == made) return true;
  return false;
}

}  // namespace

std::vector<const OutputSection*> sections_in_dynsym(Plan& plan, unsigned count) {
  if (count == 0) return {};
  std::unordered_set<const OutputSection*> filled;
  for (Slot* slot = plan.slots.first(); slot; slot = slot->next)
    for (const Item& item : slot->items)
      for (const InputSection* input : item.inputs)
        if (input->size != 0 && !input->is_discarded) filled.insert(input->output);
  const OutputSection* code = nullptr;  // of any kind if only one is asked for
  const OutputSection* data = nullptr;
  const auto take = [](const OutputSection*& found, const OutputSection* section) {
    if (!found || (found->traits & trait_thread_local)) found = section;
  };
  std::vector<const OutputSection*> all;
  for (const OutputSection* section = plan.sections.first(); section; section = section->next) {
    const std::uint32_t type = header_type(*section);
    if (!(section->traits & trait_alloc) || (type != SHT_PROGBITS && type != SHT_NOBITS)) continue;
    if (is_made(section->name) || filled.count(section) == 0) continue;
    const bool is_data = count == 2 && !(section->traits & trait_readonly);
    take(is_data ? data : code, section);
    all.push_back(section);
  }
  std::erase_if(all, [&](const auto* section) { return section != code && section != data; });
  return all;
}

}  // namespace kbx::link
