#include "surrogate/torch_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/error.hpp"

namespace sluice::surrogate {

namespace {

namespace plugin = torch_plugin;
constexpr const char* file_name = "libsluice_torch.so";
constexpr std::size_t text_size = 4096;

/// Folders that are looked into: SLUICE_PLUGIN_PATH (colons between), then where Sluice's own libraries are.
std::vector<std::string> plugin_folders() {
  std::vector<std::string> folders;
  if (const char* paths = std::getenv("SLUICE_PLUGIN_PATH")) {
    std::istringstream list(paths);
    for (std::string folder; std::getline(list, folder, ':');)
      if (!folder.empty()) folders.push_back(folder);
  }
  Dl_info here{};
  if (dladdr(reinterpret_cast<void*>(&plugin_folders), &here) != 0 && here.dli_fname != nullptr)
    folders.push_back(std::filesystem::absolute(here.dli_fname).parent_path().string());
  return folders;
}

std::string find_plugin() {
  for (const std::filesystem::path folder : plugin_folders())
    if (std::error_code fault; std::filesystem::exists(folder / file_name, fault))
      return (folder / file_name).string();
  return {};
}

template <class Function>
Function* symbol(void* library, const char* name) {
  auto* function = reinterpret_cast<Function*>(dlsym(library, name));
  if (function == nullptr) throw base::Error(fmt::format("torch: {} lacks {}", file_name, name));
  return function;
}

/// call(complaint) of the plug-in; what it complains about is thrown.
template <class Call>
void checked(const Call& call) {
  std::vector<char> text(text_size, '\0');
  if (call(plugin::Complaint{text.data(), text.size()}) != 0)
    throw base::Error(fmt::format("torch: {}", text.data()));
}

/// The form of these weights as the plug-in reads it.
struct FormOf {
  explicit FormOf(const Weights& weights, int dimensions) {
    for (const Tensor& tensor : weights.tensors) {
      axes.push_back(static_cast<int>(tensor.shape.size()));
      shapes.insert(shapes.end(), tensor.shape.begin(), tensor.shape.end());
    }
    form = {.kind = weights.architecture.kind.c_str(),
            .activation = weights.architecture.activation.c_str(),
            .dimensions = dimensions,
            .tensors = static_cast<int>(axes.size()),
            .heads = static_cast<int>(weights.architecture.heads),
            .patch = static_cast<int>(weights.architecture.patch),
            .axes = axes.data(),
            .shapes = shapes.data()};
  }
  std::vector<int> axes;
  std::vector<std::int64_t> shapes;
  plugin::Form form{};
};

}  // namespace

std::string why_no_torch() {
  if (!find_plugin().empty()) return {};
  return fmt::format("built without torch: no {} in {} (needs Debian's libtorch-dev or Spack's py-torch)",
                     file_name, fmt::join(plugin_folders(), ", "));
}

const TorchLibrary& TorchLibrary::get() {
  static const TorchLibrary opened;
  return opened;
}

TorchLibrary::TorchLibrary() {
  if (const std::string missing = why_no_torch(); !missing.empty()) throw base::Error("torch: " + missing);
  void* handle = dlopen(find_plugin().c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) throw base::Error(fmt::format("torch: cannot open the plug-in: {}", dlerror()));
  const int version = symbol<plugin::VersionFunction>(handle, plugin::version_symbol)();
  if (version != plugin::interface_version)
    throw base::Error(fmt::format("torch: the plug-in has interface version {}, this program {}", version,
                                  plugin::interface_version));
  load_ = symbol<plugin::LoadFunction>(handle, plugin::load_symbol);
  build_ = symbol<plugin::BuildFunction>(handle, plugin::build_symbol);
  forward_ = symbol<plugin::ForwardFunction>(handle, plugin::forward_symbol);
  gradient_ = symbol<plugin::GradientFunction>(handle, plugin::gradient_symbol);
  pull_back_ = symbol<plugin::PullBackFunction>(handle, plugin::pull_back_symbol);
  unload_ = symbol<plugin::UnloadFunction>(handle, plugin::unload_symbol);
}

plugin::Module* TorchLibrary::load(const std::string& file, bool single) const {
  plugin::Module* module = nullptr;
  checked([&](const plugin::Complaint& complaint) {
    return load_(file.c_str(), single ? 1 : 0, 1, &module, complaint);
  });
  return module;
}

plugin::Module* TorchLibrary::build(const Weights& weights, bool single) const {
  plugin::Module* module = nullptr;
  const FormOf form(weights, static_cast<int>(weights.dimensions));
  const std::vector<double> flat = weights.flat();
  checked([&](const plugin::Complaint& complaint) {
    return build_(&form.form, flat.data(), single ? 1 : 0, 1, &module, complaint);
  });
  return module;
}

std::vector<std::int64_t> TorchLibrary::forward(plugin::Module* module, const plugin::Array& in, void* out,
                                                std::int64_t capacity) const {
  std::vector<std::int64_t> shape(5, 0);
  checked([&](const plugin::Complaint& complaint) {
    return forward_(module, &in, out, capacity, shape.data(), complaint);
  });
  while (!shape.empty() && shape.back() == 0) shape.pop_back();
  return shape;
}

double TorchLibrary::loss(const Weights& weights, const plugin::Batch& batch, int dimensions, double norm,
                          std::vector<double>* gradient) const {
  const FormOf form(weights, dimensions);
  const std::vector<double> flat = weights.flat();
  std::vector<double> own(gradient == nullptr ? 0 : flat.size());
  double sum = 0;
  checked([&](const plugin::Complaint& complaint) {
    return gradient_(&form.form, flat.data(), &batch, norm, &sum, gradient == nullptr ? nullptr : own.data(),
                     complaint);
  });
  for (std::size_t n = 0; n < own.size(); ++n) (*gradient)[n] += own[n];
  return sum;
}

void TorchLibrary::pull_back(const Weights& weights, const plugin::Batch& batch, int dimensions,
                             std::vector<double>* outputs, std::vector<double>* gradient) const {
  const FormOf form(weights, dimensions);
  const std::vector<double> flat = weights.flat();
  std::size_t size = static_cast<std::size_t>(batch.samples * batch.out);
  for (int d = 0; d < dimensions; ++d) size *= static_cast<std::size_t>(batch.grid[d]);
  if (outputs != nullptr) outputs->resize(size);
  if (gradient != nullptr) gradient->resize(flat.size());
  checked([&](const plugin::Complaint& complaint) {
    return pull_back_(&form.form, flat.data(), &batch, outputs == nullptr ? nullptr : outputs->data(),
                      gradient == nullptr ? nullptr : gradient->data(), complaint);
  });
}

}  // namespace sluice::surrogate
