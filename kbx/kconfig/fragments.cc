// Fragments of configurations.
//
// A fragment sets a few options, and several of them describe a configuration together. Two things
// go wrong with them unseen: one takes back what another one set, and the dependencies of an option
// do not allow what is asked for. Both are told, in the words of the kernel's
// scripts/kconfig/merge_config.sh, whose output people and scripts know.

#include "kbx/kconfig/fragments.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "kbx/base/text.h"

namespace kbx::kconfig {
namespace {

/// The lines of a configuration, with those of each option.
class Lines {
 public:
  explicit Lines(std::string_view prefix) : prefix_(prefix) {}

  void add(std::string_view text) {
    for (const std::string_view line : split_lines(text)) {
      if (const auto name = option_of(line)) by_name_[*name].push_back(all_.size());
      all_.push_back(line);
    }
  }

  /// The option that a line is about.
  std::optional<std::string_view> option_of(std::string_view line) const {
    constexpr std::string_view before = "# ";
    constexpr std::string_view behind = " is not set";
    std::string_view name = line.substr(0, line.find('='));
    if (line.starts_with(before) && line.ends_with(behind))
      name = line.substr(before.size(), line.size() - before.size() - behind.size());
    else if (name.size() == line.size())
      return std::nullopt;
    if (!name.starts_with(prefix_) || !is_plain(name.substr(prefix_.size()))) return std::nullopt;
    return name;
  }

  const std::vector<std::string_view>& all() const { return all_; }

  /// The lines about an option with `between` between them; nothing if there are none.
  std::optional<std::string> about(std::string_view name, std::string_view between) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return std::nullopt;
    std::string text;
    for (const std::size_t at : found->second) {
      if (at != found->second.front()) text += between;
      text += all_[at];
    }
    return text;
  }

  void remove(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return;
    for (const std::size_t at : found->second) all_[at] = removed;
    by_name_.erase(found);
  }

  std::string text() const {
    std::string result;
    for (const std::string_view line : all_)
      if (line.data() != removed.data()) result.append(line) += '\n';
    return result;
  }

 private:
  static constexpr std::string_view removed = "(removed)";

  static bool is_plain(std::string_view name) {
    return std::ranges::all_of(name, is_name_character);
  }

  std::string_view prefix_;
  std::vector<std::string_view> all_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_name_;
};

/// Puts a fragment on top of the lines of those before it; what it gives another value.
std::string put_on_top(Lines& merged, const Fragment& fragment, std::string_view prefix) {
  Lines added(prefix);
  added.add(fragment.text);
  std::string report;
  for (const std::string_view line : added.all()) {
    const auto name = added.option_of(line);
    const auto before = name ? merged.about(*name, " ") : std::nullopt;
    if (!before) continue;
    const auto now = added.about(*name, " ");
    if (before != now)
      report += "Value of " + std::string(*name) + " is redefined by fragment " + fragment.name +
                ":\nPrevious value: " + *before + "\nNew value: " + *now + "\n\n";
    merged.remove(*name);
  }
  merged.add("\n");
  merged.add(fragment.text);
  return report;
}

}  // namespace

MergedFragments merge_fragments(const std::vector<Fragment>& fragments, std::string_view prefix) {
  MergedFragments result;
  Lines merged(prefix);
  bool is_base = true;
  for (const Fragment& fragment : fragments) {
    result.report +=
        (is_base ? "Using " : "Merging ") + fragment.name + (is_base ? " as base" : "");
    result.report += '\n';
    if (is_base)
      merged.add(fragment.text);
    else
      result.report += put_on_top(merged, fragment, prefix);
    is_base = false;
  }
  result.text = merged.text();
  return result;
}

std::string unmet_requests(std::string_view asked, std::string_view got, std::string_view prefix) {
  Lines requests(prefix);
  requests.add(asked);
  Lines results(prefix);
  results.add(got);
  std::string report;
  for (const std::string_view line : requests.all()) {
    const auto name = requests.option_of(line);
    if (!name) continue;
    const auto wanted = requests.about(*name, "\n");
    const auto actual = results.about(*name, "\n");
    if (wanted == actual) continue;
    report += "Value requested for " + std::string(*name) +
              " not in final .config\nRequested value:  " + wanted.value_or("") +
              "\nActual value:     " + actual.value_or("") + "\n\n";
  }
  return report;
}

}  // namespace kbx::kconfig
