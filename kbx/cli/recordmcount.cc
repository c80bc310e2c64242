#include "kbx/cli/recordmcount.h"

#include <cstdio>
#include <string>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/cli/kernel_program.h"
#include "kbx/symbols/mcount_table.h"

namespace kbx::cli {
namespace {

constexpr const char* help =
    "usage: kbx recordmcount [-w] OBJECT...\n"
    "Does what the kernel's scripts/recordmcount does: adds the table of calls that -pg made to\n"
    "each object. Also under the name recordmcount.\n\n"
    "options:\n"
    "  -w      tell which sections have such calls that are not traced\n"
    "  --help  show this text\n\n"
    "examples:\n"
    "  kbx recordmcount hello.o\n";

constexpr const char* usage = "usage: recordmcount [-w] file.o...\n";

constexpr int wrong_usage = 2;

void record(const std::string& path, bool warn) {
  // It has the called function's name in it without calling it, and is not traced itself.
  if (path.ends_with("/ftrace.o")) return;
  const symbols::McountRecord record = symbols::record_mcount(read_file(path), path, warn);
  if (record.has_table_already)
    std::fprintf(stderr, "warning: __mcount_loc already exists: %s\n", path.c_str());
  for (const std::string& section : record.ignored)
    std::printf("Section %s has mcount callers being ignored\n", section.c_str());
  if (record.object) write_file_atomically(path, *record.object, mode_of(path));
}

}  // namespace

int recordmcount_command(int count, const char* const* arguments) {
  if (gave_help(count, arguments, help)) return 0;
  const auto line = letters_and_words(count, arguments, "w");
  if (!line || line->words.empty()) {
    std::fputs(usage, stderr);
    return wrong_usage;
  }
  int status = 0;
  for (const std::string& path : line->words) {
    try {
      record(path, line->has('w'));
    } catch (const Error& error) {
      std::fprintf(stderr, "recordmcount: %s\n%s: failed\n", error.to_string().c_str(),
                   path.c_str());
      status = 1;
    }
  }
  return status;
}

}  // namespace kbx::cli
