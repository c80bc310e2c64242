#pragma once
#include "kbx/link/input/file.h"

namespace kbx::link {

/// True if two sections have the same symbols, so that one can stand for the other: GNU ld's test
/// for members of COMDAT groups and .gnu.linkonce sections.
bool have_same_symbols(const InputSection& a, const InputSection& b);

}  // namespace kbx::link
