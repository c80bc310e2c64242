#include "kbx/link/output/image.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/descriptor.h"
#include "kbx/base/error.h"

namespace kbx::link {
namespace {

constexpr std::size_t large_page = std::size_t{1} << 21;

[[noreturn]] void fail(const std::string& path) {
  throw Error(Location{path, 0}, std::string("cannot be written: ") + std::strerror(errno));
}

void write_all(int descriptor, const Image& image, const std::string& path) {
  const char* at = image.data();
  std::size_t left = image.size();
  while (left != 0) {
    const ssize_t count = ::write(descriptor, at, left);
    if (count < 0) {
      if (errno == EINTR) continue;
      fail(path);
    }
    at += count;
    left -= static_cast<std::size_t>(count);
  }
}

unsigned current_umask() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return mask;
}

}  // namespace

Image::Image(std::size_t size) : size_(size) {
  if (size == 0) return;
  void* place = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) throw Error("no memory for an output of " + std::to_string(size));
  data_ = static_cast<char*>(place);
  if (size >= large_page) ::madvise(data_, size, MADV_HUGEPAGE);
}

Image::~Image() {
  if (data_) ::munmap(data_, size_);
}

Image::Image(Image&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

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
    if (::fchmod(file.get(), mode & ~current_umask()) != 0 ||
        ::rename(aside.c_str(), path.c_str()) != 0)
      fail(path);
  } catch (...) {
    ::unlink(aside.c_str());
    throw;
  }
}

}  // namespace kbx::link
