#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::ninja {

/// What a template of metadata objects is made from: the compile command of a NAME.mod.c with a
/// made-up module in place of the true one.
struct TemplateRequest {
  std::string folder;   // that the command runs in; "" if any will do
  std::string objtree;  // kernel tree
  std::string srctree;
  std::string made_by;  // compiler and kbx, by their identities
  std::vector<std::string> words;
};

/// Stand in the words for what each run calls otherwise.
constexpr std::string_view request_source = "@SOURCE@";
constexpr std::string_view request_object = "@OBJECT@";
constexpr std::string_view request_depfile = "@DEPFILE@";

/// One item a line.
std::string write_request(const TemplateRequest& request);
/// Nothing for a text that write_request does not give.
std::optional<TemplateRequest> read_request(std::string_view text);

/// True if the cache says that what the compiler makes of that request is not understood.
bool is_known_to_fail(const std::string& cache, const std::string& key);

/// `kbx step template`: names as seen from the current folder.
struct TemplateStep {
  std::string request;        // file
  std::string cache;          // folder
  std::string output;         // the template, for run_metadata_step
  std::string ninja_depfile;  // the headers that it hangs on
};

/// Takes the template from the cache if no header changed since, else runs the compiler.
/// Throws Error if a file cannot be written.
void run_template_step(const TemplateStep& step);

/// `kbx step metadata`.
struct MetadataStep {
  std::string from;     // what run_template_step wrote
  std::string members;  // file (metadata_graph.h)
};

/// Writes the metadata objects; where the template or a module's text is not understood, runs the
/// compiler. Gives the exit status. Throws Error if a file cannot be read or written.
int run_metadata_step(const MetadataStep& step);

}  // namespace kbx::ninja
