#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kbx/base/file.h"
#include "kbx/base/process.h"
#include "kbx/symbols/symvers.h"

namespace kbx::symbols {

/// The folder of indexes below kbx's caches; "" if `environment` names no folder for caches.
std::string index_cache(const Environment& environment);

/// A Module.symvers file whose rows are found by symbol, without reading all of it. Only of a file
/// that a reader would have nothing to say about: every row is sound and has a known licence, and
/// no symbol comes twice.
class SymversIndex {
 public:
  /// The index of `path`, kept in the folder `cache` from one run to the next; "" keeps nothing.
  /// Nothing if the file is absent, too small to be worth it, or better read row by row.
  static std::optional<SymversIndex> open(const std::string& path, const std::string& cache);

  /// The row of that symbol, without its line number. The views live as long as the index. Throws
  /// Error if the file was changed meanwhile and has no such row any more.
  std::optional<SymversRow> find(std::string_view symbol) const;

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_.content(); }
  std::size_t rows() const { return facts_.rows; }
  /// True if a row is vmlinux's.
  bool names_kernel() const { return facts_.names_kernel != 0; }
  /// True if a CRC is other than 0.
  bool has_crcs() const { return facts_.has_crcs != 0; }

  /// What is kept besides the slots.
  struct Facts {
    std::uint32_t rows = 0;
    std::uint32_t slots = 0;  // a power of two
    std::uint32_t names_kernel = 0;
    std::uint32_t has_crcs = 0;
  };

 private:
  SymversIndex(std::string path, MappedFile text, MappedFile kept, const Facts& facts);

  std::string path_;
  MappedFile text_;
  MappedFile kept_;
  Facts facts_;
};

}  // namespace kbx::symbols
