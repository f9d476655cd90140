// Exponential time differencing, fourth order: Cox and Matthews, J. Comput. Phys. 176 (2002) 430, eqs.
// (26)-(29).
#include "numerics/spectral/etd.hpp"
#include "turbulence/integrators.hpp"

namespace sluice::solvers::turbulence {
namespace {

template <class Number>
class Etdrk4 final {
 public:
  void make(const std::vector<Complex>& symbols, double dt) {
    *this = {};
    Complex known = 1e300;
    numerics::EtdCoefficients coefficients;
    for (const Complex& symbol : symbols) {
      if (symbol != known) coefficients = numerics::etdrk4_coefficients(symbol * dt);
      known = symbol;
      add(coefficients, dt);
    }
  }
  void make(const std::vector<Matrix2>& couplings, double dt) {
    *this = {};
    for (const Matrix2& coupling : couplings) add(etdrk4_matrices(dt * coupling), dt);
  }
  [[nodiscard]] bool empty() const { return whole_.empty(); }
  /// a = exp(L dt/2) u + step n
  void half_step(const Space& space, std::size_t f, const Modes& u, const Modes& n, Modes& a) const {
    each_value<Number>(
        space, f,
        [e = half_.data(), q = step_.data()](Index i, const auto& uk, const auto& nk, auto& ak) {
          ak = times(e[i], uk) + times(q[i], nk);
        },
        u, n, a);
  }
  /// c = exp(L dt/2) a + step (2 nb - nu); then na becomes na + nb
  void third_stage(const Space& space, std::size_t f, const Modes& a, const Modes& nu, const Modes& nb,
                   Modes& na, Modes& c) const {
    each_value<Number>(
        space, f,
        [e = half_.data(), q = step_.data()](Index i, const auto& ak, const auto& nuk, const auto& nbk,
                                             auto& nak, auto& ck) {
          ck = times(e[i], ak) + times(q[i], 2.0 * nbk - nuk);
          nak += nbk;
        },
        a, nu, nb, na, c);
  }
  void finish(const Space& space, std::size_t f, const Modes& nu, const Modes& nab, const Modes& nc,
              Modes& u) const {
    each_value<Number>(
        space, f,
        [e = whole_.data(), f1 = first_.data(), f2 = middle_.data(), f3 = last_.data()](
            Index i, const auto& nuk, const auto& nabk, const auto& nck, auto& uk) {
          uk = times(e[i], uk) + times(f1[i], nuk) + times(f2[i], nabk) + times(f3[i], nck);
        },
        nu, nab, nc, u);
  }

 private:
  template <class Coefficients>
  void add(const Coefficients& c, double dt) {
    const auto number = [](const auto& z) {
      if constexpr (std::is_same_v<Number, double>)
        return z.real();
      else
        return z;
    };
    whole_.push_back(number(c.exponential));
    half_.push_back(number(c.exponential_half));
    step_.push_back(number(dt * c.half));
    first_.push_back(number(dt * c.first));
    middle_.push_back(number(2 * dt * c.middle));
    last_.push_back(number(dt * c.last));
  }
  std::vector<Number> whole_, half_, step_, first_, middle_, last_;
};

class Etdrk4Integrator final : public Integrator {
 public:
  Etdrk4Integrator(const Space& space, std::size_t fields)
      : Integrator(space),
        real_(fields),
        complex_(fields),
        nu_(make_all(space, fields, "nu")),
        na_(make_all(space, fields, "na")),
        nb_(make_all(space, fields, "nb")),
        a_(make_all(space, fields, "a")),
        b_(make_all(space, fields, "b")) {}

  void step(Model& model, Modes& u, double t, double dt) override {
    if (dt != table_dt_) make_tables(model, dt);
    model.nonlinear(u, t, nu_);
    each([&](auto& table, std::size_t f) { table.half_step(*space_, f, u, nu_, a_); });
    model.nonlinear(a_, t + 0.5 * dt, na_);
    each([&](auto& table, std::size_t f) { table.half_step(*space_, f, u, na_, b_); });
    model.nonlinear(b_, t + 0.5 * dt, nb_);
    each([&](auto& table, std::size_t f) { table.third_stage(*space_, f, a_, nu_, nb_, na_, b_); });
    model.nonlinear(b_, t + dt, nb_);
    each([&](auto& table, std::size_t f) { table.finish(*space_, f, nu_, na_, nb_, u); });
  }
  [[nodiscard]] int order() const override { return 4; }
  [[nodiscard]] int stages() const override { return 4; }

 private:
  template <class Work>
  void each(Work work) {
    if (!coupled_.empty()) return work(coupled_, 0);
    for (std::size_t f = 0; f < real_.size(); ++f) {
      if (complex_[f].empty())
        work(real_[f], f);
      else
        work(complex_[f], f);
    }
  }
  void make_tables(const Model& model, double dt) {
    table_dt_ = dt;
    if (model.coupled()) return coupled_.make(couplings(*space_, model), dt);
    for (std::size_t f = 0; f < real_.size(); ++f) {
      const auto all = symbols(*space_, model, f);
      if (is_real(all))
        real_[f].make(all, dt);
      else
        complex_[f].make(all, dt);
    }
  }
  std::vector<Etdrk4<double>> real_;
  std::vector<Etdrk4<Complex>> complex_;
  Etdrk4<Matrix2> coupled_;
  Modes nu_, na_, nb_, a_, b_;
  double table_dt_ = 0;
};

}  // namespace

std::unique_ptr<Integrator> make_etdrk4(const Space& space, std::size_t fields) {
  return std::make_unique<Etdrk4Integrator>(space, fields);
}

}  // namespace sluice::solvers::turbulence
