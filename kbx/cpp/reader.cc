#include "kbx/cpp/reader.h"

#include <algorithm>

// The order in which things are read, as GCC has it: what the compiler predefines, the command
// line's macros, files of -imacros, files of -include, the file itself.

namespace kbx::cpp {
namespace detail {
namespace {

struct ComputedMacro {
  std::string_view name;
  Builtin builtin;
};

constexpr ComputedMacro computed_macros[] = {
    {"__LINE__", Builtin::line},
    {"__FILE__", Builtin::file},
    {"__BASE_FILE__", Builtin::base_file},
    {"__FILE_NAME__", Builtin::file_name},
    {"__INCLUDE_LEVEL__", Builtin::include_level},
    {"__COUNTER__", Builtin::counter},
    {"_Pragma", Builtin::pragma},
    {"__has_include", Builtin::has_include},
    {"__has_include_next", Builtin::has_include_next},
    {"__has_attribute", Builtin::query},
    {"__has_builtin", Builtin::query},
    {"__has_feature", Builtin::query},
    {"__has_extension", Builtin::query},
    {"__has_cpp_attribute", Builtin::unsure},
    {"__has_c_attribute", Builtin::unsure},
    {"__has_embed", Builtin::unsure},
    {"__has_warning", Builtin::unsure},
    {"__has_include__", Builtin::unsure},
    {"__has_include_next__", Builtin::unsure},
    {"__DATE__", Builtin::unsure},
    {"__TIME__", Builtin::unsure},
    {"__TIMESTAMP__", Builtin::unsure},
};

struct DirectiveName {
  std::string_view name;
  Directive directive;
};

constexpr DirectiveName directive_names[] = {
    {"define", Directive::define_macro}, {"undef", Directive::undef_macro},
    {"include", Directive::include},     {"include_next", Directive::include_next},
    {"if", Directive::if_condition},     {"ifdef", Directive::ifdef},
    {"ifndef", Directive::ifndef},       {"elif", Directive::elif},
    {"elifdef", Directive::elifdef},     {"elifndef", Directive::elifndef},
    {"else", Directive::else_branch},    {"endif", Directive::endif},
    {"line", Directive::line},           {"pragma", Directive::pragma},
    {"ident", Directive::ident},         {"error", Directive::error},
    {"warning", Directive::error},
};

}  // namespace

Reader::Reader(const PreprocessJob& job, const CompilerFacts& facts)
    : job_(job),
      facts_(facts),
      files_(job.folders, arena_),
      expander_(lexer_, names_, arena_,
                {[this] { return file_token(); }, [this] { return take_parenthesis(); },
                 [this](const Macro& macro, const Token& name, Token& value) {
                   return builtin(macro, name, value);
                 }}),
      output_(job.file) {
  for (const auto& [text, directive] : directive_names) names_.intern(text)->directive = directive;
  add_computed_macros(facts.computed_macros);
}

void Reader::add_computed_macros(const std::vector<std::string>& names) {
  for (const auto& [text, builtin] : computed_macros) {
    if (std::ranges::find(names, text) == names.end()) continue;
    Macro* macro = arena_.make<Macro>();
    macro->name = names_.intern(text);
    macro->builtin = builtin;
    macro->name->macro = macro;
  }
}

Preprocessed Reader::run() {
  buffers_.reserve(256);
  read_definitions(facts_.macros, "<built-in>");
  const auto is_macro = [&](std::string_view name) {
    const Name* known = names_.find(names_.intern(name)->text, name.size());
    return known && known->macro;
  };
  if (is_macro("__clang__")) throw Unsure{"a compiler that is not GCC"};
  if (is_macro("__cplusplus") || is_macro("__ASSEMBLER__") || is_macro("__OBJC__"))
    throw Unsure{"a language that is not C"};
  if (is_macro("__STRICT_ANSI__")) throw Unsure{"strict standard C, which has trigraphs"};
  if (is_macro("__ALTIVEC__") || is_macro("__SPU__"))
    throw Unsure{"keywords that depend on context"};
  language_.has_unicode_literals = false;
  if (const Name* version = names_.intern("__STDC_VERSION__"); version->macro) {
    read_body(*version->macro, lexer_, names_, arena_);
    const Macro& macro = *version->macro;
    language_.has_unicode_literals = macro.token_count == 1 && macro.tokens[0].size >= 6 &&
                                     std::string_view(macro.tokens[0].text, 6) >= "201112";
  }
  read_definitions(job_.definitions, "<command-line>");
  for (const std::string& name : job_.imacros) read_included(name);
  output_ = Output(job_.file);
  for (const std::string& name : job_.includes) read_included(name);
  is_before_main_ = false;
  read_main();
  Preprocessed result;
  result.text = output_.take();
  result.headers = std::move(read_files_);
  return result;
}

/// Obeys lines of #define and #undef.
void Reader::read_definitions(const std::string& text, const std::string& name) {
  char* place = arena_.room(text.size() + 17);
  text.copy(place, text.size());
  std::size_t size = text.size();
  if (size == 0 || text.back() != '\n') place[size++] = '\n';
  std::fill_n(place + size, 16, '\0');
  Buffer top;
  top.cursor = {place, place + size, 1};
  top.name = &line_names_.try_emplace(name, name).first->second;
  top.guard_state = Guard::none;
  buffers_.push_back(std::move(top));
  read_buffers(0);
}

/// A file of -include or -imacros, which is looked for in the current folder first.
void Reader::read_included(const std::string& name) {
  const std::string here = "./";
  const Found found = files_.find(name, &here, 0);
  if (!found.file) throw Unsure{"a header that is not found: " + name};
  enter(found, found.is_system);
  read_buffers(0);
}

void Reader::read_main() {
  Found found;
  found.file = files_.open(job_.file);
  if (!found.file) throw Unsure{"a file that is not there"};
  enter(found, false);
  if (buffers_.empty()) throw Unsure{"a file that was included before itself"};
  buffers_.back().is_main = true;
  read_buffers(0);
}

}  // namespace detail

const std::vector<std::string_view>& computed_macro_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> result;
    for (const auto& computed : detail::computed_macros) result.push_back(computed.name);
    return result;
  }();
  return names;
}

}  // namespace kbx::cpp
