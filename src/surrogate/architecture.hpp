// Which network a surrogate is, with its sizes: what a case file declares and a weights file holds.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/parameters.hpp"

namespace sluice::surrogate {

/// The networks that Sluice evaluates itself, decomposed like the solver, without torch:
///   mlp            multilayer perceptron, the same at every point; Rumelhart, Hinton, Williams,
///                  Nature 323 (1986) 533. Weights layers.L.weight [out, in], layers.L.bias [out].
///   convolutional  convolutions with periodic boundaries; LeCun et al., Neural Computation 1 (1989) 541.
///                  Weights layers.L.weight [out, in, kernel, ...], layers.L.bias [out].
///   fourier        Fourier neural operator; Li et al., ICLR 2021, arXiv:2010.08895, equations 2 to 5.
///                  Weights lift.weight [width, in], lift.bias; of every block blocks.L.spectral
///                  [in, out, 2 m_0, ..., m_last, 2] (complex, wavenumbers 0..m-1, -m..-1; 0..m-1 along the
///                  last axis), blocks.L.weight [width, width], blocks.L.bias; project.0 and project.1.
///   transform_once Transform Once; Poli, Massaroli et al., NeurIPS 2022, arXiv:2211.14453, between the kept
///                  wavenumbers of the Fourier transform instead of the cosine transform. Weights lift.weight
///                  [width, in], lift.bias; blocks.L.spectral as of `fourier`, blocks.L.mix.D [2 m_D, 2 m_D,
///                  width, 2] (complex, m_D along the last axis) of every axis D; project.0 [projection, 2
///                  width] and project.1 [2 out, projection] on real and imaginary parts.
///   unet           U-Net; Ronneberger, Fischer, Brox, MICCAI 2015, arXiv:1505.04597, with periodic
///                  boundaries, averages over 2 points along each axis for the way down and the nearest value
///                  for the way up (Odena, Dumoulin, Olah, Distill 2016). Two convolutions a level, 2^L width
///                  channels at level L: down.L.0, down.L.1 (down.LEVELS is the bottom), up.L.0 on the
///                  level's own channels followed by those from below, up.L.1: weight [out, in, kernel, ...],
///                  bias [out]; project.weight [out, width], project.bias.
///   latent_spectral  Latent Spectral Model; Wu, Hu, Luo, Wang, Long, ICML 2023, arXiv:2301.12664: `unet`
///                  with a neural spectral block on the way across every level and at the bottom. Of a patch,
///                  with q the tokens, k and v the two halves of encode(x), d = decode(x), all channels c:
///                    z = q + softmax_points(q k) v;   x + softmax_tokens(d z') z'   in heads of channels;
///                    z' = z + w_0 + sum_i w_i sin(pi i z / basis) + w_{basis-1+i} cos(pi i z / basis),
///                  i = 1..basis-1. As in the authors' program the scores are not scaled, and the constant
///                  stands for its cosine of wavenumber 0. Other than there: no batch normalisation (it would
///                  see the ranks' samples), averages for maxima and nearest for bilinear values, periodic
///                  convolutions for padding with 0, no coordinates as inputs (a periodic domain has none),
///                  one linear map at the end for two. Weights of `unet`; latent.L.tokens [tokens, channels],
///                  latent.L.encode [2 channels, channels], latent.L.basis [channels, 2 basis - 1],
///                  latent.L.decode [channels, channels], after down.L.1.
struct Architecture {
  std::string kind = "mlp";
  std::string activation = "gelu";
  std::vector<std::int64_t> hidden{16, 16};  ///< mlp, convolutional: channels of the hidden layers.
  std::int64_t kernel = 3;                   ///< convolutional, U-shaped: points along each axis, odd.
  std::int64_t levels = 3;                   ///< U-shaped: how often the points are halved.
  std::int64_t width = 16;                   ///< fourier, transform_once; U-shaped: channels of level 0.
  std::int64_t blocks = 4;                   ///< fourier, transform_once: number of blocks.
  std::vector<std::int64_t> modes{8};  ///< fourier, transform_once: kept along each axis; one number for all.
  std::int64_t projection = 32;        ///< The same: channels of the hidden layer of the projection.

  std::int64_t tokens = 4, heads = 8;  ///< latent_spectral: latent tokens a patch, heads of the attention.
  std::int64_t basis = 12;             ///< latent_spectral: divisor of the shortest wave of a latent value.
  std::int64_t patch = 0;              ///< latent_spectral: points along each axis, at every level; 0: all.

  /// With levels of halved points: unet, latent_spectral.
  [[nodiscard]] bool u_shaped() const { return kind == "unet" || kind == "latent_spectral"; }
  [[nodiscard]] bool spectral() const { return kind == "fourier" || kind == "transform_once"; }

  /// In a case file the kind may be "file": whatever the weights file holds.
  void declare(base::Parameters& parameters, bool may_be_the_files = false);
  /// "mlp 2-16-16-1, tanh" with the sizes that its kind has.
  [[nodiscard]] std::string text(std::size_t inputs, std::size_t outputs) const;
  /// AgreedError if a size makes no sense together with the others.
  void check() const;
  /// AgreedError if the network cannot be evaluated on a grid of so many points along each axis.
  void check_points(std::span<const std::int64_t> points) const;
  /// Modes along each of `dimensions` axes. AgreedError if neither one nor `dimensions` are given.
  [[nodiscard]] std::vector<std::int64_t> modes_of(int dimensions) const;
  /// Points on each side that an output depends on; -1: the whole domain.
  [[nodiscard]] std::int64_t reach() const;
  /// Same kind, and the same sizes as far as that kind has them.
  [[nodiscard]] bool same(const Architecture& other) const;
};

struct TensorShape {
  std::string name;
  std::vector<std::int64_t> shape;
  std::int64_t fan_in = 1;  ///< Inputs that one output sums up; of initial weights.
  double gain = 1;          ///< Of initial weights: they are within gain / sqrt(fan_in).
  [[nodiscard]] std::int64_t size() const;
};

/// Every tensor of the network in the order of evaluation, for that many input and output channels.
[[nodiscard]] std::vector<TensorShape> tensor_shapes(const Architecture& architecture, std::int64_t inputs,
                                                     std::int64_t outputs, int dimensions);

/// "16 x 2 x 3 x 3"
[[nodiscard]] std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace sluice::surrogate
