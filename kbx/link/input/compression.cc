#include "kbx/link/input/compression.h"

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

template <typename Function>
Function load(const char* library, const char* name, const char* package) {
  void* const handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  void* const function = handle ? ::dlsym(handle, name) : nullptr;
  if (!function) {
    const char* const reason = ::dlerror();
    throw Error(
        "a compressed section cannot be unpacked: " + std::string(reason ? reason : library),
        std::string("install ") + package + ", or build the objects without -gz");
  }
  return reinterpret_cast<Function>(function);
}

bool unpack_zlib(std::string_view packed, char* place, std::size_t size) {
  static const auto uncompress = load<ZlibUncompress>(
      "libz.so.1", "uncompress", "zlib1g (Debian, Ubuntu) or zlib (elsewhere)");
  unsigned long written = size;
  const int status =
      uncompress(reinterpret_cast<unsigned char*>(place), &written,
                 reinterpret_cast<const unsigned char*>(packed.data()), packed.size());
  return status == 0 && written == size;
}

bool unpack_zstd(std::string_view packed, char* place, std::size_t size) {
  static const auto decompress = load<ZstdDecompress>(
      "libzstd.so.1", "ZSTD_decompress", "libzstd1 (Debian, Ubuntu) or zstd (elsewhere)");
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

}  // namespace kbx::link
