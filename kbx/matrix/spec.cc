// kbx.json, read strictly: a key that is not known is more likely misspelt than meant for somebody
// else, and a cell that is silently not built is the worst that can happen to a CI.
#include "kbx/matrix/spec.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

#include <nlohmann/json.hpp>

#include "kbx/base/common_folder.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/similar.h"
#include "kbx/base/text.h"
#include "kbx/kernel/store.h"

namespace kbx::matrix {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, axis_count> singular = {"driver", "kernel", "architecture",
                                                               "configuration", "toolchain"};
constexpr std::array<std::string_view, axis_count> plural = {"drivers", "kernels", "architectures",
                                                             "configurations", "toolchains"};
constexpr std::array<std::string_view, axis_count> value_key = {"folder", "kernel", "", "config",
                                                                ""};

constexpr std::size_t index_of(Axis axis) {
  return static_cast<std::size_t>(axis);
}

/// A value with the way to it: what an error names.
struct Node {
  const json& value;
  std::string way;
  const std::string& file;

  Node at(const std::string& key) const { return {value.at(key), way + "/" + key, file}; }
  Node at(std::size_t index) const {
    return {value.at(index), way + "/" + std::to_string(index), file};
  }

  [[noreturn]] void refuse(const std::string& what, const std::string& hint = {}) const {
    throw Error(Location{file, 0}, (way.empty() ? "/" : way) + ": " + what, hint);
  }
};

std::string kind_of(const json& value) {
  return value.is_number() ? "number" : value.type_name();
}

const std::string& text_of(const Node& node) {
  if (!node.value.is_string()) node.refuse("expected a string, found " + kind_of(node.value));
  const auto& text = node.value.get_ref<const std::string&>();
  if (text.empty()) node.refuse("expected a string that is not empty");
  if (std::ranges::any_of(text, [](unsigned char c) { return c < ' '; }))
    node.refuse("has a control character");
  return text;
}

void expect_array(const Node& node) {
  if (!node.value.is_array()) node.refuse("expected an array, found " + kind_of(node.value));
}

void expect_keys(const Node& node, std::vector<std::string_view> known) {
  if (!node.value.is_object()) node.refuse("expected an object, found " + kind_of(node.value));
  for (const auto& [key, value] : node.value.items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const std::string_view closest = closest_name(key, known);
    std::vector<std::string> names(known.begin(), known.end());
    node.refuse("\"" + key + "\" is not known here",
                closest.empty() ? "known are: " + join(names, ", ")
                                : "did you mean \"" + std::string(closest) + "\"?");
  }
}

/// Lists of symbols are seen from the file's folder; what begins with a variable, make expands.
std::string lists_of(const Node& node, std::string_view text) {
  const std::string folder = dir_name(absolute_path(node.file, current_folder()));
  std::vector<std::string> lists;
  for (const std::string_view word : split_words(text))
    lists.push_back(word.starts_with('$') ? std::string(word) : absolute_path(word, folder));
  return join(lists, " ");
}

Variables variables_of(const Node& node) {
  if (!node.value.is_object())
    node.refuse("expected an object of strings, found " + kind_of(node.value));
  Variables variables;
  for (const auto& [name, value] : node.value.items()) {
    const bool is_name = !name.empty() && name.find_first_of(" \t\n=:#$") == std::string::npos;
    if (!is_name) node.refuse("\"" + name + "\" is not the name of a variable");
    if (name == "M" || name == "KBUILD_EXTMOD")
      node.refuse(name + ": the folder of a driver is named without a variable",
                  "list it in \"drivers\"");
    if (!value.is_string())
      node.at(name).refuse("expected a string, found " + kind_of(value), "write it in quotes");
    if (value.get_ref<const std::string&>().find('\n') != std::string::npos)
      node.at(name).refuse("has a line break");
    variables[name] = name == "KBUILD_EXTRA_SYMBOLS" ? lists_of(node, value.get<std::string>())
                                                     : value.get<std::string>();
  }
  return variables;
}

/// What a cell's name is made of becomes a folder's name.
std::string name_of(const Node& node) {
  const std::string& name = text_of(node);
  if (name.find_first_of("/@ ") != std::string::npos || name.starts_with('.'))
    node.refuse("\"" + name + "\" cannot be a part of a cell's name",
                "leave \"/\", \"@\", spaces and a dot at its start out");
  return name;
}

std::string folder_of(const Node& node) {
  const std::string folder =
      absolute_path(text_of(node), dir_name(absolute_path(node.file, current_folder())));
  std::string real = real_path(folder);
  if (real.empty() || !is_folder(real)) node.refuse("there is no folder " + folder);
  return real;
}

/// Of a driver: one, or several that are built in their order.
std::vector<std::string> folders_of(const Node& node) {
  if (node.value.is_string()) return {folder_of(node)};
  expect_array(node);
  if (node.value.empty()) node.refuse("is empty", "name the driver's folder");
  std::vector<std::string> folders;
  for (std::size_t i = 0; i < node.value.size(); ++i) {
    folders.push_back(folder_of(node.at(i)));
    if (std::ranges::find(folders, folders.back()) != folders.end() - 1)
      node.at(i).refuse(folders.back() + " is there twice");
  }
  return folders;
}

/// Releases stay as they are; folders and packages, of which there may be several, are files.
std::string kernel_of(const Node& node) {
  const std::string folder = dir_name(absolute_path(node.file, current_folder()));
  std::vector<std::string> words;
  for (const std::string_view word : split(text_of(node), ','))
    words.push_back(names_a_file(word) ? absolute_path(word, folder) : std::string(word));
  return join(words, ",");
}

/// A string stands for the value alone.
void take_value(Axis axis, const Node& node, Choice& choice) {
  switch (axis) {
    case Axis::driver:
      choice.folders = folders_of(node);
      choice.value = common_folder(choice.folders);
      choice.name = base_name(choice.folders.front());
      break;
    case Axis::kernel:
      choice.value = kernel_of(node);
      break;
    case Axis::configuration:
      choice.value = folder_of(node);
      choice.name = base_name(choice.value);
      break;
    case Axis::architecture:
    case Axis::toolchain:
      choice.name = name_of(node);
      break;
  }
}

Choice choice_of(Axis axis, const Node& node) {
  Choice choice;
  const std::string key(value_key[index_of(axis)]);
  if (node.value.is_string()) {
    take_value(axis, node, choice);
    if (axis == Axis::architecture) choice.variables["ARCH"] = choice.name;
    return choice;
  }
  std::vector<std::string_view> keys = {"name", "variables"};
  if (!key.empty()) keys.push_back(key);
  expect_keys(node, keys);
  if (!key.empty() && node.value.contains(key))
    take_value(axis, node.at(key), choice);
  else if (axis == Axis::driver || axis == Axis::kernel)
    node.refuse("\"" + key + "\" is missing");
  if (node.value.contains("name")) choice.name = name_of(node.at("name"));
  if (choice.name.empty() && axis != Axis::kernel) node.refuse("\"name\" is missing");
  if (node.value.contains("variables")) choice.variables = variables_of(node.at("variables"));
  return choice;
}

std::vector<Choice> choices_of(Axis axis, const Node& node) {
  expect_array(node);
  if (node.value.empty())
    node.refuse("is empty", "list one " + std::string(axis_name(axis)) + ", or leave it out");
  std::vector<Choice> choices;
  std::set<std::string> names;
  for (std::size_t i = 0; i < node.value.size(); ++i) {
    choices.push_back(choice_of(axis, node.at(i)));
    const std::string& name = choices.back().name;
    if (!name.empty() && !names.insert(name).second)
      node.at(i).refuse("\"" + name + "\" is there twice", "give one of them another \"name\"");
  }
  return choices;
}

Addition addition_of(const Node& node) {
  std::vector<std::string_view> keys(singular.begin(), singular.end());
  keys.push_back("variables");
  expect_keys(node, keys);
  Addition addition;
  for (std::size_t i = 0; i < axis_count; ++i) {
    const std::string key(singular[i]);
    if (node.value.contains(key))
      addition.choices[static_cast<Axis>(i)] = choice_of(static_cast<Axis>(i), node.at(key));
  }
  for (const Axis axis : {Axis::driver, Axis::kernel})
    if (!addition.choices.contains(axis))
      node.refuse("\"" + std::string(axis_name(axis)) + "\" is missing");
  if (node.value.contains("variables"))
    for (auto& [name, value] : variables_of(node.at("variables")))
      addition.choices[Axis::kernel].variables[name] = value;
  return addition;
}

Pattern pattern_of(const Node& node) {
  std::vector<std::string_view> keys(singular.begin(), singular.end());
  keys.push_back("reason");
  expect_keys(node, keys);
  Pattern pattern;
  for (std::size_t i = 0; i < axis_count; ++i) {
    const std::string key(singular[i]);
    if (node.value.contains(key)) pattern.globs[static_cast<Axis>(i)] = text_of(node.at(key));
  }
  if (pattern.globs.empty()) node.refuse("names no axis, so it would fit every cell");
  if (node.value.contains("reason")) pattern.reason = text_of(node.at("reason"));
  return pattern;
}

template <typename Item>
std::vector<Item> list_of(const Node& node, Item (*item_of)(const Node&)) {
  expect_array(node);
  std::vector<Item> items;
  for (std::size_t i = 0; i < node.value.size(); ++i) items.push_back(item_of(node.at(i)));
  return items;
}

Spec spec_of(const Node& top) {
  std::vector<std::string_view> keys(plural.begin(), plural.end());
  keys.insert(keys.end(), {"$schema", "variables", "include", "exclude", "expect_failure"});
  expect_keys(top, keys);
  Spec spec;
  for (std::size_t i = 0; i < axis_count; ++i) {
    const std::string key(plural[i]);
    const auto axis = static_cast<Axis>(i);
    if (top.value.contains(key)) spec.axes[axis] = choices_of(axis, top.at(key));
  }
  if (top.value.contains("variables")) spec.variables = variables_of(top.at("variables"));
  if (top.value.contains("include")) spec.include = list_of(top.at("include"), addition_of);
  if (top.value.contains("exclude")) spec.exclude = list_of(top.at("exclude"), pattern_of);
  if (top.value.contains("expect_failure"))
    spec.expect_failure = list_of(top.at("expect_failure"), pattern_of);
  const bool has_product = spec.axes.contains(Axis::driver) && spec.axes.contains(Axis::kernel);
  if (!has_product && spec.include.empty()) top.refuse("\"drivers\" and \"kernels\" are missing");
  return spec;
}

int line_of(std::string_view text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  return 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
}

}  // namespace

bool names_a_file(std::string_view kernel) {
  return kernel.find('/') != std::string_view::npos || kernel::is_package_name(kernel);
}

std::string_view axis_name(Axis axis) {
  return singular[index_of(axis)];
}

Spec parse_spec(std::string_view text, const std::string& path) {
  try {
    const json value = json::parse(text);
    return spec_of({value, "", path});
  } catch (const json::parse_error& error) {
    const std::string_view what = error.what();
    const std::size_t colon = what.find(": ");
    std::string_view fault = colon == std::string_view::npos ? what : what.substr(colon + 2);
    fault = fault.substr(0, fault.find("; last read"));  // as it stands there, also no UTF-8
    throw Error(Location{path, line_of(text, error.byte > 0 ? error.byte - 1 : 0)},
                "this is no JSON: " + std::string(fault));
  }
}

Spec read_spec(const std::string& path) {
  return parse_spec(read_file(path), path);
}

}  // namespace kbx::matrix
