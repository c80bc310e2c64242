#include "kbx/ninja/output.h"

#include <algorithm>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/ninja/advice.h"
#include "kbx/ninja/api_advice.h"

/// How Ninja talks. For each command that ended it prints a status line, which is $NINJA_STATUS and
/// the description (or, with -v, the command); after a failure a line "FAILED: " with the outputs,
/// and one with the command; then whatever the command printed. At its end a line "ninja: …".
///
/// Into a pipe a status ends with a newline. On a terminal, which kbx gives Ninja where it has one
/// itself, the status comes when a command starts, too, and ends with "erase to end of line".
///
/// The status begins with a byte that no sane program prints, so it is certain; the lines of a
/// failure are believed only right behind one.
namespace kbx::ninja {
namespace {

constexpr char status_start = '\x01';
constexpr char status_end = '\x02';
constexpr std::string_view erase_to_end = "\x1b[K";
constexpr size_t most_lines_read = 4000;  // of what one command prints, for advice
constexpr size_t most_advice = 12;        // on one failure

size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 10) return 80;
  return size.ws_col;
}

/// Ninja's complaints in words that help.
std::string in_plain_words(std::string_view message) {
  const size_t needed = message.find("', needed by '");
  if (needed != std::string_view::npos && message.starts_with('\'')) {
    const std::string_view file = message.substr(1, needed - 1);
    std::string_view user = message.substr(needed + 14);
    user = user.substr(0, user.find('\''));
    return std::string(file) + " is missing, and no rule makes it; " + base_name(user) +
           " needs it";
  }
  return std::string(message);
}

}  // namespace

const char* const ninja_status = "\x01%f/%t\x02";

void Output::take(std::string_view bytes) {
  rest_ += bytes;
  size_t start = 0;
  while (const size_t taken = take_piece(std::string_view(rest_).substr(start))) start += taken;
  rest_.erase(0, start);
  show_progress();
}

size_t Output::take_piece(std::string_view text) {
  if (text.empty()) return 0;
  if (std::exchange(newline_is_due_, false) && text.front() == '\n') return 1;
  const size_t status = text.find(status_start);
  const size_t newline = text.find('\n');
  if (status > 0) {
    // A line, or one without end before the next status.
    const size_t end = std::min(status, newline);
    if (end == std::string_view::npos) return 0;
    std::string_view line = text.substr(0, end);
    if (end == status && line.ends_with('\r')) line.remove_suffix(1);
    if (end == newline || !line.empty()) take_line(line);
    return end == newline ? end + 1 : end;
  }
  const size_t erase = text.find(erase_to_end);
  if (erase < newline) {
    newline_is_due_ = true;
    take_status(text.substr(1, erase - 1));
    return erase + erase_to_end.size();
  }
  if (newline == std::string_view::npos) return 0;
  take_status(text.substr(1, newline - 1));
  return newline + 1;
}

void Output::finish() {
  if (!rest_.empty()) take_line(std::exchange(rest_, ""));
  if (!held_back_.empty()) take_ninja_message(held_back_);
  end_failure();
  clear_progress();
  std::fflush(options_.output);
}

void Output::take_line(std::string_view line) {
  if (!held_back_.empty()) print_command_output(std::exchange(held_back_, ""));
  const Expect expected = std::exchange(expect_, Expect::anything);
  if (expected == Expect::failure && line.starts_with("FAILED: ")) {
    ++failures_;
    line.remove_prefix(8);
    // Ninja 1.13 puts "[code=1] " before the names.
    if (line.starts_with("[code=")) line.remove_prefix(std::min(line.find(' '), line.size()));
    failed_outputs_ = trim(line);
    expect_ = Expect::command;
  } else if (expected == Expect::command) {
    // The command: with -v it was printed already, else nobody wants it.
  } else if (line.starts_with("ninja: ")) {
    held_back_ = line;
  } else {
    print_command_output(line);
  }
}

void Output::take_status(std::string_view status) {
  if (!held_back_.empty()) print_command_output(std::exchange(held_back_, ""));
  end_failure();
  expect_ = Expect::failure;
  const size_t end = status.find(status_end);
  if (end == std::string_view::npos || options_.quiet) return;
  const std::string_view text = status.substr(end + 1);
  if (options_.verbose) return print_line(text);
  if (!options_.terminal) {
    if (text != "-") print_line("  " + std::string(text));
    return;
  }
  // Where nothing ended, something started, and that is worth showing.
  const bool is_start = status.substr(0, end) == count_;
  count_ = status.substr(0, end);
  if (text != "-" && (is_start || started_.empty())) started_ = text;
  progress_ = "[" + count_ + "] " + started_;
}

void Output::take_ninja_message(std::string_view line) {
  constexpr std::string_view error = "ninja: error: ";
  constexpr std::string_view fatal = "ninja: fatal: ";
  if (line.starts_with(error))
    complaint_ = in_plain_words(line.substr(error.size()));
  else if (line.starts_with(fatal))
    complaint_ = line.substr(fatal.size());
}

void Output::print_command_output(std::string_view line) {
  constexpr std::string_view skipping = "Skipping BTF generation for ";
  if (!is_make() && line.starts_with(skipping) && line.ends_with("unavailability of vmlinux")) {
    if (options_.quiet) return;
    std::string_view module = line.substr(skipping.size());
    module = module.substr(0, module.find(' '));
    return print_line("  note: " + base_name(module) +
                      " gets no BTF, since these headers come without vmlinux; it loads all the "
                      "same");
  }
  print_line(with_known_paths(line));
  if (!failed_outputs_.empty() && failed_lines_.size() < most_lines_read)
    failed_lines_.emplace_back(line);
}

/// `kbx make` makes things beside the sources, and speaks as make does.
bool Output::is_make() {
  return record() && record()->folder == record()->source;
}

void Output::end_failure() {
  if (failed_outputs_.empty()) return;
  const std::string outputs = std::exchange(failed_outputs_, "");
  std::string text = "kbx: failed: ";
  const Record::Output* known = nullptr;
  if (record()) known = record()->find(outputs);
  if (record() && !known) known = record()->find(outputs.substr(0, outputs.find(' ')));
  std::string_view name = known ? known->path : outputs;
  if (record() && name.starts_with(record()->folder + "/"))
    name.remove_prefix(record()->folder.size() + 1);
  const bool is_modpost = base_name(name) == "Module.symvers";
  text += is_modpost ? "modpost, the check of symbols" : name;
  if (known && !known->module.empty() && known->module + ".o" != name && known->module != name)
    text += " of the module " + known->module;
  if (!options_.verbose)
    text += is_make() ? " (V=1 shows the command)" : " (kbx build -v shows the command)";
  print_line(text);
  print_advice();
}

void Output::print_advice() {
  const std::vector<std::string> lines = std::exchange(failed_lines_, {});
  if (!record()) return;
  for (const std::string& line : lines) {
    const std::string advice = advice_on(line, record()->source, layout_.tree_programs);
    if (!advice.empty()) return print_line("  hint: " + advice);
  }
  const std::vector<std::string> advice = api_advice(lines, layout_.headers, layout_.rules_folder);
  for (size_t i = 0; i < advice.size() && i < most_advice; ++i) print_line("  hint: " + advice[i]);
  if (advice.size() > most_advice)
    print_line("  hint: and " + std::to_string(advice.size() - most_advice) + " more of this kind");
}

void Output::show_progress() {
  if (progress_.empty()) {
    std::fflush(options_.output);
    return;
  }
  const size_t width = terminal_width() - 1;
  const std::string_view text = std::string_view(progress_).substr(0, width);
  std::fprintf(options_.output, "\r%.*s\x1b[K", static_cast<int>(text.size()), text.data());
  std::fflush(options_.output);
  progress_is_shown_ = true;
}

void Output::clear_progress() {
  if (progress_is_shown_) std::fputs("\r\x1b[K", options_.output);
  progress_is_shown_ = false;
}

void Output::print_line(std::string_view line) {
  clear_progress();
  std::fwrite(line.data(), 1, line.size(), options_.output);
  std::fputc('\n', options_.output);
}

std::string Output::with_known_paths(std::string_view line) {
  if (!record() || record()->folder == record()->source) return std::string(line);
  return replace_all(line, record()->folder + "/", record()->source + "/");
}

const std::optional<Record>& Output::record() {
  if (!record_is_read_) record_ = read_record(layout_);
  record_is_read_ = true;
  return record_;
}

}  // namespace kbx::ninja
