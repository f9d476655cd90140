// Sluice's own networks in torch's words, for their gradients.
#pragma once
#include <torch/torch.h>

#include <string>
#include <vector>

#include "surrogate/torch/plugin.hpp"

namespace sluice::surrogate::torch_plugin {

struct Functional {
  std::string kind, activation;
  int dimensions = 0;
  std::int64_t heads = 1, patch = 0;
  std::vector<torch::Tensor> tensors;

  /// [samples, channels, grid...] to the same with the outputs' channels.
  [[nodiscard]] torch::Tensor operator()(torch::Tensor x) const;

 private:
  [[nodiscard]] torch::Tensor transformed_once(const torch::Tensor& x) const;
  [[nodiscard]] torch::Tensor unet(torch::Tensor x) const;
  /// Of the Latent Spectral Model, with tensors from `first` on.
  [[nodiscard]] torch::Tensor latent(const torch::Tensor& x, std::size_t first) const;
};

/// Views of `weights`, one a tensor of the form.
[[nodiscard]] Functional make_functional(const Form& form, const torch::Tensor& weights);

}  // namespace sluice::surrogate::torch_plugin
