#pragma once
#include <string>
#include <string_view>

namespace kbx::ninja {

/// `text`, a command of the shell, with the kernel tree's genksyms and modpost (scripts/genksyms/
/// genksyms, scripts/mod/modpost) replaced by those of the program `kbx`, which takes the same
/// options, reads and writes the same. Only where they are called, not where they are an argument.
/// "CC -E … FILE.c | GENKSYMS" becomes one call, in which kbx is the preprocessor too, and so does
/// "sed 's/ko$/o/' modules.order | MODPOST … -T -".
std::string with_own_programs(std::string_view text, const std::string& kbx);

}  // namespace kbx::ninja
