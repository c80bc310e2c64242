#include "kbx/link/resolve/resolver.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/input/object.h"

/// Symbol resolution after the System V gABI, "Symbol Table", in the order and with the decisions
/// of GNU ld 2.40: a strong definition wins over a weak one, a definition over a common symbol, the
/// larger of two common symbols over the smaller; a member of an archive comes in if it defines
/// what is undefined so far. Of each COMDAT group, and of each .gnu.linkonce section, the first
/// one stays; symbols of the others are references.
namespace kbx::link {
namespace {

bool is_undefined_kind(Binding binding) {
  return binding == Binding::undefined || binding == Binding::undefined_weak;
}

bool is_defined_kind(Binding binding) {
  return binding == Binding::defined || binding == Binding::defined_weak;
}

bool is_function(std::uint8_t type) {
  return type == STT_FUNC || type == STT_GNU_IFUNC;
}

std::uint8_t log2_ceil(std::uint64_t value) {
  std::uint8_t power = 0;
  while (power < 63 && (std::uint64_t{1} << power) < value) ++power;
  return power;
}

/// Of two visibilities the one that binds more; STV_DEFAULT binds least.
std::uint8_t merged_visibility(std::uint8_t other, std::uint8_t with) {
  const unsigned mine = other & 3u;
  const unsigned theirs = with & 3u;
  if (theirs == 0 || (mine != 0 && mine <= theirs)) return other;
  return static_cast<std::uint8_t>((other & ~3u) | theirs);
}

/// What an output without any input is made for: what this program was compiled for.
#if defined(__aarch64__)
constexpr MachineFormat native_format{EM_AARCH64, true, false};
#elif defined(__riscv)
constexpr MachineFormat native_format{EM_RISCV, true, false};
#elif defined(__powerpc64__)
constexpr MachineFormat native_format{EM_PPC64, true, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__};
#elif defined(__s390x__)
constexpr MachineFormat native_format{EM_S390, true, true};
#else
constexpr MachineFormat native_format{EM_X86_64, true, false};
#endif

std::string_view linkonce_key(std::string_view name) {
  constexpr std::string_view start = ".gnu.linkonce.";
  if (name.substr(0, start.size()) != start) return name;
  const std::size_t dot = name.find('.', start.size());
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

}  // namespace

Resolver::Resolver(const Options& options, const Say& say)
    : options_(options), say_(say), symbols_(arena_) {
  if (options.emulation.empty()) return;
  const command::Emulation* known = command::find_emulation(options.emulation);
  if (!known) throw command::unknown_emulation(options.emulation);
  format_ = MachineFormat{known->machine, known->is_64bit, known->is_big_endian};
}

MachineFormat Resolver::format() const {
  return format_.value_or(native_format);
}

void Resolver::add(const Input& input) {
  switch (input.kind) {
    case Input::Kind::file:
      add_file(input, input.name);
      break;
    case Input::Kind::library:
      add_file(input, library_path(input.name));
      break;
    case Input::Kind::start_group:
      is_in_group_ = true;
      group_.clear();
      break;
    case Input::Kind::end_group: {
      is_in_group_ = false;
      std::uint64_t before = 0;
      do {
        before = undefined_count_;
        for (OpenArchive* archive : group_) search(*archive);
      } while (before != undefined_count_);
      break;
    }
    case Input::Kind::just_symbols:
    case Input::Kind::script:
      throw Error("cannot take only the symbols of " + input.name + " yet");
  }
}

std::string Resolver::library_path(const std::string& name) const {
  const bool is_exact = !name.empty() && name[0] == ':';
  const std::string file = is_exact ? name.substr(1) : "lib" + name + ".a";
  for (const std::string& folder : options_.library_folders) {
    std::string path = join_path(folder, file);
    if (is_regular_file(path)) return path;
  }
  throw Error(fmt::format("cannot find -l{}", name), "name the folder that has it with -L");
}

std::string_view Resolver::map(const std::string& path) {
  return mapped_.emplace_back(path).content();
}

void Resolver::add_file(const Input& input, const std::string& path) {
  if (const auto known = archive_by_path_.find(path);
      known != archive_by_path_.end() && !input.whole_archive) {
    search(*known->second);
    if (is_in_group_) group_.push_back(known->second);
    return;
  }
  if (input.format == "binary") {
    add_binary(path);
    return;
  }
  const std::string_view content = map(path);
  if (!is_archive(content)) {
    add_object(content, path, base_name(path));
    return;
  }
  OpenArchive& open = archives_.emplace_back();
  open.archive = read_archive(content, path);
  if (input.whole_archive) {
    add_whole_archive(open.archive);
    return;
  }
  archive_by_path_[path] = &open;
  search(open);
  if (is_in_group_) group_.push_back(&open);
}

void Resolver::add_object(std::string_view content, const std::string& path,
                          const std::string& name) {
  InputFile& file = storage_.emplace_back();
  read_object(content, path, name, arena_, file);
  link_object(file);
}

void Resolver::add_binary(const std::string& path) {
  InputFile& file = storage_.emplace_back();
  wrap_binary(map(path), path, format(), arena_, file);
  link_object(file);
}

void Resolver::link_object(InputFile& file) {
  const MachineFormat own{file.machine, file.is_64bit, file.is_big_endian};
  if (format_ && own != *format_)
    throw Error(Location{file.path, 0},
                fmt::format("is for another machine (ELF machine {}, {} bits, {} endian) than the "
                            "output (ELF machine {}, {} bits, {} endian)",
                            own.machine, own.is_64bit ? 64 : 32,
                            own.is_big_endian ? "big" : "little", format_->machine,
                            format_->is_64bit ? 64 : 32, format_->is_big_endian ? "big" : "little"),
                "all objects of a link must be compiled for the same machine");
  if (!file.is_binary) format_ = own;
  files_.push_back(&file);
  discard_duplicates(file);
  add_symbols(file);
}

// Archives.

void Resolver::add_archive_member(const Archive& archive, const ArchiveMember& member) {
  std::string_view content = member.content;
  if (archive.is_thin) content = map(join_path(dir_name(archive.path), member.name));
  add_object(content, fmt::format("{}({})", archive.path, member.name), base_name(member.name));
}

void Resolver::add_whole_archive(const Archive& archive) {
  for (const ArchiveMember& member : archive.members) add_archive_member(archive, member);
}

bool Resolver::member_defines(const OpenArchive& open, std::size_t i) const {
  // A common symbol gives way to a definition, but not to another common symbol.
  const ArchiveSymbol& wanted = open.archive.symbols[i];
  const ArchiveMember* member = open.archive.member_at(wanted.offset);
  if (!member) return false;
  std::string thin_path = join_path(dir_name(open.archive.path), member->name);
  std::optional<MappedFile> mapped;
  std::string_view content = member->content;
  if (open.archive.is_thin) content = mapped.emplace(thin_path).content();
  if (!is_elf(content)) return false;
  Arena arena;
  InputFile file;
  read_object(content, member->name, member->name, arena, file);
  for (std::size_t k = file.first_global; k < file.symbols.size(); ++k)
    if (file.symbols[k].name == wanted.name)
      return file.symbols[k].section != SHN_UNDEF && file.symbols[k].section != common_section;
  return false;
}

bool Resolver::is_wanted(const OpenArchive& open, std::size_t i) {
  const Symbol* symbol = symbols_.find(open.archive.symbols[i].name);
  if (!symbol) return false;
  if (symbol->binding == Binding::undefined) return !symbol->was_in_discarded;
  return symbol->binding == Binding::common && member_defines(open, i);
}

void Resolver::search(OpenArchive& open) {
  const Archive& archive = open.archive;
  if (!archive.has_index) {
    if (archive.members.empty()) return;
    throw Error(Location{archive.path, 0}, "the archive has no symbol index",
                "run ranlib on it, or give it with --whole-archive");
  }
  open.is_done.resize(archive.symbols.size());
  std::uint64_t before = 0;
  do {
    before = undefined_count_;
    for (std::size_t i = 0; i < archive.symbols.size(); ++i) {
      if (open.is_done[i] || !is_wanted(open, i)) continue;
      const std::uint64_t offset = archive.symbols[i].offset;
      const ArchiveMember* member = archive.member_at(offset);
      if (!member)
        throw Error(Location{archive.path, 0},
                    fmt::format("the symbol index leads to {:#x}, where no member is", offset),
                    "run ranlib on it");
      for (std::size_t k = 0; k < archive.symbols.size(); ++k)
        if (archive.symbols[k].offset == offset) open.is_done[k] = true;
      add_archive_member(archive, *member);
    }
  } while (before != undefined_count_);
}

// COMDAT groups and .gnu.linkonce sections.

void Resolver::discard_duplicates(InputFile& file) {
  for (InputSection* section : file.sections)
    if ((section->traits & trait_link_once) && !section->is_discarded && !section->group)
      discard_if_duplicate(*section);
}

/// A group of one member and a .gnu.linkonce section stand for the same thing if they define the
/// same symbols. True if `section`, or the group's member, was discarded for that.
bool Resolver::discard_by_twin(InputSection& section, const std::vector<InputSection*>& known) {
  const bool is_group = (section.traits & trait_group) != 0;
  const auto only_member = [](InputSection* group) {
    InputSection* member = group->next_in_group;
    return member && member->next_in_group == member ? member : nullptr;
  };
  for (InputSection* other : known) {
    if (((other->traits & trait_group) != 0) == is_group) continue;
    InputSection* own = is_group ? only_member(&section) : &section;
    InputSection* theirs = is_group ? other : only_member(other);
    if (!own || !theirs || !section_symbols_.are_same(*own, *theirs)) continue;
    own->is_discarded = section.is_discarded = true;
    own->kept = theirs;
    return true;
  }
  return false;
}

void Resolver::discard_if_duplicate(InputSection& section) {
  const bool is_group = (section.traits & trait_group) != 0;
  const std::string_view key =
      is_group ? section.next_in_group->group_name : linkonce_key(section.name);
  std::vector<InputSection*>& known = once_[key];
  for (InputSection* other : known) {
    const bool other_is_group = (other->traits & trait_group) != 0;
    if (is_group != other_is_group || (!is_group && section.name != other->name)) continue;
    section.is_discarded = true;
    section.kept = other;
    if (!is_group) return;
    InputSection* const first = section.next_in_group;
    InputSection* member = first;
    do {
      member->is_discarded = true;
      member->kept = other;
      member = member->next_in_group;
    } while (member != first);
    return;
  }
  if (discard_by_twin(section, known)) {
    known.push_back(&section);
    return;
  }
  // The read-only part of a function's linkonce sections goes with its code.
  if (!is_group && section.name.substr(0, 16) == ".gnu.linkonce.r.")
    for (const InputSection* other : known)
      if (other->name.substr(0, 16) == ".gnu.linkonce.t.") {
        section.is_discarded = other->file != section.file;
        break;
      }
  known.push_back(&section);
}

// Symbols.

void Resolver::put_on_undefined_list(Symbol& symbol) {
  if (symbol.is_on_undefined_list) return;
  symbol.is_on_undefined_list = true;
  ++undefined_count_;
}

void Resolver::require(std::string_view name) {
  Symbol* symbol = symbols_.add(arena_.copy(name));
  if (symbol->binding != Binding::fresh) return;
  symbol->binding = Binding::undefined;
  symbol->is_referenced_in_object = true;
  symbol->is_referenced_strongly = true;
  put_on_undefined_list(*symbol);
}

void Resolver::add_symbols(InputFile& file) {
  for (std::size_t i = 0; i < file.globals.size(); ++i)
    file.globals[i] = add_symbol(file, file.symbols[file.first_global + i]);
}

/// --wrap: a reference to `f` is one to `__wrap_f`, a reference to `__real_f` one to `f`.
std::string_view Resolver::wrapped(std::string_view name) {
  constexpr std::string_view real = "__real_";
  for (const std::string& symbol : options_.wrapped) {
    if (name == symbol) return arena_.copy("__wrap_" + symbol);
    if (name.starts_with(real) && name.substr(real.size()) == symbol)
      return name.substr(real.size());
  }
  return name;
}

Symbol* Resolver::add_symbol(InputFile& file, const InputSymbol& symbol) {
  InputSection* section = nullptr;
  bool is_undefined = symbol.section == SHN_UNDEF;
  bool is_discarded = false;
  const bool is_common = symbol.section == common_section;
  if (symbol.section < first_reserved_section) {
    section = file.section_at(symbol.section);
    is_discarded = section && section->is_discarded;
    if (is_discarded) {
      section = nullptr;
      is_undefined = true;
    }
  }
  const bool may_wrap = is_undefined && !options_.wrapped.empty();
  Symbol& global = *symbols_.add(may_wrap ? wrapped(symbol.name) : symbol.name);
  const bool is_definition = !is_undefined && !is_common;
  const bool is_weak = symbol.binding == STB_WEAK;
  const bool old_is_weak =
      global.binding == Binding::defined_weak || global.binding == Binding::undefined_weak;
  const bool is_both_functions = is_function(symbol.type) && is_function(global.type);
  const bool may_change_type = global.binding == Binding::fresh || is_both_functions ||
                               old_is_weak || is_weak ||
                               (is_definition && global.binding == Binding::undefined);
  const bool may_change_size = may_change_type || global.binding == Binding::undefined;
  if (global.binding != Binding::fresh && !merge(file, symbol, is_definition, global))
    return &global;

  define(file, symbol, section, is_undefined, global);
  if (is_discarded) global.was_in_discarded = true;
  if (is_definition) {
    global.is_defined_in_object = true;
    global.is_unique = symbol.binding == STB_GNU_UNIQUE;
  } else {
    global.is_referenced_in_object = true;
    if (!is_weak) global.is_referenced_strongly = true;
  }
  check_size_and_type(file, symbol, global, is_definition, may_change_type, may_change_size);
  if (symbol.size != 0 && !is_undefined && (is_definition || global.size == 0))
    global.size = symbol.size;
  if (global.binding == Binding::common) global.size = global.value;
  if (symbol.type != STT_NOTYPE &&
      ((is_definition && !is_weak) || (old_is_weak && global.binding == Binding::common) ||
       global.type == STT_NOTYPE))
    global.type = symbol.type;
  global.other = merged_other(file.machine, global.other, symbol.other, is_definition);
  global.other = merged_visibility(global.other, symbol.other);
  return &global;
}

/// False if the symbol changes nothing: a second definition.
bool Resolver::merge(InputFile& file, const InputSymbol& symbol, bool is_definition,
                     Symbol& global) {
  const bool was_definition = is_defined_kind(global.binding);
  const bool old_is_weak =
      global.binding == Binding::defined_weak || global.binding == Binding::undefined_weak;
  const bool is_weak = symbol.binding == STB_WEAK;
  if (global.file == &file && (is_weak || old_is_weak) && !(is_definition && was_definition))
    return true;
  if (global.file && symbol.type != global.type &&
      (symbol.type == STT_TLS || global.type == STT_TLS))
    throw Error(Location{file.path, 0},
                fmt::format("{} is thread-local here or in {}, but not in both", symbol.name,
                            global.file->path));
  if (!is_definition || !was_definition || global.is_from_script) return true;
  if (!old_is_weak && !is_weak && global.is_defined_in_object) {
    if (!options_.allow_multiple_definition)
      errors_.push_back(fmt::format("multiple definition of {}: in {}, first in {}", symbol.name,
                                    file.path, global.file ? global.file->path : "a script"));
    return false;
  }
  if (is_weak) {
    global.other = merged_other(file.machine, global.other, symbol.other, false);
    global.other = merged_visibility(global.other, symbol.other);
    return false;
  }
  return true;
}

void Resolver::define(InputFile& file, const InputSymbol& symbol, InputSection* section,
                      bool is_undefined, Symbol& global) {
  const bool is_weak = symbol.binding == STB_WEAK;
  const Binding before = global.is_from_script ? Binding::undefined : global.binding;
  if (is_undefined) {
    if (!is_weak && (before == Binding::fresh || before == Binding::undefined_weak)) {
      global.binding = Binding::undefined;
      global.file = &file;
      put_on_undefined_list(global);
    } else if (is_weak && before == Binding::fresh) {
      global.binding = Binding::undefined_weak;
      global.file = &file;
    }
    return;
  }
  if (symbol.section == common_section && !is_weak) {
    make_common(file, symbol, global);
    return;
  }
  if (is_weak && before != Binding::fresh && !is_undefined_kind(before)) return;
  global.binding = is_weak ? Binding::defined_weak : Binding::defined;
  global.file = &file;
  global.section = section;
  global.output_section = nullptr;
  global.value = symbol.value;
  global.is_from_script = false;
}

void Resolver::make_common(InputFile& file, const InputSymbol& symbol, Symbol& global) {
  const std::uint8_t alignment = log2_ceil(symbol.value);
  if (global.binding == Binding::defined && !global.is_from_script) return;
  if (global.binding != Binding::common) {
    if (global.binding == Binding::fresh) put_on_undefined_list(global);
    global.binding = Binding::common;
    global.file = &file;
    global.section = nullptr;
    global.value = symbol.size;
    global.alignment_power = alignment;
    global.is_from_script = false;
    return;
  }
  global.value = std::max(global.value, symbol.size);
  global.alignment_power = std::max(global.alignment_power, alignment);
}

void Resolver::check_size_and_type(InputFile& file, const InputSymbol& symbol, const Symbol& global,
                                   bool is_definition, bool may_change_type,
                                   bool may_change_size) const {
  if (is_definition && symbol.size != 0 && global.size != 0 && symbol.size != global.size &&
      !may_change_size)
    say_(fmt::format("{}: warning: size of symbol `{}' changed from {} to {} in {}",
                     options_.program, symbol.name, global.size, symbol.size, file.path));
  if (is_definition && symbol.type != STT_NOTYPE && global.type != STT_NOTYPE &&
      symbol.type != global.type && symbol.binding != STB_WEAK && !may_change_type)
    say_(fmt::format("{}: warning: type of symbol `{}' changed from {} to {} in {}",
                     options_.program, symbol.name, global.type, symbol.type, file.path));
}

void Resolver::finish() {
  if (errors_.empty()) return;
  std::string all = errors_.front();
  for (std::size_t i = 1; i < errors_.size(); ++i) all += "\n" + errors_[i];
  throw Error(all, "a name may have one definition; -z muldefs takes the first");
}

InputSection* Resolver::add_section(InputFile& file, std::string_view name, Traits traits) {
  return link::add_section(file, name, traits, arena_);
}

}  // namespace kbx::link
