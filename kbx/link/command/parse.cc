// GNU ld's command line (ld(1) of binutils 2.40, and lexsup.c for what the manual leaves open).
// Words are read from left to right; what ld warns of depends on where --fatal-warnings and
// --no-warnings stand, and files take the positional options that are in force where they stand.

#include "kbx/link/command/parse.h"

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/command/help.h"
#include "kbx/link/command/match.h"
#include "kbx/link/command/option.h"
#include "kbx/link/command/response_file.h"
#include "kbx/link/sysroot.h"

namespace kbx::link::command {
namespace {

using Showing = Reading::Showing;

void read_words(Reading& reading, const std::vector<std::string>& words) {
  const Matcher matcher;
  for (std::size_t at = 0; at < words.size();) {
    const std::string& word = words[at];
    if (word == "--") return;  // GNU ld does not look at what follows, either.
    if (!word.starts_with('-') || word == "-") {
      reading.add_input(Input::Kind::file, word);
      ++at;
      continue;
    }
    for (const Found& found : matcher.match(words, at)) {
      if (found.is_grouped)
        reading.say("Warning: grouped short command line options are deprecated: " + word);
      found.option->read(reading, found.value);
      const Showing last = reading.shown.empty() ? Showing::nothing : reading.shown.back();
      if (last >= Showing::copyright) return;
    }
  }
}

/// -G without a number is what some systems' compilers say for -shared.
std::vector<std::string> without_bare_g(std::vector<std::string> words) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    const bool has_size = at + 1 < words.size() && !words[at + 1].empty() &&
                          words[at + 1][0] >= '0' && words[at + 1][0] <= '9';
    if (words[at] == "-G" && !has_size) words[at] = "--shared";
  }
  return words;
}

void resolve_folders(Reading& reading) {
  Options& options = reading.options;
  if (options.sysroot == "/") options.sysroot.clear();
  options.search_folders.insert(options.search_folders.end(), reading.default_folders.begin(),
                                reading.default_folders.end());
  for (std::string& folder : options.search_folders)
    folder = below_sysroot(folder, options.sysroot);
}

/// Where -Map FILE is written: FILE may be a folder or have a % for the name of the output.
void resolve_map(Reading& reading) {
  Options& options = reading.options;
  std::string& map = options.map_file;
  if (map.empty() || map == "-") return;
  if (const std::size_t sign = map.find('%'); sign != std::string::npos) {
    const std::string tail = map.substr(sign + 1);
    map = map.substr(0, sign) + options.output + (tail.empty() ? ".map" : tail);
  } else if (is_folder(map)) {
    map = join_path(map, base_name(options.output) + ".map");
  } else if (exists(map) && !is_regular_file(map)) {
    reading.say("linker map file is not a regular file");
    map.clear();
  }
}

void close_groups(Reading& reading) {
  for (; reading.open_groups > 0; --reading.open_groups) {
    reading.say("missing --end-group; added as last command line option");
    reading.add_input(Input::Kind::end_group, "");
  }
}

/// A list of what is not bound here takes the place of -Bsymbolic. Lists of exports are such lists
/// in a shared object that has one already or would bind, else they say what is so anyway.
void resolve_symbolic(Reading& reading) {
  Options& options = reading.options;
  if (options.kind != OutputKind::shared) return;
  const bool has_exports =
      !options.exported_symbols.empty() || !options.exported_symbol_lists.empty();
  if (has_exports && !reading.has_dynamic_list && reading.symbolic == Symbolic::none) {
    options.exported_symbols.clear();
    options.exported_symbol_lists.clear();
    return;
  }
  if (!reading.has_dynamic_list && !has_exports) options.symbolic = reading.symbolic;
}

/// What depends on several options at once.
void finish(Reading& reading) {
  Options& options = reading.options;
  resolve_folders(reading);
  resolve_map(reading);
  close_groups(reading);
  options.last_format = reading.current.format;
  resolve_symbolic(reading);
  if (options.soname.empty() && reading.has_soname)
    reading.say("SONAME must not be empty string; ignored");
  if (options.kind != OutputKind::shared) {
    if (!options.filter.empty()) throw Error("-F may not be used without -shared");
    if (!options.auxiliary_filters.empty()) throw Error("-f may not be used without -shared");
    if (options.inhibit_common) throw Error("--no-define-common may not be used without -shared");
  }
  if (options.kind == OutputKind::relocatable) {
    if (!options.check_sections) options.check_sections = false;
    if (options.strip == Strip::all) {  // Symbols that others may use have to stay.
      options.strip = Strip::debug;
      if (options.discard_locals == DiscardLocals::by_default)
        options.discard_locals = DiscardLocals::all;
    }
  }
}

std::string text_of(Showing what, const Reading& reading, const std::string& own_version) {
  switch (what) {
    case Showing::version:
      return version_text(own_version);
    case Showing::emulations:
      return version_text(own_version) + emulations_text();
    case Showing::copyright:
      return version_text(own_version) + copyright_text();
    case Showing::help:
      return help_text(reading.options.program);
    case Showing::target_help:
      return target_help_text();
    case Showing::sysroot:
      return reading.options.sysroot.empty() ? "" : reading.options.sysroot + "\n";
    case Showing::nothing:
      break;
  }
  return "";
}

/// A script may name inputs too, which only the link can tell.
bool has_input(const Options& options, bool scripts_count) {
  for (const Input& input : options.inputs)
    if (input.kind == Input::Kind::file || input.kind == Input::Kind::library ||
        input.kind == Input::Kind::just_symbols ||
        (scripts_count && input.kind == Input::Kind::script))
      return true;
  return false;
}

std::string output_format(const Options& options) {
  if (!options.output_format.empty()) return options.output_format;
  const Emulation* emulation =
      find_emulation(options.emulation.empty() ? "elf_x86_64" : options.emulation);
  return std::string(emulation->target);
}

}  // namespace

Request parse(const std::string& program, const std::string& own_version,
              const std::vector<std::string>& arguments) {
  Reading reading;
  reading.options.program = program;
  const std::vector<std::string> words = without_bare_g(expand_response_files(arguments));
  read_words(reading, words);

  Request request;
  for (const Showing what : reading.shown) request.shown += text_of(what, reading, own_version);
  request.is_done = !reading.shown.empty() && reading.shown.back() >= Showing::copyright;
  if (!request.is_done) {
    finish(reading);
    if (reading.options.print_output_format) request.shown += output_format(reading.options) + "\n";
    if (!has_input(reading.options, request.shown.empty())) {
      if (request.shown.empty())
        throw Error("no input files", "name the objects to link; --help lists the options");
      request.is_done = true;
    }
    if (words.size() == 1 && !reading.shown.empty()) request.is_done = true;
  }
  request.options = std::move(reading.options);
  request.messages = std::move(reading.messages);
  request.failed = reading.failed && !request.is_done;
  return request;
}

}  // namespace kbx::link::command
