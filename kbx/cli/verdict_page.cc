#include "kbx/cli/verdict_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/options.h"

namespace kbx::cli {
namespace {

using symbols::Finding;
using symbols::FindingKind;
using symbols::Outcome;

std::string headline(const symbols::Verdict& verdict) {
  std::string module = shown_path(absolute_path(verdict.path, current_folder()));
  switch (verdict.outcome) {
    case Outcome::would_load:
      return fmt::format("{}: would load into {}", module, verdict.kernel);
    case Outcome::would_not_load:
      return fmt::format("{}: would not load into {} ({} reason{})", module, verdict.kernel,
                         verdict.reasons.size(), verdict.reasons.size() == 1 ? "" : "s");
    case Outcome::no_evidence:
      return fmt::format("{}: nothing proves that it would load into {}", module, verdict.kernel);
  }
  return module;
}

/// What stays away from the short form: said elsewhere on the page, or of no consequence.
bool is_minor(const Finding& finding) {
  const bool is_plain = finding.module_value == "signed" || finding.module_value == "not signed";
  return finding.kind == FindingKind::load_first ||
         (finding.kind == FindingKind::signature && is_plain) ||
         finding.kind == FindingKind::compression ||
         (finding.kind == FindingKind::vermagic && !finding.kernel_value.empty());
}

}  // namespace

std::string verdict_text(const symbols::Verdict& verdict, bool all_notes) {
  std::string page = headline(verdict) + "\n";
  // Reasons that are mended alike are said together.
  for (size_t i = 0; i < verdict.reasons.size(); ++i) {
    const Finding& reason = verdict.reasons[i];
    page += "  - " + reason.text + "\n";
    const bool last_of_kind =
        i + 1 == verdict.reasons.size() || verdict.reasons[i + 1].remedy != reason.remedy;
    if (last_of_kind && !reason.remedy.empty()) page += "    hint: " + reason.remedy + "\n";
  }
  if (!verdict.load_first.empty()) page += "  load first: " + join(verdict.load_first, " ") + "\n";
  for (const Finding& note : verdict.notes) {
    if (!all_notes && is_minor(note)) continue;
    page += "  note: " + note.text + "\n";
    if (!note.remedy.empty()) page += "    hint: " + note.remedy + "\n";
  }
  return page;
}

nlohmann::ordered_json verdict_json(const symbols::Verdict& verdict) {
  const auto findings = [](const std::vector<Finding>& list) {
    nlohmann::ordered_json array = nlohmann::ordered_json::array();
    for (const Finding& finding : list)
      array.push_back({{"kind", symbols::kind_name(finding.kind)},
                       {"symbol", finding.symbol},
                       {"module", finding.module_value},
                       {"kernel", finding.kernel_value},
                       {"text", finding.text},
                       {"remedy", finding.remedy}});
    return array;
  };
  return {{"path", verdict.path},
          {"module", verdict.module},
          {"kernel", verdict.kernel},
          {"verdict", symbols::outcome_name(verdict.outcome)},
          {"reasons", findings(verdict.reasons)},
          {"notes", findings(verdict.notes)},
          {"load_first", verdict.load_first},
          {"taints", verdict.taints},
          {"matching_crcs", verdict.matching_crcs}};
}

int status_of(const std::vector<symbols::Verdict>& verdicts) {
  const auto any = [&](Outcome outcome) {
    return std::any_of(verdicts.begin(), verdicts.end(),
                       [&](const auto& verdict) { return verdict.outcome == outcome; });
  };
  if (any(Outcome::would_not_load)) return 1;
  return any(Outcome::no_evidence) ? 2 : 0;
}

}  // namespace kbx::cli
