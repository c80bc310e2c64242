#pragma once
#include <string>
#include <vector>

#include "kbx/matrix/cells.h"

namespace kbx::matrix {

/// One machine's share of a matrix.
struct Share {
  std::string name;
  std::vector<std::string> patterns;  // for --only
};

/// What a share is made of.
enum class ShareBy { cell, driver, kernel };

/// The shares of the cells, in the order of the first cell of each.
std::vector<Share> shares_of(const std::vector<Cell>& cells, ShareBy by);

/// The value of strategy.matrix of a job of GitHub Actions, as one line of JSON: `include` with the
/// keys `name` and `only`, the words for kbx matrix.
std::string github_matrix(const std::vector<Share>& shares);

/// A pipeline of GitLab CI/CD with one job for each share, to be triggered as a child pipeline.
std::string gitlab_pipeline(const std::vector<Share>& shares);

}  // namespace kbx::matrix
