#pragma once
#include <string_view>

#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// True if `text` can be a value of a symbol of this type.
bool is_valid_text(Type type, std::string_view text);

/// strtoll(3): the number at the start of `text`, the nearest possible one if it is too large.
long long number_at(std::string_view text, int base);

/// How two values compare when their symbols are of these types: as numbers where both are, else as
/// text. Negative, zero or positive.
int compare_values(Type first_type, std::string_view first, Type second_type,
                   std::string_view second);

}  // namespace kbx::kconfig
