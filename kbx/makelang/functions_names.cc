// GNU make manual, "Functions for File Names" and "The file Function".
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <sys/stat.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/makelang/functions.h"
#include "kbx/makelang/names.h"

namespace kbx::makelang::functions {
namespace {

/// Appends what `change` makes of each word; words for which it appends nothing leave no space.
template <typename Change>
void map_words(std::string& out, std::string_view words, Change change) {
  const size_t begin = out.size();
  for (std::string_view word = next_word(words); !word.empty(); word = next_word(words)) {
    const size_t before = out.size();
    if (before > begin) out += ' ';
    const size_t start = out.size();
    change(word);
    if (out.size() == start) out.resize(before);
  }
}

size_t last_dot(std::string_view word) {
  const size_t slash = word.rfind('/');
  const size_t dot = word.rfind('.');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash))
    return std::string_view::npos;
  return dot;
}

using FilePointer = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

FilePointer open_file(Expander& expander, const std::string& name, const char* mode) {
  FilePointer file(std::fopen(join_path(expander.state().setup.folder, name).c_str(), mode),
                   &std::fclose);
  return file;
}

void write_text(Expander& expander, const std::string& name, const char* mode,
                const Arguments& arguments) {
  const FilePointer file = open_file(expander, name, mode);
  if (!file)
    throw expander.state().error(expander.reading(), "open: " + name + ": " + std::strerror(errno));
  if (arguments.size() < 2) return;
  std::string text(arguments[1]);
  if (text.empty() || text.back() != '\n') text += '\n';
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0)
    throw expander.state().error(expander.reading(),
                                 "write: " + name + ": " + std::strerror(errno));
}

void read_text(Expander& expander, const std::string& name, std::string& out) {
  EvaluationState& state = expander.state();
  state.observations.files_read.push_back(absolute_path(name, state.setup.folder));
  const FilePointer file = open_file(expander, name, "r");
  if (!file) {
    if (errno == ENOENT) return;
    throw state.error(expander.reading(), "open: " + name + ": " + std::strerror(errno));
  }
  char part[8192];
  while (const size_t count = std::fread(part, 1, sizeof part, file.get())) out.append(part, count);
  if (std::ferror(file.get()))
    throw state.error(expander.reading(), "read: " + name + ": " + std::strerror(errno));
  if (!out.empty() && out.back() == '\n') out.pop_back();
}

}  // namespace

void dir(Expander&, std::string& out, const Arguments& arguments) {
  map_words(out, arguments[0], [&](std::string_view word) {
    const size_t slash = word.rfind('/');
    if (slash == std::string_view::npos)
      out += "./";
    else
      out += word.substr(0, slash + 1);
  });
}

void notdir(Expander&, std::string& out, const Arguments& arguments) {
  bool first = true;
  std::string_view rest = arguments[0];
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    if (!first) out += ' ';
    first = false;
    const size_t slash = word.rfind('/');
    out += slash == std::string_view::npos ? word : word.substr(slash + 1);
  }
}

void suffix(Expander&, std::string& out, const Arguments& arguments) {
  map_words(out, arguments[0], [&](std::string_view word) {
    const size_t dot = last_dot(word);
    if (dot != std::string_view::npos) out += word.substr(dot);
  });
}

void basename(Expander&, std::string& out, const Arguments& arguments) {
  bool first = true;
  std::string_view rest = arguments[0];
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    if (!first) out += ' ';
    first = false;
    out += word.substr(0, last_dot(word));
  }
}

void addsuffix(Expander&, std::string& out, const Arguments& arguments) {
  map_words(out, arguments[1], [&](std::string_view word) { (out += word) += arguments[0]; });
}

void addprefix(Expander&, std::string& out, const Arguments& arguments) {
  map_words(out, arguments[1], [&](std::string_view word) { (out += arguments[0]) += word; });
}

void join(Expander&, std::string& out, const Arguments& arguments) {
  std::string_view left = arguments[0];
  std::string_view right = arguments[1];
  for (bool first = true;; first = false) {
    const std::string_view a = next_word(left);
    const std::string_view b = next_word(right);
    if (a.empty() && b.empty()) return;
    if (!first) out += ' ';
    (out += a) += b;
  }
}

void wildcard(Expander& expander, std::string& out, const Arguments& arguments) {
  NameOptions options;
  options.strips_dot = false;
  options.must_exist = true;
  std::string_view text = arguments[0];
  bool first = true;
  for (const std::string& name : split_names(expander, text, '\0', options)) {
    if (!first) out += ' ';
    first = false;
    out += name;
  }
}

void realpath(Expander& expander, std::string& out, const Arguments& arguments) {
  map_words(out, arguments[0], [&](std::string_view word) {
    out += real_path(join_path(expander.state().setup.folder, word));
  });
}

void abspath(Expander& expander, std::string& out, const Arguments& arguments) {
  map_words(out, arguments[0], [&](std::string_view word) {
    out += absolute_path(word, expander.state().setup.folder);
  });
}

void file(Expander& expander, std::string& out, const Arguments& arguments) {
  std::string_view text = kbx::trim(arguments[0]);
  const char operation = text.empty() ? '\0' : text[0];
  const char* mode = "r";
  size_t skipped = 1;
  if (operation == '>') {
    const bool appends = text.size() > 1 && text[1] == '>';
    mode = appends ? "a" : "w";
    skipped = appends ? 2 : 1;
  } else if (operation != '<') {
    throw expander.error("file: invalid file operation: " + std::string(arguments[0]));
  }
  const std::string name(kbx::trim(text.substr(skipped)));
  if (name.empty()) throw expander.error("file: missing filename");
  if (operation == '>') {
    write_text(expander, name, mode, arguments);
    return;
  }
  if (arguments.size() > 1) throw expander.error("file: too many arguments");
  std::string content;
  read_text(expander, name, content);
  out += content;
}

}  // namespace kbx::makelang::functions
