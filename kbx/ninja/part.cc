#include "kbx/ninja/part.h"

#include <algorithm>
#include <cctype>

#include "kbx/base/cache.h"
#include "kbx/base/common_folder.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kbuild/shadow.h"
#include "kbx/ninja/metadata_step.h"

namespace kbx::ninja {
namespace {

/// The folders of a job that share one shadow.
struct Shadow {
  std::string root;
  std::string anchor;
};

/// kbuild splits paths at white space and refuses colons; a shadow of such a folder lies elsewhere.
bool kbuild_can_name(const std::string& path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("/._-+@,~").find(c) != std::string_view::npos;
  });
}

/// The driver's folder inside the shadow.
std::string image_of(const Shadow& shadow, const std::string& source) {
  const std::string below = source.substr(std::min(source.size(), shadow.anchor.size()));
  return normal_path(shadow.root + "/" + below);
}

Shadow shadow_of(const Job& job) {
  Shadow shadow;
  std::vector<std::string> anchors;
  for (const std::string& folder : job.folders) anchors.push_back(kbuild::shadow_anchor(folder));
  shadow.anchor = common_folder(anchors);
  shadow.root = join_path(job.out, ".kbx/tree");
  if (!kbuild_can_name(shadow.root))
    shadow.root = join_path(cache_folder(job.environment), "shadows/" + content_hash(shadow.root));
  // A folder on the way down that kbuild cannot name: the shadow begins below it.
  if (job.folders.size() == 1 && !kbuild_can_name(image_of(shadow, job.folders.front())))
    shadow.anchor = job.folders.front();
  return shadow;
}

std::string request_hash(const Job& job, const Part& part) {
  std::string text = "1\n";
  for (const std::string& word :
       {part.tree.objtree, part.source, part.folder, job.rules_folder, job.kbx})
    text += word + "\n";
  if (const auto stamp = stamp_of(job.kbx))
    text += std::to_string(stamp->modified_ns) + " " + std::to_string(stamp->size) + "\n";
  if (!part.config.file.empty()) text += "options " + part.config.file + "\n";
  for (const std::string& variable : part.variables) text += variable + "\n";
  if (!part.layout.template_cache.empty()) text += "direct metadata\n";
  if (!job.cell.empty()) text += "cell " + job.cell + " of " + job.ninja_folder + "\n";
  if (job.toolchain_linker) text += "toolchain's linker\n";
  if (!job.launcher.empty()) text += "launcher " + job.launcher + "\n";
  text += (job.tree_programs ? "tree's programs\n" : "") + job.flags + "\n" + join(job.goals, " ");
  return content_hash(text);
}

/// The variables for one folder of a job. Symbol lists of folders that are built before it lie in
/// the shadow; those of itself and of later ones are not there yet.
std::vector<std::string> variables_of(const Job& job, size_t index, const Shadow& shadow) {
  constexpr std::string_view name = "KBUILD_EXTRA_SYMBOLS=";
  std::vector<std::string> variables;
  for (const std::string& variable : job.variables) {
    if (!variable.starts_with(name)) {
      variables.push_back(variable);
      continue;
    }
    std::vector<std::string> files;
    for (const std::string_view word :
         split_words(std::string_view(variable).substr(name.size()))) {
      const std::string file(word);
      const auto owner = std::ranges::find_if(
          job.folders, [&](const std::string& folder) { return is_below(file, folder); });
      if (owner == job.folders.end())
        files.push_back(file);
      else if (owner < job.folders.begin() + static_cast<std::ptrdiff_t>(index))
        files.push_back(image_of(shadow, file));
    }
    if (!files.empty()) variables.push_back(std::string(name) + join(files, " "));
  }
  return variables;
}

kernel::Tree tree_of_images(const Job& job) {
  kernel::Tree tree;
  tree.objtree = tree.srctree = tree.headers = join_path(job.out, ".kbx/rules");
  return tree;
}

void choose_cross_toolchain(Part& part) {
  const auto prefix = kernel::cross_prefix(part.tree, part.environment);
  if (!prefix) return;
  part.variables.push_back("CROSS_COMPILE=" + *prefix);
  part.stand_in = kernel::stand_in_compiler(part.tree, *prefix, part.environment);
  if (part.stand_in) part.variables.push_back("CC=" + part.stand_in->command);
}

std::vector<Part> parts_of(const Job& job, const Shadow* shadow) {
  std::vector<Part> parts;
  for (size_t i = 0; i < job.folders.size(); ++i) {
    Part part;
    part.source = job.folders[i];
    part.variables = shadow ? variables_of(job, i, *shadow) : job.variables;
    part.environment = job.environment;
    part.images = shadow && is_image_folder(part.source);
    part.tree = part.images ? tree_of_images(job) : job.tree;
    if (!part.images && !kernel::names_toolchain(part.variables, part.environment))
      choose_cross_toolchain(part);
    part.layout.kbx = job.kbx;
    if (!part.images) part.layout.tree = part.tree;
    part.layout.rules_folder = job.rules_folder;
    part.layout.tree_programs = job.tree_programs;
    part.layout.ninja = job.ninja_folder;
    part.layout.cell = job.cell;
    part.layout.launcher = job.launcher;
    if (shadow) {
      part.folder = image_of(*shadow, part.source);
      part.layout.shadow = shadow->root;
      part.anchor = shadow->anchor;
      part.environment["PWD"] = part.folder;
      part.layout.state = join_path(job.out, ".kbx/" + std::to_string(i));
      part.layout.light_cmd_files = true;
      if (kconfig::has_kconfig(part.source)) {
        part.config = config_place(job.out, job.config, part.source, job.folders.size() > 1);
        part.layout.options = part.config.made;
      }
      if (job.direct_metadata) part.layout.template_cache = metadata_cache(job.environment);
      part.layout.compile_commands = join_path(job.out, "compile_commands.json");
    } else {
      part.folder = part.source;
      part.layout.removes_stale_outputs = false;
      part.layout.lines =
          job.verbose ? Layout::Lines::of_make_with_commands : Layout::Lines::of_make;
      part.layout.state = join_path(cache_folder(job.environment),
                                    "make/" + content_hash(part.tree.objtree + "\n" + part.source));
    }
    part.hash = request_hash(job, part);
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

std::vector<Part> parts_of(const Job& job) {
  if (job.out.empty()) return parts_of(job, nullptr);
  const Shadow shadow = shadow_of(job);
  return parts_of(job, &shadow);
}

std::string with_real_names(std::string_view text, const Part& part) {
  if (part.layout.shadow.empty()) return std::string(text);
  const std::string inside =
      replace_all(text, part.folder + "/", part.source == "/" ? "/" : part.source + "/");
  return replace_all(inside, part.layout.shadow + "/",
                     part.anchor == "/" ? "/" : part.anchor + "/");
}

}  // namespace kbx::ninja
