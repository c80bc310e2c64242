// The job lists of two CI engines:
// https://docs.github.com/actions/using-jobs/using-a-matrix-for-your-jobs
// https://docs.gitlab.com/ee/ci/pipelines/downstream_pipelines.html#dynamic-child-pipelines
#include "kbx/matrix/emit.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kbx/base/text.h"

namespace kbx::matrix {
namespace {

using nlohmann::ordered_json;

std::string share_name(const Cell& cell, ShareBy by) {
  if (by == ShareBy::cell) return cell.name;
  return cell.names.at(by == ShareBy::driver ? Axis::driver : Axis::kernel);
}

/// The options that choose a share, for a shell.
std::string only_words(const Share& share) {
  std::vector<std::string> words;
  for (const std::string& pattern : share.patterns)
    words.push_back("--only " + shell_quote(pattern));
  return join(words, " ");
}

/// JSON's strings are YAML's, too.
std::string quoted(const std::string& text) {
  return ordered_json(text).dump();
}

}  // namespace

std::vector<Share> shares_of(const std::vector<Cell>& cells, ShareBy by) {
  std::vector<Share> shares;
  for (const Cell& cell : cells) {
    const std::string name = share_name(cell, by);
    auto share = std::ranges::find(shares, name, &Share::name);
    if (share == shares.end()) share = shares.insert(shares.end(), {name, {}});
    share->patterns.push_back(cell.name);
  }
  return shares;
}

std::string github_matrix(const std::vector<Share>& shares) {
  ordered_json matrix = {{"include", ordered_json::array()}};
  for (const Share& share : shares)
    matrix["include"].push_back({{"name", share.name}, {"only", only_words(share)}});
  return matrix.dump() + "\n";
}

std::string gitlab_pipeline(const std::vector<Share>& shares) {
  std::string text;
  for (const Share& share : shares)
    text += quoted("kbx " + share.name) + ":\n  script:\n    - " +
            quoted("kbx matrix " + only_words(share)) +
            "\n  artifacts:\n    when: always\n    paths:\n      - kbx-out/matrix/results.json\n"
            "    reports:\n      junit: kbx-out/matrix/junit.xml\n";
  return text;
}

}  // namespace kbx::matrix
