// Exponential time differencing, fourth order: Cox and Matthews, J. Comput. Phys. 176 (2002) 430, eqs.
// (26)-(29).
#include "numerics/spectral/etd.hpp"
#include "turbulence/integrators.hpp"

namespace sluice::solvers::turbulence {
namespace {

template <class Number>
struct Table {
  std::vector<Number> whole, half, step, first, middle, last;
  void add(const numerics::EtdCoefficients& c, double dt) {
    const auto number = [](Complex z) {
      if constexpr (std::is_same_v<Number, double>)
        return z.real();
      else
        return z;
    };
    whole.push_back(number(c.exponential));
    half.push_back(number(c.exponential_half));
    step.push_back(number(dt * c.half));
    first.push_back(number(dt * c.first));
    middle.push_back(number(2 * dt * c.middle));
    last.push_back(number(dt * c.last));
  }
};

template <class Number>
class Etdrk4 final {
 public:
  void make(const std::vector<Complex>& symbols, double dt) {
    table_ = {};
    Complex known = 1e300;
    numerics::EtdCoefficients coefficients;
    for (const Complex& symbol : symbols) {
      if (symbol != known) coefficients = numerics::etdrk4_coefficients(symbol * dt);
      known = symbol;
      table_.add(coefficients, dt);
    }
  }
  [[nodiscard]] bool empty() const { return table_.whole.empty(); }
  /// a = exp(L dt/2) u + step n
  void half_step(const Space& space, const Complex* u, const Complex* n, Complex* a) const {
    space.each_strip([&](Index at, Index first, Index count) {
      const Number *e = table_.half.data() + first, *q = table_.step.data() + first;
      for (Index i = 0; i < count; ++i) a[at + i] = times(e[i], u[at + i]) + times(q[i], n[at + i]);
    });
  }
  /// c = exp(L dt/2) a + step (2 nb - nu); then na becomes na + nb
  void third_stage(const Space& space, const Complex* a, const Complex* nu, const Complex* nb, Complex* na,
                   Complex* c) const {
    space.each_strip([&](Index at, Index first, Index count) {
      const Number *e = table_.half.data() + first, *q = table_.step.data() + first;
      for (Index i = 0; i < count; ++i) {
        c[at + i] = times(e[i], a[at + i]) + times(q[i], 2.0 * nb[at + i] - nu[at + i]);
        na[at + i] += nb[at + i];
      }
    });
  }
  void finish(const Space& space, const Complex* nu, const Complex* nab, const Complex* nc,
              Complex* u) const {
    space.each_strip([&](Index at, Index place, Index count) {
      const Number *e = table_.whole.data() + place, *f1 = table_.first.data() + place,
                   *f2 = table_.middle.data() + place, *f3 = table_.last.data() + place;
      for (Index i = 0; i < count; ++i)
        u[at + i] = times(e[i], u[at + i]) + times(f1[i], nu[at + i]) + times(f2[i], nab[at + i]) +
                    times(f3[i], nc[at + i]);
    });
  }

 private:
  Table<Number> table_;
};

class Etdrk4Integrator final : public Integrator {
 public:
  Etdrk4Integrator(const Space& space, std::size_t fields)
      : space_(&space),
        real_(fields),
        complex_(fields),
        nu_(make_all(space, fields, "nu")),
        na_(make_all(space, fields, "na")),
        nb_(make_all(space, fields, "nb")),
        a_(make_all(space, fields, "a")),
        b_(make_all(space, fields, "b")) {}

  void advance(Model& model, Modes& u, double t, double dt) override {
    if (dt != table_dt_) make_tables(model, dt);
    model.nonlinear(u, t, nu_);
    each([&](auto& table, std::size_t f) {
      table.half_step(*space_, u[f].data(), nu_[f].data(), a_[f].data());
    });
    model.nonlinear(a_, t + 0.5 * dt, na_);
    each([&](auto& table, std::size_t f) {
      table.half_step(*space_, u[f].data(), na_[f].data(), b_[f].data());
    });
    model.nonlinear(b_, t + 0.5 * dt, nb_);
    each([&](auto& table, std::size_t f) {
      table.third_stage(*space_, a_[f].data(), nu_[f].data(), nb_[f].data(), na_[f].data(), b_[f].data());
    });
    model.nonlinear(b_, t + dt, nb_);
    each([&](auto& table, std::size_t f) {
      table.finish(*space_, nu_[f].data(), na_[f].data(), nb_[f].data(), u[f].data());
    });
  }
  [[nodiscard]] int order() const override { return 4; }
  [[nodiscard]] int stages() const override { return 4; }

 private:
  template <class Work>
  void each(Work work) {
    for (std::size_t f = 0; f < real_.size(); ++f) {
      if (complex_[f].empty())
        work(real_[f], f);
      else
        work(complex_[f], f);
    }
  }
  void make_tables(const Model& model, double dt) {
    for (std::size_t f = 0; f < real_.size(); ++f) {
      const auto all = symbols(*space_, model, f);
      if (is_real(all))
        real_[f].make(all, dt);
      else
        complex_[f].make(all, dt);
    }
    table_dt_ = dt;
  }
  const Space* space_;
  std::vector<Etdrk4<double>> real_;
  std::vector<Etdrk4<Complex>> complex_;
  Modes nu_, na_, nb_, a_, b_;
  double table_dt_ = 0;
};

}  // namespace

std::unique_ptr<Integrator> make_etdrk4(const Space& space, std::size_t fields) {
  return std::make_unique<Etdrk4Integrator>(space, fields);
}

}  // namespace sluice::solvers::turbulence
