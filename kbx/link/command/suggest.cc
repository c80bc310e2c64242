#include "kbx/link/command/suggest.h"

#include <utility>

#include "kbx/base/similar.h"

namespace kbx::link::command {

Closest::Closest(std::string word) : word_(std::move(word)), distance_(word_.size() < 6 ? 1 : 2) {}

void Closest::offer(std::string_view name) {
  const auto distance = edit_distance(word_, name, distance_);
  if (!distance || (found() && *distance == distance_)) return;
  name_ = name;
  distance_ = *distance;
}

}  // namespace kbx::link::command
