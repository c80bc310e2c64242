#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"
#include "kbx/link/script/script.h"

namespace kbx::link {

/// A version that the output defines.
struct DefinedVersion {
  std::string name;         // "" for the anonymous node, which is no version
  std::uint16_t index = 0;  // in .gnu.version_d, from 2 on; 0: anonymous
  bool is_used = false;
  std::vector<const DefinedVersion*> predecessors;
};

/// Names and patterns of a version node or a dynamic list, looked up as GNU ld does: exact names
/// before wildcards, `*` last.
class VersionPatterns {
 public:
  enum class Match { none, star, wildcard, exact };

  void add(const script::VersionPattern& pattern);
  Match match(std::string_view name) const;
  bool is_empty() const { return exact_.empty() && exact_cxx_.empty() && globs_.empty(); }

 private:
  struct Glob {
    std::string pattern;
    bool is_cxx;
  };
  std::unordered_map<std::string, bool> exact_;
  std::unordered_map<std::string, bool> exact_cxx_;
  std::vector<Glob> globs_;
};

/// What version scripts say of a name.
struct VersionChoice {
  const DefinedVersion* version = nullptr;
  bool is_local = false;
};

/// The version scripts of a link: files of --version-script and VERSION of linker scripts.
class VersionScripts {
 public:
  /// Throws Error as GNU ld does: a duplicate tag, a predecessor that is not there, an anonymous
  /// node beside others.
  void add(const script::Version& version);

  bool is_empty() const { return nodes_.empty(); }
  /// The node for a name without version of its own; a null version and not local: none says.
  VersionChoice find(std::string_view name) const;
  /// The version of that name, or null.
  DefinedVersion* named(std::string_view name);
  /// … made if there is none, for foo@VER in an executable.
  DefinedVersion& add_named(std::string_view name);
  /// True if the node of that name makes `name` local.
  bool hides(const DefinedVersion& version, std::string_view name) const;
  /// In the order of the scripts.
  const std::deque<DefinedVersion>& versions() const { return versions_; }

 private:
  struct Node {
    DefinedVersion* version = nullptr;
    VersionPatterns globals;
    VersionPatterns locals;
  };
  std::deque<Node> nodes_;
  std::deque<DefinedVersion> versions_;
};

/// The name of a C++ symbol as a person writes it, or "" if `name` is none.
std::string demangled(std::string_view name);

}  // namespace kbx::link
