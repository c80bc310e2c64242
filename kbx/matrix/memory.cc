#include "kbx/matrix/memory.h"

#include "kbx/base/file.h"
#include "kbx/base/path.h"

namespace kbx::matrix {
namespace {

using nlohmann::ordered_json;

std::string file_of(const std::string& state_folder) {
  return join_path(state_folder, "told.json");
}

}  // namespace

Memory read_memory(const std::string& state_folder) {
  const auto text = read_file_if_present(file_of(state_folder));
  if (!text) return {};
  Memory memory;
  try {
    const ordered_json json = ordered_json::parse(*text);
    memory.warnings = json.at("warnings").get<decltype(memory.warnings)>();
    memory.notes = json.at("notes").get<std::vector<std::string>>();
    memory.judged = json.at("judged").get<std::string>();
    for (const ordered_json& module : json.at("verdicts"))
      memory.verdicts.push_back(
          {module.at("name").get<std::string>(), true, module.value("size", std::uint64_t{0}),
           module.value("verdict", ""), module.value("reasons", std::vector<std::string>())});
  } catch (const ordered_json::exception&) {
    return {};
  }
  return memory;
}

void write_memory(const std::string& state_folder, const Memory& memory) {
  ordered_json json = {
      {"warnings", memory.warnings}, {"notes", memory.notes}, {"judged", memory.judged}};
  json["verdicts"] = ordered_json::array();
  for (const ModuleResult& module : memory.verdicts)
    json["verdicts"].push_back(module_json(module));
  write_file_if_changed(file_of(state_folder),
                        json.dump(1, ' ', false, ordered_json::error_handler_t::replace));
}

}  // namespace kbx::matrix
