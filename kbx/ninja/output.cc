#include "kbx/ninja/output.h"

#include <algorithm>
#include <utility>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/ninja/advice.h"
#include "kbx/ninja/btf_step.h"
#include "kbx/ninja/launcher.h"

namespace kbx::ninja {
namespace {

constexpr size_t most_lines_read = 4000;  // of what one command prints, for advice

}  // namespace

Output::Output(const Layout& layout, const RunOptions& options)
    : layout_(layout),
      options_(options),
      status_line_(options.output),
      talk_({[this](std::string_view count, std::string_view text) { take_status(count, text); },
             [this](std::string_view outputs) {
               ++failures_;
               failed_outputs_ = outputs;
             },
             [this](std::string_view line) { print_command_output(line); }}) {}

void Output::take(std::string_view bytes) {
  talk_.take(bytes);
  if (progress_.empty())
    std::fflush(options_.output);
  else
    status_line_.show(progress_);
}

void Output::finish() {
  talk_.finish();
  end_failure();
  status_line_.clear();
  std::fflush(options_.output);
}

void Output::take_status(std::string_view count, std::string_view text) {
  end_failure();
  speaks_on_errors_ = text.starts_with(errors_mark);
  if (speaks_on_errors_) text.remove_prefix(1);
  if (options_.quiet) return;
  if (options_.verbose) return print_line(text);
  if (!options_.terminal) return print_texts(text);
  text = text.substr(0, text.find(line_mark));
  // Where nothing ended, something started, and that is worth showing.
  const bool is_start = count == count_;
  count_ = count;
  if (text != "-" && (is_start || started_.empty())) started_ = text;
  progress_ = "[" + count_ + "] " + started_;
}

void Output::print_command_output(std::string_view line) {
  if (const auto left_out = is_make() ? std::nullopt : read_btf_notice(line)) {
    if (options_.quiet) return;
    return print_line("  note: " + base_name(left_out->module) + " gets no BTF, since " +
                      std::string(left_out->reason) + "; it loads all the same");
  }
  print_words(with_known_paths(line));
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
  if (!options_.verbose && layout_.lines != Layout::Lines::of_make_with_commands)
    text += is_make() ? " (V=1 shows the command)" : " (kbx build -v shows the command)";
  speaks_on_errors_ = true;
  print_words(text);
  print_advice();
  if (!options_.make.empty())
    print_words(options_.make + ": *** [" + (known ? known->path : outputs) + "] Error 1");
}

void Output::print_advice() {
  const std::vector<std::string> lines = std::exchange(failed_lines_, {});
  if (!record()) return;
  for (const std::string& advice :
       as_many_as_are_read(advice_on_failure(lines, record()->source, layout_)))
    print_words("  hint: " + advice);
}

/// The lines of an action's text, as make indents them.
void Output::print_texts(std::string_view text) {
  if (text == "-") return;
  for (const std::string_view line : split(text, line_mark)) print_line("  " + std::string(line));
}

/// A line that a command said, or that is said of it.
void Output::print_words(std::string_view line) {
  if (!speaks_on_errors_ || !options_.errors) return print_line(line);
  status_line_.clear();
  std::fflush(options_.output);
  std::fwrite(line.data(), 1, line.size(), options_.errors);
  std::fputc('\n', options_.errors);
}

void Output::print_line(std::string_view line) {
  status_line_.clear();
  std::fwrite(line.data(), 1, line.size(), options_.output);
  std::fputc('\n', options_.output);
}

std::string Output::with_known_paths(std::string_view line) {
  if (!record() || record()->folder == record()->source) return std::string(line);
  return with_source_named(line, layout_, record()->folder, record()->source);
}

const std::optional<Record>& Output::record() {
  if (!record_is_read_) record_ = read_record(layout_);
  record_is_read_ = true;
  return record_;
}

}  // namespace kbx::ninja
