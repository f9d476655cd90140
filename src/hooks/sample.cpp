// A reservoir of samples of the solver's outputs, written to HDF5 at the end: data for the solver `training`.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "hooks/hooks.hpp"
#include "hooks/sampler.hpp"

namespace sluice::hooks {

namespace {

struct SampleParameters {
  std::vector<std::string> inputs, targets;
  SamplerParameters sampler;
  std::int64_t block = 8;
  std::string file = "samples.h5";
};

/// Channels of these names, in the units of the solver's outputs.
std::vector<surrogate::Channel> channels_of(const std::vector<std::string>& names,
                                            const std::vector<run::Output>& outputs) {
  std::vector<surrogate::Channel> channels;
  for (const std::string& name : names) {
    const std::string output = run::place_of_channel(name).output;
    const auto found = std::ranges::find(outputs, output, [](const run::Output& o) { return o.info.name; });
    channels.push_back({.field = name, .unit = found == outputs.end() ? "1" : found->info.unit});
  }
  return channels;
}

class Sample : public run::Observer {
 public:
  Sample(const SampleParameters& parameters, const run::HookContext& context)
      : parameters_(parameters),
        file_(context.folder / parameters.file),
        sampler_("hook sample", parameters.sampler,
                 {.inputs = channels_of(parameters.inputs, context.solver->outputs()),
                  .targets = channels_of(parameters.targets, context.solver->outputs())},
                 context) {}
  void observe(const run::Look& look) override { static_cast<void>(sampler_.look(look)); }
  void finish(const run::Look&) override {
    sampler_.write(file_, parameters_.block);
    base::log::info("hook sample: {} of {} samples in {}", sampler_.samples().filled(),
                    sampler_.samples().seen, file_.string());
  }
  void state(run::State& state) override {
    Observer::state(state);
    sampler_.state(state);
  }

 private:
  SampleParameters parameters_;
  std::filesystem::path file_;
  Sampler sampler_;
};

class SampleCase : public run::HookCase {
 public:
  void declare(base::Parameters& p) override {
    SampleParameters& s = parameters_;
    p.texts("inputs", s.inputs,
            {.help = "outputs of the solver, of complex ones psi.re, psi.im",
             .required = true,
             .minimum_size = 1});
    p.texts("targets", s.targets,
            {.help = "further outputs, or with `targets_are: changes` those whose changes are kept"});
    s.sampler.declare(p);
    p.integer("block", s.block,
              {.help = "consecutive moments that count as one trajectory, to be held out all or none",
               .minimum = 1});
    p.text("file", s.file,
           {.help = "HDF5 file in the run's folder, for `training.data`, written at the end"});
    schedule_.declare(p, false, time_unit);
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {parameters_.file}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto hook = std::make_unique<Sample>(parameters_, context);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  SampleParameters parameters_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_sample() { return std::make_unique<SampleCase>(); }

}  // namespace sluice::hooks
