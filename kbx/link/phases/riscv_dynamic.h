#pragma once
#include "kbx/link/dynamic/dynamic_link.h"
#include "kbx/link/relocate/linkage.h"

namespace kbx::link {

/// What dynamic outputs for RISC-V have as GNU ld 2.40 makes them, and those for other machines
/// have not.

/// True of the symbol that a dynamic linker sets gp to before it runs the functions of a program
/// that choose others: .dynsym has it.
bool is_in_dynsym_for_gp(const Symbol& symbol, const FinalKind& kind);

/// Puts what code finds through .got into .dynsym, even if it is the program's own. When
/// relocations have been looked at.
void show_table_symbols(const SymbolTable& symbols, DynamicLink& dynamic);

/// What .dynamic has to tell beside what it tells anyway.
void describe_riscv(const Linkage& linkage, LinkageTables& tables);

}  // namespace kbx::link
