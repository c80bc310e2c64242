// Remembering evaluated trees.
//
// A kernel's top Makefile comes to the same end for every driver: make processes for
// scripts/Makefile.build and its kin, with some three hundred variables in their environment. The
// answer is kept as JSON under a hash of what the process was given. Environments are kept as the
// difference to the user's, so that a variable that nobody reads does not matter, and the driver's
// folder is kept as a placeholder, so that all drivers share one answer. An answer holds as long as
// every file that was read or looked for, every program that a probe ran and every environment
// variable that was looked at is as it was. A file that is damaged is no answer.
#include "kbx/kbuild/tree_cache.h"

#include <nlohmann/json.hpp>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"

namespace kbx::kbuild {
namespace {

using nlohmann::json;

constexpr int format = 1;
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

json difference(const Environment& given, const Environment& now) {
  json set = json::object();
  json unset = json::array();
  for (const auto& [name, value] : now) {
    const auto before = given.find(name);
    if (before == given.end() || before->second != value) set[name] = value;
  }
  for (const auto& [name, value] : given)
    if (!now.contains(name)) unset.push_back(name);
  return {{"set", set}, {"unset", unset}};
}

Environment apply(const Environment& given, const json& change) {
  Environment result = given;
  for (const json& name : change.at("unset")) result.erase(name.get<std::string>());
  for (const auto& [name, value] : change.at("set").items())
    result[name] = value.get<std::string>();
  return result;
}

json to_json(const ProcessCall& call, const Environment& given) {
  const makelang::Setup& setup = call.setup;
  return {{"makefile", call.makefile},
          {"folder", setup.folder},
          {"variables", setup.command_line_variables},
          {"goals", setup.goals},
          {"make", setup.make_command},
          {"flags", setup.flags},
          {"include", setup.include_folders},
          {"level", setup.level},
          {"rules", setup.built_in_rules},
          {"built-in", setup.built_in_variables},
          {"environment", difference(given, setup.environment)}};
}

ProcessCall call_from(const json& text, const Environment& given) {
  ProcessCall call;
  makelang::Setup& setup = call.setup;
  text.at("makefile").get_to(call.makefile);
  text.at("folder").get_to(setup.folder);
  text.at("variables").get_to(setup.command_line_variables);
  text.at("goals").get_to(setup.goals);
  text.at("make").get_to(setup.make_command);
  text.at("flags").get_to(setup.flags);
  text.at("include").get_to(setup.include_folders);
  text.at("level").get_to(setup.level);
  text.at("rules").get_to(setup.built_in_rules);
  text.at("built-in").get_to(setup.built_in_variables);
  setup.environment = apply(given, text.at("environment"));
  return call;
}

json to_json(const std::optional<FileStamp>& stamp) {
  if (!stamp) return nullptr;
  return {stamp->modified_ns, stamp->size, stamp->inode, stamp->kind};
}

std::optional<FileStamp> stamp_from(const json& text) {
  if (text.is_null()) return std::nullopt;
  return FileStamp{text.at(0).get<std::int64_t>(), text.at(1).get<std::uint64_t>(),
                   text.at(2).get<std::uint64_t>(), text.at(3).get<std::uint32_t>()};
}

json to_json(const Inputs& inputs) {
  json files = json::array();
  for (const auto& [path, stamp] : inputs.files) files.push_back({path, to_json(stamp)});
  json variables = json::array();
  for (const auto& [name, value] : inputs.environment)
    variables.push_back({name, value ? json(*value) : json(nullptr)});
  return {{"files", files}, {"environment", variables}};
}

/// The inputs that were kept, if all of them are as they were.
std::optional<Inputs> unchanged(const json& text, const Environment& environment) {
  Inputs inputs;
  for (const json& entry : text.at("files")) {
    const auto path = entry.at(0).get<std::string>();
    const std::optional<FileStamp> stamp = stamp_from(entry.at(1));
    if (stamp_of(path) != stamp) return std::nullopt;
    inputs.files.emplace_back(path, stamp);
  }
  for (const json& entry : text.at("environment")) {
    const auto name = entry.at(0).get<std::string>();
    std::optional<std::string> value;
    if (!entry.at(1).is_null()) value = entry.at(1).get<std::string>();
    const auto found = environment.find(name);
    const bool present = found != environment.end();
    if (present != value.has_value() || (present && found->second != *value)) return std::nullopt;
    inputs.environment.emplace_back(name, value);
  }
  return inputs;
}

}  // namespace

TreeCache::TreeCache(std::string folder, const Environment& environment, std::string driver)
    : folder_(std::move(folder)), environment_(environment), driver_(std::move(driver)) {}

std::string TreeCache::generic(const std::string& text) const {
  return replace_path(text, driver_, placeholder);
}

std::string TreeCache::specific(const std::string& text) const {
  return replace_path(text, placeholder, driver_);
}

std::string TreeCache::file_for(const ProcessCall& process) const {
  const std::string text =
      to_json(process, environment_).dump(-1, ' ', false, json::error_handler_t::replace);
  return join_path(folder_, content_hash(generic(text)));
}

std::optional<std::vector<ProcessCall>> TreeCache::find(const ProcessCall& process,
                                                        Inputs& inputs) const {
  if (folder_.empty()) return std::nullopt;
  const auto text = read_file_if_present(file_for(process));
  if (!text) return std::nullopt;
  try {
    const json answer = json::parse(*text);
    if (answer.at("format") != format) return std::nullopt;
    auto known = unchanged(answer.at("inputs"), environment_);
    if (!known) return std::nullopt;
    std::vector<ProcessCall> calls;
    const json own = json::parse(specific(answer.at("calls").get<std::string>()));
    for (const json& call : own) calls.push_back(call_from(call, environment_));
    inputs.files.insert(inputs.files.end(), known->files.begin(), known->files.end());
    inputs.environment.insert(inputs.environment.end(), known->environment.begin(),
                              known->environment.end());
    return calls;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

void TreeCache::remember(const ProcessCall& process, const std::vector<ProcessCall>& calls,
                         const Inputs& inputs) const {
  if (folder_.empty()) return;
  // A cache folder that cannot be written, or a value that is no text, costs time and nothing else.
  try {
    json list = json::array();
    for (const ProcessCall& call : calls) list.push_back(to_json(call, environment_));
    const json answer = {
        {"format", format}, {"inputs", to_json(inputs)}, {"calls", generic(list.dump())}};
    write_file_atomically(file_for(process), answer.dump());
  } catch (const Error&) {
  } catch (const json::exception&) {
  }
}

}  // namespace kbx::kbuild
