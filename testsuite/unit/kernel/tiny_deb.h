#pragma once
#include <string>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

#include "kbx/base/file.h"

/// One entry of a package that a test makes.
struct TinyEntry {
  std::string path;
  std::string content;  // of a file; the target of a link
  unsigned kind = AE_IFREG;
  bool hard_link = false;
};

/// A tar, or the ar around it, of these entries.
inline std::string archive_of(const std::vector<TinyEntry>& entries, bool is_tar, int filter) {
  archive* out = archive_write_new();
  if (is_tar)
    archive_write_set_format_gnutar(out);
  else
    archive_write_set_format_ar_bsd(out);
  archive_write_add_filter(out, filter);
  archive_write_set_bytes_in_last_block(out, 1);
  std::string bytes(8 << 20, '\0');
  size_t used = 0;
  archive_write_open_memory(out, bytes.data(), bytes.size(), &used);
  for (const TinyEntry& tiny : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, tiny.path.c_str());
    archive_entry_set_filetype(entry, tiny.kind);
    archive_entry_set_perm(entry, tiny.kind == AE_IFDIR ? 0755 : 0644);
    archive_entry_set_mtime(entry, 1'000'000'000, 0);
    const bool is_file = tiny.kind == AE_IFREG && !tiny.hard_link;
    archive_entry_set_size(entry, is_file ? static_cast<la_int64_t>(tiny.content.size()) : 0);
    if (tiny.kind == AE_IFLNK) archive_entry_set_symlink(entry, tiny.content.c_str());
    if (tiny.hard_link) archive_entry_set_hardlink(entry, tiny.content.c_str());
    archive_write_header(out, entry);
    if (is_file) archive_write_data(out, tiny.content.data(), tiny.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(out);
  archive_write_free(out);
  bytes.resize(used);
  return bytes;
}

/// The bytes of a Debian package with these control fields and entries.
inline std::string tiny_deb(const std::string& control, const std::vector<TinyEntry>& entries,
                            int filter = ARCHIVE_FILTER_XZ) {
  const std::string suffix = filter == ARCHIVE_FILTER_XZ     ? ".xz"
                             : filter == ARCHIVE_FILTER_ZSTD ? ".zst"
                             : filter == ARCHIVE_FILTER_GZIP ? ".gz"
                                                             : "";
  const auto tar = [&](const std::vector<TinyEntry>& content) {
    return archive_of(content, true, filter);
  };
  return archive_of({{"debian-binary", "2.0\n"},
                     {"control.tar" + suffix, tar({{"./control", control}})},
                     {"data.tar" + suffix, tar(entries)}},
                    false, ARCHIVE_FILTER_NONE);
}
