// The torch plug-in (src/surrogate/torch), opened only when a case asks for it.
#pragma once
#include <string>
#include <vector>

#include "surrogate/torch/plugin.hpp"
#include "surrogate/weights.hpp"

namespace sluice::surrogate {

/// Why there is no torch in this build; empty if there is. Opens nothing.
[[nodiscard]] std::string why_no_torch();

/// The plug-in's functions; what they complain about is thrown as base::Error "torch: ...".
class TorchLibrary {
 public:
  /// Opened at the first call; it stays open until the process ends. base::Error if that is not possible.
  static const TorchLibrary& get();

  [[nodiscard]] torch_plugin::Module* load(const std::string& file, bool single) const;
  [[nodiscard]] torch_plugin::Module* build(const Weights& weights, bool single) const;
  /// Gives the result's shape.
  std::vector<std::int64_t> forward(torch_plugin::Module* module, const torch_plugin::Array& in, void* out,
                                    std::int64_t capacity) const;
  /// Sum of squared errors over `norm`; the derivatives by the weights are added to `gradient` unless it is
  /// null.
  [[nodiscard]] double loss(const Weights& weights, const torch_plugin::Batch& batch, int dimensions,
                            double norm, std::vector<double>* gradient) const;
  /// What the network makes of the batch's inputs, and the derivatives by the weights of the sum of its
  /// outputs times the batch's `targets`; either may be null.
  void pull_back(const Weights& weights, const torch_plugin::Batch& batch, int dimensions,
                 std::vector<double>* outputs, std::vector<double>* gradient) const;
  void unload(torch_plugin::Module* module) const { unload_(module); }
  struct Unload {
    void operator()(torch_plugin::Module* module) const { get().unload(module); }
  };

 private:
  TorchLibrary();
  torch_plugin::LoadFunction* load_;
  torch_plugin::BuildFunction* build_;
  torch_plugin::ForwardFunction* forward_;
  torch_plugin::GradientFunction* gradient_;
  torch_plugin::PullBackFunction* pull_back_;
  torch_plugin::UnloadFunction* unload_;
};

}  // namespace sluice::surrogate
