// The menu on a screen: a title, the lines of one page, a remark about the chosen one, and the
// keys.
//
// Everything is drawn anew after every key; a page of options is small. What is shown comes from
// lines.h, what is drawn from terminal.h.

#include "kbx/menu/menu.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/base/text.h"
#include "kbx/menu/lines.h"
#include "kbx/menu/terminal.h"

namespace kbx::menu {
namespace {

using kconfig::DriverOptions;
using kconfig::Menu;

constexpr int escape = 27;
constexpr int backspace = 127;
constexpr int interrupt = 3;
constexpr int last_byte = 255;
constexpr int first_row = 2;
constexpr int rows_around = 5;
constexpr const char* keys =
    "arrows move  enter opens or edits  space turns  y m n set  ? help  / search  s save  q back";

/// Takes the last character away, which may be of several bytes.
void drop_last(std::string& text) {
  while (!text.empty()) {
    const char byte = text.back();
    text.pop_back();
    if (begins_character(byte)) return;
  }
}

class Screen {
 public:
  Screen(DriverOptions& options, const std::function<void()>& save)
      : options_(options), save_(save), page_(options.root()), saved_(options.config_text()) {}

  bool run() {
    while (!done_) {
      lines_ = lines_of(options_, *page_);
      chosen_ = std::clamp(chosen_, 0, std::max(0, static_cast<int>(lines_.size()) - 1));
      draw();
      message_.clear();
      handle(terminal_.read_key());
    }
    return !is_changed();
  }

 private:
  static bool is(int key, Key wanted) { return key == static_cast<int>(wanted); }

  bool is_changed() { return options_.config_text() != saved_; }

  const Menu* chosen() const {
    return lines_.empty() ? nullptr : lines_[static_cast<size_t>(chosen_)].entry;
  }

  std::string title() const {
    return (page_ == options_.root() ? "Options of " + options_.from().folder
                                     : std::string(page_->prompt->text)) +
           " for " + options_.from().kernel.name;
  }

  void draw() {
    const int height = std::max(1, terminal_.size().rows - rows_around);
    top_ = std::clamp(top_, std::max(0, chosen_ - height + 1), chosen_);
    std::vector<Row> rows = {{(is_changed() ? "(changed)  " : "") + title(), Row::Look::title}, {}};
    for (int i = top_; i < top_ + height; ++i) {
      if (i >= static_cast<int>(lines_.size())) {
        rows.push_back({});
        continue;
      }
      const Line& line = lines_[static_cast<size_t>(i)];
      rows.push_back({(i == chosen_ ? "> " : "  ") +
                          std::string(static_cast<size_t>(line.depth) * 2, ' ') + line.text,
                      i == chosen_     ? Row::Look::chosen
                      : line.reachable ? Row::Look::plain
                                       : Row::Look::dim});
    }
    rows.push_back({});
    rows.push_back({!message_.empty() ? message_ : chosen() ? remark(options_, *chosen()) : ""});
    rows.push_back({keys, Row::Look::dim});
    terminal_.show(rows);
  }

  void handle(int key) {
    if (is(key, Key::closed) || key == interrupt) {
      done_ = true;
    } else if (is(key, Key::up) || key == 'k') {
      --chosen_;
    } else if (is(key, Key::down) || key == 'j') {
      ++chosen_;
    } else if (is(key, Key::page_up) || is(key, Key::page_down)) {
      const int step = std::max(1, terminal_.size().rows - rows_around);
      chosen_ += is(key, Key::page_up) ? -step : step;
    } else if (is(key, Key::home)) {
      chosen_ = 0;
    } else if (is(key, Key::end)) {
      chosen_ = static_cast<int>(lines_.size()) - 1;
    } else if (key == '/') {
      ask_for_search();
    } else if (key == 's') {
      save();
    } else if (key == 'q' || key == escape || is(key, Key::left)) {
      leave(key);
    } else if (chosen()) {
      handle_entry(key, *chosen());
    }
  }

  void handle_entry(int key, const Menu& entry) {
    if (key == '?' || key == 'h') return show_text(help_page(options_, entry));
    const bool opens = lines_[static_cast<size_t>(chosen_)].opens;
    if ((key == '\n' || key == '\r' || is(key, Key::right)) && opens) return open(entry);
    if ((key == '\n' || key == '\r' || key == ' ') && is_text(entry)) return edit(entry);
    if (key == ' ' || key == '\n' || key == '\r') {
      if (!turn(options_, entry)) message_ = remark(options_, entry);
    } else if ((key == 'y' || key == 'm' || key == 'n') && !is_text(entry)) {
      message_ = set(options_, entry, std::string(1, static_cast<char>(key)));
    }
  }

  void open(const Menu& page) {
    page_ = &page;
    chosen_ = top_ = 0;
  }

  void go_to(const Menu& entry) {
    page_ = &page_of(options_, entry);
    lines_ = lines_of(options_, *page_);
    const auto found = std::ranges::find(lines_, &entry, &Line::entry);
    chosen_ = found == lines_.end() ? 0 : static_cast<int>(found - lines_.begin());
  }

  /// A line of text at the bottom; nothing if the user goes back.
  std::optional<std::string> ask(const std::string& question, std::string text) {
    for (;;) {
      std::vector<Row> rows(static_cast<size_t>(std::max(1, terminal_.size().rows - 1)));
      rows[0] = {title(), Row::Look::title};
      rows[first_row] = {question + " " + text};
      terminal_.show(rows, first_row);
      const int key = terminal_.read_key();
      if (key == escape || key == interrupt || is(key, Key::closed)) return std::nullopt;
      if (key == '\n' || key == '\r') return text;
      if (key == backspace || key == '\b')
        drop_last(text);
      else if (key >= ' ' && key <= last_byte)
        text += static_cast<char>(key);
    }
  }

  void edit(const Menu& entry) {
    const std::string now(options_.solver().text_of(*entry.symbol));
    const auto text = ask(std::string(entry.prompt->text) + ":", now);
    if (text) message_ = set(options_, entry, *text);
  }

  void ask_for_search() {
    const auto word = ask("Search:", "");
    if (!word || word->empty()) return;
    const std::vector<const Menu*> found = search(options_, *word);
    if (found.empty()) {
      message_ = "no option has \"" + *word + "\" in its name or prompt";
      return;
    }
    size_t at = 0;
    for (;;) {
      std::vector<Row> rows = {
          {"Search: " + *word + "  (enter goes there, q back)", Row::Look::title}, {}};
      for (size_t i = 0; i < found.size(); ++i)
        rows.push_back({(i == at ? "> " : "  ") + std::string(found[i]->prompt->text) + "  " +
                            remark(options_, *found[i]),
                        i == at ? Row::Look::chosen : Row::Look::plain});
      terminal_.show(rows);
      const int key = terminal_.read_key();
      if (is(key, Key::up) && at > 0) --at;
      if (is(key, Key::down) && at + 1 < found.size()) ++at;
      if (key == '\n' || key == '\r') return go_to(*found[at]);
      if (key == 'q' || key == escape || key == interrupt || is(key, Key::closed)) return;
    }
  }

  void show_text(const std::string& text) {
    const std::vector<std::string_view> all = split_lines(text);
    int from = 0;
    for (;;) {
      const int height = std::max(1, terminal_.size().rows - 2);
      from = std::clamp(from, 0, std::max(0, static_cast<int>(all.size()) - height));
      std::vector<Row> rows;
      for (int i = from; i < from + height; ++i)
        rows.push_back(
            {i < static_cast<int>(all.size()) ? std::string(all[static_cast<size_t>(i)]) : ""});
      rows.push_back({});
      rows.push_back({"arrows move  q back", Row::Look::dim});
      terminal_.show(rows);
      const int key = terminal_.read_key();
      if (is(key, Key::up))
        --from;
      else if (is(key, Key::down))
        ++from;
      else if (is(key, Key::page_up))
        from -= height;
      else if (is(key, Key::page_down) || key == ' ')
        from += height;
      else if (key != 0)
        return;
    }
  }

  void save() {
    try {
      save_();
      saved_ = options_.config_text();
      message_ = "saved";
    } catch (const Error& error) {
      message_ = error.what();
    }
  }

  void leave(int key) {
    if (page_ != options_.root()) {
      const Menu& left = *page_;
      go_to(left);
      return;
    }
    if (is(key, Key::left)) return;
    if (is_changed()) {
      std::vector<Row> rows = {
          {title(), Row::Look::title}, {}, {"Save what was changed?  y yes  n no  q go on"}};
      terminal_.show(rows);
      const int answer = terminal_.read_key();
      if (answer == 'y') save();
      if (answer != 'n' && (answer != 'y' || is_changed())) return;
    }
    done_ = true;
  }

  DriverOptions& options_;
  const std::function<void()>& save_;
  Terminal terminal_;
  const Menu* page_;
  std::string saved_;
  std::vector<Line> lines_;
  std::string message_;
  int chosen_ = 0;
  int top_ = 0;
  bool done_ = false;
};

}  // namespace

bool run(DriverOptions& options, const std::function<void()>& save) {
  return Screen(options, save).run();
}

}  // namespace kbx::menu
