#include <algorithm>
#include <cstdlib>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/link/input/object.h"
#include "kbx/link/resolve/resolver.h"

/// Which libraries take part in a link, as ld's manual, options -l, --as-needed, -rpath-link, and
/// GNU ld 2.40 have it: of each folder the shared object, else the archive. What shared objects
/// need themselves is looked at for a program, so that all that they refer to is defined somewhere.
namespace kbx::link {

/// True if what was found is made for the output's machine; of an archive no one asks.
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
  std::vector<std::string> candidates;
  if (is_exact) {
    candidates.push_back(name.substr(1));
  } else {
    if (is_final() && !input.prefers_static) candidates.push_back("lib" + name + ".so");
    candidates.push_back("lib" + name + ".a");
  }
  for (const std::string& folder : options_.search_folders)
    for (const std::string& candidate : candidates) {
      std::string path = join_path(folder, candidate);
      if (fits(path)) return path;
      if (is_regular_file(path) && options_.warn_search_mismatch)
        say_(fmt::format("{}: skipping incompatible {} when searching for -l{}", options_.program,
                         path, name));
    }
  throw Error(fmt::format("cannot find -l{}", name), "name the folder that has it with -L");
}

void Resolver::add_shared(const Input& input, std::string_view content, const std::string& path) {
  if (input.prefers_static)
    throw Error(fmt::format("attempted static link of dynamic object `{}'", path),
                "give an archive, or put the shared object behind -Bdynamic");
  const bool is_library = input.kind == Input::Kind::library;
  InputFile& file = new_file();
  SharedObject& shared = shared_storage_.emplace_back();
  read_shared_object(content, path, is_library ? base_name(path) : path, arena_, shared, file);
  check_format(file);
  for (const InputFile* other : shared_objects_)
    if (other->shared->soname == shared.soname) return;
  if (input.as_needed) {
    const auto reason = definitions_.wants(file, shared_objects_);
    if (!reason) return;
    needed_libraries_.emplace_back(shared.soname, *reason);
  }
  shared_objects_.push_back(&file);
  if (!input.as_needed) definitions_.mark_needed(file);
  definitions_.add_shared(file);
}

/// Where GNU ld finds the shared object `name` that `by` needs; "" if nowhere.
std::string Resolver::needed_path(const InputFile& by, std::string_view name) const {
  const std::string file(name);
  if (file.find('/') != std::string::npos) return is_regular_file(file) ? file : "";
  std::vector<std::string> folders;
  const std::string own = dir_name(by.path).empty() ? "." : dir_name(by.path);
  const auto add = [&](std::string_view paths) {
    for (const std::string_view part : split(paths, ':'))
      folders.push_back(
          replace_all(replace_all(std::string(part), "$ORIGIN", own), "${ORIGIN}", own));
  };
  for (const std::string& path : options_.rpath_link) add(path);
  for (const std::string& path : options_.rpath) add(path);
  const char* run_path = std::getenv("LD_RUN_PATH");
  if (options_.rpath.empty() && run_path) add(run_path);
  add(by.shared->runpath.empty() ? by.shared->rpath : by.shared->runpath);
  if (const char* path = std::getenv("LD_LIBRARY_PATH")) add(path);
  folders.insert(folders.end(), options_.search_folders.begin(), options_.search_folders.end());
  for (const char* folder : {"/lib", "/usr/lib", "/lib64", "/usr/lib64"})
    folders.emplace_back(folder);
  for (const std::string& folder : folders) {
    if (folder.empty()) continue;
    std::string path = join_path(folder, file);
    if (fits(path)) return path;
  }
  return {};
}

void Resolver::open_needed(const InputFile& by, std::string_view name) {
  for (const InputFile* other : shared_objects_)
    if (other->shared->soname == name || base_name(other->path) == name) return;
  const std::string path = needed_path(by, name);
  if (path.empty()) {
    say_(fmt::format("{}: warning: {}, needed by {}, not found (try using -rpath or -rpath-link)",
                     options_.program, name, by.path));
    return;
  }
  InputFile& file = new_file();
  SharedObject& shared = shared_storage_.emplace_back();
  read_shared_object(map(path), path, std::string(name), arena_, shared, file);
  check_format(file);
  shared.is_indirect = true;
  shared_objects_.push_back(&file);
  definitions_.add_shared(file);
}

void Resolver::open_needed() {
  const Unresolved policy = options_.unresolved_in_shared;
  const bool is_program = options_.kind != OutputKind::shared;
  if (policy == Unresolved::ignore || (policy == Unresolved::by_kind && !is_program)) return;
  for (std::size_t i = 0; i < shared_objects_.size(); ++i) {
    const InputFile& by = *shared_objects_[i];
    if (!by.shared->is_needed && !by.shared->is_indirect) continue;
    for (const std::string_view name : by.shared->needed) open_needed(by, name);
  }
}

}  // namespace kbx::link
