#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/error.h"

namespace kbx::ninja {

/// Whether a kernel has something that drivers use.
struct FeatureQuestion {
  enum class About { name, type, member, header, exported, code };
  About about = About::name;
  std::string text;                   // as it was asked, without "NAME ="
  std::string feature;                // the macro of the answer, "HAVE_STRSCPY"
  std::string type;                   // "struct request", of a member
  std::string what;                   // the name, type, member, header, symbol, or C statements
  std::vector<std::string> includes;  // headers that were named with the question
};

/// Reads a question:
///
///   strscpy, strscpy()        a function, macro, variable, constant or typedef
///   struct request            a type that is complete; also union and enum
///   struct request.rq_disk    a member
///   <linux/genhd.h>           a header
///   exported strscpy          a symbol that modules may use
///   { class_create("x"); }    statements that compile
///
/// In front of it may stand "NAME =", the macro of the answer; else it is made of the words as
/// autoconf does it: HAVE_STRUCT_REQUEST_RQ_DISK. Behind it, "in <linux/a.h> <linux/b.h>", the
/// headers to include. Throws Error with `where` for anything else.
FeatureQuestion parse_question(std::string_view text, const Location& where);

/// The questions of a file, one a line; "#" begins a comment where a line begins. Throws Error with
/// file and line.
std::vector<FeatureQuestion> parse_questions(std::string_view text, const std::string& file);

/// Names that the headers declaring them have to be found for: those of a question that names no
/// header itself.
std::vector<std::string> names_in(const FeatureQuestion& question);

/// The C source that asks `questions` all at once, with `includes` in front of them. A compiler
/// reports an error in the file question_file(i) if the answer to the i-th is no.
std::string question_source(const std::vector<const FeatureQuestion*>& questions,
                            const std::vector<std::string>& includes);

/// What compilers print of errors, read.
struct QuestionErrors {
  std::vector<bool> of_question;  // by number
  std::string elsewhere;          // the first error outside of all questions, or ""
};
QuestionErrors read_question_errors(std::string_view printed, size_t questions);

}  // namespace kbx::ninja
