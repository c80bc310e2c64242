#include "kbx/link/arch/field_ranges.h"

#include <algorithm>

#include <elf.h>

/// The fields of the machines that have many relocation types, of successive types with the same
/// field one line: first type, last type, bytes, bits. The numbers are those of the processor
/// supplements (ELF for the Arm 64-bit Architecture; RISC-V, LoongArch, s390x and 64-Bit PowerPC
/// ELF V2 psABI; 64-bit ELF Object File Specification for MIPS). Which bits change is what GNU ld
/// 2.40 clears, which for some types is more than the processor's field.
namespace kbx::link {
namespace {

struct FieldRange {
  std::uint16_t first;
  std::uint16_t last;
  std::uint8_t size;
  std::uint64_t mask;
};

constexpr FieldRange aarch64_fields[] = {
    {257, 257, 8, 0xffffffffffffffff},
    {258, 258, 4, 0xffffffff},
    {259, 259, 2, 0xffff},
    {260, 260, 8, 0xffffffffffffffff},
    {261, 261, 4, 0xffffffff},
    {262, 262, 2, 0xffff},
    {263, 272, 4, 0xffff},
    {273, 273, 4, 0x7ffff},
    {274, 276, 4, 0x1fffff},
    {277, 277, 4, 0x3ffc00},
    {278, 278, 4, 0xfff},
    {279, 279, 4, 0x3fff},
    {280, 280, 4, 0x7ffff},
    {282, 283, 4, 0x3ffffff},
    {284, 284, 4, 0xffe},
    {285, 285, 4, 0xffc},
    {286, 286, 4, 0xff8},
    {287, 293, 4, 0xffff},
    {299, 299, 4, 0xff0},
    {301, 302, 4, 0xffff},
    {309, 309, 4, 0xffffe0},
    {310, 310, 4, 0x7ff8},
    {311, 311, 4, 0x1fffff},
    {312, 312, 4, 0xff8},
    {313, 313, 4, 0x7ff8},
    {512, 513, 4, 0x1fffff},
    {514, 514, 4, 0xfff},
    {515, 516, 4, 0xffff},
    {517, 518, 4, 0x1fffff},
    {519, 519, 4, 0xfff},
    {523, 527, 4, 0xffff},
    {528, 530, 4, 0xfff},
    {531, 532, 4, 0x3ffc00},
    {533, 534, 4, 0x1ffc00},
    {535, 535, 4, 0x3ffc00},
    {536, 536, 4, 0xffc00},
    {537, 537, 4, 0x3ffc00},
    {538, 538, 4, 0x7fc00},
    {539, 540, 4, 0xffff},
    {541, 541, 4, 0x1fffff},
    {542, 542, 4, 0xff8},
    {543, 543, 4, 0x1ffffc},
    {544, 548, 4, 0xffff},
    {549, 551, 4, 0xfff},
    {552, 553, 4, 0x3ffc00},
    {554, 555, 4, 0x1ffc00},
    {556, 557, 4, 0xffc00},
    {558, 559, 4, 0x7fc00},
    {560, 560, 4, 0xffffe0},
    {561, 562, 4, 0x1fffff},
    {563, 563, 4, 0xff8},
    {564, 564, 4, 0xfff},
    {565, 566, 4, 0xffff},
    {1024, 1032, 4, 0xffffffff},
};

constexpr FieldRange mips64_fields[] = {
    {1, 1, 4, 0xffff},       {2, 3, 4, 0xffffffff},
    {4, 4, 4, 0x3ffffff},    {5, 11, 4, 0xffff},
    {12, 12, 4, 0xffffffff}, {16, 16, 4, 0x7c0},
    {17, 17, 4, 0x7c4},      {18, 18, 8, 0xffffffffffffffff},
    {19, 23, 4, 0xffff},     {24, 24, 8, 0xffffffffffffffff},
    {25, 27, 4, 0xffffffff}, {28, 31, 4, 0xffff},
    {32, 32, 4, 0xffffffff}, {33, 33, 4, 0xffff},
    {36, 36, 4, 0xffffffff}, {40, 41, 8, 0xffffffffffffffff},
    {42, 46, 4, 0xffff},     {48, 48, 8, 0xffffffffffffffff},
    {49, 50, 4, 0xffff},     {51, 51, 4, 0xffffffff},
    {60, 60, 4, 0x1fffff},   {61, 61, 4, 0x3ffffff},
    {62, 62, 4, 0x3ffff},    {63, 63, 4, 0x7ffff},
    {64, 65, 4, 0xffff},     {100, 100, 4, 0x3ffffff},
    {101, 113, 4, 0xffff},   {133, 133, 4, 0x3ffffff},
    {134, 138, 4, 0xffff},   {139, 139, 4, 0x7f},
    {140, 140, 4, 0x3ff},    {141, 142, 4, 0xffff},
    {145, 149, 4, 0xffff},   {150, 150, 8, 0xffffffffffffffff},
    {151, 154, 4, 0xffff},   {155, 155, 4, 0xffffffff},
    {157, 157, 4, 0xffff},   {162, 166, 4, 0xffff},
    {169, 170, 4, 0xffff},   {172, 172, 4, 0x7f},
    {173, 173, 4, 0x7fffff}, {248, 249, 4, 0xffffffff},
    {250, 250, 4, 0xffff},
};

constexpr FieldRange powerpc64_fields[] = {
    {1, 1, 4, 0xffffffff},
    {2, 2, 4, 0x3fffffc},
    {3, 6, 2, 0xffff},
    {7, 9, 2, 0xfffc},
    {10, 10, 4, 0x3fffffc},
    {11, 13, 2, 0xfffc},
    {14, 17, 2, 0xffff},
    {20, 20, 8, 0xffffffffffffffff},
    {22, 22, 8, 0xffffffffffffffff},
    {24, 24, 4, 0xffffffff},
    {25, 25, 2, 0xffff},
    {26, 28, 4, 0xffffffff},
    {29, 31, 2, 0xffff},
    {33, 36, 2, 0xffff},
    {37, 37, 4, 0xfffffffc},
    {38, 38, 8, 0xffffffffffffffff},
    {39, 42, 2, 0xffff},
    {43, 46, 8, 0xffffffffffffffff},
    {47, 50, 2, 0xffff},
    {51, 51, 8, 0xffffffffffffffff},
    {52, 55, 2, 0xffff},
    {56, 66, 2, 0xfffc},
    {68, 68, 8, 0xffffffffffffffff},
    {69, 72, 2, 0xffff},
    {73, 73, 8, 0xffffffffffffffff},
    {74, 77, 2, 0xffff},
    {78, 78, 8, 0xffffffffffffffff},
    {79, 86, 2, 0xffff},
    {87, 88, 2, 0xfffc},
    {89, 90, 2, 0xffff},
    {91, 92, 2, 0xfffc},
    {93, 94, 2, 0xffff},
    {95, 96, 2, 0xfffc},
    {97, 100, 2, 0xffff},
    {101, 102, 2, 0xfffc},
    {103, 106, 2, 0xffff},
    {110, 115, 2, 0xffff},
    {116, 116, 4, 0x3fffffc},
    {117, 117, 8, 0xffffffffffffffff},
    {124, 124, 4, 0x3fffffc},
    {128, 135, 8, 0x3ffff0000ffff},
    {136, 143, 2, 0xffff},
    {144, 145, 8, 0xfff0000ffff},
    {146, 151, 8, 0x3ffff0000ffff},
    {201, 201, 4, 0x1fffc1},
    {240, 245, 2, 0xffff},
    {246, 246, 4, 0x1fffc1},
    {248, 248, 8, 0xffffffffffffffff},
    {249, 252, 2, 0xffff},
};

constexpr FieldRange riscv_fields[] = {
    {1, 1, 4, 0xffffffff},
    {2, 2, 8, 0xffffffffffffffff},
    {3, 3, 4, 0xffffffff},
    {6, 6, 4, 0xffffffff},
    {7, 7, 8, 0xffffffffffffffff},
    {8, 8, 4, 0xffffffff},
    {9, 9, 8, 0xffffffffffffffff},
    {10, 10, 4, 0xffffffff},
    {11, 11, 8, 0xffffffffffffffff},
    {16, 16, 4, 0xfe000f80},
    {17, 17, 4, 0xfffff000},
    {18, 19, 8, 0xfff00000fffff000},
    {20, 23, 4, 0xfffff000},
    {24, 24, 4, 0xfff00000},
    {25, 25, 4, 0xfe000f80},
    {26, 26, 4, 0xfffff000},
    {27, 27, 4, 0xfff00000},
    {28, 28, 4, 0xfe000f80},
    {29, 29, 4, 0xfffff000},
    {30, 30, 4, 0xfff00000},
    {31, 31, 4, 0xfe000f80},
    {33, 33, 1, 0xff},
    {34, 34, 2, 0xffff},
    {35, 35, 4, 0xffffffff},
    {36, 36, 8, 0xffffffffffffffff},
    {37, 37, 1, 0xff},
    {38, 38, 2, 0xffff},
    {39, 39, 4, 0xffffffff},
    {40, 40, 8, 0xffffffffffffffff},
    {44, 44, 2, 0x1c7c},
    {45, 45, 2, 0x1ffc},
    {46, 46, 2, 0x107c},
    {47, 47, 4, 0xfff00000},
    {48, 48, 4, 0xfe000f80},
    {49, 49, 4, 0xfff00000},
    {50, 50, 4, 0xfe000f80},
    {52, 53, 1, 0x3f},
    {54, 54, 1, 0xff},
    {55, 55, 2, 0xffff},
    {56, 58, 4, 0xffffffff},
};

constexpr FieldRange s390_fields[] = {
    {1, 1, 1, 0xff},
    {2, 2, 2, 0xfff},
    {3, 3, 2, 0xffff},
    {4, 5, 4, 0xffffffff},
    {6, 6, 2, 0xfff},
    {7, 8, 4, 0xffffffff},
    {9, 12, 8, 0xffffffffffffffff},
    {13, 13, 4, 0xffffffff},
    {14, 14, 8, 0xffffffffffffffff},
    {15, 18, 2, 0xffff},
    {19, 21, 4, 0xffffffff},
    {22, 25, 8, 0xffffffffffffffff},
    {26, 26, 4, 0xffffffff},
    {27, 27, 2, 0xffff},
    {28, 28, 8, 0xffffffffffffffff},
    {29, 29, 2, 0xfff},
    {30, 30, 2, 0xffff},
    {31, 31, 4, 0xffffffff},
    {32, 32, 8, 0xffffffffffffffff},
    {33, 33, 4, 0xffffffff},
    {34, 34, 2, 0xffff},
    {35, 35, 4, 0xffffffff},
    {36, 36, 8, 0xffffffffffffffff},
    {41, 41, 8, 0xffffffffffffffff},
    {42, 42, 2, 0xfff},
    {44, 44, 8, 0xffffffffffffffff},
    {46, 46, 8, 0xffffffffffffffff},
    {48, 48, 8, 0xffffffffffffffff},
    {49, 49, 4, 0xffffffff},
    {51, 51, 4, 0xffffffff},
    {53, 56, 8, 0xffffffffffffffff},
    {57, 60, 4, 0xfffff00},
    {61, 61, 8, 0xffffffffffffffff},
    {62, 63, 2, 0xfff},
    {64, 65, 4, 0xffffff},
};

constexpr FieldRange loongarch_fields[] = {
    {1, 1, 4, 0xffffffff},           {2, 2, 8, 0xffffffffffffffff}, {3, 3, 4, 0xffffffff},
    {6, 6, 4, 0xffffffff},           {7, 7, 8, 0xffffffffffffffff}, {8, 8, 4, 0xffffffff},
    {9, 9, 8, 0xffffffffffffffff},   {10, 10, 4, 0xffffffff},       {11, 11, 8, 0xffffffffffffffff},
    {12, 12, 4, 0xffffffff},         {22, 22, 4, 0x3ffffff},        {38, 38, 4, 0x7c00},
    {39, 40, 4, 0x3ffc00},           {41, 42, 4, 0x3fffc00},        {43, 43, 4, 0x1ffffe0},
    {44, 44, 4, 0xfc0003e0},         {45, 45, 4, 0x3ffffff},        {46, 50, 4, 0xffffffff},
    {51, 51, 8, 0xffffffffffffffff}, {52, 55, 4, 0xffffffff},       {56, 56, 8, 0xffffffffffffffff},
    {64, 64, 4, 0x3fffc00},          {65, 65, 4, 0xfc0003e0},       {66, 66, 4, 0x3ffffff},
    {67, 67, 4, 0x1ffffe0},          {68, 68, 4, 0x3ffc00},         {69, 69, 4, 0x1ffffe0},
    {70, 70, 4, 0x3ffc00},           {71, 71, 4, 0x1ffffe0},        {72, 72, 4, 0x3ffc00},
    {73, 73, 4, 0x1ffffe0},          {74, 74, 4, 0x3ffc00},         {75, 75, 4, 0x1ffffe0},
    {76, 76, 4, 0x3ffc00},           {77, 77, 4, 0x1ffffe0},        {78, 78, 4, 0x3ffc00},
    {79, 79, 4, 0x1ffffe0},          {80, 80, 4, 0x3ffc00},         {81, 81, 4, 0x1ffffe0},
    {82, 82, 4, 0x3ffc00},           {83, 83, 4, 0x1ffffe0},        {84, 84, 4, 0x3ffc00},
    {85, 85, 4, 0x1ffffe0},          {86, 86, 4, 0x3ffc00},         {87, 87, 4, 0x1ffffe0},
    {88, 88, 4, 0x3ffc00},           {89, 89, 4, 0x1ffffe0},        {90, 90, 4, 0x3ffc00},
    {91, 91, 4, 0x1ffffe0},          {92, 92, 4, 0x3ffc00},         {93, 93, 4, 0x1ffffe0},
    {94, 94, 4, 0x3ffc00},           {95, 98, 4, 0x1ffffe0},        {99, 99, 4, 0xffffffff},
};

template <std::size_t Count>
Field in(const FieldRange (&ranges)[Count], std::uint32_t type) {
  const auto* const range =
      std::lower_bound(std::begin(ranges), std::end(ranges), type,
                       [](const FieldRange& one, std::uint32_t value) { return one.last < value; });
  if (range == std::end(ranges) || range->first > type) return {};
  return {range->size, range->mask};
}

/// MIPS with 64 bits does up to three things to one place; the last of them tells the field.
std::uint32_t last_of_three(std::uint32_t types) {
  for (const unsigned shift : {16U, 8U})
    if (const std::uint32_t type = types >> shift & 0xff) return type;
  return types & 0xff;
}

}  // namespace

Field ranged_field(std::uint16_t machine, std::uint32_t type) {
  constexpr std::uint16_t machine_loongarch = 258;
  switch (machine) {
    case EM_AARCH64:
      return in(aarch64_fields, type);
    case EM_RISCV:
      return in(riscv_fields, type);
    case EM_PPC64:
      return in(powerpc64_fields, type);
    case EM_S390:
      return in(s390_fields, type);
    case EM_MIPS:
      return in(mips64_fields, last_of_three(type));
    case machine_loongarch:
      return in(loongarch_fields, type);
    default:
      return {};
  }
}

}  // namespace kbx::link
