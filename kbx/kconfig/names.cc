#include "kbx/kconfig/names.h"

namespace kbx::kconfig {

std::string variable(const Environment& environment, std::string_view name,
                     std::string_view fallback) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string(fallback) : found->second;
}

bool has_variable(const Environment& environment, std::string_view name) {
  return environment.contains(name);
}

std::string option_prefix(const Environment& environment) {
  return variable(environment, "CONFIG_", "CONFIG_");
}

std::string configuration_name(const Environment& environment) {
  return variable(environment, "KCONFIG_CONFIG", ".config");
}

std::string auto_conf_name(const Environment& environment) {
  return variable(environment, "KCONFIG_AUTOCONFIG", "include/config/auto.conf");
}

std::string option_mark(std::string_view name, bool nested) {
  std::string mark(name);
  if (!nested) return mark;
  for (char& c : mark) {
    if (c == '_') c = '/';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return mark + ".h";
}

}  // namespace kbx::kconfig
