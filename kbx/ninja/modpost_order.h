#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// What kbx's modpost is to do with the NAME.mod.c that it wrote (kbx modpost --metadata).
struct ModpostOrder {
  std::string from;         // the template of the metadata objects
  std::string members;      // file (metadata_graph.h)
  std::string environment;  // script, for a compiler
  std::vector<std::string> objects;
};

std::string write_modpost_order(const ModpostOrder& order);
/// Nothing for an empty text: nothing is to be done.
std::optional<ModpostOrder> read_modpost_order(std::string_view text);

/// The file of the state folder with the order.
constexpr std::string_view modpost_order_file = "metadata/order";

/// Is in the state folder if modpost and the metadata objects are to be edges of their own.
constexpr std::string_view apart_file = "apart";

/// Ninja does not see that an output of a command was written by another hand. So if a NAME.mod.c
/// is newer than its object, the two are edges of their own from then on, and the text is compiled.
/// True if that is new.
bool set_apart_if_edited(const Layout& layout);

}  // namespace kbx::ninja
