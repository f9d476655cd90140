// Supervised training of one surrogate: a private copy of its weights, an optimiser, and the best weights
// seen.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "grid/grid.hpp"
#include "surrogate/samples.hpp"
#include "surrogate/weights.hpp"

namespace sluice::surrogate {

struct TrainingParameters {
  std::int64_t batch = 16;  ///< Samples a gradient step, of all ranks together.
  double rate = 1e-3;
  std::int64_t halving = 0;  ///< Gradient steps after which the rate is halved, again and again; 0: never.
  double weight_decay = 0;
  double clip = 0;  ///< Largest norm of the gradient; 0: any.
  std::string precision = "single";
  std::string normalise = "data";
  std::string augment = "none";
  HeldOut held_out;
  void declare(base::Parameters& parameters);
  /// InputError, beginning with `where`, if samples of this grid cannot be augmented for this network.
  void check(const std::string& where, const grid::Grid& grid, const Architecture& architecture) const;
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

  /// There are samples that may be trained on.
  [[nodiscard]] bool can_learn(const Samples& samples) const {
    return !samples.slots(parameters_.held_out, false).empty();
  }

  // The same in pieces, for several who learn together: what each of them has to say, and what is made of it.
  /// Before the first gradient step, if the normalisation is to come from the data.
  [[nodiscard]] bool wants_moments() const { return counts[0] == 0 && parameters_.normalise == "data"; }
  /// Number, means, ranges and products about the means of the channels, over what is trained on; of as many
  /// numbers for any samples, all 0 if there are none. Collective.
  [[nodiscard]] std::vector<double> moments(const Samples& samples) const;
  /// Of the samples of both (Chan, Golub, LeVeque, COMPSTAT 1982, equation 2.1).
  [[nodiscard]] static std::vector<double> merged(std::vector<double> a, std::span<const double> b);
  void fit(std::span<const double> moments);
  /// Derivatives of the mean squared error by the weights on a batch, and the error itself; empty if there
  /// is nothing to train on. Collective.
  [[nodiscard]] std::vector<double> gradient(const Samples& samples);
  void learn(std::vector<double> gradient);
  /// What `validate` judges by: the sum over the samples held out, and their number. Collective.
  [[nodiscard]] std::array<double, 2> held_out(const Samples& samples);
  double judge(double error);
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
  [[nodiscard]] double loss(const Samples& samples, std::span<const std::int64_t> slots,
                            std::vector<double>* gradient);
  void normalise(std::vector<double>& values, const Samples& samples, std::size_t cells,
                 std::vector<double>& inputs, std::vector<double>& targets) const;
  /// Every sample of this rank's share of a batch by a shift of its own. Keyed by the gradient step.
  void shift(std::vector<double>& values, const Samples& samples) const;
  void descend(std::vector<double>& gradient);

  base::Communicator communicator_;
  TrainingParameters parameters_;
  Weights weights_;
  base::RandomKey key_;
};

}  // namespace sluice::surrogate
