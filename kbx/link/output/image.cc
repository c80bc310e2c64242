#include "kbx/link/output/image.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kbx/base/descriptor.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"

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

void write_at(int descriptor, std::string_view content, std::size_t offset,
              const std::string& path) {
  while (!content.empty()) {
    const ssize_t put =
        ::pwrite(descriptor, content.data(), content.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(path);
    content.remove_prefix(static_cast<std::size_t>(put));
    offset += static_cast<std::size_t>(put);
  }
}

/// True for what is written into and not replaced: a FIFO, /dev/null.
bool is_special(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

constexpr std::size_t large = std::size_t{1} << 22;  // bytes

unsigned current_umask() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return mask;
}

}  // namespace

Image::Image(std::size_t size, const std::string& path) : size_(size), capacity_(size) {
  if (size != 0 && (size < large || path.empty() || !map_file(path))) use_memory();
}

bool Image::map_file(const std::string& path) {
  if (is_special(path)) return false;
  auto file = std::make_unique<FileAside>(path);
  if (file->descriptor() < 0 || ::ftruncate(file->descriptor(), static_cast<off_t>(capacity_)) != 0)
    return false;
  void* const place =
      ::mmap(nullptr, capacity_, PROT_READ | PROT_WRITE, MAP_SHARED, file->descriptor(), 0);
  if (place == MAP_FAILED) return false;
  data_ = static_cast<char*>(place);
  file_ = std::move(file);
  return true;
}

/// Takes memory, in the place of the file if there is one.
void Image::use_memory() {
  const int fixed = data_ ? MAP_FIXED : 0;
  void* const place =
      ::mmap(data_, capacity_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
  if (place == MAP_FAILED) throw Error("no memory for an output of " + std::to_string(capacity_));
  data_ = static_cast<char*>(place);
  file_.reset();
  // One large page costs less than the hundreds of small ones in its place.
  if (capacity_ >= large) ::madvise(place, capacity_, MADV_HUGEPAGE);
}

Image::~Image() {
  if (data_) ::munmap(data_, capacity_);
}

Image::Image(Image&& other) noexcept
    : file_(std::move(other.file_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      lent_(std::move(other.lent_)),
      is_sorted_(other.is_sorted_) {}

void Image::lend(std::size_t offset, std::string_view content) {
  if (content.empty()) return;
  lent_.push_back({offset, content});
  is_sorted_ = false;
}

void Image::populate() {
  if (!file_ && size_ >= large) return;
#ifdef MADV_POPULATE_WRITE
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (const std::string_view part : parts(0, size_)) {
    if (part.data() < data_ || part.data() >= data_ + size_) continue;  // lent
    const std::size_t into_page = reinterpret_cast<std::uintptr_t>(part.data()) & (page - 1);
    char* const start = data_ + (part.data() - data_) - into_page;
    const int failed = ::madvise(start, part.size() + into_page, MADV_POPULATE_WRITE);
    // A full disk is to be an error of writing, no signal.
    if (failed && file_) return use_memory();
  }
#else
  if (file_) use_memory();
#endif
}

/// What the mapping of the file lacks.
void Image::complete_file(const std::string& path) const {
  const int descriptor = file_->descriptor();
  if (size_ != capacity_ && ::ftruncate(descriptor, static_cast<off_t>(size_)) != 0) fail(path);
  for (const Lent& lent : lent_) write_at(descriptor, lent.content, lent.offset, path);
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

void write_image(Image& image, const std::string& path, unsigned mode) {
  if (is_special(path)) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) fail(path);
    write_all(file.get(), image, path);
    return;
  }
  if (image.file_) {
    image.complete_file(path);
  } else {
    image.file_ = std::make_unique<FileAside>(path);
    if (image.file_->descriptor() < 0) fail(path);
    write_all(image.file_->descriptor(), image, path);
  }
  if (!image.file_->take_name(mode & ~current_umask(), FileAside::Old::removed_first)) fail(path);
}

}  // namespace kbx::link
