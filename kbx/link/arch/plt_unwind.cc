#include "kbx/link/arch/plt_unwind.h"

#include <initializer_list>
#include <utility>

/// How to unwind out of a PLT entry, after DWARF 4, chapters 2.5 and 6.4, and the Linux Standard
/// Base's "Exception Frames". The table's first entry starts with the relocation's index and the
/// return address pushed, and pushes one more word; each other one pushes the index in its middle,
/// where it can be told from the address' lowest four bits. Byte for byte GNU ld 2.40's tables.
namespace kbx::link {
namespace {

enum : unsigned {
  cfa_advance = 0x40,
  cfa_offset = 0x80,
  cfa_define = 0x0c,
  cfa_define_offset = 0x0e,
  cfa_define_expression = 0x0f,
  op_and = 0x1a,
  op_plus = 0x22,
  op_shift_left = 0x24,
  op_at_least = 0x2a,
  op_literal = 0x30,
  op_register = 0x70,
};
constexpr std::uint8_t relative_4_bytes = 0x1b;  // DW_EH_PE_pcrel | DW_EH_PE_sdata4
constexpr std::size_t cie_size = 24;
constexpr unsigned first_push_end = 6;  // of the table's first entry
constexpr unsigned first_entry_rest = 10;

class Bytes {
 public:
  void put(std::initializer_list<unsigned> bytes) {
    for (const unsigned byte : bytes) text_.push_back(static_cast<char>(byte));
  }
  void put_word(std::uint64_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8)
      put({static_cast<unsigned>(value >> shift) & 0xffu});
  }
  /// No-operations up to `alignment`; then the length of what began at `start`.
  void finish(std::size_t start, std::size_t alignment) {
    while (text_.size() % alignment != 0) put({0});
    const std::size_t length = text_.size() - start - 4;
    for (std::size_t i = 0; i < 4; ++i)
      text_[start + i] = static_cast<char>(static_cast<unsigned char>(length >> (8 * i)));
  }
  std::size_t size() const { return text_.size(); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void put_cie(Bytes& bytes, const PltUnwind& unwind) {
  bytes.put_word(0);  // the length
  bytes.put_word(0);  // a CIE
  bytes.put({1, 'z', 'R', 0, 1, 0x80u - unwind.word, unwind.return_column, 1, relative_4_bytes});
  bytes.put({cfa_define, unwind.stack_register, unwind.word});
  bytes.put({cfa_offset | unwind.return_column, 1});
  bytes.finish(0, 4);
}

void put_fde_start(Bytes& bytes, std::uint64_t size) {
  bytes.put_word(0);             // the length
  bytes.put_word(cie_size + 4);  // back to the CIE
  bytes.put_word(0);             // the start
  bytes.put_word(size);
  bytes.put({0});
}

}  // namespace

std::string lazy_plt_unwind(const PltUnwind& unwind, std::uint64_t size) {
  Bytes bytes;
  const unsigned word = unwind.word;
  put_cie(bytes, unwind);
  put_fde_start(bytes, size);
  bytes.put(
      {cfa_define_offset, 2 * word, cfa_advance | first_push_end, cfa_define_offset, 3 * word});
  bytes.put({cfa_advance | first_entry_rest});
  // The stack pointer and a word, and another word behind the push.
  bytes.put({cfa_define_expression, 11, op_register + unwind.stack_register, word});
  bytes.put({op_register + unwind.return_column, 0, op_literal + 15, op_and});
  bytes.put({op_literal + unwind.push_end, op_at_least});
  bytes.put({op_literal + (word == 8 ? 3u : 2u), op_shift_left, op_plus});
  bytes.put({0, 0, 0, 0});
  bytes.finish(cie_size, 4);
  return bytes.take();
}

std::string direct_plt_unwind(const PltUnwind& unwind, std::uint64_t size) {
  Bytes bytes;
  put_cie(bytes, unwind);
  put_fde_start(bytes, size);
  bytes.finish(cie_size, unwind.word);
  return bytes.take();
}

}  // namespace kbx::link
