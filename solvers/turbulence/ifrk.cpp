// Runge-Kutta schemes on exp(-L t) u: the linear term is exact, the rest of the scheme's order.
#include "turbulence/integrators.hpp"

namespace sluice::solvers::turbulence {
namespace {

/// exp(L tau) at every kept mode: of one field, as real numbers where L is real, or matrices of both fields.
class Exponentials {
 public:
  void make(const std::vector<Complex>& symbols, double tau) {
    *this = {};
    const bool real = is_real(symbols);
    for (const Complex& symbol : symbols) {
      if (real)
        real_.push_back(std::exp(symbol.real() * tau));
      else
        complex_.push_back(std::exp(symbol * tau));
    }
  }
  void make(const std::vector<Matrix2>& couplings, double tau) {
    *this = {};
    for (const Matrix2& coupling : couplings) matrices_.push_back(exponential(tau * coupling));
  }
  /// work(table) with the numbers that there are.
  template <class Work>
  void use(Work work) const {
    if (!matrices_.empty())
      work(matrices_.data());
    else if (!complex_.empty())
      work(complex_.data());
    else
      work(real_.data());
  }

 private:
  std::vector<double> real_;
  std::vector<Complex> complex_;
  std::vector<Matrix2> matrices_;
};

class Exponential : public Integrator {
 public:
  Exponential(const Space& space, std::size_t fields)
      : Integrator(space),
        tables_(fields),
        n_(make_all(space, fields, "n")),
        stage_(make_all(space, fields, "stage")),
        sum_(make_all(space, fields, "sum")) {}

 protected:
  void prepare(const Model& model, double tau) {
    if (tau == table_tau_) return;
    table_tau_ = tau;
    if (model.coupled()) {
      tables_.resize(1);
      return tables_[0].make(couplings(*space_, model), tau);
    }
    for (std::size_t f = 0; f < tables_.size(); ++f) tables_[f].make(symbols(*space_, model, f), tau);
  }
  /// kernel(e, u, n, stage, sum): one mode (of both fields, if L couples them), e its exponential.
  template <class Kernel>
  void each(Modes& u, Kernel kernel) {
    for (std::size_t f = 0; f < tables_.size(); ++f)
      tables_[f].use([&]<class Number>(const Number* table) {
        each_value<Number>(
            *space_, f,
            [table, kernel](Index i, auto& v, const auto& n, auto& stage, auto& sum) {
              kernel(table[i], v, n, stage, sum);
            },
            u, std::as_const(n_), stage_, sum_);
      });
  }

  std::vector<Exponentials> tables_;
  Modes n_, stage_, sum_;
  double table_tau_ = 0;
};

/// Heun's third-order scheme (c = 0, 1/3, 2/3; b = 1/4, 0, 3/4): its exponentials never run backwards.
/// Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, table II.1.1.
class Ifrk3 final : public Exponential {
 public:
  using Exponential::Exponential;
  void step(Model& model, Modes& u, double t, double dt) override {
    prepare(model, dt / 3);
    model.nonlinear(u, t, n_);
    each(u, [dt](const auto& e, const auto& v, const auto& n, auto& stage, auto& sum) {
      stage = times(e, v + (dt / 3) * n);
      sum = times(e, times(e, times(e, v + (dt / 4) * n)));
    });
    model.nonlinear(stage_, t + dt / 3, n_);
    each(u, [dt](const auto& e, const auto& v, const auto& n, auto& stage, auto&) {
      stage = times(e, times(e, v) + (2 * dt / 3) * n);
    });
    model.nonlinear(stage_, t + 2 * dt / 3, n_);
    each(u, [dt](const auto& e, auto& v, const auto& n, auto&, const auto& sum) {
      v = sum + times(e, (3 * dt / 4) * n);
    });
  }
  [[nodiscard]] int order() const override { return 3; }
  [[nodiscard]] int stages() const override { return 3; }
};

/// The classical scheme (Kutta 1901) with an integrating factor: Canuto et al., Spectral Methods in Fluid
/// Dynamics (1988), sec. 4.4.
class Ifrk4 final : public Exponential {
 public:
  using Exponential::Exponential;
  void step(Model& model, Modes& u, double t, double dt) override {
    prepare(model, dt / 2);
    model.nonlinear(u, t, n_);
    each(u, [dt](const auto& e, const auto& v, const auto& n, auto& stage, auto& sum) {
      stage = times(e, v + (dt / 2) * n);
      sum = times(e, times(e, v + (dt / 6) * n));
    });
    model.nonlinear(stage_, t + dt / 2, n_);
    each(u, [dt](const auto& e, const auto& v, const auto& n, auto& stage, auto& sum) {
      stage = times(e, v) + (dt / 2) * n;
      sum += times(e, (dt / 3) * n);
    });
    model.nonlinear(stage_, t + dt / 2, n_);
    each(u, [dt](const auto& e, const auto& v, const auto& n, auto& stage, auto& sum) {
      stage = times(e, times(e, v) + dt * n);
      sum += times(e, (dt / 3) * n);
    });
    model.nonlinear(stage_, t + dt, n_);
    each(u, [dt](const auto&, auto& v, const auto& n, auto&, const auto& sum) { v = sum + (dt / 6) * n; });
  }
  [[nodiscard]] int order() const override { return 4; }
  [[nodiscard]] int stages() const override { return 4; }
};

}  // namespace

std::unique_ptr<Integrator> make_ifrk3(const Space& space, std::size_t fields) {
  return std::make_unique<Ifrk3>(space, fields);
}
std::unique_ptr<Integrator> make_ifrk4(const Space& space, std::size_t fields) {
  return std::make_unique<Ifrk4>(space, fields);
}

}  // namespace sluice::solvers::turbulence
