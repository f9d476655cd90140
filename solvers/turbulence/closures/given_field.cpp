// An eddy viscosity that comes from outside: from a file at the start, from a corrector while running. tau =
// -2 nu S.
#include "run/hdf5.hpp"
#include "turbulence/closures/closure.hpp"

namespace sluice::solvers::turbulence {
namespace {

class GivenField final : public Closure {
 public:
  GivenField(const ClosureParameters& parameters, Space& space)
      : space_(&space),
        field_({"eddy_viscosity", "1", "eddy viscosity of the closure"}, space.transform().physical()),
        copy_(field_.info(), space.transform().physical()),
        modes_(space.make_modes("modes")),
        gradients_(space) {
    if (parameters.file.empty()) return;
    auto file = run::Hdf5File::open(space.communicator(), parameters.file);
    if (!file.has("/eddy_viscosity"))
      throw base::InputError("closure.file: " + parameters.file + " has no dataset eddy_viscosity");
    file.read_field("/eddy_viscosity", field_.layout_pointer(), field_.data(), 1);
    field_changed();
  }
  void add_stress(const ComplexField& w, RealField& p, RealField& q) override {
    gradients_.strain(w);
    add_eddy_stress(gradients_, 1, p, q);
  }
  [[nodiscard]] bool has_stress() const override { return true; }
  [[nodiscard]] std::vector<run::Quantity> quantities() const override {
    return {{.name = "mean_eddy_viscosity",
             .unit = "1",
             .value = mean_of(*space_, gradients_.size, [](double nu) { return nu; })}};
  }
  [[nodiscard]] RealField* field() override { return &field_; }
  /// From the solver's grid to the one of the products.
  void field_changed() override {
    if (space_->dealiasing() != Dealiasing::padded) {
      std::copy_n(field_.data(), field_.layout().allocated_size(), gradients_.size.data());
      return;
    }
    std::copy_n(field_.data(), field_.layout().allocated_size(), copy_.data());
    space_->transform().forward(copy_, modes_);
    space_->to_products(modes_, gradients_.size);
  }
  void state(run::State& state) override { state.field(field_); }
  void restored() override { field_changed(); }

 private:
  Space* space_;
  RealField field_, copy_;
  ComplexField modes_;
  Gradients gradients_;
};

}  // namespace

std::unique_ptr<Closure> make_given_field(const ClosureParameters& parameters, Space& space) {
  return std::make_unique<GivenField>(parameters, space);
}

}  // namespace sluice::solvers::turbulence
