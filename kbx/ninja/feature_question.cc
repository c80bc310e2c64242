#include "kbx/ninja/feature_question.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "kbx/base/text.h"

/// All questions go into one source, since nine tenths of what a compiler does for one is reading
/// headers. Each stands behind a #line that names a file of its own, so that the errors tell whose
/// they are. None of the declarations that ask can disturb another: they have names of their own,
/// and gcc and clang go on after errors in a declaration.
namespace kbx::ninja {
namespace {

using About = FeatureQuestion::About;

constexpr std::string_view question_file = "kbx-question-";

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_name_character) && !is_digit(text.front());
}

std::string feature_of(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (is_name_character(c))
      name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (name.ends_with('_')) name.pop_back();
  return "HAVE_" + name;
}

[[noreturn]] void refuse(std::string_view text, const Location& where) {
  throw Error(where, "\"" + std::string(text) + "\" asks nothing of a kernel",
              "ask for a name, \"struct s\", \"struct s.member\", \"<linux/h.h>\", "
              "\"exported symbol\" or \"{ statements; }\"");
}

/// Takes "in <a> <b>" off the end of `text`.
std::vector<std::string> take_includes(std::string_view& text, const Location& where) {
  const size_t at = text.rfind(" in <");
  if (at == std::string_view::npos || text.find('}', at) != std::string_view::npos) return {};
  std::vector<std::string> includes;
  for (const std::string_view word : split_words(text.substr(at + 4))) {
    if (word.size() < 3 || !word.starts_with('<') || !word.ends_with('>')) refuse(text, where);
    includes.emplace_back(word.substr(1, word.size() - 2));
  }
  text = trim(text.substr(0, at));
  return includes;
}

/// "struct s" or "struct s.member".
void take_type(FeatureQuestion& question, std::string_view text, const Location& where) {
  const size_t dot = text.find('.');
  const auto words = split_words(text.substr(0, dot));
  if (words.size() != 2 || !is_name(words[1])) refuse(text, where);
  question.type = std::string(words[0]) + " " + std::string(words[1]);
  question.about = dot == std::string_view::npos ? About::type : About::member;
  question.what = dot == std::string_view::npos ? question.type : text.substr(dot + 1);
  if (question.about == About::member && !std::ranges::all_of(split(question.what, '.'), is_name))
    refuse(text, where);
}

bool is_in_quotes(std::string_view text, size_t at) {
  return std::ranges::count(text.substr(0, at), '"') % 2 != 0;
}

/// Takes "NAME =" off the front, but nothing of a statement.
std::string take_feature(std::string_view& text, const Location& where) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || text.starts_with('{') || is_in_quotes(text, equals))
    return "";
  const std::string_view name = trim(text.substr(0, equals));
  if (!is_name(name)) refuse(text, where);
  text = trim(text.substr(equals + 1));
  return std::string(name);
}

constexpr std::array keywords{
    std::string_view("return"), std::string_view("struct"),     std::string_view("int"),
    std::string_view("char"),   std::string_view("void"),       std::string_view("const"),
    std::string_view("long"),   std::string_view("short"),      std::string_view("unsigned"),
    std::string_view("sizeof"), std::string_view("for"),        std::string_view("while"),
    std::string_view("static"), std::string_view("union"),      std::string_view("enum"),
    std::string_view("NULL"),   std::string_view("THIS_MODULE")};

/// Names in C text, without members and what is quoted.
std::set<std::string> names_of(std::string_view text) {
  std::set<std::string> names;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_name_character(text[end])) ++end;
    const std::string_view name = text.substr(at, end - at);
    const bool is_member = at > 0 && (text[at - 1] == '.' || text[at - 1] == '>');
    if (name.size() > 2 && is_name(name) && !is_member && !is_in_quotes(text, at) &&
        std::ranges::find(keywords, name) == keywords.end())
      names.emplace(name);
    at = end + 1;
  }
  return names;
}

/// What asks, in lines of C.
std::string asked_in_c(const FeatureQuestion& question, const std::string& number) {
  const std::string& what = question.what;
  switch (question.about) {
    case About::name:
      return "#ifndef " + what + "\ntypedef typeof(" + what + ") kbx_answer_" + number +
             ";\n#endif\n";
    case About::type:
      return "typedef char kbx_answer_" + number + "[sizeof(" + what + ")];\n";
    case About::member:
      return "static inline void kbx_answer_" + number + "(" + question.type +
             " *kbx) { (void)(kbx->" + what + "); }\n";
    case About::header:
      return "#if !__has_include(<" + what + ">)\n#error not there\n#endif\n";
    case About::code:
      return "static inline void kbx_answer_" + number + "(void)\n" + what + "\n";
    case About::exported:
      break;
  }
  return "";
}

/// Of a line that a compiler printed about a question.
std::optional<unsigned long> number_of_question(std::string_view line) {
  if (!line.starts_with(question_file)) return std::nullopt;
  const std::string_view rest = line.substr(question_file.size());
  return parse_number(rest.substr(0, rest.find(':')));
}

}  // namespace

FeatureQuestion parse_question(std::string_view text, const Location& where) {
  text = trim(text);
  FeatureQuestion question;
  question.feature = take_feature(text, where);
  question.includes = take_includes(text, where);
  question.text = text;
  if (text.starts_with('{') && text.ends_with('}')) {
    question.about = About::code;
    question.what = text;
    if (question.feature.empty())
      throw Error(where, "statements without a name for the answer: " + question.text,
                  "write NAME = in front of them");
  } else if (text.starts_with('<') && text.ends_with('>') && text.size() > 2) {
    question.about = About::header;
    question.what = text.substr(1, text.size() - 2);
  } else if (text.starts_with("exported ")) {
    question.about = About::exported;
    question.what = trim(text.substr(9));
    if (!is_name(question.what)) refuse(text, where);
  } else if (text.starts_with("struct ") || text.starts_with("union ") ||
             text.starts_with("enum ")) {
    take_type(question, text, where);
  } else {
    question.what = text.ends_with("()") ? text.substr(0, text.size() - 2) : text;
    const bool is_half =
        text == "struct" || text == "union" || text == "enum" || text == "exported";
    if (is_half || !is_name(question.what)) refuse(text, where);
  }
  if (question.feature.empty()) question.feature = feature_of(question.text);
  return question;
}

std::vector<FeatureQuestion> parse_questions(std::string_view text, const std::string& file) {
  std::vector<FeatureQuestion> questions;
  int number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    const std::string_view content = trim(line);
    if (content.empty() || content.starts_with('#')) continue;
    questions.push_back(parse_question(content, {file, number}));
  }
  return questions;
}

std::vector<std::string> names_in(const FeatureQuestion& question) {
  if (!question.includes.empty()) return {};
  switch (question.about) {
    case About::name:
      return {question.what};
    case About::type:
    case About::member:
      return {question.type.substr(question.type.find(' ') + 1)};
    case About::code: {
      const auto names = names_of(question.what);
      return {names.begin(), names.end()};
    }
    case About::header:
    case About::exported:
      break;
  }
  return {};
}

std::string question_source(const std::vector<const FeatureQuestion*>& questions,
                            const std::vector<std::string>& includes) {
  std::string source = "#include <linux/module.h>\n";
  for (const std::string& include : includes) source += "#include <" + include + ">\n";
  for (size_t i = 0; i < questions.size(); ++i) {
    const std::string number = std::to_string(i);
    source += "#line 1 \"" + std::string(question_file) + number + "\"\n";
    source += asked_in_c(*questions[i], number);
  }
  return source;
}

QuestionErrors read_question_errors(std::string_view printed, size_t questions) {
  QuestionErrors errors;
  errors.of_question.resize(questions);
  // Of an error within a macro of a header, a note behind it names the question that uses it.
  std::string in_header;
  const auto keep = [&] {
    if (errors.elsewhere.empty()) errors.elsewhere = in_header;
    in_header.clear();
  };
  for (const std::string_view line : split_lines(printed)) {
    const bool is_error = line.find("error: ") != std::string_view::npos;
    const auto number = number_of_question(line);
    const bool is_ours = number && *number < questions;
    if (is_error) keep();
    if (is_ours && (is_error || !in_header.empty())) {
      errors.of_question[*number] = true;
      in_header.clear();
    } else if (is_error) {
      in_header = line;
    }
  }
  keep();
  return errors;
}

}  // namespace kbx::ninja
