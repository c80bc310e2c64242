#include "kbx/link/resolve/resolver.h"

#include <algorithm>
#include <exception>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/parallel.h"
#include "kbx/base/path.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/input/object.h"
#include "kbx/link/resolve/commons.h"
#include "kbx/link/resolve/warning_sections.h"
#include "kbx/link/threads.h"

/// Which files take part in a link, as ld's manual, chapter "Options", and GNU ld 2.40 have it: a
/// member of an archive comes in if it defines what is undefined so far, members in the order of
/// the archive's index, until one pass over it brings in nothing new.
namespace kbx::link {
namespace {

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

bool has_both_orders(std::uint16_t machine) {
  return machine != EM_X86_64 && machine != EM_386 && machine != EM_S390;
}

/// Where a thin archive's member is.
std::string thin_path(const Archive& archive, const ArchiveMember& member) {
  const std::size_t slash = archive.path.rfind('/');
  if (slash == std::string::npos) return member.name;
  return join_path(archive.path.substr(0, slash), member.name);
}

}  // namespace

std::string named_by_script(const std::string& name, const std::string& folder,
                            const std::vector<std::string>& search_folders) {
  if (is_absolute(name)) return name;
  if (!folder.empty())
    if (std::string path = join_path(folder, name); is_regular_file(path)) return path;
  if (is_regular_file(name)) return name;
  for (const std::string& search_folder : search_folders)
    if (std::string path = join_path(search_folder, name); is_regular_file(path)) return path;
  return name;
}

Resolver::Resolver(const Options& options, const Say& say)
    : options_(options), say_(say), definitions_(options, say, arena_) {
  if (options.emulation.empty()) {
    if (!options.output_format.empty()) set_target(options.output_format);
    return;
  }
  const command::Emulation* known = command::find_emulation(options.emulation);
  if (!known) throw command::unknown_emulation(options.emulation);
  format_ = MachineFormat{known->machine, known->is_64bit, known->is_big_endian};
  if (options.big_endian && has_both_orders(known->machine))
    format_->is_big_endian = *options.big_endian;
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
      input_lines_.push_back("LOAD " + input.name);
      add_file(input, input.name);
      break;
    case Input::Kind::library: {
      const std::string path = library_path(input);
      input_lines_.push_back("LOAD " + path);
      add_file(input, path);
      break;
    }
    case Input::Kind::start_group:
      input_lines_.emplace_back("START GROUP");
      is_in_group_ = true;
      count_before_group_ = definitions_.undefined_count();
      group_.clear();
      break;
    case Input::Kind::end_group: {
      input_lines_.emplace_back("END GROUP");
      is_in_group_ = false;
      std::uint64_t before = count_before_group_;
      while (before != definitions_.undefined_count()) {
        before = definitions_.undefined_count();
        for (OpenArchive* archive : group_) {
          trace(archive->archive.path);
          search(*archive);
        }
      }
      break;
    }
    case Input::Kind::just_symbols:
      input_lines_.push_back("LOAD " + input.name);
      add_just_symbols(input.name);
      break;
    case Input::Kind::script:
      break;
  }
}

std::string_view Resolver::map(const std::string& path) {
  return mapped_.emplace_back(path).content();
}

/// -t.
void Resolver::trace(const std::string& path) const {
  if (options_.trace != 0) say_.print(path);
}

InputFile& Resolver::new_file() {
  InputFile& file = storage_.emplace_back();
  file.number = next_number_++;
  return file;
}

void Resolver::add_just_symbols(const std::string& path) {
  trace(path);
  opened_.push_back(path);
  const std::string_view content = map(path);
  if (is_shared_object(content))
    throw Error(Location{path, 0}, "--just-symbols may not be used on DSO",
                "name it as an input, or give the program that it is a part of");
  InputFile& file = new_file();
  file.is_just_symbols = true;
  read_object(content, path, base_name(path), arena_, file);
  check_format(file);
  definitions_.add(file);
}

void Resolver::add_file(const Input& input, const std::string& path) {
  if (const auto known = archive_by_path_.find(path);
      known != archive_by_path_.end() && !input.whole_archive) {
    trace(path);
    opened_.push_back(path);
    search(*known->second);
    if (is_in_group_) group_.push_back(known->second);
    return;
  }
  if (!exists(path))
    throw Error(fmt::format("cannot find {}: No such file or directory", path),
                "check its name and the folder that the link runs in");
  const std::string_view content = map(path);
  trace(path);
  opened_.push_back(path);
  if (input.format == "binary")
    add_binary(content, path);
  else if (is_archive(content))
    add_archive(input, content, path);
  else
    add_object_or_script(input, content, path);
}

void Resolver::add_binary(std::string_view content, const std::string& path) {
  InputFile& file = new_file();
  wrap_binary(content, path, format(), arena_, file);
  link_object(file);
}

void Resolver::add_object_or_script(const Input& input, std::string_view content,
                                    const std::string& path) {
  const bool is_text = content.substr(0, 512).find('\0') == std::string_view::npos;
  if (!is_elf(content) && is_text && open_other) {
    ++next_number_;
    open_other(content, path, input);
    return;
  }
  if (is_final() && is_shared_object(content)) {
    add_shared(input, content, path);
    return;
  }
  InputFile& file = new_file();
  read_object(content, path, base_name(path), arena_, file);
  link_object(file);
}

void Resolver::add_archive(const Input& input, std::string_view content, const std::string& path) {
  ++next_number_;
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
  // What a final link drops defines nothing.
  if (is_final())
    for (InputSection* section : file.sections)
      if ((section->traits & (trait_group | trait_keep | trait_exclude)) == trait_exclude)
        section->is_discarded = true;
  duplicates_.discard_in(file);
  definitions_.add(file);
}

// Archives.

Resolver::OpenMember Resolver::open_member(const Archive& archive, const ArchiveMember& member,
                                           const std::string& reason) {
  OpenMember open{&new_file(), member.content, fmt::format("{}({})", archive.path, member.name),
                  base_name(member.name)};
  InputFile& file = *open.file;
  file.archive_path = archive.path;
  file.member_name = member.name;
  if (archive.is_thin) {
    open.path = file.member_name = thin_path(archive, member);
    trace(open.path);
    open.content = map(open.path);
    opened_.push_back(open.path);
  } else if (options_.trace > 1) {
    say_.print(fmt::format("({}){}", archive.path, member.name));
  }
  if (!options_.map_file.empty()) members_.emplace_back(open.path, reason);
  // --exclude-libs
  const std::string archive_name = base_name(archive.path);
  for (const std::string& name : options_.hidden_libraries)
    if (name == "ALL" || name == archive_name || name + ".a" == archive_name)
      file.is_hidden_library = true;
  return open;
}

void Resolver::add_archive_member(const Archive& archive, const ArchiveMember& member,
                                  const std::string& reason) {
  OpenMember open = open_member(archive, member, reason);
  read_object(open.content, std::move(open.path), std::move(open.name), arena_, *open.file);
  link_object(*open.file);
}

/// Reading needs nothing but the member, so that several threads can do it; what the members mean
/// for one another is found in their order.
void Resolver::add_whole_archive(const Archive& archive) {
  constexpr std::size_t few = 16;
  std::vector<OpenMember> members;
  members.reserve(archive.members.size());
  for (const ArchiveMember& member : archive.members)
    members.push_back(open_member(archive, member, "(--whole-archive)"));
  const unsigned threads = members.size() < few ? 1 : threads_for(options_);
  while (reading_arenas_.size() < threads) reading_arenas_.emplace_back();
  std::vector<std::exception_ptr> failures(members.size());
  parallel_for(members.size(), threads, [&](std::size_t i, std::size_t thread) {
    OpenMember& open = members[i];
    try {
      read_object(open.content, std::move(open.path), std::move(open.name), reading_arenas_[thread],
                  *open.file);
    } catch (...) {
      failures[i] = std::current_exception();
    }
  });
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (failures[i]) std::rethrow_exception(failures[i]);
    link_object(*members[i].file);
  }
}

bool Resolver::member_defines(const OpenArchive& open, std::size_t i) const {
  // A common symbol gives way to a definition, but not to another common symbol.
  const ArchiveSymbol& wanted = open.archive.symbols[i];
  const ArchiveMember* member = open.archive.member_at(wanted.offset);
  if (!member) return false;
  std::optional<MappedFile> mapped;
  std::string_view content = member->content;
  if (open.archive.is_thin) content = mapped.emplace(thin_path(open.archive, *member)).content();
  if (!is_elf(content)) return false;
  Arena arena;
  InputFile file;
  read_object(content, member->name, member->name, arena, file);
  for (std::size_t k = file.first_global; k < file.symbols.size(); ++k)
    if (file.symbols[k].name == wanted.name)
      return file.symbols[k].section != SHN_UNDEF && file.symbols[k].section != common_section;
  return false;
}

/// What an archive's index calls `name`, or null; foo@@VER is what is meant by foo@VER and by foo.
const Symbol* Resolver::wanted_symbol(std::string_view name) const {
  const Symbol* symbol = symbols().find(name);
  const std::size_t at = name.find("@@");
  if (symbol || !is_final() || at == std::string_view::npos) return symbol;
  symbol = symbols().find(std::string(name.substr(0, at)) + std::string(name.substr(at + 1)));
  return symbol ? symbol : symbols().find(name.substr(0, at));
}

bool Resolver::is_wanted(const OpenArchive& open, std::size_t i) {
  const Symbol* symbol = wanted_symbol(open.archive.symbols[i].name);
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
    before = definitions_.undefined_count();
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
      const Symbol* wanted = wanted_symbol(archive.symbols[i].name);
      add_archive_member(archive, *member,
                         fmt::format("{}({})", wanted->file ? wanted->file->path + " " : "",
                                     archive.symbols[i].name));
    }
  } while (before != definitions_.undefined_count());
}

void Resolver::finish() {
  if (is_final()) {
    open_needed();
    Definitions::join_indirect(files_);
    Definitions::join_indirect(shared_objects_);
  }
  give_warnings(linked_files(), options_, say_);
  drop_warnings(files_, options_);
  definitions_.finish();
}

std::vector<const InputFile*> Resolver::linked_files() const {
  std::vector<const InputFile*> linked;
  const auto is_in = [](const std::vector<InputFile*>& files, const InputFile& file) {
    return std::find(files.begin(), files.end(), &file) != files.end();
  };
  std::size_t object = made_.size();
  for (const InputFile& file : storage_)
    if (object < files_.size() && files_[object] == &file)
      linked.push_back(files_[object++]);
    else if (file.shared && is_in(shared_objects_, file))
      linked.push_back(&file);
  return linked;
}

void Resolver::place_commons() {
  placed_commons_ = link::place_commons(symbols(), options_.sort_common);
}

InputFile& Resolver::add_made_file(std::string name) {
  const InputFile* const like = dynamic_owner();
  InputFile& file = made_.emplace_back();
  file.path = file.symbol_name = std::move(name);
  const MachineFormat format = this->format();
  file.machine = format.machine;
  file.is_64bit = format.is_64bit;
  file.is_big_endian = format.is_big_endian;
  if (like) {
    file.elf_flags = like->elf_flags;
    file.os_abi = like->os_abi;
    file.abi_version = like->abi_version;
  }
  files_.insert(files_.begin(), &file);
  return file;
}

InputSection* Resolver::add_section(InputFile& file, std::string_view name, Traits traits) {
  return link::add_section(file, name, traits, arena_);
}

}  // namespace kbx::link
