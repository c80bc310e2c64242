#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/link/script/script.h"

namespace kbx::link {

/// A version that the output defines.
struct DefinedVersion {
  std::string name;                     // "" for the anonymous node, which is no version
  std::uint16_t number = 0;             // from 1 on; 0: anonymous
  bool is_used = false;                 // a symbol has it in its name
  bool has_patterns = false;            // the script gives it names
  std::vector<DefinedVersion*> before;  // those that it inherits from
};

/// The names and patterns of a version node's list or of a dynamic list, as GNU ld looks a name up.
class NamePatterns {
 public:
  /// A name without wildcards, and what became of it.
  struct Exact {
    std::string name;
    bool is_versioned = false;  // a symbol NAME@VERSION is there
    bool is_used = false;
  };
  /// Which patterns take a name: an exact one, then no other is looked at; else wildcards, of which
  /// `*` counts least.
  struct Match {
    Exact* exact = nullptr;
    bool wildcard = false;
    bool star = false;

    explicit operator bool() const { return exact || wildcard || star; }
  };

  void add(const script::VersionPattern& pattern);
  Match match(std::string_view name);
  bool is_empty() const { return exact_.empty() && globs_.empty(); }
  /// In the order of the script.
  std::deque<Exact>& exact() { return exact_; }

 private:
  struct Glob {
    std::string pattern;
    bool is_cxx = false;
  };
  std::deque<Exact> exact_;
  std::unordered_map<std::string_view, Exact*> c_names_;
  std::unordered_map<std::string_view, Exact*> cxx_names_;
  std::vector<Glob> globs_;
  bool has_cxx_ = false;
};

/// What version scripts say of a name.
struct VersionChoice {
  const DefinedVersion* version = nullptr;  // null: nothing
  bool is_hidden = false;                   // the name is local, or another symbol stands for it
};

/// The version scripts of a link: files of --version-script and VERSION of linker scripts.
class VersionScripts {
 public:
  struct Node {
    DefinedVersion* version = nullptr;
    NamePatterns globals;
    NamePatterns locals;
  };

  /// Throws Error as GNU ld does: a duplicate tag, a predecessor that is not there, an anonymous
  /// node beside others.
  void add(const script::Version& version);

  bool is_empty() const { return versions_.empty(); }
  /// The version for a name that has none of its own.
  VersionChoice find(std::string_view name);
  /// The node of that version, or null.
  Node* named(std::string_view version);
  /// A version that no script has, for foo@VERSION in a program.
  Node& make(std::string_view version);
  std::deque<Node>& nodes() { return nodes_; }
  /// In the order of the scripts.
  const std::deque<DefinedVersion>& versions() const { return versions_; }

 private:
  std::deque<Node> nodes_;
  std::deque<DefinedVersion> versions_;
};

/// The name of a C++ symbol as a person writes it, or `name` itself if it is none.
std::string demangled(std::string_view name);

}  // namespace kbx::link
