// Supervised training of one surrogate: a private copy of its weights, an optimiser, and the best weights
// seen.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "surrogate/samples.hpp"
#include "surrogate/weights.hpp"

namespace sluice::surrogate {

struct TrainingParameters {
  std::int64_t batch = 16;  ///< Samples a gradient step, of all ranks together.
  double rate = 1e-3;
  double weight_decay = 0;
  double clip = 0;  ///< Largest norm of the gradient; 0: any.
  std::string precision = "single";
  std::string normalise = "data";
  HeldOut held_out;
  void declare(base::Parameters& parameters);
};

/// Gradients come from the torch plug-in, every rank's from its own part, added up in rank order; the rest is
/// double precision here. AdamW (Kingma and Ba, ICLR 2015, algorithm 1; Loshchilov and Hutter, ICLR 2019).
class Trainer {
 public:
  /// AgreedError if there is no torch in this build. Collective.
  Trainer(const base::Communicator& communicator, const TrainingParameters& parameters, Weights start,
          const base::RandomKey& key);
  /// One gradient step on samples drawn from those that are trained on; false if there are none yet. The
  /// first one takes the normalisation from the data, if asked to. Collective.
  bool step(const Samples& samples);
  /// Mean squared error of the normalised outputs over the samples that are held out; keeps the weights if
  /// they are the best so far. NaN if there are none. Collective.
  double validate(const Samples& samples);
  /// With the weights of now, or with the best ones.
  [[nodiscard]] Weights now() const;
  [[nodiscard]] Weights best() const;
  [[nodiscard]] double last_loss() const { return scalars[0]; }  ///< Mean squared error of the last batch.
  [[nodiscard]] double best_loss() const { return scalars[1]; }  ///< Infinite before the first validation.
  [[nodiscard]] double validation_loss() const { return scalars[2]; }
  [[nodiscard]] std::int64_t steps() const { return counts[0]; }
  [[nodiscard]] std::int64_t best_step() const { return counts[1]; }

  // What a checkpoint keeps; `restored` after they were filled again.
  std::vector<double> flat, first, second, best_flat;  ///< Weights, moments, best weights.
  std::vector<double> statistics;                      ///< Channels, mean and covariance of the data.
  std::vector<double> scalars;
  std::vector<std::int64_t> counts;
  void restored();

 private:
  void fit(const Samples& samples, std::span<const std::int64_t> slots);
  [[nodiscard]] double loss(const Samples& samples, std::span<const std::int64_t> slots,
                            std::vector<double>* gradient);
  void normalise(std::vector<double>& values, const Samples& samples, std::size_t cells,
                 std::vector<double>& inputs, std::vector<double>& targets) const;
  void descend(std::vector<double>& gradient);

  base::Communicator communicator_;
  TrainingParameters parameters_;
  Weights weights_;
  base::RandomKey key_;
};

}  // namespace sluice::surrogate
