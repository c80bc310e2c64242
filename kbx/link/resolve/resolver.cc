#include "kbx/link/resolve/resolver.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/input/object.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/input/shape.h"

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

struct Use {
  const InputSection* section;
  std::uint64_t offset;
};

/// The first relocation of `file` that refers to a name which others define.
std::optional<Use> first_use(const InputFile& file, std::string_view name) {
  std::optional<Use> use;
  for (std::size_t i = file.first_global; i < file.symbols.size(); ++i) {
    if (file.symbols[i].name != name || file.symbols[i].section != SHN_UNDEF) continue;
    with_shape(file.is_64bit, file.is_big_endian, [&]<typename Shape>(Shape) {
      const bool is_mips64el = file.machine == EM_MIPS && Shape::is_64bit && !Shape::is_big_endian;
      for (const InputSection* section : file.sections) {
        const auto look = [&](std::size_t, const Relocation& relocation) {
          if (!use && relocation.symbol == i) use = Use{section, relocation.offset};
        };
        for_each_relocation<Shape, typename Shape::Rel>(section->rel.content, is_mips64el, look);
        for_each_relocation<Shape, typename Shape::Rela>(section->rela.content, is_mips64el, look);
      }
    });
  }
  return use;
}

std::string_view linkonce_key(std::string_view name) {
  constexpr std::string_view start = ".gnu.linkonce.";
  if (name.substr(0, start.size()) != start) return name;
  const std::size_t dot = name.find('.', start.size());
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

}  // namespace

Resolver::Resolver(const Options& options, const Say& say)
    : options_(options), say_(say), symbols_(arena_) {
  traced_.insert(options.traced.begin(), options.traced.end());
  if (options.emulation.empty()) {
    if (!options.output_format.empty()) set_target(options.output_format);
    return;
  }
  const command::Emulation* known = command::find_emulation(options.emulation);
  if (!known) throw command::unknown_emulation(options.emulation);
  format_ = MachineFormat{known->machine, known->is_64bit, known->is_big_endian};
}

void Resolver::set_target(const std::string& target) {
  const command::Emulation* known = command::find_target(target);
  if (known && !format_)
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
      add_file(input, library_path(input));
      break;
    case Input::Kind::start_group:
      is_in_group_ = true;
      count_before_group_ = undefined_count_;
      group_.clear();
      break;
    case Input::Kind::end_group: {
      is_in_group_ = false;
      std::uint64_t before = count_before_group_;
      while (before != undefined_count_) {
        before = undefined_count_;
        for (OpenArchive* archive : group_) {
          trace(archive->archive.path);
          search(*archive);
        }
      }
      break;
    }
    case Input::Kind::just_symbols:
      add_just_symbols(input.name);
      break;
    case Input::Kind::script:
      break;
  }
}

/// True if a shared object or an archive that was found may be what is looked for.
bool Resolver::fits(const std::string& path) const {
  if (!is_regular_file(path)) return false;
  if (!format_) return true;
  const MappedFile file(path);
  const std::string_view content = file.content();
  if (!is_shared_object(content) || content.size() < sizeof(Elf32_Ehdr)) return true;
  return elf_format(content) == *format_;
}

std::string Resolver::library_path(const Input& input) const {
  const std::string& name = input.name;
  const bool is_exact = !name.empty() && name[0] == ':';
  const bool takes_shared = is_final() && !input.prefers_static;
  for (const std::string& folder : options_.library_folders) {
    if (is_exact) {
      std::string path = join_path(folder, name.substr(1));
      if (is_regular_file(path)) return path;
      continue;
    }
    for (const char* end : {".so", ".a"}) {
      if (!takes_shared && end != std::string_view(".a")) continue;
      std::string path = join_path(folder, "lib" + name + end);
      if (fits(path)) return path;
      if (is_regular_file(path) && options_.warn_search_mismatch)
        say_(fmt::format("{}: skipping incompatible {} when searching for -l{}", options_.program,
                         path, name));
    }
  }
  throw Error(fmt::format("cannot find -l{}", name), "name the folder that has it with -L");
}

std::string_view Resolver::map(const std::string& path) {
  return mapped_.emplace_back(path).content();
}

/// -t.
void Resolver::trace(const std::string& path) const {
  if (options_.trace) say_.print(path);
}

void Resolver::add_just_symbols(const std::string& path) {
  trace(path);
  opened_.push_back(path);
  const std::string_view content = map(path);
  InputFile& file = storage_.emplace_back();
  file.is_just_symbols = true;
  read_object(content, path, base_name(path), arena_, file);
  check_format(file);
  add_symbols(file);
}

void Resolver::add_file(const Input& input, const std::string& path) {
  trace(path);
  opened_.push_back(path);
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
    const bool is_text = content.substr(0, 512).find('\0') == std::string_view::npos;
    if (!is_elf(content) && is_text && open_other) {
      open_other(content, path, input);
      return;
    }
    if (is_final() && is_shared_object(content))
      add_shared(content, path, input);
    else
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

/// --exclude-libs.
void Resolver::hide_library(InputFile& file) const {
  for (const std::string& name : options_.hidden_libraries)
    if (name == "ALL" || name == base_name(file.archive_path)) file.is_hidden_library = true;
}

void Resolver::add_binary(const std::string& path) {
  InputFile& file = storage_.emplace_back();
  wrap_binary(map(path), path, format(), arena_, file);
  link_object(file);
}

void Resolver::check_format(const InputFile& file) {
  const MachineFormat own{file.machine, file.is_64bit, file.is_big_endian};
  // x86-64's own linker takes other x86 objects only if -m says so.
  const bool is_other_x86 = own.machine == EM_386 || (own.machine == EM_X86_64 && !own.is_64bit);
  if (!format_ && is_other_x86 && native_format.machine == EM_X86_64)
    throw Error(Location{file.path, 0}, "is for another kind of x86 than the output (x86-64)",
                "say what the output is for: -m elf_i386 or -m elf32_x86_64");
  if (format_ && own != *format_)
    throw Error(Location{file.path, 0},
                fmt::format("is for another machine (ELF machine {}, {} bits, {} endian) than the "
                            "output (ELF machine {}, {} bits, {} endian)",
                            own.machine, own.is_64bit ? 64 : 32,
                            own.is_big_endian ? "big" : "little", format_->machine,
                            format_->is_64bit ? 64 : 32, format_->is_big_endian ? "big" : "little"),
                "all objects of a link must be compiled for the same machine");
  if (!file.is_binary) format_ = own;
}

void Resolver::link_object(InputFile& file) {
  check_format(file);
  files_.push_back(&file);
  discard_duplicates(file);
  add_symbols(file);
}

// Archives.

void Resolver::add_archive_member(const Archive& archive, const ArchiveMember& member,
                                  const std::string& reason) {
  if (!options_.map_file.empty())
    members_.emplace_back(fmt::format("{}({})", archive.path, member.name), reason);
  std::string_view content = member.content;
  if (archive.is_thin) {
    const std::string path = join_path(dir_name(archive.path), member.name);
    content = map(path);
    opened_.push_back(path);
  }
  InputFile& file = storage_.emplace_back();
  file.archive_path = archive.path;
  file.member_name = base_name(member.name);
  hide_library(file);
  read_object(content, fmt::format("{}({})", archive.path, member.name), base_name(member.name),
              arena_, file);
  link_object(file);
}

void Resolver::add_whole_archive(const Archive& archive) {
  for (const ArchiveMember& member : archive.members)
    add_archive_member(archive, member, "(--whole-archive)");
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
  const std::string_view name = open.archive.symbols[i].name;
  const Symbol* symbol = symbols_.find(name);
  // foo@@VER is what is meant by foo@VER and by foo.
  if (const std::size_t at = name.find("@@");
      !symbol && is_final() && at != std::string_view::npos) {
    symbol = symbols_.find(std::string(name.substr(0, at)) + std::string(name.substr(at + 1)));
    if (!symbol) symbol = symbols_.find(name.substr(0, at));
  }
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
      const Symbol* wanted = symbols_.find(archive.symbols[i].name);
      add_archive_member(archive, *member,
                         fmt::format("{}({})", wanted->file ? wanted->file->path + " " : "",
                                     archive.symbols[i].name));
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

Symbol* Resolver::add_symbol(InputFile& file, const InputSymbol& own) {
  InputSymbol symbol = own;
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
  if (file.is_just_symbols) section = nullptr;
  note(file, symbol, is_undefined);
  const bool may_wrap = is_undefined && !options_.wrapped.empty();
  Symbol* entry = symbols_.add(may_wrap ? wrapped(symbol.name) : symbol.name);
  const bool is_definition = !is_undefined && !is_common;
  if (file.is_hidden_library && is_definition && (symbol.other & 3u) != STV_INTERNAL)
    symbol.other = static_cast<std::uint8_t>((symbol.other & ~3u) | STV_HIDDEN);
  Symbol& global = is_final() ? displace(file, symbol, is_undefined, *entry) : *entry;
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

  const Symbol before = global;
  if (options_.warn_common && !is_undefined) warn_common(file, symbol, before);
  define(file, symbol, section, is_undefined, global);
  if (is_common || before.binding == Binding::common) check_alignment(file, symbol, before, global);
  if (is_discarded) global.was_in_discarded = true;
  if (is_definition) {
    global.is_defined_in_object = true;
    global.is_unique = symbol.binding == STB_GNU_UNIQUE;
    global.is_just_symbol = file.is_just_symbols;
    if (global.is_defined_in_shared) global.is_referenced_in_shared = true;
    global.is_defined_in_shared = false;
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
  if (is_final()) {
    if (is_definition || global.binding == Binding::common) add_default_names(file, symbol, global);
    note_dynamic(file, global);
  }
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
    file.has_common = true;
    global.section = nullptr;
    global.value = symbol.size;
    global.alignment_power = alignment;
    global.is_from_script = false;
    return;
  }
  if (symbol.size > global.value) {
    global.file = &file;
    file.has_common = true;
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

// What is said of symbols while they are met.

/// -y and --cref.
void Resolver::note(const InputFile& file, const InputSymbol& symbol, bool is_undefined) {
  if (!traced_.empty() && traced_.count(symbol.name) != 0)
    say_(fmt::format("{}: {}: {} {}", options_.program, file.path,
                     is_undefined ? "reference to" : "definition of", symbol.name));
  if (options_.cross_reference)
    cross_references_.add(symbol.name, file,
                          is_undefined                       ? CrossReferences::Use::reference
                          : symbol.section == common_section ? CrossReferences::Use::common
                                                             : CrossReferences::Use::definition);
}

/// A common symbol may be used as if it were aligned as it asks, even where a definition stands for
/// it.
void Resolver::check_alignment(const InputFile& file, const InputSymbol& symbol,
                               const Symbol& before, const Symbol& global) const {
  if (!is_defined_kind(global.binding) || global.is_from_script) return;
  const bool was_common = before.binding == Binding::common;
  unsigned power = 63;
  while (power > 0 && (global.value & ((std::uint64_t{1} << power) - 1)) != 0) --power;
  if (global.section) power = std::min<unsigned>(power, global.section->alignment_power);
  const unsigned wanted = was_common ? before.alignment_power : log2_ceil(symbol.value);
  if (power >= wanted) return;
  const InputFile* definer = was_common ? &file : before.file;
  const InputFile* asker = was_common ? before.file : &file;
  if (!definer || !asker) return;
  say_(fmt::format("{}: warning: alignment {} of symbol `{}' in {} is smaller than {} in {}",
                   options_.program, std::uint64_t{1} << power, symbol.name, definer->path,
                   std::uint64_t{1} << wanted, asker->path));
}

/// --warn-common.
void Resolver::warn_common(const InputFile& file, const InputSymbol& symbol,
                           const Symbol& before) const {
  const bool is_common = symbol.section == common_section;
  const bool was_common = before.binding == Binding::common;
  if (!before.file || !(was_common || (is_common && is_defined_kind(before.binding)))) return;
  if (is_common && was_common && before.value == symbol.size) {
    say_(fmt::format("{}: {} and {}: warning: multiple common of `{}'", options_.program, file.path,
                     before.file->path, symbol.name));
    return;
  }
  const char* what = "common of `{}' overridden by definition";
  if (!is_common)
    what = "definition of `{}' overriding common";
  else if (was_common)
    what = before.value > symbol.size ? "common of `{}' overridden by larger common"
                                      : "common of `{}' overriding smaller common";
  say_(fmt::format("{}: {}: warning: {} from {}", options_.program, file.path,
                   fmt::format(fmt::runtime(what), symbol.name), before.file->path));
}

/// A section .gnu.warning.NAME holds what is to be said to each file that uses NAME.
void Resolver::give_warnings() const {
  constexpr std::string_view start = ".gnu.warning.";
  for (const InputFile* giver : files_)
    for (const InputSection* section : giver->sections) {
      if (!section->name.starts_with(start)) continue;
      const std::string_view name = section->name.substr(start.size());
      const std::string_view text = section->content.substr(0, section->content.find('\0'));
      for (const InputFile* user : files_) {
        const auto place = first_use(*user, name);
        if (place)
          say_(fmt::format("{}: {}:({}+{:#x}): warning: {}", options_.program, user->path,
                           place->section->name, place->offset, text));
      }
    }
}

// Commons.

void Resolver::place_common(Symbol& symbol) {
  InputSection* section = symbol.file->find("COMMON");
  if (!section || section->index != 0) section = add_section(*symbol.file, "COMMON", trait_alloc);
  const std::uint64_t mask = (std::uint64_t{1} << symbol.alignment_power) - 1;
  const std::uint64_t size = symbol.value;
  const std::uint64_t place = (section->size + mask) & ~mask;
  if (place < section->size || place + size < place)
    throw Error(Location{symbol.file->path, 0},
                fmt::format("common symbol {} of {:#x} bytes is too large", symbol.name, size));
  section->alignment_power = std::max(section->alignment_power, symbol.alignment_power);
  section->size = place + size;
  symbol.binding = Binding::defined;
  symbol.section = section;
  symbol.value = place;
}

void Resolver::place_commons() {
  const auto place_those = [&](const auto& is_wanted) {
    symbols_.for_each([&](Symbol& symbol) {
      if (symbol.binding == Binding::common && is_wanted(symbol.alignment_power))
        place_common(symbol);
    });
  };
  constexpr unsigned largest = 4;
  if (options_.sort_common == SortCommon::descending)
    for (unsigned power = largest; power > 0; --power)
      place_those([&](unsigned own) { return own >= power; });
  if (options_.sort_common == SortCommon::ascending)
    for (unsigned power = 0; power <= largest; ++power)
      place_those([&](unsigned own) { return own <= power; });
  place_those([](unsigned) { return true; });
}

void Resolver::finish() {
  if (is_final()) {
    open_needed();
    join_indirect();
  }
  give_warnings();
  if (errors_.empty()) return;
  std::string all = errors_.front();
  for (std::size_t i = 1; i < errors_.size(); ++i) all += "\n" + errors_[i];
  throw Error(all, "a name may have one definition; -z muldefs takes the first");
}

InputSection* Resolver::add_section(InputFile& file, std::string_view name, Traits traits) {
  return link::add_section(file, name, traits, arena_);
}

}  // namespace kbx::link
