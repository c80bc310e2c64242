#include "kbx/symbols/preprocess_output.h"

#include "kbx/symbols/preprocess_names.h"

namespace kbx::symbols::preprocess_detail {
namespace {

constexpr std::size_t usual_size = std::size_t{1} << 22;
constexpr std::size_t most_text = std::size_t{1} << 29;
constexpr std::uint32_t most_empty_lines = 8;

}  // namespace

Output::Output(const std::string& main_file) : file_(&main_file) {
  text_.reserve(usual_size);
  marker();
}

void Output::marker() {
  text_ += "# ";
  text_ += std::to_string(line_);
  text_ += " \"";
  for (const char c : *file_) {
    if (c == '\\' || c == '"') text_ += '\\';
    text_ += c;
  }
  text_ += "\"\n";
}

void Output::move_to(const std::string* file, std::uint32_t line) {
  if (text_.size() > most_text) throw Unsure{"an output that is too long"};
  if (file == file_ && line > line_ && line - line_ <= most_empty_lines) {
    text_.append(line - line_, '\n');
    line_ = line;
    return;
  }
  file_ = file;
  line_ = line;
  if (text_.back() != '\n') text_ += '\n';
  marker();
}

void Output::token(const Token& token) {
  if (token.kind == Kind::pragma) {
    directive("pragma", {token.text, token.size});
    marker();
    return;
  }
  text_ += ' ';
  if (token.kind == Kind::name)
    text_.append(token.name->text, token.name->size);
  else
    text_.append(token.text, token.size);
  if (text_.size() > most_text) throw Unsure{"an output that is too long"};
}

void Output::directive(std::string_view word, std::string_view text) {
  if (text_.back() != '\n') text_ += '\n';
  text_ += '#';
  text_ += word;
  text_ += ' ';
  text_ += text;
  text_ += '\n';
}

}  // namespace kbx::symbols::preprocess_detail
