// The search for an implicit rule (GNU make manual, "Implicit Rule Search Algorithm"), with the
// order that GNU make 4.3 has: the patterns that match, the shortest stem first; each tried without
// intermediate files and then, if none applies, with them. A prerequisite is good enough if it is
// mentioned anywhere, exists, or is found by a directory search.
#include <algorithm>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/makelang/resolve_archive.h"
#include "kbx/makelang/resolve_graph.h"

namespace kbx::makelang {

/// A pattern rule one of whose targets matches.
struct Graph::Candidate {
  const PatternRule* rule = nullptr;
  size_t index = 0;    // of the rule
  size_t matched = 0;  // of its target
  std::string folder;  // put before what the stem goes into, if the pattern has no slash
  std::string stem;    // without the folder
  bool matches_anything = false;

  size_t stem_size() const { return folder.size() + stem.size(); }
};

/// A prerequisite that the search accepted.
struct Graph::Need {
  std::string name;
  bool order_only = false;
  std::unique_ptr<Match> made_by;  // an intermediate file, and how
};

struct Graph::Match {
  Candidate candidate;
  std::vector<Need> needs;
};

/// The search for one file.
struct Graph::Attempt {
  const Node* node;  // null when the file is thought of as an intermediate one
  const std::string& name;
  unsigned depth;
  std::vector<Need> needs;
  std::unique_ptr<Scope> scope;  // for second expansion
  bool impossible = false;
};

namespace {

bool is_match_anything(const PatternRule& rule) {
  return std::find(rule.targets.begin(), rule.targets.end(), "%") != rule.targets.end();
}

bool has_prerequisites(const PatternRule& rule) {
  return !rule.prerequisites.empty() || !rule.deferred_prerequisites.empty();
}

/// The stem of `file` for a pattern without a slash is sought in the last part only.
std::optional<std::pair<std::string_view, std::string_view>> folder_and_stem(
    std::string_view pattern, std::string_view file) {
  std::string_view stem;
  const size_t slash = file.rfind('/');
  if (slash == std::string_view::npos || pattern.find('/') != std::string_view::npos) {
    if (!match_pattern(pattern, file, &stem) || stem.empty()) return std::nullopt;
    return std::pair(std::string_view(), stem);
  }
  if (!match_pattern(pattern, file.substr(slash + 1), &stem)) return std::nullopt;
  return std::pair(file.substr(0, slash + 1), stem);
}

/// A word of a text to be expanded: blanks inside $(…) do not end it.
std::string_view next_unexpanded_word(std::string_view text, size_t& at) {
  while (at < text.size() && is_space(text[at])) ++at;
  const size_t begin = at;
  while (at < text.size() && !is_space(text[at])) {
    if (text[at] == '$' && at + 1 < text.size()) {
      const char open = text[++at];
      const char close = open == '(' ? ')' : open == '{' ? '}' : '\0';
      if (close) {
        int depth = 0;
        for (; at < text.size(); ++at) {
          if (text[at] == open) ++depth;
          if (text[at] == close && --depth == 0) break;
        }
      }
    } else if (text[at] == '|') {
      if (at == begin) ++at;
      break;
    }
    if (at < text.size()) ++at;
  }
  return text.substr(begin, at - begin);
}

}  // namespace

std::vector<Graph::Candidate> Graph::candidates(std::string_view name, bool recursing) const {
  std::vector<Candidate> found;
  bool specific = false;
  const std::vector<PatternRule>& patterns = rules().patterns;
  for (size_t index = 0; index < patterns.size(); ++index) {
    const PatternRule& rule = patterns[index];
    if (rule.built_in && !built_in_rules_) continue;
    if (has_prerequisites(rule) && !rule.recipe) continue;
    if (in_use_[index]) continue;
    const bool anything = is_match_anything(rule);
    for (size_t i = 0; i < rule.targets.size(); ++i) {
      const bool bare = rule.targets[i] == "%";
      if (recursing && bare && !rule.terminal) continue;
      const auto parts = folder_and_stem(rule.targets[i], name);
      if (!parts) continue;
      if (!bare) specific = true;
      if (!has_prerequisites(rule) && !rule.recipe) continue;
      found.push_back(
          {&rule, index, i, std::string(parts->first), std::string(parts->second), anything});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return a.stem_size() < b.stem_size();
  });
  if (specific)
    std::erase_if(found, [](const Candidate& candidate) {
      return candidate.matches_anything && !candidate.rule->terminal;
    });
  return found;
}

bool Graph::all_needs(Attempt& attempt, const Candidate& candidate, const NeedTest& holds) const {
  const std::string& folder = evaluation_.setup().folder;
  for (const Prerequisite& prerequisite : candidate.rule->prerequisites) {
    std::string name = prerequisite.name;
    const size_t percent = name.find('%');
    if (percent != std::string::npos)
      name = candidate.folder + name.replace(percent, 1, candidate.stem);
    for (const Prerequisite& word : prerequisite_words(name, folder, prerequisite.order_only))
      if (!holds(word)) return false;
  }
  if (candidate.rule->deferred_prerequisites.empty()) return true;

  if (!attempt.scope)
    attempt.scope =
        build_scope(attempt.name, attempt.node && attempt.node->parent
                                      ? scopes_.contains(attempt.node->parent->name)
                                            ? scopes_.at(attempt.node->parent->name).get()
                                            : nullptr
                                      : nullptr);
  Resolved rule;
  if (attempt.node) rule = resolved(*attempt.node);
  rule.name = attempt.name;
  rule.stem = candidate.folder + candidate.stem;
  const Scope automatic = automatic_scope(rule, {}, attempt.scope.get());
  bool order_only = false;
  for (const std::string& text : candidate.rule->deferred_prerequisites)
    for (size_t at = 0; at < text.size();) {
      std::string word(next_unexpanded_word(text, at));
      if (word.empty()) continue;
      if (word == "|") {
        order_only = true;
        continue;
      }
      const size_t percent = word.find('%');
      const bool add_folder = percent != std::string::npos && !candidate.folder.empty();
      if (percent != std::string::npos)
        word.replace(percent, 1, candidate.folder.empty() ? "$*" : "$(*F)");
      const std::string expanded = evaluation_.expand(word, &automatic);
      for (Prerequisite& name : prerequisite_words(expanded, folder, order_only)) {
        order_only = order_only || name.order_only;
        if (add_folder) name.name.insert(0, candidate.folder);
        if (!holds(name)) return false;
      }
    }
  return true;
}

bool Graph::try_need(Attempt& attempt, const std::string& name, bool order_only,
                     bool with_intermediates) {
  if (impossible_.contains(name)) {
    attempt.impossible = true;
    return false;
  }
  bool good = false;
  if (attempt.node)
    for (const Edge& edge : attempt.node->edges) good = good || real(edge.node)->name == name;
  good = good || lookup(name) || exists(name) || !search(name).empty();
  if (good) {
    attempt.needs.push_back({name, order_only, nullptr});
    return true;
  }
  if (!with_intermediates) return false;
  if (auto match = match_implicit(nullptr, name, name, attempt.depth + 1)) {
    attempt.needs.push_back({name, order_only, std::move(match)});
    return true;
  }
  impossible_.insert(name);
  return false;
}

bool Graph::try_rule(Attempt& attempt, const Candidate& candidate, bool with_intermediates) {
  attempt.needs.clear();
  attempt.impossible = false;
  in_use_[candidate.index] = true;
  const bool good = all_needs(attempt, candidate, [&](const Prerequisite& need) {
    return try_need(attempt, need.name, need.order_only, with_intermediates);
  });
  in_use_[candidate.index] = false;
  return good;
}

std::unique_ptr<Graph::Match> Graph::match_implicit(const Node* node, const std::string& name,
                                                    std::string_view file_part, unsigned depth) {
  std::vector<Candidate> list = candidates(file_part, depth > 0);
  Attempt attempt{node, name, depth, {}, nullptr, false};
  for (const bool with_intermediates : {false, true}) {
    for (Candidate& candidate : list) {
      if (!candidate.rule) continue;
      if (with_intermediates && candidate.rule->terminal) continue;
      const bool good = try_rule(attempt, candidate, with_intermediates);
      if (good)
        return std::make_unique<Match>(Match{std::move(candidate), std::move(attempt.needs)});
      if (attempt.impossible) candidate.rule = nullptr;
    }
  }
  return nullptr;
}

bool Graph::search_implicit(Node& node) {
  std::unique_ptr<Match> match = match_implicit(&node, node.name, node.name, 0);
  if (!match && archive_name(node.name))
    match = match_implicit(&node, node.name,
                           std::string_view(node.name).substr(node.name.find('(')), 0);
  if (!match) return false;
  apply(node, *match, node.name);
  return true;
}

void Graph::enter_intermediate(Match& match, const std::string& name) {
  Node* known = lookup(name);
  if (known) known->secondary = true;
  Node& node = known ? *known : *enter(name);
  apply(node, match, name);
  node.intermediate = !rules().is_special(".NOTINTERMEDIATE", name);
  node.tried_implicit = true;
  const Node* pattern = lookup(match.candidate.rule->targets[match.candidate.matched]);
  if (pattern && pattern->precious) node.precious = true;
}

void Graph::apply(Node& node, Match& match, const std::string&) {
  const Candidate& candidate = match.candidate;
  const PatternRule& rule = *candidate.rule;
  std::vector<Edge> edges;
  for (Need& need : match.needs) {
    if (need.made_by) enter_intermediate(*need.made_by, need.name);
    Edge edge{enter(need.name), need.order_only};
    if (!need.made_by && rule.terminal) edge.node->tried_implicit = true;
    edges.push_back(edge);
  }
  node.edges.insert(node.edges.begin(), edges.begin(), edges.end());
  node.stem = candidate.folder + candidate.stem;
  node.recipe = rule.recipe;
  node.implicit = true;
  node.is_target = true;
  node.where = rule.where;
  const Node* pattern = lookup(rule.targets[candidate.matched]);
  if (pattern && pattern->precious) node.precious = true;
  for (size_t i = 0; i < rule.targets.size(); ++i) {
    if (i == candidate.matched) continue;
    std::string other = rule.targets[i];
    other.replace(other.find('%'), 1, candidate.stem);
    Node* peer = enter(candidate.folder + other);
    const Node* peer_pattern = lookup(rule.targets[i]);
    if (peer_pattern && peer_pattern->precious) peer->precious = true;
    peer->is_target = true;
    node.made_together.insert(node.made_together.begin(), peer);
  }
}

}  // namespace kbx::makelang
