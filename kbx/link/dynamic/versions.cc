#include "kbx/link/dynamic/versions.h"

#include <cstdlib>
#include <memory>

#include <cxxabi.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/script/pattern.h"

/// Version scripts applied (ld's manual, "VERSION Command"). A name is looked up node by node. The
/// first node that has it without wildcards decides; then a wildcard among the globals of any node
/// (of the last such node), then `*` there, if no wildcard but `*` is among the locals; then those.
namespace kbx::link {
namespace {

constexpr std::string_view wildcards = "?*[";

/// A pattern without wildcards is a name; a backslash takes the next character as it is.
std::string unescaped(std::string_view pattern) {
  std::string name;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    name += pattern[i];
  }
  return name;
}

bool has_wildcard(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\')
      ++i;
    else if (wildcards.find(pattern[i]) != std::string_view::npos)
      return true;
  }
  return false;
}

}  // namespace

std::string demangled(std::string_view name) {
  if (!name.starts_with("_Z")) return std::string(name);
  const std::string text(name);
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> result(
      abi::__cxa_demangle(text.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 && result ? std::string(result.get()) : text;
}

void NamePatterns::add(const script::VersionPattern& pattern) {
  const bool is_cxx = pattern.language == script::Language::cxx;
  has_cxx_ = has_cxx_ || is_cxx;
  if (!pattern.exact && has_wildcard(pattern.pattern)) {
    globs_.push_back({pattern.pattern, is_cxx});
    return;
  }
  Exact& exact = exact_.emplace_back();
  exact.name = pattern.exact ? pattern.pattern : unescaped(pattern.pattern);
  (is_cxx ? cxx_names_ : c_names_).emplace(exact.name, &exact);
}

NamePatterns::Match NamePatterns::match(std::string_view name) {
  Match match;
  if (const auto known = c_names_.find(name); known != c_names_.end()) {
    match.exact = known->second;
    return match;
  }
  const std::string cxx_name = has_cxx_ ? demangled(name) : std::string();
  if (const auto known = cxx_names_.find(cxx_name); has_cxx_ && known != cxx_names_.end()) {
    match.exact = known->second;
    return match;
  }
  for (const Glob& glob : globs_) {
    if (glob.pattern == "*")
      match.star = true;
    else if (script::wildcard_matches(glob.pattern, glob.is_cxx ? cxx_name : name))
      match.wildcard = true;
  }
  return match;
}

void VersionScripts::add(const script::Version& version) {
  for (const script::VersionNode& from : version.nodes) {
    const bool is_beside_anonymous =
        !versions_.empty() && (from.tag.empty() || versions_.front().name.empty());
    if (is_beside_anonymous)
      throw Error(from.place.location(),
                  "anonymous version tag cannot be combined with other version tags",
                  "give every node a tag, or have one node alone");
    if (named(from.tag))
      throw Error(from.place.location(), fmt::format("duplicate version tag `{}'", from.tag),
                  "name all symbols of a version in one node");
    Node& node = make(from.tag);
    node.version->has_patterns = !from.globals.empty() || !from.locals.empty();
    for (const script::VersionPattern& pattern : from.globals) node.globals.add(pattern);
    for (const script::VersionPattern& pattern : from.locals) node.locals.add(pattern);
    for (const std::string& name : from.predecessors) {
      Node* before = named(name);
      if (!before || before == &node)
        throw Error(from.place.location(),
                    fmt::format("unable to find version dependency `{}'", name),
                    "a node stands behind those that it inherits from");
      node.version->before.push_back(before->version);
    }
  }
}

VersionScripts::Node* VersionScripts::named(std::string_view version) {
  for (Node& node : nodes_)
    if (node.version->name == version) return &node;
  return nullptr;
}

VersionScripts::Node& VersionScripts::make(std::string_view version) {
  DefinedVersion& made = versions_.emplace_back();
  made.name = version;
  if (!version.empty()) {
    const bool has_anonymous = versions_.front().name.empty();
    made.number = static_cast<std::uint16_t>(versions_.size() - (has_anonymous ? 1 : 0));
  }
  Node& node = nodes_.emplace_back();
  node.version = &made;
  return node;
}

VersionChoice VersionScripts::find(std::string_view name) {
  const DefinedVersion* global = nullptr;
  const DefinedVersion* star_global = nullptr;
  const DefinedVersion* local = nullptr;
  const DefinedVersion* star_local = nullptr;
  for (Node& node : nodes_) {
    const NamePatterns::Match as_global = node.globals.match(name);
    if (as_global.exact) {
      as_global.exact->is_used = true;
      return {node.version, as_global.exact->is_versioned};
    }
    if (as_global.wildcard) global = node.version;
    if (as_global.star) star_global = node.version;
    const NamePatterns::Match as_local = node.locals.match(name);
    if (as_local.exact) return {node.version, true};
    if (as_local.wildcard) local = node.version;
    if (as_local.star) star_local = node.version;
  }
  if (!global && !local) global = star_global;
  if (global) return {global, false};
  if (!local) local = star_local;
  return {local, local != nullptr};
}

}  // namespace kbx::link
