// The graph of files. Rules name files; a file may be named as target, as prerequisite, as a word
// of a special target, or on the command line, and the implicit-rule search treats a file that is
// mentioned anywhere as one that ought to exist. So every name gets one node when the rules are
// known, and searches add nodes later (GNU make manual, "How to Use Implicit Rules").
#include "kbx/makelang/resolve_graph.h"

#include <algorithm>

#include <glob.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/makelang/names.h"
#include "kbx/makelang/options.h"
#include "kbx/makelang/resolve_archive.h"

namespace kbx::makelang {
namespace {

std::string escaped_for_glob(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

/// The files that a word with wildcards stands for, sorted; the word itself if there are none.
std::vector<std::string> wildcard_words(const std::string& word, const std::string& folder) {
  if (word.find_first_of("*?[") == std::string::npos) return {word};
  const bool relative = !is_absolute(word);
  const std::string prefix = relative ? folder + "/" : std::string();
  glob_t found{};
  std::vector<std::string> result;
  if (::glob((escaped_for_glob(prefix) + word).c_str(), 0, nullptr, &found) == 0)
    for (size_t i = 0; i < found.gl_pathc; ++i)
      result.emplace_back(std::string_view(found.gl_pathv[i]).substr(prefix.size()));
  ::globfree(&found);
  if (result.empty()) result.push_back(word);
  return result;
}

/// Whether one of the first `count` parts has a prerequisite that is not order-only.
bool has_normal_edge(const std::vector<std::vector<Edge>>& parts, size_t count) {
  return std::any_of(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count),
                     [](const std::vector<Edge>& part) {
                       return std::any_of(part.begin(), part.end(),
                                          [](const Edge& edge) { return !edge.order_only; });
                     });
}

}  // namespace

std::vector<Prerequisite> prerequisite_words(std::string_view text, const std::string& folder,
                                             bool order_only) {
  std::vector<Prerequisite> result;
  std::vector<std::string> words;
  const auto flush = [&](std::string_view rest) {
    for (const std::string& word : split_archive_groups(std::move(words), rest))
      for (std::string& file : wildcard_words(command_line_file(word, {}), folder))
        result.push_back({std::move(file), order_only});
    words.clear();
  };
  for (std::string_view word : split_words(text)) {
    size_t bar = 0;
    while ((bar = word.find('|')) != std::string_view::npos && !order_only) {
      if (bar > 0) words.emplace_back(word.substr(0, bar));
      flush(text.substr(static_cast<size_t>(word.data() - text.data()) + bar + 1));
      order_only = true;
      word.remove_prefix(bar + 1);
    }
    if (!word.empty()) words.emplace_back(word);
  }
  flush({});
  return result;
}

Graph::Graph(const Evaluation& evaluation, FileExists file_exists)
    : evaluation_(evaluation), file_exists_(std::move(file_exists)) {
  in_use_.resize(rules().patterns.size());
  for (const PatternAssignments& assignment : rules().pattern_assignments)
    pattern_assignments_.push_back(&assignment);
  std::stable_sort(pattern_assignments_.begin(), pattern_assignments_.end(),
                   [](const PatternAssignments* a, const PatternAssignments* b) {
                     return a->pattern.size() < b->pattern.size();
                   });
  read_search_paths();
  // The book is unordered; the order of the makefiles makes second expansion predictable.
  std::vector<const Target*> targets;
  for (const auto& [name, target] : rules().targets) targets.push_back(&target);
  const auto place = [](const Target* target) {
    return target->rules.empty() ? SourceRef{} : target->rules.front().where;
  };
  std::sort(targets.begin(), targets.end(), [&](const Target* a, const Target* b) {
    const SourceRef left = place(a);
    const SourceRef right = place(b);
    if (left.file != right.file) return left.file < right.file;
    if (left.line != right.line) return left.line < right.line;
    return a->name < b->name;
  });
  for (const Target* target : targets) enter_target(*target);
  enter_special_targets();
  add_extra_prerequisites();
  for (const Target* target : targets) {
    Node* node = lookup(target->name);
    for (const TargetRule& rule : target->rules) {
      if (!node) break;
      if (!rule.deferred_prerequisites.empty()) expand_deferred(*node, rule);
      if (target->double_colon) node = node->next_rule;
    }
  }
  mark_all_secondary();
}

void Graph::mark_all_secondary() {
  const auto found = rules().special.find(".SECONDARY");
  if (found == rules().special.end() || !found->second.present || !found->second.names.empty())
    return;
  for (Node& node : nodes_) node.intermediate = true;
}

Node* Graph::lookup(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : real(found->second);
}

Node& Graph::new_node(std::string_view name) {
  Node& node = nodes_.emplace_back();
  node.name = name;
  node.found_name = name;
  return node;
}

Node* Graph::enter(std::string_view name) {
  if (Node* present = lookup(name)) return present;
  Node& node = new_node(name);
  index_.emplace(name, &node);
  return &node;
}

std::vector<Edge> Graph::edges_of(const std::vector<Prerequisite>& prerequisites) {
  std::vector<Edge> edges;
  edges.reserve(prerequisites.size());
  for (const Prerequisite& prerequisite : prerequisites)
    edges.push_back({enter(prerequisite.name), prerequisite.order_only});
  return edges;
}

void Graph::fill(Node& node, const TargetRule& rule) {
  node.is_target = true;
  node.recipe = rule.recipe;
  node.where = rule.where;
  if (!rule.stem.empty()) node.stem = rule.stem;
  for (Edge& edge : edges_of(rule.prerequisites)) node.edges.push_back(edge);
  if (!rule.peers) return;
  for (const std::string& peer : *rule.peers)
    if (peer != node.name) node.made_together.push_back(enter(peer));
}

void Graph::enter_target(const Target& target) {
  Node* node = enter(target.name);
  node->assignments = &target.assignments;
  if (target.phony) node->phony = node->is_target = true;
  Node* last = nullptr;
  for (const TargetRule& rule : target.rules) {
    if (last) {
      Node& next = new_node(target.name);
      next.assignments = node->assignments;
      next.phony = node->phony;
      last->next_rule = &next;
      last = &next;
    } else {
      last = node;
    }
    if (target.double_colon) last->first_rule = node;
    fill(*last, rule);
  }
}

void Graph::enter_special_targets() {
  const auto each = [this](std::string_view special, auto action) {
    const auto found = rules().special.find(special);
    if (found == rules().special.end()) return;
    for (const std::string& name : found->second.names)
      for (Node* node = enter(name); node; node = node->next_rule) action(*node);
  };
  each(".PRECIOUS", [](Node& node) { node.precious = true; });
  each(".INTERMEDIATE", [](Node& node) { node.intermediate = true; });
  each(".SECONDARY", [](Node& node) { node.intermediate = node.secondary = true; });
  each(".PHONY", [](Node& node) { node.phony = node.is_target = true; });
  each(".SILENT", [](Node& node) { node.silent = true; });
  each(".IGNORE", [](Node& node) { node.ignore_errors = true; });
  each(".LOW_RESOLUTION_TIME", [](Node& node) { node.coarse_time = true; });
  for (Node& node : nodes_)
    if (node.phony) node.progress.time = node.progress.time_before = time_missing;
}

void Graph::add_extra_prerequisites() {
  const auto extra = [this](const std::string& text, const Node& node) {
    std::vector<Edge> edges = edges_of(prerequisite_words(text, evaluation_.setup().folder));
    for (Edge& edge : edges) edge.hidden = true;
    for (const Edge& edge : edges)
      if (edge.node->name == node.name) return std::vector<Edge>();
    return edges;
  };
  const std::string everywhere = value_if_defined(evaluation_, ".EXTRA_PREREQS");
  const size_t count = nodes_.size();
  for (size_t i = 0; i < count; ++i) {
    Node& node = nodes_[i];
    std::string text = node.is_target ? everywhere : std::string();
    if (node.assignments)
      for (const TargetAssignment& assignment : *node.assignments)
        if (assignment.name == ".EXTRA_PREREQS")
          text = evaluation_.expand(assignment.variable.value);
    if (text.empty()) continue;
    for (const Edge& edge : extra(text, node)) node.edges.push_back(edge);
  }
}

void Graph::expand_deferred(Node& node, const TargetRule& rule) {
  // Each text sees the names that stand around it and what came of the texts before it.
  std::vector<std::vector<Edge>> parts;
  for (const DeferredPrerequisites& part : rule.deferred_prerequisites)
    parts.push_back(edges_of(part.names));
  const std::vector<Edge> others = std::move(node.edges);
  const auto gather = [&] {
    node.edges = others;
    for (const std::vector<Edge>& part : parts)
      node.edges.insert(node.edges.end(), part.begin(), part.end());
  };
  const Scope* scope = orphan_scope_of(node.name);
  for (size_t at = 0; at < parts.size(); ++at) {
    const std::string& text = rule.deferred_prerequisites[at].text;
    if (text.empty()) continue;
    gather();
    Scope automatic = automatic_scope(resolved(node), {}, scope);
    // A text that comes first is itself what $< will be.
    if (!has_normal_edge(parts, at)) automatic.table["<"].value.clear();
    const SourceRef where = rule.recipe ? rule.recipe->where : SourceRef{};
    const std::string expanded = evaluation_.expand(text, &automatic, where);
    for (Prerequisite& word : prerequisite_words(expanded, evaluation_.setup().folder)) {
      if (node.stem) {
        const size_t percent = word.name.find('%');
        if (percent != std::string::npos) word.name.replace(percent, 1, *node.stem);
      }
      parts[at].push_back({enter(word.name), word.order_only});
    }
  }
  gather();
}

void Graph::find_recipe(Node& node) {
  if (!node.phony && !node.recipe && !node.tried_implicit) {
    search_implicit(node);
    node.tried_implicit = true;
  }
  if (!node.recipe && !node.is_target && rules().default_recipe) {
    node.recipe = rules().default_recipe;
    node.from_default = true;
  }
}

bool Graph::exists(const std::string& name) const {
  const std::string& folder = evaluation_.setup().folder;
  if (const auto member = archive_name(name))
    return archive_member_time(join_path(folder, member->archive), member->member).has_value();
  return file_exists_(join_path(folder, name));
}

Resolved Graph::resolved(const Node& node) const {
  Resolved result;
  result.name = node.name;
  result.recipe = node.recipe;
  result.phony = node.phony;
  result.double_colon = node.first_rule != nullptr;
  result.implicit = node.implicit;
  result.from_default = node.from_default;
  result.where = node.where;
  for (const Edge& edge : node.edges) {
    const Node* target = real(edge.node);
    if (target->intermediate) result.intermediates = true;
    if (!edge.hidden) result.prerequisites.push_back({target->name, edge.order_only});
  }
  result.made_together.push_back(node.name);
  for (const Node* other : node.made_together) result.made_together.push_back(other->name);
  if (node.stem) {
    result.stem = *node.stem;
    return result;
  }
  // An explicit rule: the name without a known suffix (manual, "Automatic Variables").
  const auto member = archive_name(node.name);
  const std::string& name = member ? member->member : node.name;
  for (const std::string& suffix : rules().suffixes)
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      result.stem = name.substr(0, name.size() - suffix.size());
      break;
    }
  return result;
}

std::vector<std::string> Graph::changed_names(const Node& node) {
  std::vector<std::string> names;
  for (const Edge& edge : node.edges)
    if (edge.changed && !edge.order_only && !edge.hidden) names.push_back(real(edge.node)->name);
  return names;
}

}  // namespace kbx::makelang
