#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kbx/base/error.h"

namespace kbx::link::command {

/// What a name after -m stands for.
struct Emulation {
  std::string_view name;
  std::uint16_t machine;  // e_machine
  bool is_64bit;
  bool is_big_endian;
  std::string_view target;  // the BFD target of its output, as -b and --oformat name it
};

/// The names that GNU ld knows for the machines that Linux runs on.
std::span<const Emulation> emulations();

/// The emulation of this name, or null.
const Emulation* find_emulation(std::string_view name);

/// The first emulation whose output is for this BFD target, or null.
const Emulation* find_target(std::string_view target);

/// The BFD target of objects of that machine and shape; "elf" if there is no emulation for them.
std::string_view target_of(std::uint16_t machine, bool is_64bit, bool is_big_endian);

/// What is said of a name that -m does not know.
Error unknown_emulation(const std::string& name);

}  // namespace kbx::link::command
