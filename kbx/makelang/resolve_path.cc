// Directory search (GNU make manual, "Searching Directories for Prerequisites"): vpath directives
// in order, then VPATH, then for "-lNAME" the folders of the system. A file that makefiles mention
// at the searched place counts as being there.
#include <algorithm>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/makelang/resolve_graph.h"

namespace kbx::makelang {
namespace {

constexpr const char* library_folders[] = {"/lib", "/usr/lib", "/usr/local/lib"};

std::vector<std::string> folders_of(std::string_view text) {
  std::vector<std::string> folders;
  std::string current;
  const auto flush = [&] {
    while (current.size() > 1 && current.ends_with('/')) current.pop_back();
    if (!current.empty() && current != ".") folders.push_back(current);
    current.clear();
  };
  for (char c : text) {
    if (is_space(c) || c == ':')
      flush();
    else
      current += c;
  }
  flush();
  return folders;
}

/// FOLDER/NAME, whichever way the two end and begin.
std::string below(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

}  // namespace

std::string value_if_defined(const Evaluation& evaluation, std::string_view name) {
  return evaluation.find(name) ? evaluation.value(name) : std::string();
}

void Graph::read_search_paths() {
  search_paths_ = rules().vpaths;
  std::vector<std::string> general = folders_of(value_if_defined(evaluation_, "VPATH"));
  if (!general.empty()) search_paths_.push_back({"%", std::move(general)});
  kept_folders_ = folders_of(value_if_defined(evaluation_, "GPATH"));
}

std::string Graph::search(const std::string& name) const {
  if (search_paths_.empty() || is_absolute(name)) return {};
  const Node* known = lookup(name);
  const bool is_target = known && known->is_target;
  for (const SearchPath& path : search_paths_) {
    if (!match_pattern(path.pattern, name)) continue;
    for (const std::string& folder : path.folders) {
      std::string candidate = below(folder, name);
      const Node* there = lookup(candidate);
      if (there && (!is_target || there->is_target)) return candidate;
      if (exists(candidate)) return candidate;
    }
  }
  return {};
}

std::string Graph::search_library(const std::string& name) const {
  std::string best;
  size_t best_rank = SIZE_MAX;
  const std::string patterns = evaluation_.value(".LIBPATTERNS");
  for (std::string_view pattern : split_words(patterns)) {
    const size_t percent = pattern.find('%');
    if (percent == std::string_view::npos) continue;
    std::string file(pattern);
    file.replace(percent, 1, name.substr(2));
    if (kbx::exists(join_path(evaluation_.setup().folder, file))) return file;
    std::vector<std::string> places;
    for (const SearchPath& path : search_paths_)
      if (match_pattern(path.pattern, file))
        for (const std::string& folder : path.folders) places.push_back(folder);
    const size_t own = 1000;  // ranks of the search paths come before those of the system
    for (size_t i = 0; i < places.size() && i < std::min(own, best_rank); ++i)
      if (exists(below(places[i], file))) {
        best = below(places[i], file);
        best_rank = i;
      }
    for (size_t i = 0; i < std::size(library_folders) && own + i < best_rank; ++i)
      if (exists(below(library_folders[i], file))) {
        best = below(library_folders[i], file);
        best_rank = own + i;
      }
  }
  return best;
}

bool Graph::keeps_found_name(const std::string& found, const std::string& name) const {
  if (kept_folders_.empty() || found.size() <= name.size() + 1) return false;
  const std::string folder = found.substr(0, found.size() - name.size() - 1);
  return std::find(kept_folders_.begin(), kept_folders_.end(), folder) != kept_folders_.end();
}

void Graph::set_found_name(Node& node, const std::string& found) {
  Node* first = node.first_rule ? node.first_rule : &node;
  Node* there = lookup(found);
  const auto slot = index_.find(node.found_name);
  if (slot != index_.end() && slot->second == first && node.found_name != node.name)
    index_.erase(slot);
  for (Node* each = first; each; each = each->next_rule) each->found_name = found;
  if (!there) {
    index_.emplace(found, first);
    return;
  }
  if (there == first) return;
  // The makefiles know the file under both names: from here on it is one.
  if (!there->recipe) {
    there->recipe = node.recipe;
    there->implicit = node.implicit;
    there->stem = node.stem;
  }
  for (const Edge& edge : node.edges) there->edges.push_back(edge);
  there->is_target = there->is_target || node.is_target;
  there->precious = there->precious || node.precious;
  there->phony = there->phony || node.phony;
  there->tried_implicit = there->tried_implicit || node.tried_implicit;
  there->command_line_goal = there->command_line_goal || node.command_line_goal;
  there->progress.updating = there->progress.updating || node.progress.updating;
  there->progress.updated = there->progress.updated || node.progress.updated;
  node.renamed = there;
}

void Graph::take_found_name(Node& node) {
  for (Node* each = &node; each; each = each->next_rule) each->name = each->found_name;
}

}  // namespace kbx::makelang
