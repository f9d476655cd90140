#include <nlohmann/json.hpp>

#include "main/commands.hpp"

namespace sluice::main {

namespace {

using Json = nlohmann::ordered_json;

Json case_schema(const run::Registry& registry, const std::string& solver) {
  const std::unique_ptr<run::Case> declared = run::declare_case(registry, registry.solver(solver).make());
  Json schema = Json::parse(declared->parameters.json_schema());
  schema["properties"]["solver"] = Json{{"const", solver}, {"description", registry.solver(solver).summary}};
  return schema;
}

}  // namespace

int schema(Program& program, const std::string& solver) {
  Json whole{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Case file of Sluice"}};
  if (!solver.empty()) {
    whole.update(case_schema(program.registry, solver));
  } else {
    Json names = Json::array(), branches = Json::array();
    for (const run::SolverEntry& entry : program.registry.solvers) {
      names.push_back(entry.name);
      const Json condition{{"properties", Json{{"solver", Json{{"const", entry.name}}}}},
                           {"required", Json::array({"solver"})}};
      branches.push_back(Json{{"if", condition}, {"then", case_schema(program.registry, entry.name)}});
    }
    whole["type"] = "object";
    whole["required"] = Json::array({"solver"});
    whole["properties"] =
        Json{{"solver", Json{{"enum", names}, {"description", "which equation is solved"}}}};
    whole["allOf"] = branches;
  }
  print(program, whole.dump(2) + "\n");
  return 0;
}

}  // namespace sluice::main
