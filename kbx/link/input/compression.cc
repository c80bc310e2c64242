#include "kbx/link/input/compression.h"

#include <algorithm>
#include <string>

#include <dlfcn.h>

#include "kbx/base/error.h"

/// zlib and zstd, loaded by those links that meet compressed sections: kbx starts once for each
/// object that is compiled, and nearly none has any. The functions are those of zlib.h (1.0 and
/// later) and zstd.h (1.0 and later).
namespace kbx::link {
namespace {

using ZlibUncompress = int (*)(unsigned char* to, unsigned long* size, const unsigned char* from,
                               unsigned long from_size);
using ZstdDecompress = std::size_t (*)(void* to, std::size_t size, const void* from,
                                       std::size_t from_size);

using ZlibCompress = int (*)(unsigned char* to, unsigned long* size, const unsigned char* from,
                             unsigned long from_size);
using ZlibBound = unsigned long (*)(unsigned long size);
using ZstdCompress = std::size_t (*)(void* to, std::size_t size, const void* from,
                                     std::size_t from_size, int level);

constexpr const char* zlib = "libz.so.1";
constexpr const char* zlib_package = "zlib1g (Debian, Ubuntu) or zlib (elsewhere)";
constexpr const char* zstd = "libzstd.so.1";
constexpr const char* zstd_package = "libzstd1 (Debian, Ubuntu) or zstd (elsewhere)";

template <typename Function>
Function load(const char* library, const char* name, const char* package) {
  void* const handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  void* const function = handle ? ::dlsym(handle, name) : nullptr;
  if (!function) {
    const char* const reason = ::dlerror();
    throw Error(
        "debugging sections cannot be packed or unpacked: " +
            std::string(reason ? reason : library),
        std::string("install ") + package + ", or do without compressed debugging sections");
  }
  return reinterpret_cast<Function>(function);
}

bool unpack_zlib(std::string_view packed, char* place, std::size_t size) {
  static const auto uncompress = load<ZlibUncompress>(zlib, "uncompress", zlib_package);
  unsigned long written = size;
  const int status =
      uncompress(reinterpret_cast<unsigned char*>(place), &written,
                 reinterpret_cast<const unsigned char*>(packed.data()), packed.size());
  return status == 0 && written == size;
}

bool unpack_zstd(std::string_view packed, char* place, std::size_t size) {
  static const auto decompress = load<ZstdDecompress>(zstd, "ZSTD_decompress", zstd_package);
  return decompress(place, size, packed.data(), packed.size()) == size;
}

}  // namespace

std::string_view unpack(Compression kind, std::string_view packed, std::uint64_t size,
                        Arena& arena) {
  // No more than the formats can pack: 258 bytes into two bits, and 128 KiB into a block of four
  // bytes.
  const std::uint64_t most_packed = kind == Compression::zlib ? 1032 : 32768;
  constexpr std::uint64_t most = std::uint64_t{1} << 32;
  if (size == 0 || size > most || size / most_packed > packed.size()) return {};
  char* const place = arena.room(static_cast<std::size_t>(size));
  const bool is_whole = kind == Compression::zlib
                            ? unpack_zlib(packed, place, static_cast<std::size_t>(size))
                            : unpack_zstd(packed, place, static_cast<std::size_t>(size));
  return is_whole ? std::string_view(place, static_cast<std::size_t>(size)) : std::string_view();
}

std::string pack(Compression kind, std::string_view content) {
  static const auto bound = load<ZlibBound>(zlib, "compressBound", zlib_package);
  std::string packed(bound(content.size()), '\0');
  if (kind == Compression::zlib) {
    static const auto compress = load<ZlibCompress>(zlib, "compress", zlib_package);
    unsigned long size = packed.size();
    if (compress(reinterpret_cast<unsigned char*>(packed.data()), &size,
                 reinterpret_cast<const unsigned char*>(content.data()), content.size()) != 0)
      throw Error("a debugging section cannot be compressed", "there is not enough memory");
    packed.resize(size);
  } else {
    static const auto compress = load<ZstdCompress>(zstd, "ZSTD_compress", zstd_package);
    constexpr int default_level = 3;
    const std::size_t size =
        compress(packed.data(), packed.size(), content.data(), content.size(), default_level);
    packed.resize(std::min(size, packed.size()));  // an error is a huge size: nothing is won
  }
  return packed;
}

}  // namespace kbx::link
