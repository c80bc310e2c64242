// The main of fuzz targets where the compiler has no libFuzzer: each file below the folders named
// is given to the target once. A crash, a hang of a minute, or too much memory fails the test.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "testsuite/fuzz/fuzz.h"
#include <unistd.h>

#include "kbx/base/file.h"

namespace {

std::string current_file;

void tell_file(int signal) {
  constexpr char text[] = "ended in the replay of ";
  static_cast<void>(!::write(STDERR_FILENO, text, sizeof text - 1));
  static_cast<void>(!::write(STDERR_FILENO, current_file.data(), current_file.size()));
  static_cast<void>(!::write(STDERR_FILENO, "\n", 1));
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

int main(int argc, char** argv) {
  for (const int signal : {SIGALRM, SIGABRT}) ::signal(signal, tell_file);
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i]))
      if (entry.is_regular_file()) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::fputs("no corpus file was found\n", stderr);
    return 1;
  }
  for (const std::string& file : files) {
    current_file = file;
    const std::string content = kbx::read_file(file);
    ::alarm(60);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
    ::alarm(0);
  }
  std::printf("%zu files replayed\n", files.size());
}
