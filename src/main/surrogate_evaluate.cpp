#include <fmt/format.h>

#include "base/error.hpp"
#include "main/commands.hpp"
#include "run/hdf5.hpp"
#include "run/weights_file.hpp"
#include "surrogate/network.hpp"

namespace sluice::main {

namespace {

/// Blocks of a periodic grid with the shape of a dataset.
grid::LayoutPtr layout_of(const base::Communicator& world, run::Hdf5File& file, const std::string& name) {
  const std::vector<std::uint64_t> shape = file.shape(name);
  if (shape.empty() || shape.size() > 3)
    throw base::AgreedError(fmt::format("dataset '{}' has {} axes; 1 to 3 are allowed", name, shape.size()));
  grid::LayoutSpec spec{.dimensions = static_cast<int>(shape.size())};
  for (std::size_t d = 0; d < shape.size(); ++d) {
    spec.global[d] = static_cast<grid::Index>(shape[d]);
    spec.periodic[d] = true;
  }
  return grid::Layout::block(world, spec);
}

}  // namespace

int surrogate_evaluate(Program& program, const EvaluateArguments& arguments) {
  const surrogate::Weights weights = run::read_weights(program.world, arguments.weights).weights;
  run::Hdf5File file = run::Hdf5File::open(program.world, arguments.input);
  for (const surrogate::Channel& channel : weights.inputs)
    if (!file.has("/" + channel.field))
      throw base::AgreedError(fmt::format("{}: has no dataset '{}', an input of {}", arguments.input,
                                          channel.field, arguments.weights));
  const grid::LayoutPtr layout = layout_of(program.world, file, "/" + weights.inputs.front().field);
  std::vector<grid::RealField> inputs, outputs;
  std::vector<surrogate::ChannelView> views;
  for (const surrogate::Channel& channel : weights.inputs) {
    inputs.emplace_back(grid::FieldInfo{.name = channel.field, .unit = channel.unit, .long_name = ""},
                        layout);
    file.read_field("/" + channel.field, layout, inputs.back().data(), 1);
    views.push_back({.data = inputs.back().data(), .layout = layout});
  }
  file.close();
  for (const surrogate::Channel& channel : weights.outputs)
    outputs.emplace_back(grid::FieldInfo{.name = channel.field, .unit = channel.unit, .long_name = ""},
                         layout);
  const auto precision =
      arguments.precision == "double" ? surrogate::Precision::real : surrogate::Precision::single;
  surrogate::make_network(weights, layout, precision)->evaluate(views, outputs);
  run::Hdf5File result = run::Hdf5File::create(program.world, arguments.output);
  for (const grid::RealField& field : outputs) {
    result.write_field("/" + field.info().name, field.erased(), {});
    result.write_attribute("/" + field.info().name, "units", field.info().unit);
  }
  result.close();
  print(program, fmt::format("{}: {} outputs on {} points\n", arguments.output, outputs.size(),
                             layout->global_size()));
  return 0;
}

}  // namespace sluice::main
