#include "kbx/link/arch/arm_vfp11.h"

#include <optional>

#include "kbx/link/arch/arm_instruction.h"

/// The VFP11's erratum of denormal operands: an operation that bounces for them is done again by
/// software, with operands that an instruction behind it may have overwritten by then. Such an
/// operation goes into a veneer, whose branches give it the time that it needs. What instructions
/// read and write is that of VFPv2 in ARM code (Arm Architecture Reference Manual, C5); what is no
/// such instruction writes nothing.
namespace kbx::link {
namespace {

constexpr unsigned first_double = 32;  // numbers of registers: s0 …, then d0 …

/// What a VFP instruction does.
struct Operation {
  enum class Pipe { arithmetic, divide, load } pipe = Pipe::arithmetic;
  std::uint32_t written = 0;  // single registers, as bits
  std::vector<unsigned> read;
};

/// The four bits at `whole` and the one at `extra`.
unsigned register_number(std::uint32_t instruction, bool is_double, unsigned whole,
                         unsigned extra) {
  const unsigned number = instruction >> whole & 0xf;
  const unsigned bit = instruction >> extra & 1;
  return is_double ? (number | bit << 4) + first_double : number << 1 | bit;
}

/// d16 and up do not exist.
std::uint32_t bits_of(unsigned number) {
  if (number < first_double) return std::uint32_t{1} << number;
  return number < first_double + 16 ? std::uint32_t{3} << (number - first_double) * 2 : 0;
}

std::optional<Operation> decode_extended(std::uint32_t instruction, bool is_double) {
  Operation operation;
  const unsigned to = register_number(instruction, is_double, 12, 22);
  switch ((instruction >> 15 & 0x1e) | (instruction >> 7 & 1)) {
    case 0:  // copy, absolute value, negation, comparisons, conversions of integers
    case 1:
    case 2:
    case 8:
    case 9:
    case 10:
    case 11:
    case 16:
    case 17:
    case 24:
    case 25:
    case 26:
    case 27:
      return operation;
    case 3:  // square root
      operation.pipe = Operation::Pipe::divide;
      operation.written = bits_of(to);
      return operation;
    case 15:  // conversions between single and double, of which the one from double can bounce
      operation.written = bits_of(to);
      if (instruction & 0x100)
        operation.read.push_back(register_number(instruction, is_double, 0, 5));
      return operation;
    default:
      return std::nullopt;
  }
}

std::optional<Operation> decode_arithmetic(std::uint32_t instruction, bool is_double) {
  Operation operation;
  const unsigned to = register_number(instruction, is_double, 12, 22);
  const unsigned first = register_number(instruction, is_double, 16, 7);
  const unsigned second = register_number(instruction, is_double, 0, 5);
  const unsigned code = (instruction >> 20 & 8) | (instruction >> 19 & 6) | (instruction >> 6 & 1);
  if (code == 15) return decode_extended(instruction, is_double);
  if (code > 8) return std::nullopt;
  if (code == 8) operation.pipe = Operation::Pipe::divide;
  operation.written = bits_of(to);
  operation.read = {first, second};
  if (code < 4) operation.read.push_back(to);  // it is accumulated to
  return operation;
}

std::optional<Operation> decode_load(std::uint32_t instruction, bool is_double) {
  Operation operation;
  operation.pipe = Operation::Pipe::load;
  const unsigned to = register_number(instruction, is_double, 12, 22);
  switch ((instruction >> 21 & 1) | (instruction >> 22 & 6)) {
    case 2:  // several
    case 3:
    case 5: {
      const unsigned count = (instruction & 0xff) >> (is_double ? 1 : 0);
      for (unsigned i = 0; i < count; ++i)
        if (is_double || to + i < first_double) operation.written |= bits_of(to + i);
      return operation;
    }
    case 4:  // one
    case 6:
      operation.written = bits_of(to);
      return operation;
    default:
      return std::nullopt;
  }
}

std::optional<Operation> decode(std::uint32_t instruction) {
  const bool is_double = (instruction & 0xf00) == 0xb00;
  if ((instruction & 0x0f000e10) == 0x0e000a00) return decode_arithmetic(instruction, is_double);
  Operation operation;
  operation.pipe = Operation::Pipe::load;
  if ((instruction & 0x0fe00ed0) == 0x0c400a10) {  // two registers from or to the processor
    const unsigned at = register_number(instruction, is_double, 0, 5);
    if ((instruction & 0x100000) == 0) {
      operation.written = bits_of(at);
      if (!is_double && at + 1 < first_double) operation.written |= bits_of(at + 1);
    }
    return operation;
  }
  if ((instruction & 0x0e100e00) == 0x0c100a00) return decode_load(instruction, is_double);
  if ((instruction & 0x0f100e10) == 0x0e000a10) {  // one register from the processor
    if ((instruction >> 21 & 7) <= 1)
      operation.written = bits_of(register_number(instruction, is_double, 16, 7));
    return operation;
  }
  return std::nullopt;
}

bool overwrites(const Operation& operation, const std::vector<unsigned>& registers) {
  for (const unsigned number : registers)
    if (operation.written & bits_of(number)) return true;
  return false;
}

}  // namespace

std::vector<Vfp11Hazard> find_vfp11_hazards(std::string_view content,
                                            const std::vector<ArmSpan>& spans, bool is_big_endian,
                                            bool is_vector, Vfp11Search& search) {
  using State = Vfp11Search::State;
  const ArmBytes bytes{is_big_endian};
  std::vector<Vfp11Hazard> hazards;
  Vfp11Hazard last;
  for (const ArmSpan& span : spans) {
    if (span.kind != 'a') continue;
    for (std::uint64_t i = span.start; i + 4 <= span.end;) {
      const std::uint32_t instruction = bytes.read32(content.data() + i);
      const std::optional<Operation> operation = decode(instruction);
      std::uint64_t next = i + 4;
      if (search.state == State::idle) {
        if (operation && operation->pipe != Operation::Pipe::load) {
          search.state = is_vector ? State::apart : State::next;
          search.inputs = operation->read;
          last = {i, instruction};
        }
      } else if (operation && overwrites(*operation, search.inputs)) {
        hazards.push_back(last);
        search.state = State::idle;
      } else if (search.state == State::apart) {
        search.state = State::next;
      } else {
        search.state = State::idle;
        next = last.offset + 4;
      }
      i = next;
    }
  }
  return hazards;
}

}  // namespace kbx::link
