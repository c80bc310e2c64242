#include "kbx/link/resolve/source_places.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/dynamic/versions.h"

namespace kbx::link {
namespace {

/// The function around a place, and the source file that the object says it is from.
struct Origin {
  std::string_view function;
  std::string_view source;
};

Origin origin_of(const InputSection& section, std::uint64_t offset) {
  Origin origin;
  const InputFile& file = *section.file;
  std::string_view source;
  const InputSymbol* best = nullptr;
  for (std::size_t i = 1; i < file.symbols.size(); ++i) {
    const InputSymbol& symbol = file.symbols[i];
    if (symbol.type == STT_FILE && source.empty()) source = symbol.name;
    const bool may_be_function =
        symbol.type == STT_FUNC || symbol.type == STT_NOTYPE || symbol.type == STT_GNU_IFUNC;
    if (symbol.section != section.index || !may_be_function || symbol.name.empty() ||
        symbol.value > offset)
      continue;
    const bool is_better = !best || symbol.value > best->value ||
                           (symbol.value == best->value && best->type == STT_NOTYPE);
    if (is_better) best = &symbol;
  }
  if (!best) return origin;
  origin.function = best->name;
  origin.source = source;
  return origin;
}

}  // namespace

/// The source line of a place, if the object has debugging information.
std::optional<elf::SourceLine> SourcePlaces::line_of(const InputSection& section,
                                                     std::uint64_t offset) {
  const InputFile& file = *section.file;
  if (section.index == 0 || !file.find(".debug_line")) return std::nullopt;
  std::unique_ptr<Lines>& lines = lines_[&file];
  if (!lines) lines = std::make_unique<Lines>(elf::read_object(file.content, file.path));
  return lines->table.line_of(section.index, offset);
}

SourcePlaces::Place SourcePlaces::find(const InputSection& section, std::uint64_t offset) {
  const Origin origin = origin_of(section, offset);
  const auto line = line_of(section, offset);
  Place place;
  place.function = origin.function;
  place.source = line ? line->file : std::string(origin.source);
  place.text =
      line ? fmt::format("{}", line->line) : fmt::format("({}+{:#x})", section.name, offset);
  if (!place.source.empty()) place.text = fmt::format("{}:{}", place.source, place.text);
  return place;
}

std::string SourcePlaces::plain(const InputSection& section, std::uint64_t offset) {
  return section.file->path + ":" + find(section, offset).text;
}

std::string SourcePlaces::with_function(const InputSection& section, std::uint64_t offset) {
  const Place place = find(section, offset);
  const std::string& path = section.file->path;
  if (place.function.empty()) {
    last_file_ = nullptr;
    return path + ":" + place.text;
  }
  if (last_file_ == section.file && last_function_ == place.function &&
      last_source_ == place.source)
    return place.text;
  last_file_ = section.file;
  last_function_ = place.function;
  last_source_ = place.source;
  return fmt::format("{}: in function `{}':\n{}", path, shown(place.function), place.text);
}

std::string SourcePlaces::shown(std::string_view name) const {
  return options_.demangle.value_or(true) ? demangled(name) : std::string(name);
}

}  // namespace kbx::link
