#pragma once
#include <cstddef>
#include <string>

namespace kbx::link {

/// The output file while it is made: zeros at first.
class Image {
 public:
  explicit Image(std::size_t size);
  ~Image();
  Image(Image&& other) noexcept;
  Image& operator=(Image&&) = delete;

  char* data() { return data_; }
  const char* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Puts the image under its name: aside first and then renamed, so that nobody sees a part of it.
/// What is no regular file (a FIFO, /dev/null) is written into. Throws Error.
void write_image(const Image& image, const std::string& path, unsigned mode);

}  // namespace kbx::link
