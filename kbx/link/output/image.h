#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/file.h"

namespace kbx::link {

/// The output file while it is made: zeros at first. What is taken over unchanged need not be
/// copied here: it can be lent and goes from where it is into the file.
///
/// A large one is the file itself, beside the name that it will get, mapped into memory: what is
/// written here need not be copied once more.
class Image {
 public:
  explicit Image(std::size_t size) : Image(size, {}) {}
  /// `path` is what write_image will be given; empty: that is not known.
  Image(std::size_t size, const std::string& path);
  ~Image();
  Image(Image&& other) noexcept;
  Image& operator=(Image&&) = delete;

  char* data() { return data_; }
  std::size_t size() const { return size_; }

  /// Cuts the end off.
  void shrink(std::size_t size) { size_ = size; }

  /// `content` stands at `offset` instead of what the image holds there. It must live as long as
  /// the image; no two may lie over one another.
  void lend(std::size_t offset, std::string_view content);

  /// Makes memory for all that is not lent at once, where that costs less than to do it page by
  /// page when each is first written to. All that is lent must be known.
  void populate();

  /// The bytes from `offset` on, as they are to be written. All that is lent must be known.
  std::vector<std::string_view> parts(std::size_t offset, std::size_t size) const;

 private:
  friend void write_image(Image& image, const std::string& path, unsigned mode);

  bool map_file(const std::string& path);
  void use_memory();
  void complete_file(const std::string& path) const;

  struct Lent {
    std::size_t offset;
    std::string_view content;
  };

  std::unique_ptr<FileAside> file_;  // null: in memory
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  mutable std::vector<Lent> lent_;
  mutable bool is_sorted_ = true;
};

/// Puts the image under its name: aside first and then renamed, so that nobody sees a part of it.
/// What is no regular file (a FIFO, /dev/null) is written into. Throws Error.
void write_image(Image& image, const std::string& path, unsigned mode);

}  // namespace kbx::link
