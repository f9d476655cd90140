#include "hooks/catalyst.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "hooks/catalyst_mesh.hpp"
#include "hooks/catalyst_plugin.hpp"

namespace sluice::hooks {
namespace {

struct CatalystParameters {
  std::string script;
  std::vector<std::string> arguments;
  std::vector<std::string> fields;
  std::string channel = "input";
  bool rendering = true;
};

void say(void*, int level, const char* text) {
  if (level == catalyst::level_warning)
    base::log::warn("catalyst: {}", text);
  else
    base::log::info("catalyst: {}", text);
}

/// Runs one function of the plug-in; its failure on any rank becomes everybody's. Collective.
template <class Function, class... Arguments>
void call(const base::Communicator& communicator, Function* function, Arguments... arguments) {
  std::vector<char> error(std::size_t{1} << 16);
  const int failed = function(arguments..., error.data(), error.size());
  base::agree(communicator, [&] {
    if (failed) throw base::Error(fmt::format("catalyst: {}", error.data()));
  });
}

class CatalystHook : public run::Observer {
 public:
  CatalystHook(const CatalystParameters& parameters, const run::HookContext& context);
  void observe(const run::Look& look) override;
  void finish(const run::Look& look) override;

 private:
  void start(const CatalystParameters& parameters, const run::HookContext& context);
  const catalyst::BlockMesh& mesh(const grid::Grid& grid, const grid::FieldView& view);

  base::Communicator communicator_;
  std::vector<std::string> fields_;
  catalyst::Plugin plugin_;
  catalyst::Session* session_ =
      nullptr;  ///< Ended by `finish`; a run that fails leaves it to the end of MPI.
  std::optional<catalyst::BlockMesh> mesh_;
};

std::vector<std::string> chosen_fields(const std::vector<std::string>& asked, run::Solver& solver) {
  std::vector<std::string> known;
  for (const run::Output& output : solver.outputs()) known.push_back(output.info.name);
  if (asked.empty()) return known;
  for (const std::string& name : asked)
    if (std::find(known.begin(), known.end(), name) == known.end())
      run::refuse_output("catalyst: fields", name, known);
  return asked;
}

CatalystHook::CatalystHook(const CatalystParameters& parameters, const run::HookContext& context)
    : communicator_(context.communicator), fields_(chosen_fields(parameters.fields, *context.solver)) {
  base::agree(communicator_, [&] { plugin_ = catalyst::open_plugin(); });
  start(parameters, context);
  base::log::info("catalyst: {} runs {}", plugin_.library(), parameters.script);
}

void CatalystHook::start(const CatalystParameters& parameters, const run::HookContext& context) {
  const std::string folder = std::filesystem::absolute(context.folder / "catalyst").string();
  std::vector<std::string> texts = parameters.arguments;
  texts.push_back("--output=" + folder);
  texts.push_back("--time-unit=" + context.solver->time_unit());
  std::vector<const char*> arguments;
  for (const std::string& text : texts) arguments.push_back(text.c_str());
  const catalyst::Script script{parameters.script.c_str(), arguments.data(),
                                static_cast<int>(arguments.size())};
  catalyst::Start start{};
  start.communicator = static_cast<int>(MPI_Comm_c2f(communicator_.handle()));
  start.channel = parameters.channel.c_str();
  start.output_folder = folder.c_str();
  start.scripts = &script;
  start.script_count = 1;
  start.rendering = parameters.rendering ? 1 : 0;
  start.say = say;
  call(communicator_, plugin_.initialize, &std::as_const(start), &session_);
}

const catalyst::BlockMesh& CatalystHook::mesh(const grid::Grid& grid, const grid::FieldView& view) {
  if (!mesh_) mesh_.emplace(grid, view.layout);
  if (!mesh_->matches(*view.layout))
    throw base::AgreedError(
        fmt::format("hook catalyst: field '{}' is decomposed in another way than '{}'; show them "
                    "in hooks of their own",
                    view.info.name, fields_.front()));
  return *mesh_;
}

void CatalystHook::observe(const run::Look& look) {
  std::vector<grid::FieldView> views;
  for (const std::string& name : fields_) views.push_back(look.outputs->get(name));
  std::vector<catalyst::Field> fields;
  for (const grid::FieldView& view : views) fields.push_back(mesh(look.solver->grid(), view).describe(view));
  const catalyst::Moment moment{look.moment.time, look.moment.step};
  try {
    call(communicator_, plugin_.execute, session_, &moment, &mesh_->mesh(), std::as_const(fields).data(),
         static_cast<int>(fields.size()));
  } catch (const base::AgreedError& error) {  // a picture that fails does not end a run
    throw run::OutputError(error.what());
  }
}

void CatalystHook::finish(const run::Look&) {
  if (!session_) return;
  try {
    call(communicator_, plugin_.finalize, std::exchange(session_, nullptr));
  } catch (const base::AgreedError& error) {
    throw run::OutputError(error.what());
  }
}

class CatalystCase : public run::HookCase {
 public:
  CatalystCase() { schedule_.at_end = true; }

  void declare(base::Parameters& parameters) override {
    parameters.file("script", parameters_.script,
                    {.help = "ParaView Catalyst script (catalyst_execute, extractors), version 2",
                     .required = true,
                     .may_differ_at_restart = true});
    parameters.texts("arguments", parameters_.arguments,
                     {.help = "what paraview.catalyst.get_args() gives the script; --output=FOLDER and "
                              "--time-unit=UNIT are added",
                      .may_differ_at_restart = true});
    parameters.texts("fields", parameters_.fields,
                     {.help = "outputs shown; empty for all", .may_differ_at_restart = true});
    parameters.text(
        "channel", parameters_.channel,
        {.help = "name of the source that stands for the data in the script", .may_differ_at_restart = true});
    parameters.boolean("rendering", parameters_.rendering,
                       {.help = "the script makes images: a display is looked for at the start",
                        .may_differ_at_restart = true});
    schedule_.declare(parameters, true, time_unit);
  }

  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto hook = std::make_unique<CatalystHook>(parameters_, context);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  CatalystParameters parameters_;
  run::Schedule schedule_;
};

}  // namespace

run::HookEntry catalyst_entry() {
  return {"catalyst", "shows the outputs to ParaView Catalyst scripts; images and extracts land in catalyst/",
          []() -> std::unique_ptr<run::HookCase> { return std::make_unique<CatalystCase>(); },
          catalyst::why_unavailable};
}

}  // namespace sluice::hooks
