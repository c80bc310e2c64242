#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kbx/makelang/evaluation.h"
#include "kbx/makelang/resolve.h"

namespace kbx::makelang {

/// Time of modification in ns since 1970, with values outside of time for what make has to say
/// besides.
using FileTime = std::int64_t;
constexpr FileTime time_unknown = std::numeric_limits<FileTime>::min();
constexpr FileTime time_missing = time_unknown + 1;  // there is no such file
constexpr FileTime time_old = time_unknown + 2;      // -o
constexpr FileTime time_newest = std::numeric_limits<FileTime>::max();

enum class Stage : std::uint8_t { not_started, waiting_for_prerequisites, running, finished };
/// In the order of severity.
enum class Outcome : std::uint8_t { success, none, question, failed };

struct Node;

struct Edge {
  Node* node = nullptr;
  bool order_only = false;
  bool hidden = false;   // of .EXTRA_PREREQS: not in automatic variables
  bool changed = false;  // for $?
};

/// How far the update of a node has come; unused by a Resolver.
struct Progress {
  FileTime time = time_unknown;
  FileTime time_before = time_unknown;
  Stage stage = Stage::not_started;
  Outcome outcome = Outcome::none;
  unsigned considered = 0;
  bool updated = false;
  bool updating = false;
  bool do_not_care = false;    // an optional makefile: no message if it cannot be made
  bool complaint_due = false;  // failed while nobody cared, so the message is still owed
};

/// A file that makefiles or the command line mention, or that an implicit rule brought up.
/// A double-colon target has one node per rule; the first is the one that is found by name.
struct Node {
  std::string name;
  std::string found_name;  // where a directory search found it
  std::vector<Edge> edges;
  RecipePtr recipe;
  std::optional<std::string> stem;
  std::vector<Node*> made_together;  // the others that the recipe makes
  SourceRef where;
  Node* first_rule = nullptr;  // double-colon: the first node of the name, itself included
  Node* next_rule = nullptr;
  Node* renamed = nullptr;  // a directory search found that this is the other one
  Node* parent = nullptr;   // who asked for it last
  const std::vector<TargetAssignment>* assignments = nullptr;
  bool is_target = false;
  bool phony = false;
  bool precious = false;
  bool secondary = false;
  bool intermediate = false;
  bool coarse_time = false;  // .LOW_RESOLUTION_TIME
  bool tried_implicit = false;
  bool implicit = false;  // the recipe comes from an implicit rule
  bool from_default = false;
  bool command_line_goal = false;
  bool ignore_search = false;  // being remade: the name that the search found does not count
  bool silent = false;
  bool ignore_errors = false;
  Progress progress;
};

/// The node that `node` stands for after directory searches.
inline Node* real(Node* node) {
  while (node->renamed) node = node->renamed;
  return node;
}

/// The files of one make process and what leads from one to the other.
class Graph {
 public:
  /// Enters everything that the rule book mentions. With second expansion, this is where it
  /// happens.
  Graph(const Evaluation& evaluation, FileExists file_exists);
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  Node* lookup(std::string_view name) const;
  Node* enter(std::string_view name);
  const std::deque<Node>& nodes() const { return nodes_; }

  /// With a bare .SECONDARY every file that is mentioned is secondary. To be called again when the
  /// command line has entered its files.
  void mark_all_secondary();

  /// If the node has no recipe yet, looks for one: implicit rules once, then .DEFAULT.
  void find_recipe(Node& node);

  /// Whether the file (or archive member) is there; relative to the working folder.
  bool exists(const std::string& name) const;

  /// Where VPATH and vpath lead for `name`, or "" (manual, "Searching Directories for
  /// Prerequisites").
  std::string search(const std::string& name) const;
  /// Where the library "-lNAME" is, or "" (manual, "Directory Search for Link Libraries").
  std::string search_library(const std::string& name) const;
  /// True if `found`, without the last part `name`, is a folder of GPATH.
  bool keeps_found_name(const std::string& found, const std::string& name) const;

  /// Gives `node` the name that a search found. A node that has the name already takes its place.
  void set_found_name(Node& node, const std::string& found);
  void take_found_name(Node& node);

  /// See Resolver::scope_of.
  const Scope* scope_of(const Node& node);
  const Scope* scope_of(const std::string& name, const Scope* parent);

  Resolved resolved(const Node& node) const;
  static std::vector<std::string> changed_names(const Node& node);

  const Evaluation& evaluation() const { return evaluation_; }
  const RuleBook& rules() const { return evaluation_.rules(); }
  void drop_built_in_rules() { built_in_rules_ = false; }

 private:
  struct Candidate;
  struct Match;
  struct Need;
  struct Attempt;

  Node& new_node(std::string_view name);
  void enter_target(const Target& target);
  void fill(Node& node, const TargetRule& rule);
  void enter_special_targets();
  void add_extra_prerequisites();
  void read_search_paths();
  void expand_deferred(Node& node, const TargetRule& rule);
  std::unique_ptr<Scope> build_scope(const std::string& name, const Scope* parent) const;
  /// The scope of a target before it is known which target asks for it.
  const Scope* orphan_scope_of(const std::string& name);
  std::vector<Edge> edges_of(const std::vector<Prerequisite>& prerequisites);

  bool search_implicit(Node& node);
  std::vector<Candidate> candidates(std::string_view name, bool recursing) const;
  std::unique_ptr<Match> match_implicit(const Node* node, const std::string& name,
                                        std::string_view file_part, unsigned depth);
  bool try_rule(Attempt& attempt, const Candidate& candidate, bool with_intermediates);
  bool try_need(Attempt& attempt, const std::string& name, bool order_only,
                bool with_intermediates);
  using NeedTest = std::function<bool(const Prerequisite&)>;
  /// Whether all prerequisites that the rule has for the name pass the test; words of a second
  /// expansion are expanded one by one, none after one that fails.
  bool all_needs(Attempt& attempt, const Candidate& candidate, const NeedTest& holds) const;
  void apply(Node& node, Match& match, const std::string& name);
  void enter_intermediate(Match& match, const std::string& name);

  const Evaluation& evaluation_;
  FileExists file_exists_;
  std::deque<Node> nodes_;
  std::unordered_map<std::string, Node*, StringHash, std::equal_to<>> index_;
  std::unordered_set<std::string> impossible_;
  std::unordered_map<std::string, std::unique_ptr<Scope>> scopes_;
  std::unordered_set<std::string> orphans_;  // names in scopes_ that have no parent yet
  std::vector<SearchPath> search_paths_;
  std::vector<std::string> kept_folders_;                       // GPATH
  std::vector<const PatternAssignments*> pattern_assignments_;  // least specific first
  std::vector<bool> in_use_;                                    // by index of the pattern rule
  bool built_in_rules_ = true;
};

/// The words of a list of prerequisites after its expansion: file names with wildcards expanded and
/// archive groups taken apart, "|" as order-only mark.
std::vector<Prerequisite> prerequisite_words(std::string_view text, const std::string& folder,
                                             bool order_only = false);

/// The value of a variable that make itself looks at; no warning if it is not defined.
std::string value_if_defined(const Evaluation& evaluation, std::string_view name);

}  // namespace kbx::makelang
