#include "kbx/link/phases/property_reports.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/property.h"

/// After ld's manual, "-z cet-report", in GNU ld 2.40's words.
namespace kbx::link {
namespace {

class FeatureReport {
 public:
  FeatureReport(const Options& options, const Say& say) : options_(options), say_(say) {}

  void tell(PropertyReport how, const InputFile& file, std::string_view missing) {
    if (how == PropertyReport::error)
      errors_ +=
          fmt::format("{}{}: error: missing {}",
                      errors_.empty() ? "" : "\n" + options_.program + ": ", file.path, missing);
    else
      say_(fmt::format("{}: {}: warning: missing {}", options_.program, file.path, missing));
  }

  void finish() const {
    if (!errors_.empty())
      throw Error(errors_, "build these for it (-fcf-protection), or leave the report out");
  }

 private:
  const Options& options_;
  const Say& say_;
  std::string errors_;
};

std::string_view missing_of_cet(std::uint32_t missing) {
  using namespace x86_feature;
  if ((missing & ibt) && (missing & shadow_stack)) return "IBT and SHSTK properties";
  return missing & ibt ? "IBT property" : "SHSTK property";
}

}  // namespace

void report_x86_features(const std::vector<InputFile*>& files, std::uint32_t given,
                         const Options& options, const Say& say) {
  using namespace x86_feature;
  FeatureReport report(options, say);
  for (const InputFile* file : files) {
    if (file->is_binary) continue;
    const std::uint32_t missing = ~(own_features(*file) | given);
    if (options.cet_report != PropertyReport::none && (missing & (ibt | shadow_stack)) != 0)
      report.tell(options.cet_report, *file, missing_of_cet(missing));
    if (options.lam_u48_report != PropertyReport::none && (missing & lam_u48) != 0)
      report.tell(options.lam_u48_report, *file, "LAM_U48 property");
    if (options.lam_u57_report != PropertyReport::none && (missing & lam_u57) != 0)
      report.tell(options.lam_u57_report, *file, "LAM_U57 property");
  }
  report.finish();
}

void report_missing_bti(const std::vector<InputFile*>& files, const Options& options,
                        const Say& say) {
  const auto takes_part = [](const InputFile* file) {
    return !file->is_binary && !file->sections.empty();
  };
  const auto has_properties = [&](const InputFile* file) {
    return takes_part(file) && !file->properties.empty();
  };
  const auto tell = [&](const InputFile& file) {
    if (own_features(file) & aarch64_feature::bti) return;
    say(
        fmt::format("{}: {}: warning: BTI turned on by -z force-bti when all inputs do not have "
                    "BTI in NOTE section.",
                    options.program, file.path));
  };
  const auto first = std::ranges::find_if(files, has_properties);
  const auto last = std::find_if(files.rbegin(), files.rend(), takes_part);
  const InputFile* const holder = first != files.end()   ? *first
                                  : last != files.rend() ? *last
                                                         : nullptr;
  if (!holder) return;
  tell(*holder);
  for (const InputFile* file : files)
    if (file != holder && takes_part(file)) tell(*file);
}

}  // namespace kbx::link
