#pragma once
#include <string_view>

namespace kbx::cpp {

/// A text on which preprocessors may differ: a trial for a compiler that was not met before.
std::string_view preprocess_check_source();

/// True if two preprocessed texts have the same tokens; line markers and white space do not count.
bool same_preprocessed_text(std::string_view first, std::string_view second);

}  // namespace kbx::cpp
