#include "run/weights_file.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/error.hpp"
#include "run/disk.hpp"
#include "run/hdf5.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

constexpr const char* format_name = "sluice surrogate weights";
constexpr std::int64_t format_version = 1;

surrogate::Tensor read_tensor(Hdf5File& file, const std::string& name) {
  const std::string path = "/tensors/" + name;
  surrogate::Tensor tensor{.name = name, .shape = {}, .values = file.read_reals(path)};
  for (const std::uint64_t n : file.shape(path)) tensor.shape.push_back(static_cast<std::int64_t>(n));
  return tensor;
}

void check_format(Hdf5File& file, const std::string& name) {
  const auto format = file.text_attribute("/", "format");
  if (!format || *format != format_name)
    throw base::AgreedError(fmt::format("{}: is no weights file (its attribute 'format' is {}, not '{}')",
                                        name, format ? "'" + *format + "'" : "missing", format_name));
  const auto version = file.integer_attribute("/", "version").value_or(0);
  if (version < 1 || version > format_version)
    throw base::AgreedError(
        fmt::format("{}: is written in version {} of the format; this program reads up to {}", name, version,
                    format_version));
}

}  // namespace

WeightsFile read_weights(const base::Communicator& communicator, const std::filesystem::path& path) {
  Hdf5File file = Hdf5File::open(communicator, path);
  check_format(file, path.string());
  const std::string description = file.read_text("/description");
  std::vector<surrogate::Tensor> tensors;
  for (const std::string& name : file.children("/tensors")) tensors.push_back(read_tensor(file, name));
  const std::string told = file.text_attribute("/", "hash").value_or("");
  file.close();
  const std::string hash = surrogate::content_hash(description, tensors);
  if (hash != told)
    throw base::AgreedError(fmt::format("{}: is damaged: its content has the hash {}, it says {}",
                                        path.string(), hash, told.empty() ? "none" : told));
  WeightsFile content{.weights = surrogate::parse_description(description, path.string() + "/description"),
                      .hash = hash};
  content.weights.tensors = std::move(tensors);
  content.weights.check(path.string());
  return content;
}

std::string write_weights(const base::Communicator& communicator, const std::filesystem::path& path,
                          const surrogate::Weights& weights) {
  const std::string description = surrogate::description_of(weights);
  const std::string hash = surrogate::content_hash(description, weights.tensors);
  write_whole(communicator, path, [&](Hdf5File& file) {
    file.write_attribute("/", "format", std::string(format_name));
    file.write_attribute("/", "version", format_version);
    file.write_attribute("/", "hash", hash);
    file.write_text("/description", description);
    file.make_group("/tensors");
    for (const surrogate::Tensor& tensor : weights.tensors)
      file.write_reals("/tensors/" + tensor.name, tensor.values, {tensor.shape.begin(), tensor.shape.end()});
  });
  return hash;
}

}  // namespace sluice::run
