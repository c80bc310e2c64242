// What a build hands over, kept between runs.
//
// The state folder of a driver's folder has two lists of it. "results" is written with each plan,
// so that a run without one knows them; "published" names what lies in the output folder, so that
// what is no longer made can be removed there. A line that is damaged names nothing.
#include "kbx/ninja/results.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/ninja/symbol_lists.h"

namespace kbx::ninja {
namespace {

/// Puts a result where people look for it: the same file under a second name, or a copy. True if
/// another file, or none, was there before.
bool publish_file(const std::string& from, const std::string& to) {
  const auto present = stamp_of(to);
  const auto wanted = stamp_of(from);
  if (!wanted || present == wanted) return false;
  const std::string aside = to + ".new";
  remove_file(aside);
  if (::link(from.c_str(), aside.c_str()) != 0) write_file_atomically(aside, read_file(from));
  if (::rename(aside.c_str(), to.c_str()) != 0)
    throw system_error("cannot write " + to, errno, "remove what is in its place");
  return true;
}

/// A text in which kbuild names files of the module's folder: the shadow's names become the
/// source's.
void publish_text(const std::string& from, const std::string& to, const std::string& folder,
                  const std::string& source) {
  if (const auto text = read_file_if_present(from))
    write_file_if_changed(to, replace_all(*text, folder + "/", source + "/"));
}

std::string results_file(const Layout& layout) {
  return layout.file("results");
}

/// How publish_results() writes the name of an image, or of its map, to its list; the others are
/// names of modules.
constexpr std::string_view image_mark = "image ";

/// The file of a line of that list; "" if the list is damaged, which must not name other files.
std::string published_file(std::string_view line) {
  const bool is_image = line.starts_with(image_mark);
  const std::string name(is_image ? line.substr(image_mark.size()) : line);
  const bool is_plain =
      !name.empty() && !name.starts_with('.') && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isgraph(static_cast<unsigned char>(c)) && c != '/';
      });
  if (!is_plain) return "";
  return is_image ? name : name + ".ko";
}

}  // namespace

void remember_results(const Layout& layout, const kbuild::Plan& plan) {
  std::string text;
  for (const kbuild::Module& module : plan.modules)
    text += module.name + "\t" + module.ko + "\t" + module.object + "\n";
  for (const kbuild::Image& image : plan.images)
    text += join({"image", image.name, image.path, image.map}, "\t") + "\n";
  for (const std::string& list : symbol_lists(plan))
    if (list != join_path(plan.objtree, "Module.symvers")) text += list + "\n";
  write_file_if_changed(results_file(layout), text);
}

void recall_results(const Layout& layout, Outcome& outcome) {
  const std::string text = read_file_if_present(results_file(layout)).value_or("");
  for (const std::string_view line : split_lines(text)) {
    const auto words = split(line, '\t');
    if (words.size() == 3)
      outcome.modules.push_back(
          {std::string(words[0]), std::string(words[1]), std::string(words[2]), {}});
    else if (words.size() == 4)
      outcome.images.push_back(
          {std::string(words[1]), std::string(words[2]), {}, std::string(words[3])});
    else if (words.size() == 1)
      outcome.symbol_lists.emplace_back(words[0]);
  }
}

void publish_results(const Layout& layout, Outcome& outcome) {
  const std::string& out = outcome.out;
  for (const kbuild::Module& module : outcome.modules)
    if (const std::string ko = join_path(out, module.name + ".ko"); publish_file(module.ko, ko))
      outcome.changed.push_back(ko);
  for (const kbuild::Image& image : outcome.images) {
    publish_file(image.path, join_path(out, image.name));
    if (!image.map.empty()) publish_file(image.map, join_path(out, base_name(image.map)));
  }
  std::set<std::string> files;
  const std::string list = layout.file("published");
  std::string text;
  const auto add = [&](const std::string& line) {
    files.insert(published_file(line));
    text += line + "\n";
  };
  for (const kbuild::Module& module : outcome.modules) add(module.name);
  for (const kbuild::Image& image : outcome.images) {
    add(std::string(image_mark) + image.name);
    if (!image.map.empty()) add(std::string(image_mark) + base_name(image.map));
  }
  const std::string before = read_file_if_present(list).value_or("");
  for (const std::string_view line : split_lines(before))
    if (const std::string file = published_file(line); !file.empty() && !files.contains(file))
      remove_file(join_path(out, file));
  write_file_if_changed(list, text);
}

void publish_symbols(const Outcome& outcome, const std::string& folder) {
  for (const char* name : {"Module.symvers", "modules.order"})
    publish_text(join_path(folder, name), join_path(outcome.out, name), folder, outcome.source);
}

}  // namespace kbx::ninja
