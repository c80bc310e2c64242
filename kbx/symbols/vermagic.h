#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kbx::symbols {

/// What composing a vermagic asks of a kernel tree.
struct VermagicSource {
  /// The text of a header by the name it is included with ("linux/vermagic.h"), or nothing.
  std::function<std::optional<std::string>(const std::string&)> header;
  /// Whether the configuration defines the macro (CONFIG_SMP, CONFIG_FOO_MODULE).
  std::function<bool(std::string_view)> is_defined;
};

/// VERMAGIC_STRING as include/linux/vermagic.h, with what it includes, makes it under a
/// configuration: the header's own conditions and macros are evaluated. A part that only the
/// compiler's command line knows is '?'. Nothing if the header is not there or does not define it.
std::optional<std::string> compose_vermagic(const VermagicSource& source);

/// True if a module with `module` may be loaded where `kernel` is wanted, as same_magic of
/// kernel/module/version.c compares: with versions the first word, the release, does not count. A
/// '?' of `kernel` stands for any characters but spaces.
bool same_vermagic(std::string_view module, std::string_view kernel, bool module_has_versions);

}  // namespace kbx::symbols
