// A reservoir of samples of a solver's outputs, for training in the run and for files.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "run/channel_places.hpp"
#include "run/hdf5.hpp"
#include "run/hook.hpp"
#include "surrogate/samples.hpp"

namespace sluice::hooks {

struct SamplerParameters {
  std::int64_t samples = 64;
  double memory = 256;  ///< [MiB]
  std::string targets_are = "values";
  std::int64_t seed = 0;
  void declare(base::Parameters& parameters);
};

/// What a sample is made of: channels of the solver's outputs.
struct SampledChannels {
  std::vector<surrogate::Channel> inputs, targets;
};

class Sampler {
 public:
  /// InputError "where: ..." if the solver has no such outputs or the samples take too much memory.
  Sampler(std::string where, const SamplerParameters& parameters, const SampledChannels& channels,
          const run::HookContext& context);
  /// Offers the state that is looked at, or what has become of the last one, to the reservoir; false if there
  /// was nothing to offer: a first state, or changes over another time or by an emulator. Collective.
  bool look(const run::Look& look);
  [[nodiscard]] const surrogate::Samples& samples();  ///< Collective.
  void state(run::State& state);                      ///< Collective.
  /// HDF5 file for the solver `training`: a dataset [samples, points...] for every channel (changes of u as
  /// u_change) with units, mean and standard deviation, and `trajectory`: number of the moment over `block`.
  /// OutputError. Collective.
  void write(const std::filesystem::path& file, std::int64_t block);

 private:
  void make(const grid::LayoutPtr& layout);
  [[nodiscard]] bool offer_change(const run::Look& look, const std::vector<surrogate::ChannelView>& now);
  void write_channel(const surrogate::Samples& kept, std::size_t c, run::Hdf5File& file) const;
  [[nodiscard]] bool changes() const { return parameters_.targets_are == "changes"; }

  std::string where_;
  SamplerParameters parameters_;
  run::HookContext context_;
  SampledChannels channels_;
  std::vector<run::ChannelPlace> places_;  // of the inputs, then of the targets
  std::optional<surrogate::Samples> samples_;
  std::vector<grid::RealField> previous_, change_;  // a channel each; changes of the targets
  std::int64_t has_previous_ = 0;
  double previous_time_ = 0, interval_ = 0;  // of the first change
};

}  // namespace sluice::hooks
