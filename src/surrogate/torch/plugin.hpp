// What the torch plug-in and the program tell each other: plain C, so that only the plug-in knows torch.
#pragma once
#include <cstddef>
#include <cstdint>

namespace sluice::surrogate::torch_plugin {

inline constexpr int interface_version = 3;

/// A TorchScript module, or one of Sluice's own networks in torch's words.
struct Module;

/// One of Sluice's own networks (surrogate/architecture.hpp).
struct Form {
  const char* kind;            ///< Architecture::kind
  const char* activation;      ///< Architecture::activation
  int dimensions;              ///< Axes of the grid.
  int tensors;                 ///< In the order of tensor_shapes.
  int heads, patch;            ///< Architecture::heads, patch
  const int* axes;             ///< Of every tensor.
  const std::int64_t* shapes;  ///< Of all tensors, one after the other.
};

/// Numbers in row-major order; `single`: float32, else float64. At most five axes.
struct Array {
  void* data;
  const std::int64_t* shape;
  int axes;
  int single;
};

/// Samples for training: normalised inputs [samples, channels, grid...] and what should come out, float64.
struct Batch {
  const double *inputs, *targets;
  std::int64_t samples, in, out;
  const std::int64_t* grid;
  int single;  ///< Arithmetic in float32.
};

/// Where a text goes that says what went wrong.
struct Complaint {
  char* text;
  std::size_t size;
};

// Functions that can fail return 0, or 1 with a text.
using VersionFunction = int();
using LibraryFunction = const char*();  ///< "libtorch 1.13.1"
using LoadFunction = int(const char* file, int single, int threads, Module** module, Complaint complaint);
/// `weights`: all tensors' values one after the other.
using BuildFunction = int(const Form* form, const double* weights, int single, int threads, Module** module,
                          Complaint complaint);
/// The module applied to `in`; the result's shape goes to `out_shape` (5 numbers, 0 beyond its axes) and its
/// values, if they are no more than `capacity`, to `out`.
using ForwardFunction = int(Module* module, const Array* in, void* out, std::int64_t capacity,
                            std::int64_t* out_shape, Complaint complaint);
/// Sum of the squared errors of the network's outputs, divided by `norm`, and its derivatives by the weights
/// (none if `gradient` is null).
using GradientFunction = int(const Form* form, const double* weights, const Batch* batch, double norm,
                             double* loss, double* gradient, Complaint complaint);
/// Of a sum of all outputs, each times a factor (`targets` of the batch), the derivatives by the weights;
/// where `outputs` is not null it gets the network's outputs [samples, channels, grid...], and the
/// derivatives are left out if `gradient` is null.
using PullBackFunction = int(const Form* form, const double* weights, const Batch* batch, double* outputs,
                             double* gradient, Complaint complaint);
using UnloadFunction = void(Module* module);

inline constexpr const char* version_symbol = "sluice_torch_version";
inline constexpr const char* library_symbol = "sluice_torch_library";
inline constexpr const char* load_symbol = "sluice_torch_load";
inline constexpr const char* build_symbol = "sluice_torch_build";
inline constexpr const char* forward_symbol = "sluice_torch_forward";
inline constexpr const char* gradient_symbol = "sluice_torch_gradient";
inline constexpr const char* pull_back_symbol = "sluice_torch_pull_back";
inline constexpr const char* unload_symbol = "sluice_torch_unload";

}  // namespace sluice::surrogate::torch_plugin
