// Neural spectral block of the Latent Spectral Model (Wu, Hu, Luo, Wang, Long, ICML 2023, arXiv:2301.12664).
#pragma once
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "surrogate/layers.hpp"

namespace sluice::surrogate {

/// Part of a level that a rank holds, the axes in use last: `extents` points from global point `begin` on, of
/// which the first `owned` along each axis are its own.
struct LevelPart {
  Index3 points{1, 1, 1}, begin{}, extents{}, owned{};
  std::array<bool, 3> used{};
  std::array<std::vector<Index>, 3> splits;  ///< Of the points over the ranks.
};

/// The patches that a rank owns points of, and those that several ranks do.
struct Patches {
  std::size_t number = 0;                                ///< Of this rank's.
  std::size_t shared = 0;                                ///< Cut by the decomposition, of all ranks.
  std::vector<std::pair<std::size_t, std::size_t>> cut;  ///< This rank's number of one, that among `shared`.
  std::vector<std::pair<Index, std::size_t>> point_of;   ///< Place of an owned point, its patch.
};

/// Patches of `edge` points along each axis in use; 0: one patch.
[[nodiscard]] Patches make_patches(const LevelPart& part, Index edge);

/// Latent tokens of every patch attend to its points, each latent value goes through a sum of sines and
/// cosines, and the points attend to the tokens, in heads of channels. Where ranks share patches, the sums of
/// the attention go over all of them: the largest score first, then numerators and denominators in double
/// precision. Patches that lie on one rank cost no communication.
template <class Real>
class LatentSpectral {
 public:
  LatentSpectral(const Weights& weights, const std::string& name, const base::Communicator& communicator,
                 const LevelPart& part);
  /// Adds to the owned points of the planar channels x of the part. Collective.
  void operator()(Real* x);

 private:
  void find_scores();
  void sum_up();
  void transform();
  void attend_to_tokens(Real* x) const;
  /// Values of the shared patches, `size` each, reduced over the ranks. Collective.
  template <class Reduce>
  void agree(std::vector<double>& values, std::size_t size, double neutral, Reduce reduce);

  base::Communicator communicator_;
  std::size_t channels_, tokens_, heads_, cells_;
  Patches patches_;
  Dense<Real> encode_, decode_;
  std::vector<double> start_, basis_;   ///< [token][channel]; [channel][constant, sines..., cosines...].
  std::vector<Real> keys_, scores_;     ///< [channel][cell]; [token][head][cell].
  std::vector<double> largest_, sums_;  ///< [patch][token][head]; [patch][token][channel..., head...].
  std::vector<double> shared_;
};

}  // namespace sluice::surrogate
