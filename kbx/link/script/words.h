#pragma once
#include <cstddef>
#include <string_view>

#include "kbx/link/script/lexer.h"

namespace kbx::link::script {

/// True if the lexer gives `word` as a keyword in `mode`.
bool is_keyword(std::string_view word, Mode mode);

/// The length of the operator or bracket that `text` starts with in `mode`, 0 if it starts with
/// none.
size_t punctuation_length(std::string_view text, Mode mode);

}  // namespace kbx::link::script
