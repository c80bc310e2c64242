#pragma once
#include <string>
#include <string_view>

namespace kbx::ninja {

/// Whether kbx's linker can stand in for the command `linker`, a value of LD: GNU ld under one of
/// its names, without arguments. lld is what whoever asks for LLVM wants.
bool is_gnu_linker(std::string_view linker);

/// `text`, a command of the shell, with the kernel tree's genksyms, modpost and recordmcount
/// (scripts/genksyms/genksyms, scripts/mod/modpost, scripts/recordmcount) and the command `linker`
/// (none if it is empty) replaced by those of the program `kbx`, which take the same options, read
/// and write the same. Only where they are called, not where they are an argument. "CC -E … FILE.c
/// | GENKSYMS" becomes one call, in which kbx is the preprocessor too, and so does "sed 's/ko$/o/'
/// modules.order | MODPOST … -T -".
std::string with_own_programs(std::string_view text, const std::string& kbx,
                              const std::string& linker);

}  // namespace kbx::ninja
