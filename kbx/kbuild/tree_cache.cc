// Remembering evaluated trees.
//
// A kernel's top Makefile comes to the same end for every driver: make processes for
// scripts/Makefile.build and its kin, with some three hundred variables in their environment. The
// answer is kept under a hash of what the process was given. Environments are kept as the
// difference to the user's, so that a variable that nobody reads does not matter, and the driver's
// folder is kept as a placeholder, so that all drivers share one answer. An answer holds as long as
// every file that was read or looked for, every program that a probe ran and every environment
// variable that was looked at is as it was. A file that is damaged is no answer.
#include "kbx/kbuild/tree_cache.h"

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/pack.h"
#include "kbx/base/path.h"

namespace kbx::kbuild {
namespace {

constexpr std::string_view format = "kbx tree 2";
constexpr char mark = '\x01';
constexpr std::string_view placeholder = "\x01M\x01";

/// Replaces `from` where it is a whole path or the beginning of one.
std::string replace_path(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  size_t start = 0;
  for (size_t at; (at = text.find(from, start)) != std::string_view::npos;
       start = at + from.size()) {
    const size_t end = at + from.size();
    const bool whole = end == text.size() || text[end] == '/' || text[end] == ' ' ||
                       text[end] == '"' || text[end] == '\'';
    result += text.substr(start, at - start);
    result += whole ? to : from;
  }
  result += text.substr(start);
  return result;
}

/// Writes with the placeholder in the driver's place.
class GenericWriter {
 public:
  explicit GenericWriter(const std::string& driver) : driver_(driver) {}

  void number(std::uint64_t value) { pack_.number(value); }
  void text(std::string_view value) {
    if (value.find(driver_) == std::string_view::npos)
      pack_.text(value);
    else
      pack_.text(replace_path(value, driver_, placeholder));
  }
  void texts(const std::vector<std::string>& values) {
    number(values.size());
    for (const std::string& value : values) text(value);
  }
  const std::string& content() const { return pack_.content(); }

 private:
  const std::string& driver_;
  PackWriter pack_;
};

/// Reads with the driver in the placeholder's place.
class SpecificReader {
 public:
  SpecificReader(PackReader& pack, const std::string& driver) : pack_(pack), driver_(driver) {}

  std::uint64_t number() { return pack_.number(); }
  std::uint64_t count() { return pack_.count(); }
  std::string text() {
    const std::string_view value = pack_.text();
    if (value.find(mark) == std::string_view::npos) return std::string(value);
    return replace_path(value, placeholder, driver_);
  }
  std::vector<std::string> texts() {
    std::vector<std::string> values(count());
    for (std::string& value : values) value = text();
    return values;
  }

 private:
  PackReader& pack_;
  const std::string& driver_;
};

/// What `now` has otherwise than `given`: what is set and what is unset.
void write_difference(GenericWriter& writer, const Environment& given, const Environment& now) {
  std::vector<const Environment::value_type*> set;
  for (const auto& entry : now) {
    const auto before = given.find(entry.first);
    if (before == given.end() || before->second != entry.second) set.push_back(&entry);
  }
  writer.number(set.size());
  for (const auto* entry : set) {
    writer.text(entry->first);
    writer.text(entry->second);
  }
  std::vector<std::string> unset;
  for (const auto& [name, value] : given)
    if (!now.contains(name)) unset.push_back(name);
  writer.texts(unset);
}

Environment read_difference(SpecificReader& reader, const Environment& given) {
  Environment result = given;
  for (std::uint64_t left = reader.count(); left > 0; --left) {
    std::string name = reader.text();
    result.insert_or_assign(std::move(name), reader.text());
  }
  for (const std::string& name : reader.texts()) result.erase(name);
  return result;
}

void write_call(GenericWriter& writer, const ProcessCall& call, const Environment& given) {
  const makelang::Setup& setup = call.setup;
  writer.text(call.makefile);
  writer.text(setup.folder);
  writer.texts(setup.command_line_variables);
  writer.texts(setup.goals);
  writer.text(setup.make_command);
  writer.text(setup.flags);
  writer.texts(setup.include_folders);
  writer.number(static_cast<std::uint64_t>(setup.level));
  writer.number(setup.built_in_rules);
  writer.number(setup.built_in_variables);
  write_difference(writer, given, setup.environment);
}

ProcessCall read_call(SpecificReader& reader, const Environment& given) {
  ProcessCall call;
  makelang::Setup& setup = call.setup;
  call.makefile = reader.text();
  setup.folder = reader.text();
  setup.command_line_variables = reader.texts();
  setup.goals = reader.texts();
  setup.make_command = reader.text();
  setup.flags = reader.text();
  setup.include_folders = reader.texts();
  setup.level = static_cast<int>(reader.number());
  setup.built_in_rules = reader.number() != 0;
  setup.built_in_variables = reader.number() != 0;
  setup.environment = read_difference(reader, given);
  return call;
}

void write_inputs(PackWriter& pack, const Inputs& inputs) {
  pack.number(inputs.files.size());
  for (const auto& [path, stamp] : inputs.files) {
    pack.text(path);
    pack.stamp(stamp);
  }
  pack.number(inputs.environment.size());
  for (const auto& [name, value] : inputs.environment) {
    pack.text(name);
    pack.optional_text(value);
  }
}

/// Reads the inputs that were kept; false if one of them is not as it was.
bool read_unchanged(PackReader& pack, const Environment& environment, Inputs& inputs) {
  FolderStamps stamps;
  for (std::uint64_t left = pack.count(); left > 0; --left) {
    std::string path(pack.text());
    const std::optional<FileStamp> before = pack.stamp();
    if (!pack.is_whole() || stamps.of(path) != before) return false;
    inputs.files.emplace_back(std::move(path), before);
  }
  for (std::uint64_t left = pack.count(); left > 0; --left) {
    std::string name(pack.text());
    const std::optional<std::string_view> before = pack.optional_text();
    const auto found = environment.find(name);
    const bool is_set = found != environment.end();
    if (!pack.is_whole() || is_set != before.has_value() || (is_set && found->second != *before))
      return false;
    inputs.environment.emplace_back(std::move(name), before);
  }
  return true;
}

}  // namespace

TreeCache::TreeCache(std::string folder, const Environment& environment, std::string driver)
    : folder_(std::move(folder)), environment_(environment), driver_(std::move(driver)) {}

std::string TreeCache::file_for(const ProcessCall& process) const {
  GenericWriter writer(driver_);
  write_call(writer, process, environment_);
  return join_path(folder_, content_hash(writer.content()));
}

std::optional<std::vector<ProcessCall>> TreeCache::find(const ProcessCall& process,
                                                        Inputs& inputs) const {
  if (folder_.empty()) return std::nullopt;
  const auto text = read_file_if_present(file_for(process));
  if (!text) return std::nullopt;
  PackReader pack(unsealed(format, *text));
  Inputs known;
  if (!read_unchanged(pack, environment_, known)) return std::nullopt;
  SpecificReader reader(pack, driver_);
  std::vector<ProcessCall> calls;
  for (std::uint64_t left = reader.count(); left > 0 && pack.is_whole(); --left)
    calls.push_back(read_call(reader, environment_));
  if (!pack.is_at_end()) return std::nullopt;
  inputs.files.insert(inputs.files.end(), known.files.begin(), known.files.end());
  inputs.environment.insert(inputs.environment.end(), known.environment.begin(),
                            known.environment.end());
  return calls;
}

void TreeCache::remember(const ProcessCall& process, const std::vector<ProcessCall>& calls,
                         const Inputs& inputs) const {
  if (folder_.empty()) return;
  PackWriter pack;
  write_inputs(pack, inputs);
  GenericWriter writer(driver_);
  writer.number(calls.size());
  for (const ProcessCall& call : calls) write_call(writer, call, environment_);
  // A cache folder that cannot be written costs time and nothing else.
  try {
    write_file_atomically(file_for(process), sealed(format, pack.content() + writer.content()));
  } catch (const Error&) {
  }
}

}  // namespace kbx::kbuild
