#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"

/// Each target defines this; libFuzzer or replay.cc calls it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace kbx::fuzz {

/// Runs `body`. An Error is a good answer to a bad input; any other exception ends the program.
template <typename Body>
void allow_errors(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.to_string().empty()) std::abort();
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A folder of this process, removed at its end; in memory where there is room for it.
class Scratch {
 public:
  Scratch()
      : path_(real_path(
            make_temporary_folder(is_folder("/dev/shm") ? "/dev/shm" : "/tmp", "kbx-fuzz-"))) {}
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& path() const { return path_; }
  std::string at(std::string_view name) const { return join_path(path_, name); }

 private:
  std::string path_;
};

/// Ends the program as a crash if what must hold does not.
inline void require(bool holds, const char* what) {
  if (holds) return;
  static_cast<void>(!::write(STDERR_FILENO, what, std::char_traits<char>::length(what)));
  std::abort();
}

}  // namespace kbx::fuzz
