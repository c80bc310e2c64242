#include "kbx/link/arch/arm_stm32l4xx.h"

#include <bit>

/// The erratum 629360 of the STM32L4xx: a load of more than eight words may go wrong if the memory
/// is busy. Such a load goes by a veneer that does it in parts of at most eight words, with
/// registers of its own list for what it has to keep, and goes back behind it. What is left of the
/// veneer's room is filled with undefined instructions.
namespace kbx::link {
namespace {

constexpr unsigned ldm_size = 16;
constexpr unsigned vldm_size = 24;
constexpr unsigned most_words = 8;

constexpr std::uint32_t low_part = 0x007f;   // registers of the first load
constexpr std::uint32_t high_part = 0xdf80;  // … and of the second
constexpr std::uint32_t usable = 0x1fff;     // neither sp, lr nor pc
constexpr std::uint32_t pc = 15;

bool is_ldmia(std::uint32_t instruction) {
  return (instruction & 0xffd02000) == 0xe8900000;
}

bool is_ldmdb(std::uint32_t instruction) {
  return (instruction & 0xffd02000) == 0xe9100000;
}

/// P, U and W of a vldm, without D.
std::uint32_t vldm_mode(std::uint32_t instruction) {
  return instruction >> 21 & 0xd;
}

constexpr std::uint32_t upwards = 0x4;
constexpr std::uint32_t upwards_with_base = 0x5;
constexpr std::uint32_t downwards_with_base = 0x9;

bool is_double(std::uint32_t instruction) {
  return (instruction & 0xfe100f00) == 0xec100b00;
}

bool is_vldm(std::uint32_t instruction) {
  if (!is_double(instruction) && (instruction & 0xfe100f00) != 0xec100a00) return false;
  const std::uint32_t mode = vldm_mode(instruction);
  return mode == upwards || mode == upwards_with_base || mode == downwards_with_base;
}

bool is_concerned(std::uint32_t instruction, Stm32l4xxFix fix) {
  unsigned words = 0;
  if (is_ldmia(instruction) || is_ldmdb(instruction))
    words = static_cast<unsigned>(std::popcount(instruction & 0xffff));
  else if (is_vldm(instruction))
    words = instruction & 0xff;
  else
    return false;
  return fix == Stm32l4xxFix::all || words > most_words;
}

std::uint32_t ldmia(unsigned base, bool writes_back, std::uint32_t registers) {
  return 0xe8900000 | std::uint32_t{writes_back} << 21 | base << 16 | registers;
}

std::uint32_t ldmdb(unsigned base, bool writes_back, std::uint32_t registers) {
  return 0xe9100000 | std::uint32_t{writes_back} << 21 | base << 16 | registers;
}

std::uint32_t move(unsigned to, unsigned from) {
  return 0x4600 | (to & 7) | (to & 8) << 4 | from << 3;
}

std::uint32_t subtract(unsigned to, unsigned from, std::uint32_t value) {
  return 0xf1a00000 | to << 8 | from << 16 | (value & 0x800) << 15 | (value & 0x700) << 4 |
         (value & 0xff);
}

std::uint32_t vldm(bool is_upwards, bool has_doubles, unsigned base, unsigned words,
                   unsigned first) {
  const std::uint32_t operation = is_upwards ? 0xecb00a00 : 0xed300a00;
  return operation | (has_doubles ? 0x100u : 0u) | base << 16 | (words & 0xff) |
         (first >> 1 & 0xf) << 12 | (first & 1) << 22;
}

/// The instructions of a veneer, one by one.
class Writer {
 public:
  Writer(const ArmBytes& bytes, std::uint64_t address, char* place)
      : bytes_(bytes), address_(address), place_(place) {}

  void narrow(std::uint32_t instruction) {
    bytes_.write16(place_ + size_, instruction);
    size_ += 2;
  }
  void wide(std::uint32_t instruction) {
    bytes_.write_halves(place_ + size_, instruction);
    size_ += 4;
  }
  void branch(std::uint64_t target) {
    const std::uint64_t distance = target - (address_ + size_) - 4;
    wide(with_thumb_branch(0xf0009000, static_cast<std::uint32_t>(distance)));
  }
  void fill(unsigned end) {
    if (size_ < end && size_ % 4 != 0) narrow(0xde00);
    while (size_ < end) wide(0xf7f0a000);
  }

 private:
  ArmBytes bytes_;
  std::uint64_t address_;
  char* place_;
  unsigned size_ = 0;
};

/// A load of registers, taken apart.
struct Load {
  explicit Load(std::uint32_t instruction)
      : base(instruction >> 16 & 0xf),
        registers(instruction & 0xffff),
        writes_back((instruction & 0x200000) != 0),
        has_pc((registers >> pc & 1) != 0),
        has_base((registers >> base & 1) != 0) {}

  unsigned base;
  std::uint32_t registers;
  bool writes_back;
  bool has_pc;
  bool has_base;

  std::uint32_t low() const { return registers & low_part; }
  std::uint32_t high() const { return registers & high_part; }
  std::uint32_t size() const { return 4 * static_cast<std::uint32_t>(std::popcount(registers)); }
  /// A register of `list` that holds the base for a while.
  unsigned helper(std::uint32_t list) const {
    return static_cast<unsigned>(std::countr_zero(list & usable & ~(std::uint32_t{1} << base)));
  }
};

void write_upwards(Writer& out, const Load& load, std::uint64_t behind) {
  unsigned base = load.base;
  if (!load.writes_back && !(load.high() >> base & 1)) {
    base = load.helper(load.high());
    out.narrow(move(base, load.base));
  }
  out.wide(ldmia(base, true, load.low()));
  out.wide(ldmia(base, load.writes_back, load.high()));
  if (!load.has_pc) out.branch(behind);
}

/// With pc in the list it has to be loaded last: the load goes upwards from where it ends.
void write_downwards_to_pc(Writer& out, const Load& load) {
  unsigned base = load.helper(load.high());
  if (load.writes_back) {
    out.wide(subtract(load.base, load.base, load.size()));
    out.narrow(move(base, load.base));
  } else {
    if (load.has_base && (load.high() >> load.base & 1)) base = load.base;
    out.wide(subtract(base, load.base, load.size()));
  }
  out.wide(ldmia(base, true, load.low()));
  out.wide(ldmia(base, false, load.high()));
}

void write_downwards(Writer& out, const Load& load, std::uint64_t behind) {
  if (load.writes_back && load.has_base) return;  // no assembler makes it
  if (load.has_pc) {
    write_downwards_to_pc(out, load);
    return;
  }
  unsigned base = load.base;
  if (!load.writes_back && !(load.low() >> base & 1)) {
    base = load.helper(load.low());
    out.narrow(move(base, load.base));
  }
  out.wide(ldmdb(base, true, load.high()));
  out.wide(ldmdb(base, load.writes_back, load.low()));
  out.branch(behind);
}

void write_vector(Writer& out, std::uint32_t instruction, std::uint64_t behind) {
  const unsigned words = instruction & 0xff;
  const unsigned base = instruction >> 16 & 0xf;
  const unsigned first = (instruction >> 12 & 0xf) << 1 | (instruction >> 22 & 1);
  const std::uint32_t mode = vldm_mode(instruction);
  for (unsigned done = 0; done < words; done += most_words) {
    const unsigned part = words - done < most_words ? words - done : most_words;
    out.wide(vldm(mode != downwards_with_base, is_double(instruction), base, part, first + done));
  }
  if (mode == upwards) out.wide(subtract(base, base, 4 * words));
  out.branch(behind);
}

}  // namespace

std::vector<Stm32l4xxLoad> find_stm32l4xx_loads(std::string_view content,
                                                const std::vector<ArmSpan>& spans,
                                                bool is_big_endian, Stm32l4xxFix fix) {
  const ArmBytes bytes{is_big_endian};
  std::vector<Stm32l4xxLoad> loads;
  for (const ArmSpan& span : spans) {
    if (span.kind != 't') continue;
    int left_in_block = 0;
    for (std::uint64_t i = span.start; i + 2 <= span.end;) {
      const std::uint32_t first = bytes.read16(content.data() + i);
      const bool is_wide = is_wide_thumb(first) && i + 4 <= content.size();
      const bool is_inside = left_in_block != 0 && --left_in_block != 0;
      if (is_wide) {
        const std::uint32_t instruction = bytes.read_halves(content.data() + i);
        if (is_concerned(instruction, fix)) loads.push_back({i, instruction, is_inside});
      } else if ((first & 0xff00) == 0xbf00 && (first & 0xf) != 0) {
        left_in_block = 4 - std::countr_zero(first & 0xf);
      }
      i += is_wide ? 4 : 2;
    }
  }
  return loads;
}

unsigned stm32l4xx_veneer_size(std::uint32_t instruction) {
  return is_vldm(instruction) ? vldm_size : ldm_size;
}

void write_stm32l4xx_veneer(const ArmBytes& bytes, std::uint32_t instruction, std::uint64_t address,
                            std::uint64_t behind, char* place) {
  Writer out(bytes, address, place);
  const Load load(instruction);
  const bool is_vector = is_vldm(instruction);
  const bool is_short = is_vector ? (instruction & 0xff) <= most_words
                                  : std::popcount(load.registers) <= int{most_words};
  if (is_short) {
    out.wide(instruction);
    if (is_vector || !is_ldmia(instruction) || !load.has_pc) out.branch(behind);
  } else if (is_vector) {
    write_vector(out, instruction, behind);
  } else if (is_ldmia(instruction)) {
    write_upwards(out, load, behind);
  } else {
    write_downwards(out, load, behind);
  }
  out.fill(stm32l4xx_veneer_size(instruction));
}

bool write_stm32l4xx_branch(const ArmBytes& bytes, std::uint64_t address, std::uint64_t veneer,
                            char* place) {
  const std::uint64_t distance = veneer - address - 4;
  bytes.write_halves(place, with_thumb_branch(0xf0009000, static_cast<std::uint32_t>(distance)));
  return fits(distance, 25, Range::with_sign);
}

}  // namespace kbx::link
