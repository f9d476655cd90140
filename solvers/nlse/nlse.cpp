#include "nlse/nlse.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "nlse/solver.hpp"
#include "run/hdf5.hpp"

namespace sluice::solvers::nlse {
namespace {

class NlseCase final : public run::SolverCase {
 public:
  void declare(base::Parameters& parameters) override { parameters_.declare(parameters); }
  void validate(const base::Parameters& parameters) const override { parameters_.validate(parameters); }

  [[nodiscard]] run::Plan plan(const base::Communicator& communicator) const override {
    const auto layouts = numerics::FourierTransform::layouts(communicator, parameters_.fourier_spec());
    if (parameters_.initial.type == "file") check_file(communicator);
    const bool in_place = communicator.size() == 1 && parameters_.dimensions() > 1;
    const auto arrays =
        static_cast<std::int64_t>(parameters_.components() + arrays_of_integrator(parameters_, in_place));
    const std::int64_t bytes =
        (16 * arrays + 8) * std::max(layouts.physical->owned_size(), layouts.spectral->owned_size());
    const std::string asked = parameters_.time.integrator == "default" ? " (default for this equation)" : "";
    return {.grid = parameters_.make_grid(),
            .layout = layouts.physical,
            .bytes_per_rank = communicator.max(bytes),
            .notes = {describe_integrator(parameters_.integrator()) + asked,
                      "transforms: slabs, " +
                          std::to_string(communicator.sum(
                              static_cast<std::int64_t>(layouts.physical->owned_size() > 0))) +
                          " of " + std::to_string(communicator.size()) + " ranks own points (at most " +
                          std::to_string(parameters_.points[0]) + " can)"}};
  }

  [[nodiscard]] std::unique_ptr<run::Solver> build(const run::Context& context) const override {
    return std::make_unique<NlseSolver>(parameters_, context);
  }

 private:
  void check_file(const base::Communicator& communicator) const {
    auto file = run::Hdf5File::open(communicator, parameters_.initial.file);
    std::vector<std::string> names;
    for (std::size_t a = 0; a < parameters_.components(); ++a)
      for (const std::string part : {"_real", "_imag"})
        names.push_back("/" + component_name("psi", a, parameters_.components()) + part);
    for (const std::string& name : names) {
      std::string found = file.has(name) ? "has shape" : "is missing";
      bool good = file.has(name);
      if (good) {
        const auto shape = file.shape(name);
        good = std::equal(shape.begin(), shape.end(), parameters_.points.begin(), parameters_.points.end(),
                          [](std::uint64_t a, std::int64_t b) { return static_cast<std::int64_t>(a) == b; });
        for (const auto extent : shape) found += " " + std::to_string(extent);
      }
      if (!good)
        throw base::InputError("initial.file: " + parameters_.initial.file + ": dataset " + name + " " +
                               found + "; the shape of grid.points is allowed");
    }
  }

  NlseParameters parameters_;
};

}  // namespace

std::unique_ptr<run::SolverCase> make_case() { return std::make_unique<NlseCase>(); }

}  // namespace sluice::solvers::nlse
