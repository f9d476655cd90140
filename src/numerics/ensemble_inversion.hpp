// Ensemble Kalman inversion: parameters for which a model says the data, from what an ensemble of models
// says, without derivatives (M. A. Iglesias, K. J. H. Law, A. M. Stuart, Inverse Problems 29 (2013) 045001).
// Deterministic: the ensemble transform in place of perturbed data, so that a linear model with Gaussian
// prior and data gives its posterior's mean and covariance of the members exactly. The way from prior
// (pseudo-time 0) to posterior (1) is cut into steps.
#pragma once
#include <span>
#include <vector>

namespace sluice::numerics {

/// Independent errors; the data are scaled by nothing else.
struct InversionData {
  std::vector<double> values, deviations;
};

/// The prior as data of the parameters themselves, which keeps the search in its reach (Tikhonov, N. K.
/// Chada, A. M. Stuart, X. T. Tong, SIAM J. Numer. Anal. 58 (2020) 1263); `deviation` 0: none.
struct InversionPrior {
  std::vector<double> mean;
  double deviation = 0;
};

/// Half the square of the misfit in units of the deviations, of every member; `outputs` [member][datum].
[[nodiscard]] std::vector<double> misfits(const InversionData& data, std::span<const double> outputs);

/// The next step of pseudo-time by the data-misfit controller (M. Iglesias, Y. Yang, Inverse Problems 37
/// (2021) 025008, eq. (42)), at most `left`: small while the members are far from the data, so that none
/// jumps beyond what is linear.
[[nodiscard]] double inversion_step(std::span<const double> misfits, std::size_t data, double left);

/// One step. `parameters` [member][parameter] are put in the place of the old ones; the spread's covariance
/// is first multiplied by `inflation`. Same bits wherever it is done. At least two members.
void inversion_update(const InversionData& data, const InversionPrior& prior, std::span<const double> outputs,
                      double step, double inflation, std::vector<double>& parameters);

}  // namespace sluice::numerics
