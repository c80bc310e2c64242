#pragma once
#include <archive.h>
#include <archive_entry.h>

namespace kbx::kernel {

/// The functions of libarchive that packages are read with, under their names without "archive_".
struct LibArchive {
  decltype(&::archive_error_string) error_string;
  decltype(&::archive_set_error) set_error;
  decltype(&::archive_read_new) read_new;
  decltype(&::archive_read_free) read_free;
  decltype(&::archive_read_open) read_open;
  decltype(&::archive_read_open_filename) read_open_filename;
  decltype(&::archive_read_open_memory) read_open_memory;
  decltype(&::archive_read_next_header) read_next_header;
  decltype(&::archive_read_data) read_data;
  decltype(&::archive_read_support_format_ar) read_support_format_ar;
  decltype(&::archive_read_support_format_tar) read_support_format_tar;
  decltype(&::archive_read_support_format_raw) read_support_format_raw;
  decltype(&::archive_read_support_filter_gzip) read_support_filter_gzip;
  decltype(&::archive_read_support_filter_xz) read_support_filter_xz;
  decltype(&::archive_read_support_filter_zstd) read_support_filter_zstd;
  decltype(&::archive_read_support_filter_bzip2) read_support_filter_bzip2;
  decltype(&::archive_read_support_filter_lz4) read_support_filter_lz4;
  decltype(&::archive_entry_pathname) entry_pathname;
  decltype(&::archive_entry_filetype) entry_filetype;
  decltype(&::archive_entry_hardlink) entry_hardlink;
  decltype(&::archive_entry_symlink) entry_symlink;
  decltype(&::archive_entry_perm) entry_perm;
  decltype(&::archive_entry_mtime) entry_mtime;
  decltype(&::archive_entry_size) entry_size;
  decltype(&::archive_read_support_format_cpio) read_support_format_cpio;
};

/// libarchive, loaded at the first call. Throws Error if it is not there.
const LibArchive& libarchive();

}  // namespace kbx::kernel
