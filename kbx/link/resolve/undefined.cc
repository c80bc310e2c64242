#include "kbx/link/resolve/undefined.h"

#include <algorithm>
#include <tuple>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/similar.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/dynamic/versions.h"

/// Undefined references in the words of GNU ld 2.40, which editors and build logs look for.
/// The place is the line that DWARF tells, else source file, section and offset.
namespace kbx::link {
namespace {

constexpr unsigned most_in_a_row = 5;
constexpr std::size_t most_suggested = 5;  // names for which others are looked for

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

/// Names that are defined and spelt almost like `name`, the most alike first: `a', `b' or `c'. A
/// function of C++ counts as alike if it is called `name` there, which extern "C" would make it.
std::string near_misses(std::string_view name, const SymbolTable& symbols) {
  struct Miss {
    std::size_t distance = 0;
    std::string name;
  };
  const std::size_t most = name.size() < 6 ? 1 : 2;
  const std::string call = std::string(name) + "(";
  std::vector<Miss> misses;
  symbols.for_each([&](const Symbol& symbol) {
    if (!is_defined(symbol.binding) || symbol.name == name || symbol.name.size() < 3) return;
    const auto distance = edit_distance(name, symbol.name, most);
    if (distance)
      misses.push_back({*distance, std::string(symbol.name)});
    else if (symbol.name.starts_with("_Z") && symbol.name.find(name) != std::string_view::npos)
      if (std::string full = demangled(symbol.name); full.starts_with(call))
        misses.push_back({0, std::move(full)});
  });
  std::ranges::sort(misses, [](const Miss& a, const Miss& b) {
    return std::tie(a.distance, a.name) < std::tie(b.distance, b.name);
  });
  constexpr std::size_t most_misses = 3;
  const std::size_t count = std::min(misses.size(), most_misses);
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format("{}`{}'", i == 0 ? "" : i + 1 == count ? " or " : ", ", misses[i].name);
  return text;
}

}  // namespace

bool UndefinedReferences::is_told(Unresolved policy, std::string_view name) const {
  if (policy == Unresolved::ignore) return false;
  if (policy == Unresolved::by_kind && options_.kind == OutputKind::shared) return false;
  return std::find(options_.may_be_undefined.begin(), options_.may_be_undefined.end(), name) ==
         options_.may_be_undefined.end();
}

/// How many times the name came up right before.
unsigned UndefinedReferences::count(std::string_view name) {
  if (last_name_ == name) return ++in_a_row_;
  last_name_ = name;
  return in_a_row_ = 0;
}

void UndefinedReferences::tell(const std::string& text) {
  if (options_.unresolved_are_warnings)
    say_(fmt::format("{}: {}", options_.program, text));
  else
    errors_.push_back(text);
}

/// The source line of a place, if the object has debugging information.
std::optional<elf::SourceLine> UndefinedReferences::line_of(const InputSection& section,
                                                            std::uint64_t offset) {
  const InputFile& file = *section.file;
  if (section.index == 0 || !file.find(".debug_line")) return std::nullopt;
  std::unique_ptr<Lines>& lines = lines_[&file];
  if (!lines) lines = std::make_unique<Lines>(elf::read_object(file.content, file.path));
  return lines->table.line_of(section.index, offset);
}

void UndefinedReferences::add(const Symbol& symbol, const InputSection& section,
                              std::uint64_t offset) {
  if (!is_told(options_.unresolved_in_objects, symbol.name)) return;
  if (std::find(names_.begin(), names_.end(), symbol.name) == names_.end())
    names_.push_back(symbol.name);
  const unsigned before = count(symbol.name);
  if (before > most_in_a_row) return;
  const Origin origin = origin_of(section, offset);
  const auto line = line_of(section, offset);
  const std::string source = line ? line->file : std::string(origin.source);
  const bool shows_cxx = options_.demangle.value_or(true);
  const auto shown = [&](std::string_view name) {
    return shows_cxx ? demangled(name) : std::string(name);
  };
  const std::string& path = section.file->path;
  std::string place =
      line ? fmt::format("{}", line->line) : fmt::format("({}+{:#x})", section.name, offset);
  if (!source.empty()) place = fmt::format("{}:{}", source, place);
  const char* warning = options_.unresolved_are_warnings ? "warning: " : "";
  if (before == most_in_a_row) {
    tell(fmt::format("{}:{}: {}more undefined references to `{}' follow", path, place, warning,
                     shown(symbol.name)));
    return;
  }
  if (origin.function.empty()) {
    last_file_ = nullptr;
    place = path + ":" + place;
  } else if (last_file_ != section.file || last_function_ != origin.function ||
             last_source_ != source) {
    last_file_ = section.file;
    last_function_ = origin.function;
    last_source_ = source;
    place = fmt::format("{}: in function `{}':\n{}", path, shown(origin.function), place);
  }
  tell(fmt::format("{}: {}undefined reference to `{}'", place, warning, shown(symbol.name)));
}

void UndefinedReferences::add_shared(const SymbolTable& symbols) {
  const bool is_program = options_.kind != OutputKind::shared;
  symbols.for_each([&](const Symbol& symbol) {
    if (!symbol.is_referenced_in_shared || symbol.binding == Binding::indirect) return;
    const bool is_hidden = is_program && symbol.is_forced_local && symbol.is_defined_in_object &&
                           !symbol.has_shared_definition &&
                           symbol.is_referenced_in_shared_strongly && symbol.file;
    if (is_hidden) {
      const unsigned visibility = symbol.other & 3u;
      const char* kind = visibility == STV_HIDDEN     ? "hidden"
                         : visibility == STV_INTERNAL ? "internal"
                                                      : "local";
      errors_.push_back(fmt::format("{}: {} symbol `{}' in {} is referenced by DSO",
                                    options_.output, kind, symbol.name, symbol.file->path));
      return;
    }
    if (symbol.binding != Binding::undefined || symbol.is_referenced_in_object || !symbol.file)
      return;
    if (!is_told(options_.unresolved_in_shared, symbol.name)) return;
    const unsigned before = count(symbol.name);
    if (before > most_in_a_row) return;
    tell(fmt::format("{}: {}{} to `{}'{}", symbol.file->path,
                     options_.unresolved_are_warnings ? "warning: " : "",
                     before == most_in_a_row ? "more undefined references" : "undefined reference",
                     symbol.name, before == most_in_a_row ? " follow" : ""));
  });
}

void UndefinedReferences::finish(const SymbolTable& symbols) const {
  if (errors_.empty()) return;
  std::string all = errors_.front();
  for (std::size_t i = 1; i < errors_.size(); ++i)
    all += fmt::format("\n{}: {}", options_.program, errors_[i]);
  std::string hint = "name the object or library that defines it";
  for (std::size_t i = 0; i < std::min(names_.size(), most_suggested); ++i)
    if (const std::string near = near_misses(names_[i], symbols); !near.empty())
      hint += fmt::format("; `{}': did you mean {}?", names_[i], near);
  throw Error(all, hint);
}

}  // namespace kbx::link
