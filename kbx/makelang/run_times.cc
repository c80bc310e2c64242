// Times of files. A time is looked up once and kept until a recipe may have changed it. The look-up
// is also where a directory search gives a file another name.
#include <algorithm>
#include <cerrno>
#include <ctime>

#include <fmt/format.h>
#include <sys/stat.h>

#include "kbx/makelang/resolve_archive.h"
#include "kbx/makelang/run_update.h"

namespace kbx::makelang {
namespace {

constexpr FileTime second = 1'000'000'000;

FileTime nanoseconds(const timespec& time) {
  return static_cast<FileTime>(time.tv_sec) * second + time.tv_nsec;
}

}  // namespace

FileTime Updater::stat_time(const std::string& name) const {
  struct stat status {};
  FileTime time = time_missing;
  int result = 0;
  while ((result = ::stat(name.c_str(), &status)) != 0 && errno == EINTR) continue;
  if (result == 0) time = nanoseconds(status.st_mtim);
  if (!options_.check_symlinks) return time;
  if (::lstat(name.c_str(), &status) == 0 && S_ISLNK(status.st_mode))
    time = std::max(time, nanoseconds(status.st_mtim));
  return time;
}

FileTime Updater::time_of(Node*& node) {
  node = real(node);
  return node->progress.time == time_unknown ? look_up_time(node, true) : node->progress.time;
}

FileTime Updater::time_without_search(Node*& node) {
  node = real(node);
  return node->progress.time == time_unknown ? look_up_time(node, false) : node->progress.time;
}

FileTime Updater::look_up_time(Node*& node, bool search) {
  FileTime time = time_missing;
  if (const auto member = archive_name(node->name)) {
    Node* archive = graph_.enter(member->archive);
    time = look_up_time(archive, search);
    if (search && archive->found_name != member->archive) {
      graph_.set_found_name(*node, archive->found_name + "(" + member->member + ")");
      node = real(node);
    }
    if (time != time_missing) {
      const auto found = archive_name(node->found_name);
      const auto seconds = archive_member_time(found->archive, found->member);
      time = seconds ? *seconds * second : time_missing;
    }
  } else {
    time = stat_time(node->name);
    if (time == time_missing && search && !node->ignore_search) {
      std::string found = graph_.search(node->name);
      if (found.empty() && node->name.starts_with("-l")) found = graph_.search_library(node->name);
      if (!found.empty()) {
        const Node* there = graph_.lookup(found);
        const FileTime known = there ? there->progress.time : time_unknown;
        const bool keep = graph_.keeps_found_name(found, node->name);
        graph_.set_found_name(*node, found);
        node = real(node);
        if (keep) {
          graph_.take_found_name(*node);
          return time_of(node);
        }
        time = known == time_old || known == time_newest ? known : stat_time(found);
      }
    }
  }
  if (!skew_seen_ && time > time_old && time != time_newest && !node->progress.updated)
    warn_about_future(*node, time);
  Node* each = node->first_rule ? node->first_rule : node;
  const bool updated = each->progress.updated;
  for (; each; each = each->next_rule) {
    // Marked by .INTERMEDIATE, but there before this run: not ours to delete.
    if (time != time_missing && each->progress.stage == Stage::not_started &&
        !each->tried_implicit && each->intermediate)
      each->intermediate = false;
    if (each->progress.updated == updated) each->progress.time = time;
  }
  return time;
}

void Updater::warn_about_future(const Node& node, FileTime time) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  // Clocks of file systems tick coarsely; a tick is not the future.
  const FileTime ahead = time - nanoseconds(now);
  if (ahead <= 10'000'000) return;
  const double seconds = static_cast<double>(ahead) / static_cast<double>(second);
  output_.error(fmt::format(
      "Warning: File '{}' has modification time {} s in the future", node.name,
      seconds >= 100 ? fmt::format("{:.0f}", seconds) : fmt::format("{:.2g}", seconds)));
  skew_seen_ = true;
}

}  // namespace kbx::makelang
