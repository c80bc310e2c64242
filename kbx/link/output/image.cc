#include "kbx/link/output/image.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kbx/base/descriptor.h"
#include "kbx/base/error.h"

namespace kbx::link {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw Error(Location{path, 0}, std::string("cannot be written: ") + std::strerror(errno));
}

void write_all(int descriptor, const Image& image, const std::string& path) {
  const std::vector<std::string_view> parts = image.parts(0, image.size());
  std::vector<iovec> vectors;
  vectors.reserve(parts.size());
  for (const std::string_view part : parts)
    vectors.push_back({const_cast<char*>(part.data()), part.size()});
  std::size_t first = 0;
  while (first < vectors.size()) {
    const std::size_t count = std::min<std::size_t>(vectors.size() - first, IOV_MAX);
    const ssize_t written = ::writev(descriptor, &vectors[first], static_cast<int>(count));
    if (written < 0) {
      if (errno == EINTR) continue;
      fail(path);
    }
    auto left = static_cast<std::size_t>(written);
    while (first < vectors.size() && left >= vectors[first].iov_len)
      left -= vectors[first++].iov_len;
    if (left == 0) continue;
    vectors[first].iov_base = static_cast<char*>(vectors[first].iov_base) + left;
    vectors[first].iov_len -= left;
  }
}

unsigned current_umask() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return mask;
}

}  // namespace

Image::Image(std::size_t size) : size_(size), capacity_(size) {
  if (size == 0) return;
  void* place = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) throw Error("no memory for an output of " + std::to_string(size));
  data_ = static_cast<char*>(place);
}

Image::~Image() {
  if (data_) ::munmap(data_, capacity_);
}

Image::Image(Image&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      lent_(std::move(other.lent_)),
      is_sorted_(other.is_sorted_) {}

void Image::lend(std::size_t offset, std::string_view content) {
  if (content.empty()) return;
  lent_.push_back({offset, content});
  is_sorted_ = false;
}

std::vector<std::string_view> Image::parts(std::size_t offset, std::size_t size) const {
  if (!is_sorted_) {
    std::sort(lent_.begin(), lent_.end(),
              [](const Lent& a, const Lent& b) { return a.offset < b.offset; });
    is_sorted_ = true;
  }
  std::vector<std::string_view> parts;
  const std::size_t end = offset + size;
  auto next = std::partition_point(lent_.begin(), lent_.end(), [&](const Lent& lent) {
    return lent.offset + lent.content.size() <= offset;
  });
  while (offset < end) {
    const std::size_t own_end = next == lent_.end() ? end : std::min(end, next->offset);
    if (own_end > offset) parts.emplace_back(data_ + offset, own_end - offset);
    offset = std::max(offset, own_end);
    if (offset >= end) break;
    const std::string_view content = next->content.substr(offset - next->offset, end - offset);
    parts.push_back(content);
    offset += content.size();
    ++next;
  }
  return parts;
}

void write_image(const Image& image, const std::string& path, unsigned mode) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) fail(path);
    write_all(file.get(), image, path);
    return;
  }
  std::string aside = path + ".XXXXXX";
  const Descriptor file(::mkostemp(aside.data(), O_CLOEXEC));
  if (file.get() < 0) fail(path);
  try {
    write_all(file.get(), image, path);
    // A file in the way is removed first: file systems hurry to write what replaces another.
    if (::fchmod(file.get(), mode & ~current_umask()) != 0 ||
        (::unlink(path.c_str()) != 0 && errno != ENOENT) ||
        ::rename(aside.c_str(), path.c_str()) != 0)
      fail(path);
  } catch (...) {
    ::unlink(aside.c_str());
    throw;
  }
}

}  // namespace kbx::link
