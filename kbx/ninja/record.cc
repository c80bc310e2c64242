#include "kbx/ninja/record.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "kbx/base/file.h"
#include "kbx/base/text.h"
#include "kbx/ninja/object_list.h"

namespace kbx::ninja {
namespace {

constexpr std::string_view first_line = "kbx outputs 1";
constexpr std::string_view last_line = "end";

std::string record_path(const Layout& layout) {
  return layout.file("outputs");
}

/// What Ninja writes lies within these; their sum in nanoseconds still fits its type.
constexpr std::int64_t most_milliseconds = 1'000'000'000'000;
constexpr std::int64_t most_nanoseconds = 4'000'000'000'000'000'000;

/// The number from 0 to `most` that `text` starts with, else 0.
std::int64_t number_or_zero(std::string_view text, std::int64_t most) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number >= 0 && number <= most ? number : 0;
}

/// Names that the new plan makes or reads, which must stay.
std::unordered_set<std::string_view> names_in_use(const kbuild::Plan& plan, const Record& now) {
  std::unordered_set<std::string_view> names;
  for (const Record::Output& output : now.outputs) names.insert(output.path);
  for (const kbuild::Action& action : plan.actions) {
    names.insert(action.inputs.begin(), action.inputs.end());
    names.insert(action.order_only.begin(), action.order_only.end());
  }
  for (const auto& [path, stamp] : plan.inputs.files)
    if (stamp) names.insert(path);
  for (const auto& [pattern, matches] : plan.inputs.wildcards)
    names.insert(matches.begin(), matches.end());
  return names;
}

}  // namespace

const Record::Output* Record::find(std::string_view path) const {
  const auto found =
      std::ranges::find_if(outputs, [&](const Output& output) { return output.path == path; });
  return found == outputs.end() ? nullptr : &*found;
}

Record record_of(const kbuild::Plan& plan) {
  Record record{plan.folder, plan.source, {}};
  for (const kbuild::Action& action : plan.actions) {
    const bool is_list = object_list_text(action).has_value();
    for (const std::string& output : action.outputs)
      record.outputs.push_back({output, action.module, is_list});
    if (!action.dot_cmd.empty()) record.outputs.push_back({action.dot_cmd, action.module, true});
  }
  return record;
}

std::optional<Record> read_record(const Layout& layout) {
  const auto content = read_file_if_present(record_path(layout));
  if (!content) return std::nullopt;
  const auto lines = split_lines(*content);
  if (lines.size() < 4 || lines.front() != first_line || lines.back() != last_line)
    return std::nullopt;
  Record record{std::string(lines[1]), std::string(lines[2]), {}};
  for (size_t i = 3; i + 1 < lines.size(); ++i) {
    const auto fields = split(lines[i], '\t');
    if (fields.size() != 3) return std::nullopt;
    record.outputs.push_back({std::string(fields[2]), std::string(fields[1]), fields[0] == "cmd"});
  }
  return record;
}

void write_record(const Layout& layout, const Record& record) {
  std::string text(first_line);
  text += "\n" + record.folder + "\n" + record.source + "\n";
  for (const Record::Output& output : record.outputs)
    text += (output.is_unlogged ? "cmd\t" : "out\t") + output.module + "\t" + output.path + "\n";
  text += last_line;
  text += "\n";
  write_file_if_changed(record_path(layout), text);
}

std::map<std::string, LogEntry, std::less<>> read_ninja_log(const Layout& layout) {
  std::map<std::string, LogEntry, std::less<>> entries;
  const auto content = read_file_if_present(join_path(layout.ninja_folder(), ".ninja_log"));
  if (!content) return entries;
  for (const std::string_view line : split_lines(*content)) {
    const auto fields = split(line, '\t');
    if (fields.size() != 5) continue;
    std::uint64_t command = 0;
    constexpr int hexadecimal = 16;
    std::from_chars(fields[4].data(), fields[4].data() + fields[4].size(), command, hexadecimal);
    entries.insert_or_assign(std::string(fields[3]),
                             LogEntry{number_or_zero(fields[1], most_milliseconds) -
                                          number_or_zero(fields[0], most_milliseconds),
                                      number_or_zero(fields[2], most_nanoseconds), command});
  }
  return entries;
}

void remove_stale_outputs(const Layout& layout, const kbuild::Plan& plan, const Record& now,
                          const std::map<std::string, LogEntry, std::less<>>& log) {
  const auto before = read_record(layout);
  if (before) {
    const auto in_use = names_in_use(plan, now);
    Record both = now;
    std::vector<const Record::Output*> stale;
    for (const Record::Output& output : before->outputs)
      if (!in_use.contains(output.path)) {
        both.outputs.push_back(output);
        stale.push_back(&output);
      }
    // A kill while files are being removed must not lose their names.
    if (!stale.empty()) write_record(layout, both);
    for (const Record::Output* output : stale) {
      const auto stamp = stamp_of(output->path);
      if (!stamp || stamp->is_folder()) continue;
      const auto entry = log.find(output->path);
      const bool is_ours =
          entry != log.end() && stamp->modified_ns <= entry->second.last_possible_ns();
      if (output->is_unlogged || is_ours) remove_file(output->path);
    }
  }
  write_record(layout, now);
}

void remove_torn_outputs(const Layout& layout) {
  const auto record = read_record(layout);
  if (!record) return;
  const auto log = read_ninja_log(layout);
  for (const Record::Output& output : record->outputs) {
    const auto entry = log.find(output.path);
    if (entry == log.end()) continue;  // never ended, so Ninja will run it
    const auto stamp = stamp_of(output.path);
    if (stamp && !stamp->is_folder() && stamp->modified_ns > entry->second.last_possible_ns())
      remove_file(output.path);
  }
}

}  // namespace kbx::ninja
