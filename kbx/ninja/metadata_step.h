#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/process.h"

namespace kbx::ninja {

/// What is asked of the compiler once per kernel tree.
struct TemplateRequest {
  /// A template of metadata objects: the compile command of a NAME.mod.c with a made-up module in
  /// place of the true one. Or an object that is the same for all modules: module-common.o.
  enum class Kind { metadata, common_object };
  Kind kind = Kind::metadata;
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

/// The folder of the cache below that of `environment` (base/cache.h).
std::string metadata_cache(const Environment& environment);

/// True if the cache says that what the compiler makes of that request is not understood.
bool is_known_to_fail(const std::string& cache, const std::string& key);

/// `kbx step template`: names as seen from the current folder.
struct TemplateStep {
  std::string request;        // file
  std::string cache;          // folder
  std::string output;         // the template, for run_metadata_step, or the common object
  std::string ninja_depfile;  // the headers that it hangs on
  std::string members;        // file: how a common object is compiled if it has code; else ""
};

/// Takes what the request is for from the cache if no header changed since, else runs the compiler.
/// Gives the exit status. Throws Error if a file cannot be written.
int run_template_step(const TemplateStep& step);

/// `kbx step metadata`.
struct MetadataStep {
  std::string from;         // what run_template_step wrote
  std::string members;      // file (metadata_graph.h)
  std::string environment;  // script for the compiler's environment; "": it is set already
};

/// Writes the metadata objects; where the template or a module's text is not understood, runs the
/// compiler. Gives the exit status. Throws Error if a file cannot be read or written.
int run_metadata_step(const MetadataStep& step);

}  // namespace kbx::ninja
