// TorchScript modules for surrogates, and gradients of Sluice's own networks.
#include "surrogate/torch/plugin.hpp"

#include <torch/script.h>
#include <torch/version.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "surrogate/torch/networks.hpp"

namespace sluice::surrogate::torch_plugin {

struct Module {
  std::optional<torch::jit::script::Module> script;
  std::optional<Functional> own;
};

namespace {

/// Runs `work`; what it throws becomes the text of a complaint.
template <class Work>
int guarded(const Complaint& complaint, const Work& work) {
  complaint.text[complaint.size - 1] = '\0';
  try {
    work();
    return 0;
  } catch (const c10::Error& fault) {
    std::strncpy(complaint.text, fault.what_without_backtrace(), complaint.size - 1);
  } catch (const std::exception& fault) {
    std::strncpy(complaint.text, fault.what(), complaint.size - 1);
  }
  return 1;
}

torch::ScalarType type_of(int single) { return single != 0 ? torch::kFloat32 : torch::kFloat64; }

torch::Tensor copy_of_weights(const Form& form, const double* weights, int single) {
  std::int64_t count = 0;
  const std::int64_t* shape = form.shapes;
  for (int n = 0; n < form.tensors; ++n) {
    std::int64_t size = 1;
    for (int axis = 0; axis < form.axes[n]; ++axis) size *= *shape++;
    count += size;
  }
  return torch::from_blob(const_cast<double*>(weights), {count}, torch::kFloat64)
      .to(type_of(single), false, true);
}

torch::Tensor samples_of(const Form& form, const Batch& batch, const double* values, std::int64_t channels) {
  std::vector<std::int64_t> shape{batch.samples, channels};
  shape.insert(shape.end(), batch.grid, batch.grid + form.dimensions);
  return torch::from_blob(const_cast<double*>(values), shape, torch::kFloat64).to(type_of(batch.single));
}

void copy_out(const torch::Tensor& values, double* to) {
  const torch::Tensor numbers = values.to(torch::kFloat64).contiguous();
  std::memcpy(to, numbers.data_ptr(), static_cast<std::size_t>(numbers.numel()) * sizeof(double));
}

}  // namespace
}  // namespace sluice::surrogate::torch_plugin

using namespace sluice::surrogate::torch_plugin;

extern "C" {

int sluice_torch_version() { return interface_version; }
const char* sluice_torch_library() { return "libtorch " TORCH_VERSION; }

int sluice_torch_load(const char* file, int single, int threads, Module** module, Complaint complaint) {
  return guarded(complaint, [&] {
    at::set_num_threads(threads);
    auto loaded = std::make_unique<Module>();
    loaded->script = torch::jit::load(file);
    loaded->script->to(type_of(single));
    loaded->script->eval();
    *module = loaded.release();
  });
}

int sluice_torch_build(const Form* form, const double* weights, int single, int threads, Module** module,
                       Complaint complaint) {
  return guarded(complaint, [&] {
    at::set_num_threads(threads);
    auto built = std::make_unique<Module>();
    built->own = make_functional(*form, copy_of_weights(*form, weights, single));
    *module = built.release();
  });
}

int sluice_torch_forward(Module* module, const Array* in, void* out, std::int64_t capacity,
                         std::int64_t* out_shape, Complaint complaint) {
  return guarded(complaint, [&] {
    const torch::InferenceMode no_gradients;
    const torch::ScalarType type = type_of(in->single);
    const torch::Tensor x =
        torch::from_blob(in->data, torch::IntArrayRef(in->shape, static_cast<std::size_t>(in->axes)), type);
    const torch::Tensor y =
        (module->own ? (*module->own)(x) : module->script->forward({x}).toTensor().to(type)).contiguous();
    TORCH_CHECK(y.dim() <= 5, "the module returns a tensor of ", y.dim(), " axes");
    std::fill_n(out_shape, 5, 0);
    std::copy_n(y.sizes().begin(), y.dim(), out_shape);
    if (y.numel() <= capacity)
      std::memcpy(out, y.data_ptr(), static_cast<std::size_t>(y.numel()) * y.element_size());
  });
}

int sluice_torch_gradient(const Form* form, const double* weights, const Batch* batch, double norm,
                          double* loss, double* gradient, Complaint complaint) {
  return guarded(complaint, [&] {
    at::set_num_threads(1);
    torch::Tensor flat = copy_of_weights(*form, weights, batch->single);
    flat.requires_grad_(gradient != nullptr);
    const Functional network = make_functional(*form, flat);
    const torch::Tensor predicted = network(samples_of(*form, *batch, batch->inputs, batch->in));
    const torch::Tensor error = predicted - samples_of(*form, *batch, batch->targets, batch->out);
    const torch::Tensor sum = error.square().sum() / norm;
    *loss = sum.item<double>();
    if (gradient == nullptr) return;
    sum.backward();
    copy_out(flat.grad(), gradient);
  });
}

int sluice_torch_pull_back(const Form* form, const double* weights, const Batch* batch, double* outputs,
                           double* gradient, Complaint complaint) {
  return guarded(complaint, [&] {
    at::set_num_threads(1);
    torch::Tensor flat = copy_of_weights(*form, weights, batch->single);
    flat.requires_grad_(gradient != nullptr);
    const torch::Tensor predicted =
        make_functional(*form, flat)(samples_of(*form, *batch, batch->inputs, batch->in));
    if (outputs != nullptr) copy_out(predicted.detach(), outputs);
    if (gradient == nullptr) return;
    (predicted * samples_of(*form, *batch, batch->targets, batch->out)).sum().backward();
    copy_out(flat.grad(), gradient);
  });
}

void sluice_torch_unload(Module* module) { delete module; }

}  // extern "C"
