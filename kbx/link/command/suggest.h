#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace kbx::link::command {

/// Finds among the names that it is offered the one that a misspelt word may have meant.
class Closest {
 public:
  explicit Closest(std::string word);

  void offer(std::string_view name);
  bool found() const { return !name_.empty(); }
  const std::string& name() const { return name_; }

 private:
  std::string word_;
  std::string name_;
  std::size_t distance_;
};

}  // namespace kbx::link::command
