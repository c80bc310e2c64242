// The file:
//   kbx-probes-1 HASH\n      HASH is that of all bytes after this line
//   then for each result: KEY STATUS LENGTH\n and LENGTH bytes of output
// KEY is the hash of what the result depends on, 32 hexadecimal digits.

#include "kbx/kernel/probe_cache.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "kbx/base/cache.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/tree.h"

namespace kbx::kernel {
namespace {

using Results = std::unordered_map<std::string, ProbeResult>;

constexpr std::string_view magic = "kbx-probes-1 ";

std::string key_of(const Probe& probe) {
  std::string text;
  for (const std::string* part :
       {&probe.compiler, &probe.command, &probe.folder, &probe.environment})
    text += std::to_string(part->size()) + ":" + *part;
  return content_hash(text);
}

/// Cuts a line off `text`; nothing if there is no whole one.
std::optional<std::string_view> take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Results parse(std::string_view text) {
  const auto first = take_line(text);
  if (!first || first->substr(0, magic.size()) != magic) return {};
  if (first->substr(magic.size()) != content_hash(text)) return {};
  Results results;
  while (!text.empty()) {
    const auto line = take_line(text);
    const auto words = line ? split(*line, ' ') : std::vector<std::string_view>();
    if (words.size() != 3) return {};
    const auto status = parse_number(words[1]);
    const auto length = parse_number(words[2]);
    if (!status || *status > 255 || !length || *length > text.size()) return {};
    results.emplace(words[0],
                    ProbeResult{static_cast<int>(*status), std::string(text.substr(0, *length))});
    text.remove_prefix(*length);
  }
  return results;
}

std::string written(const Results& results) {
  std::string body;
  for (const auto& [key, result] : results) {
    body += key + " " + std::to_string(result.status) + " " + std::to_string(result.output.size()) +
            "\n";
    body += result.output;
  }
  return std::string(magic) + content_hash(body) + "\n" + body;
}

Results load(const std::string& file) {
  if (file.empty()) return {};
  return parse(read_file_if_present(file).value_or(""));
}

std::string described(const std::string& path) {
  const auto stamp = stamp_of(path);
  if (!stamp) return path + " absent\n";
  return path + " " + std::to_string(stamp->modified_ns) + " " + std::to_string(stamp->size) + " " +
         std::to_string(stamp->inode) + "\n";
}

}  // namespace

ProbeCache::ProbeCache(std::string file) : file_(std::move(file)), results_(load(file_)) {}

const ProbeResult* ProbeCache::find(const Probe& probe) const {
  const auto found = results_.find(key_of(probe));
  return found == results_.end() ? nullptr : &found->second;
}

void ProbeCache::remember(const Probe& probe, ProbeResult result) {
  results_.insert_or_assign(key_of(probe), std::move(result));
  changed_ = true;
}

void ProbeCache::save() {
  if (!changed_ || file_.empty()) return;
  for (auto& [key, result] : load(file_)) results_.try_emplace(key, std::move(result));
  write_file_atomically(file_, written(results_));
  changed_ = false;
}

ProbeResult run_probe(ProbeCache& cache, const Probe& probe, const Environment& environment) {
  if (const ProbeResult* known = cache.find(probe)) return *known;
  Command command{{"/bin/sh", "-c", probe.command}, probe.folder, &environment, ""};
  command.capture_errors = true;
  CommandResult given = run(command);
  ProbeResult result{given.status, std::move(given.output)};
  if (result.status >= 0 && result.status < 127) cache.remember(probe, result);
  return result;
}

std::string probe_cache_file(const Environment& environment, const Tree& tree,
                             const std::string& compiler) {
  std::string identity = tree.objtree + "\n" + tree.srctree + "\n" + compiler + "\n";
  for (const char* name : {"Makefile", "include/config/auto.conf", ".config"})
    identity += described(join_path(tree.objtree, name));
  for (const char* name : {"Makefile", "scripts/Kbuild.include", "scripts/Makefile.compiler"})
    identity += described(join_path(tree.srctree, name));
  return join_path(cache_folder(environment), "probes/" + content_hash(identity));
}

}  // namespace kbx::kernel
