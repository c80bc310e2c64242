#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::matrix {

/// Variables of make, by name.
using Variables = std::map<std::string, std::string>;

/// What tells the cells of a matrix apart.
enum class Axis { driver, kernel, architecture, configuration, toolchain };
constexpr std::size_t axis_count = 5;
/// The axis' name in kbx.json where it is one of many: "driver".
std::string_view axis_name(Axis axis);

/// One value of an axis.
struct Choice {
  std::string name;  // in the cells' names; "" of a kernel that is called by its release
  /// Of a driver its folder, or the one that all of its folders lie in; of a kernel what --kernel
  /// takes, of a configuration the folder of its .config or "".
  std::string value;
  std::vector<std::string> folders;  // of a driver: what is built, in this order
  Variables variables;
};

/// Picks cells by the names that they have on some axes.
struct Pattern {
  std::map<Axis, std::string> globs;  // glob(7); an axis that is not there fits every cell
  std::string reason;
};

/// A cell besides the product of the axes.
struct Addition {
  std::map<Axis, Choice> choices;
};

/// Which cells there are, as a person says it.
struct Spec {
  std::map<Axis, std::vector<Choice>> axes;  // without an entry: no such axis
  Variables variables;                       // of every cell
  std::vector<Addition> include;
  std::vector<Pattern> exclude;
  std::vector<Pattern> expect_failure;
};

/// Reads kbx.json (docs/kbx.schema.json); relative folders are seen from its own. Throws Error with
/// the line where it is no JSON, and with the path in it ("/kernels/0/name") for everything else.
Spec read_spec(const std::string& path);
Spec parse_spec(std::string_view text, const std::string& path);

/// True if what names a kernel is a folder or a package, and not a release.
bool names_a_file(std::string_view kernel);

/// What stands in a kernel's value for the name of the architecture.
constexpr std::string_view architecture_mark = "{architecture}";

}  // namespace kbx::matrix
