// libarchive brings a dozen libraries with it, which take longer to load than kbx itself. Few runs
// unpack anything, and one run of kbx is started for each object that is compiled; so it is loaded
// by those that need it.
#include "kbx/kernel/libarchive.h"

#include <string>

#include <dlfcn.h>

#include "kbx/base/error.h"

namespace kbx::kernel {
namespace {

constexpr const char* library = "libarchive.so.13";  // the ABI of <archive.h> since libarchive 3.0

[[noreturn]] void fail() {
  const char* reason = ::dlerror();
  throw Error("packages cannot be unpacked: " + std::string(reason ? reason : library),
              "install libarchive13 (Debian, Ubuntu) or libarchive (elsewhere)");
}

template <typename Function>
void find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  if (!function) fail();
}

LibArchive load() {
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle) fail();
  LibArchive functions{};
  find(handle, "archive_error_string", functions.error_string);
  find(handle, "archive_set_error", functions.set_error);
  find(handle, "archive_read_new", functions.read_new);
  find(handle, "archive_read_free", functions.read_free);
  find(handle, "archive_read_open", functions.read_open);
  find(handle, "archive_read_open_filename", functions.read_open_filename);
  find(handle, "archive_read_open_memory", functions.read_open_memory);
  find(handle, "archive_read_next_header", functions.read_next_header);
  find(handle, "archive_read_data", functions.read_data);
  find(handle, "archive_read_support_format_ar", functions.read_support_format_ar);
  find(handle, "archive_read_support_format_tar", functions.read_support_format_tar);
  find(handle, "archive_read_support_format_raw", functions.read_support_format_raw);
  find(handle, "archive_read_support_filter_gzip", functions.read_support_filter_gzip);
  find(handle, "archive_read_support_filter_xz", functions.read_support_filter_xz);
  find(handle, "archive_read_support_filter_zstd", functions.read_support_filter_zstd);
  find(handle, "archive_read_support_filter_bzip2", functions.read_support_filter_bzip2);
  find(handle, "archive_read_support_filter_lz4", functions.read_support_filter_lz4);
  find(handle, "archive_entry_pathname", functions.entry_pathname);
  find(handle, "archive_entry_filetype", functions.entry_filetype);
  find(handle, "archive_entry_hardlink", functions.entry_hardlink);
  find(handle, "archive_entry_symlink", functions.entry_symlink);
  find(handle, "archive_entry_perm", functions.entry_perm);
  find(handle, "archive_entry_mtime", functions.entry_mtime);
  find(handle, "archive_entry_size", functions.entry_size);
  find(handle, "archive_read_support_format_cpio", functions.read_support_format_cpio);
  return functions;
}

}  // namespace

const LibArchive& libarchive() {
  static const LibArchive functions = load();
  return functions;
}

}  // namespace kbx::kernel
