#pragma once
#include <string>

#include "kbx/base/file.h"
#include "kbx/base/path.h"

namespace kbx::test {

/// A folder of its own for one test case, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(real_path(make_temporary_folder("/tmp", "kbx-unit-"))) {}
  ~TemporaryFolder() { remove_tree(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string at(const std::string& name) const { return join_path(path_, name); }

  /// Writes a file, with the folders above it, and gives its path.
  std::string file(const std::string& name, const std::string& content = "x",
                   unsigned mode = 0644) const {
    write_file_atomically(at(name), content, mode);
    return at(name);
  }

 private:
  std::string path_;
};

}  // namespace kbx::test
