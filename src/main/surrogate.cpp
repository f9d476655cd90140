#include <fmt/format.h>

#include "main/commands.hpp"
#include "run/weights_file.hpp"

namespace sluice::main {

namespace {

std::string channel_lines(const char* kind, const std::vector<surrogate::Channel>& channels) {
  std::string text = fmt::format("{}:\n", kind);
  for (const surrogate::Channel& c : channels) {
    text += fmt::format("  {} [{}]  shift {:.6g}, scale {:.6g}", c.field, c.unit, c.shift, c.scale);
    if (c.lower || c.upper)
      text += fmt::format(", {} to {}", c.lower ? fmt::format("{:.6g}", *c.lower) : "anything",
                          c.upper ? fmt::format("{:.6g}", *c.upper) : "anything");
    text += "\n";
  }
  return text;
}

std::string reach_text(const surrogate::Architecture& architecture) {
  const std::int64_t reach = architecture.reach();
  if (reach < 0) return "the whole domain";
  return reach == 0 ? "the point itself" : fmt::format("{} points on each side", reach);
}

}  // namespace

int surrogate_info(Program& program, const std::string& name) {
  const run::WeightsFile file = run::read_weights(program.world, name);
  const surrogate::Weights& weights = file.weights;
  std::string text = fmt::format("{}: weights of a surrogate, whole (sha256 {})\n", name, file.hash);
  text += "architecture: " + weights.architecture.text(weights.inputs.size(), weights.outputs.size()) + "\n";
  if (weights.architecture.kind != "mlp") text += fmt::format("grid: {} axes\n", weights.dimensions);
  text += fmt::format("parameters: {}\n", weights.parameter_count());
  text += "an output depends on: " + reach_text(weights.architecture) + "\n";
  text += channel_lines("inputs", weights.inputs) + channel_lines("outputs", weights.outputs);
  text += std::string("mean and covariance of the training inputs: ") +
          (weights.input_covariance.empty() ? "not known" : "known") + "\n";
  if (!weights.note.empty()) text += "note: " + weights.note + "\n";
  text += "tensors:\n";
  for (const surrogate::Tensor& tensor : weights.tensors)
    text += fmt::format("  {}  {}\n", tensor.name, surrogate::shape_text(tensor.shape));
  print(program, text);
  return 0;
}

}  // namespace sluice::main
