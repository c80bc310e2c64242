// Planning: what make would do for a target, without doing it. The work is the graph's; here a
// directory search is applied as for files that are not remade.
#include "kbx/makelang/resolve.h"

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/makelang/resolve_graph.h"

namespace kbx::makelang {

struct Resolver::State {
  Graph graph;

  /// The name under which a file is used: where it is, or where a search finds it.
  std::string used_name(Node& node) {
    if (node.phony || graph.exists(node.name)) return node.name;
    std::string found = graph.search(node.name);
    if (found.empty() && node.name.starts_with("-l")) found = graph.search_library(node.name);
    return found.empty() ? node.name : found;
  }
};

Resolver::Resolver(const Evaluation& evaluation, FileExists file_exists)
    : state_(new State{{evaluation, file_exists ? std::move(file_exists)
                                                : FileExists([](const std::string& path) {
                                                    return kbx::exists(path);
                                                  })}}) {}
Resolver::~Resolver() = default;

std::vector<Resolved> Resolver::resolve(const std::string& target, const Scope* parent) {
  state_->graph.scope_of(target, parent);
  Node* first = state_->graph.enter(target);
  state_->graph.find_recipe(*first);
  std::vector<Resolved> result;
  for (Node* node = first; node; node = node->next_rule) {
    if (!node->is_target && !node->recipe && node->edges.empty()) continue;
    Resolved rule = state_->graph.resolved(*node);
    if (!node->recipe) rule.name = state_->used_name(*node);
    for (Prerequisite& prerequisite : rule.prerequisites)
      prerequisite.name = state_->used_name(*state_->graph.enter(prerequisite.name));
    result.push_back(std::move(rule));
  }
  return result;
}

const Scope* Resolver::scope_of(const std::string& target, const Scope* parent) {
  return state_->graph.scope_of(target, parent);
}

}  // namespace kbx::makelang
