// What a weights file holds, in memory: network, names, units, normalisation, tensors, training distribution.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "surrogate/architecture.hpp"

namespace sluice::surrogate {

/// One scalar that goes in or comes out at every point. The network sees (value - shift) / scale of an input;
/// an output is shift + scale * (what the network gives).
struct Channel {
  std::string field;  ///< Name of a solver's output; of a complex one psi.re or psi.im.
  std::string unit = "1";
  double shift = 0, scale = 1;
  std::optional<double> lower{},
      upper{};  ///< Of an input: range in the training data; of an output: allowed.
  void declare(base::Parameters& parameters);
};

struct Tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<double> values;  ///< Row-major.
};

/// A TorchScript module instead of a network of Sluice's own. It is given float32 or float64 numbers, by the
/// precision, and gives as many: [points, channels] where it is pointwise, else [1, channels, block with
/// `reach` more points on each side] for a result of the same size or without the margin.
struct Script {
  std::string file;  ///< Empty: there is none.
  std::string hash;  ///< SHA-256 of the file.
  bool pointwise = true;
  std::int64_t reach = 0;
};

struct Weights {
  Architecture architecture;
  std::int64_t dimensions = 1;  ///< Axes of the grid that it is for; of an mlp without meaning.
  std::vector<Channel> inputs, outputs;
  std::vector<double> input_mean;        ///< [normalised] Of the training data, a number an input; or empty.
  std::vector<double> input_covariance;  ///< [normalised] inputs x inputs, row-major; or empty.
  std::string note;                      ///< Where they come from, for people.
  Script script;
  std::vector<Tensor> tensors;  ///< In the order of tensor_shapes.

  /// Everything but the tensors, as the file's description has it.
  void declare(base::Parameters& parameters);
  /// AgreedError, naming `source`, unless tensors, statistics and channels fit the architecture. Puts the
  /// tensors in the order of tensor_shapes.
  void check(const std::string& source);
  [[nodiscard]] const Tensor& tensor(const std::string& name) const;
  [[nodiscard]] std::int64_t parameter_count() const;
  /// All tensors' values one after the other, for checkpoints and optimisers.
  [[nodiscard]] std::vector<double> flat() const;
  void set_flat(std::span<const double> values);
  /// Normalisation and bounds of every channel, mean and covariance of the inputs, as numbers (NaN: none).
  [[nodiscard]] std::vector<double> statistics() const;
  void set_statistics(std::span<const double> values);
};

/// The description of the file (YAML; JSON is YAML too) to everything but the tensors, and back.
[[nodiscard]] Weights parse_description(const std::string& description, const std::string& source);
[[nodiscard]] std::string description_of(Weights weights);

/// SHA-256 (FIPS 180-4), in hexadecimal, of the description and the tensors in the order of their names:
/// each as "\nname 16x2\n" and its values as 64-bit little-endian numbers.
[[nodiscard]] std::string content_hash(const std::string& description, const std::vector<Tensor>& tensors);

/// Untrained weights: uniform within +- 1/sqrt(fan in), biases likewise, from counters of `seed` (the same on
/// every number of ranks). The number of the tensor is the generator's stream.
void initialise(Weights& weights, std::uint64_t seed);

}  // namespace sluice::surrogate
