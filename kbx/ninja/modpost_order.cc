#include "kbx/ninja/modpost_order.h"

#include <algorithm>

#include "kbx/base/file.h"
#include "kbx/base/text.h"

namespace kbx::ninja {
namespace {

/// Whether the NAME.mod.c of NAME.mod.o was written after it.
bool is_edited(const std::string& object) {
  const auto made = stamp_of(object);
  const auto text = made ? stamp_of(object.substr(0, object.size() - 1) + "c") : std::nullopt;
  return text && text->modified_ns > made->modified_ns;
}

}  // namespace

std::string write_modpost_order(const ModpostOrder& order) {
  std::string text = order.from + "\n" + order.members + "\n" + order.environment + "\n";
  for (const std::string& object : order.objects) text += object + "\n";
  return text;
}

std::optional<ModpostOrder> read_modpost_order(std::string_view text) {
  const auto lines = split_lines(text);
  if (lines.size() < 3) return std::nullopt;
  ModpostOrder order{std::string(lines[0]), std::string(lines[1]), std::string(lines[2]), {}};
  order.objects.assign(lines.begin() + 3, lines.end());
  return order;
}

bool set_apart_if_edited(const Layout& layout) {
  const auto text = read_file_if_present(layout.file(modpost_order_file));
  const auto order = text ? read_modpost_order(*text) : std::nullopt;
  if (!order || !std::ranges::any_of(order->objects, is_edited)) return false;
  create_file(layout.file(apart_file));
  return true;
}

}  // namespace kbx::ninja
