// Runge-Kutta schemes on exp(-L t) u: the linear term is exact, the rest of the scheme's order.
#include "turbulence/integrators.hpp"

namespace sluice::solvers::turbulence {
namespace {

/// exp(L tau) of one field at every kept mode: real numbers where L is real.
class Exponentials {
 public:
  void make(const std::vector<Complex>& symbols, double tau) {
    real_.clear();
    complex_.clear();
    const bool real = is_real(symbols);
    for (const Complex& symbol : symbols) {
      if (real)
        real_.push_back(std::exp(symbol.real() * tau));
      else
        complex_.push_back(std::exp(symbol * tau));
    }
  }
  /// work(table) with the numbers that there are.
  template <class Work>
  void use(Work work) const {
    if (complex_.empty())
      work(real_.data());
    else
      work(complex_.data());
  }

 private:
  std::vector<double> real_;
  std::vector<Complex> complex_;
};

class Exponential : public Integrator {
 public:
  Exponential(const Space& space, std::size_t fields)
      : space_(&space),
        tables_(fields),
        n_(make_all(space, fields, "n")),
        stage_(make_all(space, fields, "stage")),
        sum_(make_all(space, fields, "sum")) {}

 protected:
  void prepare(const Model& model, double tau) {
    if (tau == table_tau_) return;
    for (std::size_t f = 0; f < tables_.size(); ++f) tables_[f].make(symbols(*space_, model, f), tau);
    table_tau_ = tau;
  }
  /// kernel(e, u, n, stage, sum): one mode, e its exponential.
  template <class Kernel>
  void each(Modes& u, Kernel kernel) {
    for (std::size_t f = 0; f < tables_.size(); ++f)
      tables_[f].use([&](const auto* table) {
        Complex *uf = u[f].data(), *nf = n_[f].data(), *stage = stage_[f].data(), *sum = sum_[f].data();
        space_->each_strip([&](Index at, Index first, Index count) {
          for (Index i = 0; i < count; ++i)
            kernel(table[first + i], uf[at + i], nf[at + i], stage[at + i], sum[at + i]);
        });
      });
  }

  const Space* space_;
  std::vector<Exponentials> tables_;
  Modes n_, stage_, sum_;
  double table_tau_ = 0;
};

/// Heun's third-order scheme (c = 0, 1/3, 2/3; b = 1/4, 0, 3/4): its exponentials never run backwards.
/// Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, table II.1.1.
class Ifrk3 final : public Exponential {
 public:
  using Exponential::Exponential;
  void advance(Model& model, Modes& u, double t, double dt) override {
    prepare(model, dt / 3);
    model.nonlinear(u, t, n_);
    each(u, [dt](auto e, const Complex& v, const Complex& n, Complex& stage, Complex& sum) {
      stage = times(e, v + (dt / 3) * n);
      sum = times(e, times(e, times(e, v + (dt / 4) * n)));
    });
    model.nonlinear(stage_, t + dt / 3, n_);
    each(u, [dt](auto e, const Complex& v, const Complex& n, Complex& stage, Complex&) {
      stage = times(e, times(e, v) + (2 * dt / 3) * n);
    });
    model.nonlinear(stage_, t + 2 * dt / 3, n_);
    each(u, [dt](auto e, Complex& v, const Complex& n, Complex&, const Complex& sum) {
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
  void advance(Model& model, Modes& u, double t, double dt) override {
    prepare(model, dt / 2);
    model.nonlinear(u, t, n_);
    each(u, [dt](auto e, const Complex& v, const Complex& n, Complex& stage, Complex& sum) {
      stage = times(e, v + (dt / 2) * n);
      sum = times(e, times(e, v + (dt / 6) * n));
    });
    model.nonlinear(stage_, t + dt / 2, n_);
    each(u, [dt](auto e, const Complex& v, const Complex& n, Complex& stage, Complex& sum) {
      stage = times(e, v) + (dt / 2) * n;
      sum += times(e, (dt / 3) * n);
    });
    model.nonlinear(stage_, t + dt / 2, n_);
    each(u, [dt](auto e, const Complex& v, const Complex& n, Complex& stage, Complex& sum) {
      stage = times(e, times(e, v) + dt * n);
      sum += times(e, (dt / 3) * n);
    });
    model.nonlinear(stage_, t + dt, n_);
    each(u,
         [dt](auto, Complex& v, const Complex& n, Complex&, const Complex& sum) { v = sum + (dt / 6) * n; });
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
