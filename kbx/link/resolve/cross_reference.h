#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::link {

struct InputFile;

/// Which files define and use each name: what --cref prints.
class CrossReferences {
 public:
  enum class Use { reference, common, definition };

  /// `name` must live as long as this.
  void add(std::string_view name, const InputFile& file, Use use);

  /// Gives the table to `print` line by line, as GNU ld 2.40 writes it: names in the order of
  /// their bytes; for each the files that define it, then those that have it as a common symbol,
  /// then those that refer to it, the last on the command line first. `is_shown`: whether the name
  /// is in the table at all.
  void print(const std::function<bool(std::string_view name)>& is_shown,
             const std::function<void(const std::string& line)>& print) const;

 private:
  struct Entry {
    const InputFile* file;
    bool is_defined = false;
    bool is_common = false;
  };

  std::map<std::string_view, std::vector<Entry>> names_;
};

}  // namespace kbx::link
