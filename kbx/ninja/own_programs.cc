#include "kbx/ninja/own_programs.h"

#include <algorithm>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/link/link.h"
#include "kbx/ninja/pipeline.h"

/// The tree's programs were built for the machine that made the header package, and need its
/// libraries; kbx's own run wherever kbx does, and faster. kbuild names a program by its path from
/// the build folder, so the path also tells whose dialect is wanted. The linker has the name that
/// the tree's LD gives it.
namespace kbx::ninja {
namespace {

struct OwnProgram {
  std::string_view path;     // in the kernel tree
  std::string_view command;  // of kbx, up to the tree
  bool has_dialects;         // takes the tree
};

constexpr OwnProgram own_programs[] = {
    {"scripts/genksyms/genksyms", "genksyms --kernel", true},
    {"scripts/mod/modpost", "modpost --tree", true},
    {"scripts/recordmcount", "recordmcount", false},
};

bool ends_word(char c) {
  return is_space(c) || std::string_view("|&;()<>").find(c) != std::string_view::npos;
}

/// Whether a word that comes after `before` is the name of a program.
bool is_command_position(std::string_view before) {
  before = trim(before);
  if (before.empty() || std::string_view("|&;({").find(before.back()) != std::string_view::npos)
    return true;
  const size_t start = before.find_last_of(" \t\n;|&(") + 1;
  const std::string_view word = before.substr(start);
  return word == "then" || word == "else" || word == "do" || word == "!";
}

/// Where the word begins that has the character at `at` in it.
size_t word_start(std::string_view text, size_t at) {
  while (at > 0 && !ends_word(text[at - 1])) --at;
  return at;
}

/// Whether a command makes C of one file into preprocessed C and does nothing else.
bool preprocesses_file(std::string_view command) {
  const auto words = shell_split(command);
  if (!words || words->size() < 3 || words->front().find('=') != std::string::npos ||
      !words->back().ends_with(".c"))
    return false;
  return std::ranges::find(*words, "-E") != words->end();
}

/// With a call of kbx's genksyms at `start`: makes "CC -E … FILE.c | GENKSYMS OPTIONS" one call,
/// which preprocesses by itself. Gives the place of the call then.
size_t join_preprocessing(std::string& text, size_t start) {
  const Pipeline pipeline = pipeline_into(text, start);
  if (pipeline.left.empty() || !preprocesses_file(pipeline.left)) return start;
  const std::string call = std::string(trim(text.substr(start, pipeline.end - start))) +
                           " --preprocess " + std::string(pipeline.left) + " ";
  const size_t begin = pipeline.begin;
  text.replace(begin, pipeline.end - begin, call);
  return begin;
}

/// Whether text[start, end) is a word that is called.
bool is_called(std::string_view text, size_t start, size_t end) {
  return (end == text.size() || ends_word(text[end])) && is_command_position(text.substr(0, start));
}

/// With a call of kbx's modpost at `start`: makes "sed 's/ko$/o/' LIST | MODPOST … -T -" one call,
/// which reads the list of modules by itself. Gives the place of the call then.
size_t join_module_list(std::string& text, size_t start) {
  const Pipeline pipeline = pipeline_into(text, start);
  const auto words = shell_split(pipeline.left);
  if (!words || words->size() != 3 || (*words)[0] != "sed" || (*words)[1] != "s/ko$/o/" ||
      (*words)[2].starts_with('-'))
    return start;
  std::string call = " " + std::string(trim(text.substr(start, pipeline.end - start))) + " ";
  constexpr std::string_view from_pipe = " -T - ";
  const size_t list = call.find(from_pipe);
  if (list == std::string::npos) return start;
  call.replace(list, from_pipe.size(), " --modules -T " + shell_quote((*words)[2]) + " ");
  const size_t begin = pipeline.begin;
  text.replace(begin, pipeline.end - begin, trim(call));
  return begin;
}

void replace_tree_programs(std::string& text, const std::string& kbx) {
  for (const auto& [path, command, has_dialects] : own_programs) {
    for (size_t at = text.find(path); at != std::string::npos; at = text.find(path, at + 1)) {
      const size_t start = word_start(text, at);
      const size_t end = at + path.size();
      const std::string tree = text.substr(start, at - start);
      if ((!tree.empty() && !tree.ends_with('/')) || !is_called(text, start, end)) continue;
      std::string call = shell_quote(kbx) + " " + std::string(command);
      if (has_dialects) call += " " + (tree.empty() ? "." : tree);
      text.replace(start, end - start, call);
      size_t begin = start;
      if (path == own_programs[0].path) begin = join_preprocessing(text, start);
      if (path == own_programs[1].path) begin = join_module_list(text, start);
      at = begin + call.size() - 1;
    }
  }
}

/// The value of -m in the options of a link; "" if there is none.
std::string_view emulation_in(std::string_view options) {
  options = options.substr(0, options.find_first_of("|&;()<>\n"));
  for (bool is_next = false; const std::string_view word : split_words(options)) {
    if (is_next) return word;
    is_next = word == "-m";
    // -melf64lriscv, but not -mllvm and its like.
    if (word.starts_with("-melf") || word.starts_with("-maarch64")) return word.substr(2);
  }
  return "";
}

void replace_linker(std::string& text, const std::string& kbx, const std::string& linker) {
  const std::string call = shell_quote(kbx) + " ld";
  for (size_t at = text.find(linker); at != std::string::npos; at = text.find(linker, at + 1)) {
    const size_t end = at + linker.size();
    if (word_start(text, at) != at || !is_called(text, at, end)) continue;
    const std::string_view emulation = emulation_in(std::string_view(text).substr(end));
    if (!emulation.empty() && !link::is_proved_for(emulation)) continue;
    text.replace(at, linker.size(), call);
    at += call.size() - 1;
  }
}

}  // namespace

bool is_gnu_linker(std::string_view linker) {
  const std::string name = base_name(linker);
  if (std::ranges::any_of(linker, ends_word)) return false;
  return name == "ld" || name.ends_with("-ld") || name == "ld.bfd" || name.ends_with("-ld.bfd");
}

std::string with_own_programs(std::string_view text, const std::string& kbx,
                              const std::string& linker) {
  std::string result(text);
  replace_tree_programs(result, kbx);
  if (!linker.empty()) replace_linker(result, kbx, linker);
  return result;
}

}  // namespace kbx::ninja
