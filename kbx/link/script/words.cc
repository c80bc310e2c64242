#include "kbx/link/script/words.h"

#include <algorithm>
#include <array>

namespace kbx::link::script {

namespace {

/// One bit for each mode in which a word or an operator is one.
enum : unsigned { in_script = 1, in_expression = 2, in_wild = 4, in_list = 8 };

struct Word {
  std::string_view text;
  unsigned modes;
};

unsigned bit_of(Mode mode) {
  switch (mode) {
    case Mode::script:
      return in_script;
    case Mode::expression:
      return in_expression;
    case Mode::wild:
      return in_wild;
    case Mode::input_list:
      return in_list;
    default:
      return 0;
  }
}

constexpr unsigned in_both = in_script | in_expression;
constexpr unsigned everywhere = in_script | in_expression | in_wild;

// Sorted by bytes. The modes are those in which GNU ld's lexer has the word.
constexpr auto keywords = std::to_array<Word>({
    {"ABSOLUTE", in_both},
    {"ADDR", in_both},
    {"AFTER", in_script},
    {"ALIGN", in_both},
    {"ALIGNOF", in_both},
    {"ALIGN_WITH_INPUT", in_both},
    {"ASCIZ", in_wild},
    {"ASSERT", everywhere},
    {"AS_NEEDED", in_list},
    {"AT", everywhere},
    {"BEFORE", in_script},
    {"BIND", in_both},
    {"BLOCK", in_both},
    {"BYTE", in_wild},
    {"CONSTANT", in_both},
    {"CONSTRUCTORS", in_wild},
    {"COPY", in_expression},
    {"CREATE_OBJECT_SYMBOLS", in_wild},
    {"DATA_SEGMENT_ALIGN", in_both},
    {"DATA_SEGMENT_END", in_both},
    {"DATA_SEGMENT_RELRO_END", in_both},
    {"DEFINED", in_both},
    {"DSECT", in_expression},
    {"ENTRY", in_script},
    {"EXCLUDE_FILE", in_wild},
    {"EXTERN", in_script},
    {"FILL", in_wild},
    {"FLOAT", in_script},
    {"FORCE_COMMON_ALLOCATION", in_script},
    {"FORCE_GROUP_ALLOCATION", in_script},
    {"GROUP", in_script},
    {"HIDDEN", everywhere},
    {"HLL", in_script},
    {"INCLUDE", everywhere},
    {"INFO", in_expression},
    {"INHIBIT_COMMON_ALLOCATION", in_script},
    {"INPUT", in_script},
    {"INPUT_SECTION_FLAGS", in_wild},
    {"INSERT", in_script},
    {"KEEP", in_wild},
    {"LD_FEATURE", in_script},
    {"LENGTH", in_both},
    {"LINKER_VERSION", in_wild},
    {"LOADADDR", in_both},
    {"LOG2CEIL", in_both},
    {"LONG", in_wild},
    {"MAP", in_script},
    {"MAX", in_both},
    {"MEMORY", in_script},
    {"MIN", in_both},
    {"NEXT", in_both},
    {"NOCROSSREFS", in_both},
    {"NOCROSSREFS_TO", in_both},
    {"NOFLOAT", in_script},
    {"NOLOAD", in_expression},
    {"ONLY_IF_RO", in_both},
    {"ONLY_IF_RW", in_both},
    {"ORIGIN", in_both},
    {"OUTPUT", in_script},
    {"OUTPUT_ARCH", in_script},
    {"OUTPUT_FORMAT", in_script},
    {"OVERLAY", in_both},
    {"PHDRS", in_script},
    {"PROVIDE", everywhere},
    {"PROVIDE_HIDDEN", everywhere},
    {"QUAD", in_wild},
    {"READONLY", in_expression},
    {"REGION_ALIAS", in_script},
    {"REVERSE", in_wild},
    {"SEARCH_DIR", in_script},
    {"SECTIONS", in_script},
    {"SEGMENT_START", in_both},
    {"SHORT", in_wild},
    {"SIZEOF", in_both},
    {"SIZEOF_HEADERS", in_both},
    {"SORT", in_wild},
    {"SORT_BY_ALIGNMENT", in_wild},
    {"SORT_BY_INIT_PRIORITY", in_wild},
    {"SORT_BY_NAME", in_wild},
    {"SORT_NONE", in_wild},
    {"SPECIAL", in_both},
    {"SQUAD", in_wild},
    {"STARTUP", in_script},
    {"SUBALIGN", in_both},
    {"SYSLIB", in_script},
    {"TARGET", in_script},
    {"TYPE", in_expression},
    {"VERSION", in_script},
    {"l", in_script},
    {"len", in_script},
    {"o", in_script},
    {"org", in_script},
});
static_assert(std::ranges::is_sorted(keywords, {}, &Word::text));

// The longer ones first.
constexpr auto operators = std::to_array<Word>({
    {"<<=", everywhere},
    {">>=", everywhere},
    {"||", in_expression},
    {"==", in_expression},
    {"!=", in_expression},
    {">=", in_expression},
    {"<=", in_expression},
    {"<<", in_expression},
    {">>", in_expression},
    {"+=", everywhere},
    {"-=", everywhere},
    {"*=", everywhere},
    {"/=", everywhere},
    {"&=", everywhere},
    {"|=", everywhere},
    {"^=", everywhere},
    {"&&", in_expression},
    {">", in_both},
    {",", in_both | in_list},
    {"&", in_expression | in_wild},
    {"|", in_expression},
    {"~", in_both},
    {"!", in_both},
    {"?", in_expression},
    {"*", in_expression},
    {"+", in_both},
    {"-", in_both},
    {"/", in_expression},
    {"%", in_expression},
    {"<", in_expression},
    {"^", in_expression},
    {"=", everywhere},
    {"}", everywhere},
    {"{", everywhere},
    {")", everywhere | in_list},
    {"(", everywhere | in_list},
    {":", in_both},
    {";", everywhere},
    {"[", in_wild},
    {"]", in_wild},
});

}  // namespace

bool is_keyword(std::string_view word, Mode mode) {
  const auto found = std::ranges::lower_bound(keywords, word, {}, &Word::text);
  return found != keywords.end() && found->text == word && (found->modes & bit_of(mode)) != 0;
}

size_t punctuation_length(std::string_view text, Mode mode) {
  for (const Word& word : operators)
    if ((word.modes & bit_of(mode)) != 0 && text.starts_with(word.text)) return word.text.size();
  return 0;
}

}  // namespace kbx::link::script
