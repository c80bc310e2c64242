#pragma once
#include <memory>
#include <string>

#include "kbx/kernel/deb.h"
#include "kbx/kernel/libarchive.h"

/// Writing what an archive from anywhere holds below a folder, and nowhere else.
namespace kbx::kernel {

struct CloseArchive {
  void operator()(archive* value) const { libarchive().read_free(value); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

/// An archive file, for messages.
struct ArchiveFile {
  std::string path;
  std::string format;  // "Debian package"
};

/// Throws the Error for a file that is cut off or changed.
[[noreturn]] void throw_damaged(const ArchiveFile& file, const std::string& found);

/// Throws the Error for a file that holds what no header package does.
[[noreturn]] void throw_hostile(const std::string& path, const std::string& found);

/// What libarchive says of its last failure.
std::string reason(archive* value);

/// The next entry, or null at the end. Throws Error if the archive is damaged.
archive_entry* next_entry(archive* opened, const ArchiveFile& file);

/// Has an archive take what may compress a tar or cpio, itself not opened yet.
void accept_compressions(archive* value);

/// Writes every entry below the folder `root`. Links are made relative, so that an absolute one
/// leads to its place below `root`; owners, set-id bits and times of folders are not kept. Throws
/// Error, with `root` half filled, if the archive is damaged, exceeds a limit, or holds what may
/// not be unpacked: a path that is absolute or climbs, a link that climbs out of `root`, a file
/// below a link, a device.
void unpack_entries(archive* opened, const ArchiveFile& file, const std::string& root,
                    const UnpackLimits& limits);

}  // namespace kbx::kernel
