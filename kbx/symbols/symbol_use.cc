#include "kbx/symbols/symbol_use.h"

#include <algorithm>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/elf/relocations.h"
#include "kbx/symbols/module_files.h"
#include "kbx/symbols/module_object.h"

/// A use of a symbol is a relocation. What modpost reads is the partial link of all objects of a
/// module, in which it is no longer told which of them an instruction came from; so the objects
/// themselves are asked where they are there. Debugging information refers to symbols too, but
/// nobody wrote that.
namespace kbx::symbols {
namespace {

/// Where a symbol is in its section: of Thumb code, 32-bit Arm's symbols have bit 0 set.
std::uint64_t start_of(const elf::Object& object, const elf::Symbol& symbol) {
  const bool may_be_thumb = object.machine == EM_ARM && symbol.type == STT_FUNC;
  return may_be_thumb ? symbol.value & ~std::uint64_t{1} : symbol.value;
}

/// The function, or else the label, at or before a place.
const elf::Symbol* symbol_before(const elf::Object& object, std::uint32_t section,
                                 std::uint64_t offset) {
  const elf::Symbol* best = nullptr;
  const auto rank = [&](const elf::Symbol& symbol) {
    const bool is_typed = symbol.type == STT_FUNC || symbol.type == STT_OBJECT;
    return std::pair(start_of(object, symbol), is_typed);
  };
  for (const elf::Symbol& symbol : object.symbols) {
    if (symbol.section != section || symbol.reserved_section) continue;
    if (start_of(object, symbol) > offset) continue;
    if (symbol.name.empty() || symbol.name[0] == '$' || symbol.name.starts_with(".L")) continue;
    if (!best || rank(symbol) > rank(*best)) best = &symbol;
  }
  return best;
}

struct Use {
  std::uint32_t section = 0;  // that the relocation changes
  elf::Relocation entry;
};

/// Whether a relocation stands in an instruction: 32-bit Arm puts addresses behind the function.
bool is_in_instruction(const elf::Object& object, const elf::Relocation& entry) {
  return object.machine != EM_ARM || entry.type != R_ARM_ABS32;
}

bool names(const elf::Relocation& entry, const elf::Object& object, const std::string& name) {
  return entry.symbol && entry.symbol->is_undefined() &&
         needed_name(plain_name(entry.symbol->name), object.machine) == name;
}

/// The first use of `name` in each section that gets into memory, those in machine code first.
std::vector<Use> uses_of(const elf::Object& object, const std::string& name) {
  std::vector<Use> in_code;
  std::vector<Use> in_data;
  for (const elf::Section& entries : object.sections) {
    if (entries.type != SHT_REL && entries.type != SHT_RELA) continue;
    if (entries.info >= object.sections.size()) continue;
    const elf::Section& changed = object.sections[entries.info];
    if (!(changed.flags & SHF_ALLOC)) continue;
    for (const elf::Relocation& entry : elf::read_relocations(object, entries, "")) {
      if (!names(entry, object, name)) continue;
      const bool is_code = changed.flags & SHF_EXECINSTR && is_in_instruction(object, entry);
      (is_code ? in_code : in_data).push_back({entries.info, entry});
      break;
    }
  }
  in_code.insert(in_code.end(), in_data.begin(), in_data.end());
  return in_code;
}

/// Code that replaces other code at run time has no line, but where it is put has.
std::string use_in(const std::string& path, const std::string& name) {
  const MappedFile file(path);
  const elf::Object object = elf::read_object(file.content(), path);
  const std::vector<Use> uses = uses_of(object, name);
  if (uses.empty()) return "";
  elf::LineTable lines(object);
  const std::string object_name = base_name(path);
  for (const Use& use : uses)
    if (const auto place = source_place(object, lines, use.section, use.entry, object_name))
      return "used " + *place;
  const Use& first = uses.front();
  const elf::Symbol* const symbol = symbol_before(object, first.section, first.entry.offset);
  return fmt::format("used in {}+0x{:x} of {}",
                     symbol ? symbol->name : object.sections[first.section].name,
                     first.entry.offset - (symbol ? start_of(object, *symbol) : 0), object_name);
}

std::string other_users(const std::vector<std::string>& users) {
  constexpr size_t most = 4;
  std::vector<std::string> shown;
  for (size_t i = 1; i < std::min(users.size(), most); ++i) shown.push_back(base_name(users[i]));
  if (shown.empty()) return "";
  std::string text = "; also in " + join(shown, ", ");
  if (users.size() > most) text += fmt::format(" and {} more", users.size() - most);
  return text;
}

}  // namespace

std::optional<std::string> source_place(const elf::Object& object, elf::LineTable& lines,
                                        std::uint32_t section, const elf::Relocation& entry,
                                        std::string_view object_name) {
  const bool is_code = object.sections[section].flags & SHF_EXECINSTR;
  if (!is_code || !is_in_instruction(object, entry)) return {};
  const auto line = lines.line_of(section, entry.offset);
  if (!line) return {};
  const elf::Symbol* const symbol = symbol_before(object, section, entry.offset);
  const std::string function = symbol ? std::string(symbol->name) + ", " : "";
  return fmt::format("at {}:{} ({}in {})", line->file, line->line, function, object_name);
}

void SymbolUses::read_needs(const std::string& path) {
  const MappedFile file(path);
  if (!elf::is_elf(file.content())) return;
  for (const ModuleNeed& need : needs_of(elf::read_object(file.content(), path)))
    users_[need.name].push_back(path);
}

void SymbolUses::read_objects() {
  is_read_ = true;
  try {
    for (const std::string& path : objects_of(module_, dialect_)) read_needs(path);
  } catch (const Error&) {
    users_.clear();  // half of the objects would mislead
  }
}

std::string SymbolUses::describe(const std::string& name) {
  if (!is_read_) read_objects();
  const auto found = users_.find(name);
  // With link-time optimization the objects are not in ELF, but what is made of them is.
  const std::vector<std::string> users =
      found == users_.end() ? std::vector{module_ + ".o"} : found->second;
  try {
    std::string text = use_in(users.front(), name);
    if (!text.empty()) text += other_users(users);
    return text;
  } catch (const Error&) {
    return "";
  }
}

}  // namespace kbx::symbols
