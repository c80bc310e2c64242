// Reading configurations.
//
//   CONFIG_NAME=value            y, m, n, a number, or "text", where \ precedes " and itself
//   # CONFIG_NAME is not set     the same as n
//
// Other comments mean nothing. What is wrong is told and passed over; a later line wins.

#include "kbx/kconfig/read_config.h"

#include <algorithm>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kconfig/names.h"
#include "kbx/kconfig/number.h"

namespace kbx::kconfig {
namespace {

/// The text between quotes, without backslashes; nothing if the second quote is missing.
std::optional<std::string> unquoted(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') return result;
    if (text[at] == '\\' && ++at == text.size()) break;
    result += text[at];
  }
  return std::nullopt;
}

}  // namespace

ConfigReader::ConfigReader(Solver& solver, const Environment& environment, const Console& console,
                           const Notice& notice)
    : solver_(solver),
      environment_(environment),
      console_(console),
      notice_(notice),
      prefix_(option_prefix(environment)) {}

void ConfigReader::warn(const std::string& text) {
  std::fprintf(console_.err, "%s:%d:warning: %s\n", file_.c_str(), line_, text.c_str());
  ++warnings_;
}

bool ConfigReader::open(const std::string& name, std::string& content) const {
  auto found = read_file_if_present(name);
  if (!found && !is_absolute(name) && has_variable(environment_, "srctree"))
    found = read_file_if_present(variable(environment_, "srctree") + "/" + name);
  if (found) content = std::move(*found);
  return found.has_value();
}

bool ConfigReader::open_default(std::string& content) {
  file_ = configuration_name(environment_);
  if (open(file_, content)) return true;
  solver_.is_changed = true;
  const Model& model = solver_.model();
  if (model.dialect.special_symbols) {
    if (!model.defconfig_list) return false;
    file_ = solver_.default_that(*model.defconfig_list, [&](std::string_view name) {
      return open(std::string(name), content);
    });
    if (file_.empty()) return false;
    notice_("using defaults found in " + file_);
    return true;
  }
  const std::string list = variable(environment_, "KCONFIG_DEFCONFIG_LIST");
  for (const std::string_view name : split_words(list)) {
    file_ = name;
    if (!open(file_, content)) continue;
    notice_("using defaults found in " + file_);
    return true;
  }
  return false;
}

bool ConfigReader::read_values(const std::optional<std::string>& name) {
  std::string content;
  if (name) file_ = *name;
  if (!(name ? open(*name, content) : open_default(content))) return false;
  load(Origin::user, content);
  return true;
}

void ConfigReader::read_text(const std::string& name, std::string_view text) {
  file_ = name;
  load(Origin::user, text);
}

bool ConfigReader::read_automatic(const std::string& name,
                                  const std::function<void(std::string_view)>& unknown) {
  std::string content;
  file_ = name;
  if (!open(name, content)) return false;
  unknown_ = unknown;
  load(Origin::automatic, content);
  return true;
}

const Symbol* ConfigReader::find(std::string_view name) {
  if (symbols_.empty()) {
    const Model& model = solver_.model();
    symbols_.reserve(model.symbols.size());
    for (const Symbol& symbol : model.symbols)
      if (symbol.id < 3 || (symbol.is_named() && !symbol.is_constant))
        symbols_.emplace(symbol.name, &symbol);
  }
  const auto found = symbols_.find(name);
  return found == symbols_.end() ? nullptr : found->second;
}

void ConfigReader::reset(Origin origin) {
  const Dialect& dialect = solver_.model().dialect;
  for (const Symbol* symbol : solver_.model().ordered) {
    GivenValue& given = solver_.given(*symbol, origin);
    given = {};
    given.is_set = dialect.choice_is_symbol && symbol->is_choice;
  }
  if (dialect.choice_is_symbol || origin == Origin::user) solver_.invalidate();
}

void ConfigReader::load(Origin origin, std::string_view content) {
  line_ = 0;
  warnings_ = 0;
  reset(origin);
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    ++line_;
    // What begins with a NUL is not taken for an empty line where lines keep their ends.
    if (solver_.model().dialect.lenient_lines && line.starts_with('\0')) warn("unexpected data: ");
    line = line.substr(0, line.find('\0'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    take_line(origin, line);
  }
}

void ConfigReader::take_line(Origin origin, std::string_view line) {
  const bool lenient = solver_.model().dialect.lenient_lines;
  if (line.empty() || (lenient && line[0] == '\r')) return;
  if (line[0] == '#') {
    if (!line.substr(1).starts_with(' ') || !line.substr(2).starts_with(prefix_)) return;
    line.remove_prefix(2 + prefix_.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return;
    const std::string_view rest = line.substr(space + 1);
    if (lenient ? rest.starts_with("is not set") : rest == "is not set")
      take(origin, line.substr(0, space), "n");
    return;
  }
  const std::size_t equals =
      line.starts_with(prefix_) ? line.find('=', prefix_.size()) : std::string_view::npos;
  if (equals == std::string_view::npos) {
    if (!lenient || !line.starts_with(prefix_))
      warn("unexpected data: " + std::string(line.substr(0, line.find('\r'))));
    return;
  }
  take(origin, line.substr(prefix_.size(), equals - prefix_.size()), line.substr(equals + 1));
}

void ConfigReader::take(Origin origin, std::string_view name, std::string_view text) {
  const Symbol* symbol = find(name);
  if (!symbol) {
    if (origin == Origin::automatic) return unknown_(name);
    if (solver_.model().dialect.strictness_variables &&
        has_variable(environment_, "KCONFIG_WARN_UNKNOWN_SYMBOLS"))
      warn("unknown symbol: " + std::string(name));
    solver_.is_changed = true;
    return;
  }
  if (solver_.given(*symbol, origin).is_set)
    warn("override: reassigning to symbol " + std::string(symbol->name));
  if (assign(origin, *symbol, text)) note_choice(origin, *symbol);
}

/// False if the text is no value of the symbol, which has been told then.
bool ConfigReader::assign(Origin origin, const Symbol& symbol, std::string_view text) {
  if (symbol.type == Type::unknown) return true;
  if (!is_logical(symbol.type)) return assign_text(origin, symbol, text);
  GivenValue& given = solver_.given(symbol, origin);
  const char letter = text.empty() ? '\0' : text[0];
  if (letter == 'y')
    given.tristate = Tristate::yes;
  else if (letter == 'n')
    given.tristate = Tristate::no;
  else if (letter == 'm' && symbol.type == Type::tristate)
    given.tristate = Tristate::mod;
  else {
    if (origin == Origin::user)
      warn("symbol value '" + std::string(text) + "' invalid for " + std::string(symbol.name));
    return false;
  }
  given.is_set = true;
  return true;
}

bool ConfigReader::assign_text(Origin origin, const Symbol& symbol, std::string_view text) {
  GivenValue& given = solver_.given(symbol, origin);
  const bool quoted = origin == Origin::user || solver_.model().dialect.quoted_auto_conf;
  if (symbol.type == Type::string && quoted) {
    if (!text.starts_with('"')) return true;  // as if the line were not there
    const auto inner = unquoted(text.substr(1));
    if (!inner) {
      if (origin == Origin::user) warn("invalid string found");
      return false;
    }
    text = *inner;
    given.text = solver_.keep(text);
    given.is_set = true;
    return true;
  }
  if (!is_valid_text(symbol.type, text)) {
    if (origin == Origin::user)
      warn("symbol value '" + std::string(text) + "' invalid for " + std::string(symbol.name));
    return false;
  }
  given.text = solver_.keep(text);
  given.is_set = true;
  return true;
}

/// A member of a choice tells something of the choice, too.
void ConfigReader::note_choice(Origin origin, const Symbol& symbol) {
  if (!solver_.model().dialect.choice_is_symbol) {
    if (origin != Origin::user) return;
    if (const Symbol* choice = solver_.choice_of(symbol)) solver_.prefer(*choice, symbol, false);
    return;
  }
  if (!symbol.choice) return;
  GivenValue& choice = solver_.given(*symbol.choice, origin);
  const Tristate given = solver_.given(symbol, origin).tristate;
  if (given == Tristate::mod && choice.tristate == Tristate::yes) {
    warn(std::string(symbol.name) + " creates inconsistent choice state");
    choice.is_set = false;
  } else if (given == Tristate::yes) {
    if (choice.tristate != Tristate::no)
      warn("override: " + std::string(symbol.name) + " changes choice state");
    choice.chosen = &symbol;
  }
  choice.tristate = either(choice.tristate, given);
}

bool ConfigReader::agrees(const Symbol& symbol) const {
  const SymbolState& state = solver_.state(symbol);
  if (!state.user.is_set || !state.is_written) return !state.user.is_set && !state.is_written;
  if (is_logical(symbol.type)) return state.user.tristate == state.tristate;
  return state.user.text == state.text;
}

bool ConfigReader::read(const std::optional<std::string>& name) {
  const Model& model = solver_.model();
  solver_.is_changed = false;
  const bool found = read_values(name);
  solver_.value(*model.modules);
  if (!found) return false;
  bool differs = false;
  for (const Symbol* symbol : model.ordered) {
    solver_.value(*symbol);
    if (!symbol->is_choice && !agrees(*symbol)) differs = true;
  }
  if (model.dialect.choice_is_symbol) {
    for (const Symbol* symbol : model.ordered) {
      SymbolState& state = solver_.state(*symbol);
      if (!state.user.is_set || symbol->choice) continue;
      // Of what cannot be seen the value is forgotten, so that it is new when it comes in sight.
      if (state.visible == Tristate::no && !differs) state.user.is_set = false;
      const bool has_text = symbol->type == Type::string || symbol->type == Type::integer ||
                            symbol->type == Type::hex;
      if (!has_text || solver_.is_in_range(*symbol, state.user.text)) continue;
      state.is_valid = state.user.is_set = false;
      differs = true;
    }
  }
  if (warnings_ > 0 || differs) solver_.is_changed = true;
  return true;
}

}  // namespace kbx::kconfig
