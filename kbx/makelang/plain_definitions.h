#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::makelang {

/// A makefile of nothing but "NAME=value" lines and comments, such as a kernel's auto.conf with its
/// thousands of lines: indexed by name, and not defined before somebody asks. Immutable, so that
/// several Evaluations may share one.
class PlainDefinitions {
 public:
  struct Found {
    std::string_view value;  // as written
    std::uint32_t line = 0;  // from 1
  };

  /// Nothing if `text` has any line of another kind, or is so short that reading it costs less.
  static std::shared_ptr<const PlainDefinitions> of(std::string&& text);

  /// The last definition of a name.
  std::optional<Found> find(std::string_view name) const;
  const std::string& text() const { return text_; }

  /// Calls `visit(name)` for every name, once or more.
  template <typename Visit>
  void each_name(Visit&& visit) const {
    for (const Entry& entry : entries_) visit(name_of(entry));
  }

 private:
  struct Entry {
    std::uint32_t begin = 0;
    std::uint32_t name_size = 0;
    std::uint32_t value_begin = 0;
    std::uint32_t end = 0;
    std::uint32_t line = 0;
  };

  explicit PlainDefinitions(std::string&& text) : text_(std::move(text)) {}
  bool read();
  void index();
  std::size_t slot_of(std::string_view name) const;
  std::string_view name_of(const Entry& entry) const {
    return std::string_view(text_).substr(entry.begin, entry.name_size);
  }

  std::string text_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // index into entries_ plus 1; 0: free
};

/// The files of plain definitions that one run has come by, for Hooks::plain_definitions.
class PlainFiles {
 public:
  /// As PlainDefinitions::of; gives the same object for the same text.
  std::shared_ptr<const PlainDefinitions> get(std::string&& text);

 private:
  std::vector<std::shared_ptr<const PlainDefinitions>> known_;
};

}  // namespace kbx::makelang
