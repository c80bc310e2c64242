// What a folder of images declares, held against what can be made of it.
//
// The rules themselves are make's language (rules/images.mk), and make passes over what it does not
// understand: a variable with a misspelt name is merely never read. So the declarations are looked
// at before anything is planned. All names that begin with an image's are taken to be meant for it.
#include "kbx/kbuild/images.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/similar.h"
#include "kbx/base/text.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/output/flat.h"
#include "kbx/makelang/resolve.h"

namespace kbx::kbuild {
namespace {

using makelang::Evaluation;

constexpr std::string_view prefix = "image-";

/// What may stand behind the name of an image and a dash. A feature that is off or not set leaves
/// `n` or nothing there.
constexpr std::array<std::string_view, 11> suffixes = {
    "y", "m", "n", "", "objs", "lds", "format", "blobs", "symbols", "libs", "map"};

/// One word of `words` that `word` may be meant to be, as a question; "" if none is close.
template <typename Words>
std::string meant(std::string_view word, const Words& words) {
  constexpr size_t most = 3;
  for (size_t changes = 1; changes <= most && changes * 2 < word.size(); ++changes)
    for (const std::string_view known : words)
      if (!known.empty() && edit_distance(word, known, changes))
        return "did you mean " + std::string(known) + "?";
  return "";
}

bool assigns_images(std::string_view line) {
  line = trim(line);
  if (!line.starts_with(prefix)) return false;
  const size_t end = line.find_first_of("=#");
  if (end == std::string_view::npos || line[end] == '#') return false;
  std::string_view name = line.substr(0, end);
  while (!name.empty() && std::string_view(":+? \t").find(name.back()) != std::string_view::npos)
    name.remove_suffix(1);
  return name.find_first_of(" \t:") == std::string_view::npos;
}

/// The declarations of one folder.
class Images {
 public:
  Images(const Evaluation& evaluation, const DriverFolders& folders, bool own_linker)
      : evaluation_(evaluation),
        folders_(folders),
        own_linker_(own_linker),
        resolver_(evaluation, [this](const std::string& path) { return is_there(path); }) {}

  void check();

 private:
  std::vector<std::string> words(const std::string& text) const;
  std::vector<std::string> words_of(const std::string& variable) const {
    return words("$(" + variable + ")");
  }
  Location place_of(const std::string& variable) const;
  std::string in_folder(const std::string& name) const {
    return absolute_path(name, folders_.folder);
  }
  bool is_there(const std::string& path) const;
  bool can_be_had(const std::string& path);

  void refuse_modules() const;
  void check_name(const std::string& image) const;
  bool belongs_to(const std::string& variable, const std::string& image) const;
  void check_variables(const std::string& image) const;
  void check_parts(const std::string& image);
  void check_script(const std::string& image);
  void check_format(const std::string& image) const;
  void check_map(const std::string& image) const;
  void refuse_source(const std::string& variable, const std::string& name) const;

  const Evaluation& evaluation_;
  const DriverFolders& folders_;
  bool own_linker_;
  makelang::Resolver resolver_;  // another one than the planner's: asking leaves traces
};

std::vector<std::string> Images::words(const std::string& text) const {
  std::vector<std::string> result;
  const std::string value = evaluation_.expand(text);
  for (const std::string_view word : split_words(value)) result.emplace_back(word);
  return result;
}

/// Where a variable was assigned last; without one, where the images are declared.
Location Images::place_of(const std::string& variable) const {
  for (const std::string& name : {variable, std::string("image-y")})
    if (const makelang::Variable* found = evaluation_.find(name)) {
      Location where = evaluation_.files().location(found->where);
      const std::string path = absolute_path(where.file, evaluation_.setup().folder);
      if (!where.file.empty() && folders_.contain(path)) return {path, where.line};
    }
  return {folders_.source, 0};
}

/// What an earlier build made does not count: it goes if the plan does not make it again.
bool Images::is_there(const std::string& path) const {
  const auto& hidden = evaluation_.hooks().hidden;
  return exists(path) && !(hidden && hidden(path));
}

bool Images::can_be_had(const std::string& path) {
  return is_there(path) || !resolver_.resolve(path, nullptr).empty();
}

/// Modules are made by a kernel tree's rules, in which images mean nothing.
void Images::refuse_modules() const {
  for (const char* name : {"obj-m", "obj-y", "obj-", "lib-y"})
    if (!words_of(name).empty())
      throw Error(place_of(name),
                  std::string(name) +
                      " is set in a folder that declares images, and would not be looked at",
                  "give the images a folder of their own; one kbx build can take both: kbx build "
                  "IMAGES MODULES");
  if (!words_of("image-m").empty())
    throw Error(place_of("image-m"), "an image is there (image-y) or not; found image-m",
                "m is for the parts of an image: IMAGE-m");
}

void Images::refuse_source(const std::string& variable, const std::string& name) const {
  if (exists(join_path(folders_.source, name)))
    throw Error(place_of(variable), name + " is a file of this folder, and would be written over",
                "give what the link makes another name");
}

/// True for the name of a file that a folder of images may make beside its objects.
bool is_result_name(const std::string& name) {
  constexpr std::array<std::string_view, 6> intermediate = {".o", ".c", ".S", ".lds", ".a", ".d"};
  return name.find('/') == std::string::npos && !name.starts_with('.') &&
         std::ranges::find(intermediate, extension(name)) == intermediate.end() &&
         name != "compile_commands.json";
}

void Images::check_name(const std::string& image) const {
  refuse_source("image-y", image);
  if (is_result_name(image)) return;
  const bool is_plain = image.find('/') == std::string::npos && !image.starts_with('.');
  throw Error(place_of("image-y"), "an image cannot have the name " + image,
              is_plain ? "name what the link makes, as kernel.elf or boot.bin; its objects are "
                         "IMAGE-y"
                       : "its objects may lie in folders below, the image lies in this one");
}

/// "a.elf-x-y" is of the image a.elf-x if there is one, else of a.elf.
bool Images::belongs_to(const std::string& variable, const std::string& image) const {
  if (!variable.starts_with(image + "-")) return false;
  const auto images = words_of("image-names");
  return std::ranges::none_of(images, [&](const std::string& other) {
    return other.size() > image.size() && variable.starts_with(other + "-");
  });
}

void Images::check_variables(const std::string& image) const {
  for (const auto& [name, variable] : evaluation_.global_variables()) {
    if (!belongs_to(name, image)) continue;
    const std::string suffix = name.substr(image.size() + 1);
    if (std::ranges::find(suffixes, suffix) != suffixes.end()) continue;
    const std::string hint = meant(suffix, suffixes);
    throw Error(place_of(name),
                name + " says nothing of " + image + ": expected y, m, n, lds, format, blobs, " +
                    "symbols, libs, map or objs behind the dash, found \"" + suffix + "\"",
                hint.empty() ? "a feature is y, m or n" : hint);
  }
}

void Images::check_parts(const std::string& image) {
  const auto parts = words("$(call image-objects," + image + ")");
  for (const std::string& part : parts)
    if (extension(part) != ".o" && extension(part) != ".a")
      throw Error(place_of(image + "-y"), part + " is listed among the objects of " + image,
                  "objects are named NAME.o, archives NAME.a; files that are embedded as they are "
                  "go to " +
                      image + "-blobs");
  const auto blobs = words_of(image + "-blobs");
  for (const std::string& blob : blobs)
    if (!can_be_had(in_folder(blob)))
      throw Error(place_of(image + "-blobs"), "there is no " + blob + ", and no rule makes it",
                  "add the file, or correct its name");
  for (const std::string& symbols : words_of(image + "-symbols"))
    if (symbols == image || !can_be_had(in_folder(symbols)))
      throw Error(place_of(image + "-symbols"),
                  image + " is to be linked against " + symbols + ", which is " +
                      (symbols == image ? "itself" : "no file here, and no image"),
                  "name an image of this folder, or an ELF file");
  if (parts.empty() && blobs.empty())
    throw Error(place_of(image + "-y"), image + " has no objects: " + image + "-y is empty",
                "list them: " + image + "-y := main.o");
}

void Images::check_script(const std::string& image) {
  const std::string variable = image + "-lds";
  const auto scripts = words_of(variable);
  if (scripts.empty()) return;
  if (scripts.size() > 1)
    throw Error(place_of(variable),
                image + " has more than one linker script: " + join(scripts, " "),
                "name one, and the others in it by INCLUDE");
  const std::string script = words("$(call image-script," + image + ")").front();
  const bool is_plain = scripts.front() == script;
  if (!is_plain && extension(script) != ".lds")
    throw Error(
        place_of(variable),
        "a linker script that is preprocessed is named NAME.lds.S, found " + scripts.front(),
        "rename it");
  if (!can_be_had(in_folder(is_plain ? script : script + ".S")))
    throw Error(
        place_of(variable),
        "there is no linker script " + scripts.front() + (is_plain ? ", nor " + script + ".S" : ""),
        "add the file, or correct its name");
  if (is_there(in_folder(script)) && is_there(in_folder(script + ".S")))
    throw Error(place_of(variable),
                "the linker script " + script + " is here, and so is " + script +
                    ".S, of which it would be made",
                "remove or rename one of them");
}

void Images::check_format(const std::string& image) const {
  const std::string variable = image + "-format";
  const auto formats = words_of(variable);
  if (formats.empty() || !own_linker_) return;
  const std::string& format = formats.front();
  if (formats.size() == 1 && (link::flat_format(format) || link::command::find_target(format)))
    return;
  std::vector<std::string_view> known = {"binary", "srec", "ihex"};
  for (const link::command::Emulation& emulation : link::command::emulations())
    known.push_back(emulation.target);
  const std::string hint = meant(format, known);
  throw Error(place_of(variable),
              "the output format of " + image + " is not known: " + join(formats, " "),
              hint.empty() ? "binary, srec, ihex, or the name of an ELF target such as elf64-x86-64"
                           : hint);
}

void Images::check_map(const std::string& image) const {
  const std::string variable = image + "-map";
  const auto maps = words_of(variable);
  if (maps.empty()) return;
  if (maps.size() > 1 || !is_result_name(maps.front()))
    throw Error(place_of(variable), "the link map of " + image + " cannot be " + join(maps, " "),
                "name one file, as kernel.map; it lies beside the image");
  refuse_source(variable, maps.front());
  for (const std::string& other : words_of("image-names"))
    if (other == maps.front() || (other != image && words_of(other + "-map") == maps))
      throw Error(place_of(variable),
                  maps.front() + " is to be the link map of " + image + ", and is " +
                      (other == maps.front() ? "an image" : "that of " + other),
                  "give each a name of its own");
}

void Images::check() {
  refuse_modules();
  std::map<std::string, int> seen;
  for (const std::string& image : words_of("image-names")) {
    if (++seen[image] > 1)
      throw Error(place_of("image-y"), "two images have the name " + image,
                  "an m part NAME.o of IMAGE.elf becomes the image NAME.elf; rename one of them");
    check_name(image);
    check_variables(image);
    check_parts(image);
    check_script(image);
    check_format(image);
    check_map(image);
  }
}

}  // namespace

bool declares_images(const std::string& folder) {
  for (const char* name : {"Kbuild", "Makefile"})
    if (const auto text = read_file_if_present(join_path(folder, name))) {
      const auto lines = split_lines(*text);
      return std::any_of(lines.begin(), lines.end(), assigns_images);
    }
  return false;
}

void check_images(const Evaluation& evaluation, const DriverFolders& folders, bool own_linker) {
  Images(evaluation, folders, own_linker).check();
}

}  // namespace kbx::kbuild
