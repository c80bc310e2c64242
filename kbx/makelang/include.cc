// GNU make manual, "Including Other Makefiles".
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/makelang/names.h"
#include "kbx/makelang/reader.h"

namespace kbx::makelang {
namespace {

/// The content of a file, or the errno of opening it.
struct Content {
  std::string text;
  int error = 0;
  bool unreadable = false;  // it was opened, but reading failed
};

Content read_all(int descriptor) {
  Content content;
  struct stat status;
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
    content.text.reserve(static_cast<size_t>(status.st_size) + 1);
  char part[65536];
  while (true) {
    const ssize_t got = ::read(descriptor, part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) content = {{}, errno, true};
    if (got <= 0) return content;
    content.text.append(part, static_cast<size_t>(got));
  }
}

Content open_and_read(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {{}, errno, false};
  Content content = read_all(descriptor);
  ::close(descriptor);
  return content;
}

/// Lines may end in CR LF; a byte order mark may come first.
void normalize(std::string& text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.find('\r') == std::string::npos) return;
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 >= text.size() || text[i + 1] != '\n') plain += text[i];
  text = std::move(plain);
}

/// A makefile that was opened, under the name that MAKEFILE_LIST and messages give it.
struct Opened {
  std::string name;
  std::string path;
  Content content;
};

Opened open_makefile(EvaluationState& state, const std::string& name) {
  Opened opened;
  opened.name = name;
  opened.path = absolute_path(name, state.setup.folder);
  if (state.hooks.hidden && state.hooks.hidden(opened.path)) {
    opened.content.error = ENOENT;
    return opened;
  }
  std::string real = join_path(state.setup.folder, name);
  if (state.hooks.redirect) {
    std::string redirected = state.hooks.redirect(opened.path);
    if (redirected != opened.path) {
      opened.name = opened.path = real = std::move(redirected);
    }
  }
  opened.content = open_and_read(real);
  return opened;
}

/// Null if the text has more in it than plain definitions; only otherwise it is taken.
std::shared_ptr<const PlainDefinitions> plain_definitions(const EvaluationState& state,
                                                          std::string& text) {
  if (state.recipe_prefix != '\t') return nullptr;
  const auto& index = state.hooks.plain_definitions;
  return index ? index(std::move(text)) : PlainDefinitions::of(std::move(text));
}

void read_content(Expander& expander, std::string& text, SourceRef first, bool sets_goal) {
  EvaluationState& state = expander.state();
  if (auto definitions = plain_definitions(state, text))
    return define_plainly(state, std::move(definitions), first.file);
  ReaderOptions options;
  options.sets_goal = sets_goal;
  Reader(expander, text, first, options).read();
}

}  // namespace

bool read_file_named(Expander& expander, const std::string& name, bool included, bool optional,
                     bool sets_goal) {
  EvaluationState& state = expander.state();
  if (stack_is_low())
    throw state.error(expander.reading(), "includes are nested too deeply at " + name,
                      "a makefile includes itself, directly or through another");
  Opened opened;
  bool searched = false;
  if (name == "-" && !included) {
    opened.name = "-";
    opened.content = read_all(STDIN_FILENO);
  } else {
    opened = open_makefile(state, name);
  }
  if (opened.content.error != 0 && included && !is_absolute(name)) {
    for (const std::string& folder : state.include_folders) {
      Opened candidate = open_makefile(state, folder + "/" + name);
      if (candidate.content.error != 0) continue;
      opened = std::move(candidate);
      searched = true;
      break;
    }
  }
  if (opened.content.unreadable)
    throw Error(opened.name + ": " + std::strerror(opened.content.error));
  const bool found = opened.content.error == 0;
  state.observations.makefiles.push_back({found && included ? opened.name : name, opened.path,
                                          found, optional, opened.content.error,
                                          included ? expander.reading() : SourceRef{}});
  if (!found) return false;

  const SourceRef first{state.files.add(opened.name, searched ? name : opened.name), 1};
  normalize(opened.content.text);
  const Variable* list = state.globals.find("MAKEFILE_LIST");
  std::string value = list ? list->value : std::string();
  if (!value.empty()) value += ' ';
  value += opened.name;
  define_global(state, {"MAKEFILE_LIST", std::move(value), list ? list->flavor : Flavor::simple,
                        Origin::file, first});
  read_content(expander, opened.content.text, first, sets_goal);
  if (!included || !state.hooks.followed_by) return true;
  const std::string next = state.hooks.followed_by(opened.path);
  if (!next.empty()) read_file_named(expander, next, true, optional, sets_goal);
  return true;
}

void Reader::handle_include(std::string_view rest, bool optional) {
  if (stack_is_low()) expander_.refuse_depth("includes are nested too deeply");
  const std::string expanded = expander_.expand(rest);
  if (expanded.empty()) return;
  std::string_view text = expanded;
  NameOptions options;
  options.archives = false;
  for (const std::string& name : split_names(expander_, text, '\0', options))
    read_file_named(expander_, name, true, optional, options_.sets_goal);
}

}  // namespace kbx::makelang
