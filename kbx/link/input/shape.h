#pragma once
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <elf.h>

namespace kbx::link {

/// The same number with its bytes in the other order.
template <std::integral Number>
constexpr Number swapped(Number value) {
  using Bits = std::make_unsigned_t<Number>;
  auto bits = static_cast<Bits>(value);
  if constexpr (sizeof(Number) == 2) bits = __builtin_bswap16(bits);
  if constexpr (sizeof(Number) == 4) bits = __builtin_bswap32(bits);
  if constexpr (sizeof(Number) == 8) bits = __builtin_bswap64(bits);
  return static_cast<Number>(bits);
}

/// One of the four shapes of an ELF file: the structures of <elf.h>, and the order of bytes.
template <bool Is64Bit, bool IsBigEndian>
struct Shape {
  static constexpr bool is_64bit = Is64Bit;
  static constexpr bool is_big_endian = IsBigEndian;
  using Header = std::conditional_t<Is64Bit, Elf64_Ehdr, Elf32_Ehdr>;
  using Section = std::conditional_t<Is64Bit, Elf64_Shdr, Elf32_Shdr>;
  using Symbol = std::conditional_t<Is64Bit, Elf64_Sym, Elf32_Sym>;
  using Rel = std::conditional_t<Is64Bit, Elf64_Rel, Elf32_Rel>;
  using CompressionHeader = std::conditional_t<Is64Bit, Elf64_Chdr, Elf32_Chdr>;
  using Rela = std::conditional_t<Is64Bit, Elf64_Rela, Elf32_Rela>;
  using Word = std::conditional_t<Is64Bit, std::uint64_t, std::uint32_t>;
  using SignedWord = std::make_signed_t<Word>;

  /// The number as this machine has it, of one as the file has it, and the other way round.
  template <std::integral Number>
  static constexpr Number native(Number value) {
    return IsBigEndian == (std::endian::native == std::endian::big) ? value : swapped(value);
  }

  template <typename Number>
  static Number load(const char* bytes) {
    Number value;
    std::memcpy(&value, bytes, sizeof value);
    return native(value);
  }

  template <typename Number>
  static void store(char* bytes, std::type_identity_t<Number> value) {
    const Number number = native(static_cast<Number>(value));
    std::memcpy(bytes, &number, sizeof number);
  }

  static constexpr unsigned symbol_shift = Is64Bit ? 32 : 8;
  static constexpr Word type_mask = Is64Bit ? Word{0xffffffff} : Word{0xff};
};

/// `work` called with the Shape that the file has.
template <typename Work>
decltype(auto) with_shape(bool is_64bit, bool is_big_endian, Work&& work) {
  if (is_64bit) {
    if (is_big_endian) return work(Shape<true, true>{});
    return work(Shape<true, false>{});
  }
  if (is_big_endian) return work(Shape<false, true>{});
  return work(Shape<false, false>{});
}

}  // namespace kbx::link
