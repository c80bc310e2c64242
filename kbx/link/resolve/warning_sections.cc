#include "kbx/link/resolve/warning_sections.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_set>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/input/relocation.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/input/shared_object.h"
#include "kbx/link/resolve/source_places.h"

/// Sections whose content is for who links: ld's manual does not tell of them, GNU ld 2.40 decides.
/// A name is warned of once, where the first file that refers to it does so, whether the warning
/// came before that file or behind it.
namespace kbx::link {
namespace {

constexpr std::string_view file_warning = ".gnu.warning";
constexpr std::string_view symbol_warning = ".gnu.warning.";

using LinkedFiles = std::vector<const InputFile*>;

std::string_view text_of(std::string_view content) {
  return content.substr(0, content.find('\0'));
}

/// Calls `say` with the name and the content of each such section.
void for_each_warning(const InputFile& file,
                      const std::function<void(std::string_view, std::string_view)>& say) {
  if (file.shared) {
    for (const SharedWarning& warning : file.shared->warnings)
      say(warning.section, text_of(warning.content));
    return;
  }
  for (const InputSection* section : file.sections)
    if (section->name.starts_with(file_warning)) say(section->name, text_of(section->content));
}

/// A shared object's symbol of a version is known by its name alone only where it defines the
/// version that is the default.
bool has_plain_name(const InputFile& file, std::size_t index) {
  constexpr std::uint16_t hidden = 0x8000;
  constexpr std::uint16_t first_own = 2;
  if (!file.shared || file.shared->symbol_versions.empty()) return true;
  const std::uint16_t version = file.shared->symbol_versions[index];
  const std::uint16_t number = version & static_cast<std::uint16_t>(~hidden);
  if (file.symbols[index].section != SHN_UNDEF) return version == number;
  return number < first_own || number >= file.shared->needed_versions.size() ||
         file.shared->needed_versions[number].empty();
}

const InputSymbol* global_of(const InputFile& file, std::string_view name) {
  for (std::size_t i = file.first_global; i < file.symbols.size(); ++i)
    if (file.symbols[i].name == name && file.symbols[i].binding != STB_LOCAL &&
        has_plain_name(file, i))
      return &file.symbols[i];
  return nullptr;
}

bool refers(const InputFile& file, std::string_view name) {
  const InputSymbol* symbol = global_of(file, name);
  return symbol && (symbol->section == SHN_UNDEF || symbol->section == common_section);
}

bool defines(const InputFile& file, std::string_view name) {
  const InputSymbol* symbol = global_of(file, name);
  return symbol && symbol->section != SHN_UNDEF && symbol->section != common_section;
}

struct Use {
  const InputSection* section;
  std::uint64_t offset;
};

/// The first relocation of an object against the name.
std::optional<Use> first_use(const InputFile& file, std::string_view name) {
  std::optional<Use> use;
  if (file.shared || !global_of(file, name)) return use;
  with_shape(file.is_64bit, file.is_big_endian, [&]<typename Shape>(Shape) {
    const bool is_mips64el = file.machine == EM_MIPS && Shape::is_64bit && !Shape::is_big_endian;
    for (const InputSection* section : file.sections) {
      const auto look = [&](std::size_t, const Relocation& relocation) {
        if (!use && relocation.symbol < file.symbols.size() &&
            file.symbols[relocation.symbol].name == name)
          use = Use{section, relocation.offset};
      };
      for_each_relocation<Shape, typename Shape::Rel>(section->rel.content, is_mips64el, look);
      for_each_relocation<Shape, typename Shape::Rela>(section->rela.content, is_mips64el, look);
    }
  });
  return use;
}

/// What is defined there stays defined, as an address without content.
void empty(InputSection& section) {
  section.content = {};
  section.size = 0;
  section.rel = {};
  section.rela = {};
}

class Warnings {
 public:
  Warnings(const LinkedFiles& files, const Options& options, const Say& say)
      : files_(files), options_(options), say_(say), places_(options) {}

  void give() {
    for (std::size_t i = 0; i < files_.size(); ++i)
      for_each_warning(*files_[i], [&](std::string_view section, std::string_view text) {
        if (section.starts_with(symbol_warning))
          of_symbol(i, section.substr(symbol_warning.size()), text);
      });
    for (const InputFile* file : files_)
      for_each_warning(*file, [&](std::string_view section, std::string_view text) {
        if (section == file_warning) tell(file->path, text);
      });
  }

 private:
  void of_symbol(std::size_t giver, std::string_view name, std::string_view text) {
    const auto own = files_.begin() + static_cast<std::ptrdiff_t>(giver);
    const auto refers_to = [&](const InputFile* file) { return refers(*file, name); };
    const auto is_defined = [&](const InputFile* file) { return defines(*file, name); };
    if ((*own)->shared && std::any_of(files_.begin(), own, is_defined)) return;
    auto user = std::find_if(files_.begin(), own, refers_to);
    if (user == own) {
      if (!waiting_.insert(name).second) return;
      user = std::find_if(own, files_.end(), refers_to);
      if (user == files_.end()) return;
    }
    std::optional<Use> use = first_use(**user, name);
    for (std::size_t i = 0; i < files_.size() && !use; ++i) use = first_use(*files_[i], name);
    tell(use ? places_.with_function(*use->section, use->offset) : (*user)->path, text);
  }

  void tell(const std::string& place, std::string_view text) const {
    say_(fmt::format("{}: {}: warning: {}", options_.program, place, text));
  }

  const LinkedFiles& files_;
  const Options& options_;
  const Say& say_;
  SourcePlaces places_;
  std::unordered_set<std::string_view> waiting_;  // names whose first use is yet to come
};

}  // namespace

void give_warnings(const LinkedFiles& files, const Options& options, const Say& say) {
  Warnings(files, options, say).give();
}

void drop_warnings(const std::vector<InputFile*>& files, const Options& options) {
  const bool is_program = options.kind == OutputKind::executable || options.kind == OutputKind::pie;
  for (InputFile* file : files)
    for (InputSection* section : file->sections) {
      if (section->name == file_warning && options.kind != OutputKind::relocatable)
        empty(*section);
      else if (section->name == file_warning ||
               (is_program && section->name.starts_with(symbol_warning)))
        section->is_discarded = true;
    }
}

}  // namespace kbx::link
