// The shadow of a driver.
//
// kbuild before 6.13 builds an external module beside its sources, and drivers rely on that: they
// generate headers into
// $(src) and find them by -I$(obj), or run scripts in $(PWD). A build that must not touch the
// sources therefore gives kbuild a second folder of the same shape, in which every file is a
// symbolic link to the real one. What is made is made there. Compilers get -ffile-prefix-map for
// the way back, so that nothing of the shadow shows in the module.
//
// Folders named like an output folder of kbx are never mirrored. Links are compared by their text:
// an edit, or an editor's rename over a file, needs nothing; a new or removed file changes the time
// of its folder, which is an input of the plan.
#include "kbx/kbuild/shadow.h"

#include <algorithm>
#include <climits>
#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

enum class Entry { nothing, link, folder, other };

Entry entry_kind(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return Entry::nothing;
  if (S_ISLNK(info.st_mode)) return Entry::link;
  return S_ISDIR(info.st_mode) ? Entry::folder : Entry::other;
}

std::string link_text(const std::string& path) {
  char buffer[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), buffer, sizeof buffer);
  return length < 0 ? std::string() : std::string(buffer, static_cast<size_t>(length));
}

void place_link(const std::string& at, const std::string& target) {
  const Entry kind = entry_kind(at);
  if (kind == Entry::link && link_text(at) == target) return;
  // A file of the same name that a build made gives way to a source; a source always comes first.
  if (kind == Entry::folder) {
    remove_tree(at);
  } else if (kind != Entry::nothing) {
    remove_file(at);
  }
  if (::symlink(target.c_str(), at.c_str()) != 0)
    throw system_error("cannot make the link " + at, errno);
}

bool never_mirrored(const std::string& name) {
  return name == "kbx-out" || name == ".git";
}

void place_folder(const std::string& at) {
  const Entry kind = entry_kind(at);
  if (kind == Entry::folder) return;
  if (kind != Entry::nothing) remove_file(at);
  make_folders(at);
}

/// Links in `image` whose target is gone.
void drop_dead_links(const std::string& image) {
  for (const std::string& name : list_folder(image)) {
    const std::string path = join_path(image, name);
    if (entry_kind(path) == Entry::link && !exists(path)) remove_file(path);
  }
}

/// One update of a shadow.
struct Mirroring {
  const std::vector<std::string>& sources;
  const std::set<std::string>& leave_out;
  std::set<std::string> seen;

  bool is_source(const std::string& folder) const {
    return std::find(sources.begin(), sources.end(), folder) != sources.end();
  }
  bool holds_a_source(const std::string& folder) const {
    return std::any_of(sources.begin(), sources.end(),
                       [&](const std::string& source) { return is_below(source, folder); });
  }
};

/// Gives `real` the image `image`. Below a source every folder gets one; on the way down to the
/// sources what lies beside the way becomes one link each. A link is followed only if it is a
/// source itself, so links that go round do no harm.
void mirror(const std::string& real, const std::string& image, bool below_source,
            Mirroring& mirroring) {
  mirroring.seen.insert(real);
  place_folder(image);
  drop_dead_links(image);
  for (const std::string& name : list_folder(real)) {
    const std::string path = join_path(real, name);
    if (never_mirrored(name) || mirroring.leave_out.contains(path)) continue;
    const std::string at = join_path(image, name);
    const bool wanted = (below_source && entry_kind(path) == Entry::folder) ||
                        (mirroring.holds_a_source(path) && is_folder(path));
    if (wanted) {
      mirror(path, at, below_source || mirroring.is_source(path), mirroring);
    } else {
      place_link(at, path);
    }
  }
}

bool is_project_root(const std::string& folder) {
  for (const char* mark : {".git", ".hg", ".svn", "debian", "dkms.conf"})
    if (exists(join_path(folder, mark))) return true;
  return false;
}

bool is_shared_folder(const std::string& folder) {
  const char* home = std::getenv("HOME");
  for (const char* shared : {"/", "/usr", "/usr/src", "/home", "/tmp", "/var", "/var/tmp", "/root",
                             "/opt", "/srv", "/mnt"})
    if (folder == shared) return true;
  return home && folder == normal_path(home);
}

}  // namespace

std::string shadow_anchor(const std::string& source) {
  constexpr int levels_to_a_project_root = 8;
  std::string folder = source;
  for (int level = 0; level < levels_to_a_project_root && !is_shared_folder(folder); ++level) {
    if (is_project_root(folder)) return folder;
    folder = dir_name(folder);
  }
  std::string anchor = source;
  for (int level = 0; level < 2 && !is_shared_folder(dir_name(anchor)); ++level)
    anchor = dir_name(anchor);
  return anchor;
}

std::string folder_behind_link(const std::string& root, const std::string& folder) {
  if (!is_below(folder, root)) return "";
  for (size_t end = root.size();; end = folder.find('/', end + 1)) {
    const std::string at = folder.substr(0, end);
    if (entry_kind(at) == Entry::link) return normal_path(link_text(at) + folder.substr(at.size()));
    if (end == std::string::npos) return "";
  }
}

std::set<std::string> update_shadow(const std::string& root, const std::string& anchor,
                                    const std::vector<std::string>& sources,
                                    const std::set<std::string>& leave_out) {
  Mirroring mirroring{sources, leave_out, {}};
  mirror(anchor, root, mirroring.is_source(anchor), mirroring);
  return mirroring.seen;
}

}  // namespace kbx::kbuild
