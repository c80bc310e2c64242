#include "kbx/cpp/output.h"

#include <algorithm>

#include "kbx/cpp/names.h"

namespace kbx::cpp::detail {
namespace {

constexpr std::size_t usual_size = std::size_t{1} << 22;
constexpr std::size_t most_text = std::size_t{1} << 29;
constexpr std::uint32_t most_empty_lines = 8;

}  // namespace

Output::Output(const std::string& main_file) : text_(usual_size, '\0'), file_(&main_file) {
  marker();
}

void Output::grow(std::size_t size) {
  if (size_ + size > most_text) throw Unsure{"an output that is too long"};
  text_.resize(std::max(text_.size() * 2, size_ + size));
}

void Output::end_line() {
  if (text_[size_ - 1] != '\n') put('\n');
}

void Output::marker() {
  put("# ");
  put(std::to_string(line_));
  put(" \"");
  for (const char c : *file_) {
    if (c == '\\' || c == '"') put('\\');
    put(c);
  }
  put("\"\n");
}

void Output::move_to(const std::string* file, std::uint32_t line) {
  if (file == file_ && line > line_ && line - line_ <= most_empty_lines) {
    for (; line_ < line; ++line_) put('\n');
    return;
  }
  file_ = file;
  line_ = line;
  end_line();
  marker();
}

void Output::token(const Token& token) {
  if (token.kind == Kind::pragma) {
    directive("pragma", {token.text, token.size});
    marker();
    return;
  }
  put(' ');
  if (token.kind == Kind::name)
    put(token.name->text, token.name->size);
  else
    put(token.text, token.size);
}

void Output::directive(std::string_view word, std::string_view text) {
  end_line();
  put('#');
  put(word);
  put(' ');
  put(text);
  put('\n');
}

}  // namespace kbx::cpp::detail
