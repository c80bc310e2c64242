// Stand-ins lie in a folder whose name is a hash of all that they are made from, so they are never
// changed: a tree that changed gets others.

#include "kbx/kernel/stand_in.h"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/symlink.h"
#include "kbx/kernel/layout.h"

namespace kbx::kernel {
namespace {

/// True if `folder` has all that is wanted. What else is in it was left by make and does not
/// matter: a tree with other entries has an overlay of another name.
bool stands(const std::string& folder, const StandIn& wanted) {
  for (const auto& [name, target] : wanted.links)
    if (read_link(join_path(folder, name)) != target) return false;
  return !wanted.makefile || read_file_if_present(join_path(folder, "Makefile")) == wanted.makefile;
}

void put(const std::string& folder, const StandIn& wanted) {
  make_folders(folder);
  for (const auto& [name, target] : wanted.links)
    if (::symlink(target.c_str(), join_path(folder, name).c_str()) != 0)
      throw system_error("cannot make the link " + join_path(folder, name), errno);
  if (wanted.makefile) write_file_atomically(join_path(folder, "Makefile"), *wanted.makefile);
}

}  // namespace

StandIn links_of(const std::string& folder, const std::string& root) {
  StandIn result;
  for (const std::string& name : list_folder(folder)) {
    std::string target = join_path(folder, name);
    if (const auto link = read_link(target); link && is_absolute(*link)) {
      const std::string inside = path_in_root(*link, root);
      result.differs |= inside != *link;
      target = inside;
    }
    result.links.emplace(name, target);
  }
  return result;
}

std::string described(const StandIn& folder) {
  std::string text;
  for (const auto& [name, target] : folder.links) text += name + '\0' + target + '\0';
  return text + folder.makefile.value_or("") + '\0';
}

void ensure(const std::string& folder, const std::map<std::string, StandIn>& wanted) {
  const auto all_stand = [&] {
    for (const auto& [name, stand_in] : wanted)
      if (!stands(join_path(folder, name), stand_in)) return false;
    return true;
  };
  if (all_stand()) return;
  const std::string parent = dir_name(folder);
  make_folders(parent);
  const FileLock lock(join_path(parent, ".lock"), nullptr);
  if (all_stand()) return;
  constexpr std::string_view aside_prefix = ".aside-";
  for (const std::string& name : list_folder(parent))
    if (name.substr(0, aside_prefix.size()) == aside_prefix) remove_tree(join_path(parent, name));
  const std::string aside = make_temporary_folder(parent, std::string(aside_prefix));
  for (const auto& [name, stand_in] : wanted) put(join_path(aside, name), stand_in);
  ::chmod(aside.c_str(), 0755);
  if (lexists(folder)) {
    const std::string damaged = make_temporary_folder(parent, std::string(aside_prefix));
    if (::rename(folder.c_str(), damaged.c_str()) != 0)
      throw system_error("cannot replace " + folder, errno);
    remove_tree(damaged);
  }
  if (::rename(aside.c_str(), folder.c_str()) != 0)
    throw system_error("cannot make " + folder, errno);
}

}  // namespace kbx::kernel
