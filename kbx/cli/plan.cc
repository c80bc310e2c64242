#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/job_options.h"

namespace kbx::cli {
namespace {

using nlohmann::json;

json to_json(const kbuild::Action& action) {
  json steps = json::array();
  for (const kbuild::Step& step : action.steps)
    steps.push_back({{"name", step.name}, {"command", step.text}});
  return {{"kind", kbuild::kind_name(action.kind)},
          {"outputs", action.outputs},
          {"inputs", action.inputs},
          {"order_only", action.order_only},
          {"folder", action.folder},
          {"module", action.module},
          {"steps", steps}};
}

json to_json(const kbuild::Plan& plan) {
  json modules = json::array();
  for (const kbuild::Module& module : plan.modules)
    modules.push_back({{"name", module.name}, {"ko", module.ko}, {"objects", module.objects}});
  json images = json::array();
  for (const kbuild::Image& image : plan.images)
    images.push_back({{"name", image.name},
                      {"path", image.path},
                      {"objects", image.objects},
                      {"map", image.map}});
  json actions = json::array();
  for (const kbuild::Action& action : plan.actions) actions.push_back(to_json(action));
  json files = json::array();
  for (const auto& [path, stamp] : plan.inputs.files)
    files.push_back({{"path", path}, {"present", stamp.has_value()}});
  json wildcards = json::array();
  for (const auto& [pattern, matches] : plan.inputs.wildcards)
    wildcards.push_back({{"pattern", pattern}, {"matches", matches}});
  json variables = json::array();
  for (const auto& [name, value] : plan.inputs.environment) variables.push_back(name);
  return {{"release", plan.release},
          {"arch", plan.arch},
          {"kernel", plan.objtree},
          {"source", plan.source},
          {"folder", plan.folder},
          {"modules", modules},
          {"images", images},
          {"actions", actions},
          {"notes", plan.notes},
          {"inputs", {{"files", files}, {"wildcards", wildcards}, {"environment", variables}}}};
}

void print_plan(const kbuild::Plan& plan) {
  if (plan.release.empty())
    fmt::print("{}\n", plan.source);
  else
    fmt::print("{} for {} ({})\n", plan.source, plan.release, plan.arch);
  for (const kbuild::Module& module : plan.modules) {
    fmt::print("  {}.ko\n", module.name);
    for (const std::string& object : module.objects)
      fmt::print("    {}\n", relative_path(object, plan.folder));
  }
  for (const kbuild::Image& image : plan.images) {
    fmt::print("  {}\n", image.name);
    for (const std::string& object : image.objects)
      fmt::print("    {}\n", relative_path(object, plan.folder));
  }
  std::map<std::string_view, int> counts;
  for (const kbuild::Action& action : plan.actions) ++counts[kbuild::kind_name(action.kind)];
  std::vector<std::string> words;
  for (const auto& [kind, count] : counts) words.push_back(fmt::format("{} {}", count, kind));
  fmt::print("  actions: {}\n", join(words, ", "));
  for (const std::string& note : plan.notes) fmt::print("  note: {}\n", note);
}

}  // namespace

int plan_command(const std::vector<std::string>& arguments) {
  CLI::App app("Shows what kbx build with the same words would do, without building.", "kbx plan");
  set_help(app, {"[OPTION...] [FOLDER...] [NAME=value...]",
                 "kbx plan\nkbx plan --json | jq '.[].actions[].steps[].command'"});
  JobOptions options;
  options.add_planning(app);
  bool as_json = false;
  app.add_flag("--json", as_json,
               "every action with its full command, and what makes the plan stale");
  if (const auto status = parse(app, arguments)) return *status;

  const std::vector<kbuild::Plan> plans = plan_job(options.job());
  if (as_json) {
    json all = json::array();
    for (const kbuild::Plan& plan : plans) all.push_back(to_json(plan));
    std::cout << all.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
  } else {
    for (const kbuild::Plan& plan : plans) print_plan(plan);
  }
  return 0;
}

}  // namespace kbx::cli
