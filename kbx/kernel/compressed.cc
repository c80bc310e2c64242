#include "kbx/kernel/compressed.h"

#include <memory>

#include "kbx/base/error.h"
#include "kbx/kernel/libarchive.h"

namespace kbx::kernel {
namespace {

constexpr size_t most = size_t{1} << 30;

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw Error(Location{path, 0}, "this compressed file cannot be unpacked: " + why,
              "the file is damaged: install or build it again");
}

}  // namespace

std::string unpacked(std::string_view packed, const std::string& path) {
  const LibArchive& library = libarchive();
  const std::unique_ptr<archive, decltype(library.read_free)> reader(library.read_new(),
                                                                     library.read_free);
  const auto fail_of_library = [&] {
    const char* const why = library.error_string(reader.get());
    fail(path, why ? why : "unknown reason");
  };
  library.read_support_filter_gzip(reader.get());
  library.read_support_filter_xz(reader.get());
  library.read_support_filter_zstd(reader.get());
  library.read_support_filter_bzip2(reader.get());
  library.read_support_filter_lz4(reader.get());
  // An archive of one nameless entry.
  library.read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  if (library.read_open_memory(reader.get(), packed.data(), packed.size()) != ARCHIVE_OK ||
      library.read_next_header(reader.get(), &entry) != ARCHIVE_OK)
    fail_of_library();
  std::string content;
  constexpr size_t step = size_t{1} << 18;
  while (true) {
    const size_t used = content.size();
    if (used > most) fail(path, "it holds more than 1 GiB");
    content.resize(used + step);
    const la_ssize_t got = library.read_data(reader.get(), content.data() + used, step);
    content.resize(used + static_cast<size_t>(got < 0 ? 0 : got));
    if (got < 0) fail_of_library();
    if (got == 0) return content;
  }
}

}  // namespace kbx::kernel
