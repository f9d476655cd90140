#include "nlse/local_terms.hpp"

#include <cmath>
#include <numbers>

namespace sluice::solvers::nlse {
namespace {

using grid::Index;

class Cubic final : public Term {
 public:
  explicit Cubic(const EquationParameters& parameters) : parameters_(parameters) {}
  void add(const Block& block, std::size_t a, double* frequency, double*) const override {
    for (std::size_t b = 0; b < block.components; ++b) {
      const double g = parameters_.pair(a, b);
      const double* n = block.density[b];
      for (Index k = 0; k < block.size; ++k) frequency[k] += g * n[k];
    }
  }
  void add_energy(const Block& block, double* energy) const override {
    for (std::size_t a = 0; a < block.components; ++a)
      for (std::size_t b = 0; b < block.components; ++b)
        for (Index k = 0; k < block.size; ++k)
          energy[k] -= 0.5 * parameters_.pair(a, b) * block.density[a][k] * block.density[b][k];
  }

 private:
  EquationParameters parameters_;
};

/// f(n) of the whole density; the energy density is minus its integral from 0 to n.
template <class Law>
class DensityLaw final : public Term {
 public:
  explicit DensityLaw(Law law) : law_(std::move(law)) {}
  void add(const Block& block, std::size_t, double* frequency, double*) const override {
    for (Index k = 0; k < block.size; ++k) frequency[k] += law_.f(block.whole_density(k));
  }
  void add_energy(const Block& block, double* energy) const override {
    for (Index k = 0; k < block.size; ++k) energy[k] -= law_.integral(block.whole_density(k));
  }

 private:
  Law law_;
};

struct Quintic {
  double g;
  [[nodiscard]] double f(double n) const { return g * n * n; }
  [[nodiscard]] double integral(double n) const { return g * n * n * n / 3; }
};

struct Saturable {
  double g, saturation;
  [[nodiscard]] double f(double n) const { return g * n / (1 + n / saturation); }
  [[nodiscard]] double integral(double n) const {
    return g * saturation * (n - saturation * std::log1p(n / saturation));
  }
};

struct Formula {
  base::Expression expression;
  [[nodiscard]] double f(double n) const { return expression(std::array{n}); }
  /// With n s^3 in place of n, so that fractional powers are smooth; Gauss-Legendre, ten points (Abramowitz
  /// and Stegun, table 25.4).
  [[nodiscard]] double integral(double n) const {
    constexpr std::array<double, 5> x{0.148874338981631211, 0.433395394129247191, 0.679409568299024406,
                                      0.865063366688984511, 0.973906528517171720};
    constexpr std::array<double, 5> w{0.295524224714752870, 0.269266719309996355, 0.219086362515982044,
                                      0.149451349150580593, 0.066671344308688138};
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      for (const double s : {0.5 * (1 + x[i]), 0.5 * (1 - x[i])}) sum += w[i] * 3 * s * s * f(n * s * s * s);
    return 0.5 * n * sum;
  }
};

class Separable final : public Term {
 public:
  Separable(std::shared_ptr<const SeparablePotential> potential, const Rows& rows)
      : potential_(std::move(potential)), rows_(rows) {}
  void add(const Block& block, std::size_t, double* frequency, double*) const override {
    for_each(block, [&](Index k, double v) { frequency[k] -= v; });
  }
  void add_energy(const Block& block, double* energy) const override {
    for_each(block, [&](Index k, double v) { energy[k] += v * block.whole_density(k); });
  }

 private:
  template <class Function>
  void for_each(const Block& block, Function function) const {
    const double outer = potential_->outer(rows_, block.row);
    const double* inner = potential_->axis[static_cast<std::size_t>(rows_.dimension)].data() + block.begin;
    for (Index k = 0; k < block.size; ++k) function(k, outer + inner[k]);
  }
  std::shared_ptr<const SeparablePotential> potential_;  // shared with the fused kick
  Rows rows_;
};

/// Values at the owned points, of one component or of all (< 0).
class Sampled : public Term {
 public:
  Sampled(std::vector<double> values, int component) : values_(std::move(values)), component_(component) {}
  void add(const Block& block, std::size_t a, double* frequency, double*) const override {
    if (component_ >= 0 && static_cast<std::size_t>(component_) != a) return;
    const double* v = values_.data() + block.first;
    for (Index k = 0; k < block.size; ++k) frequency[k] -= v[k];
  }
  void add_energy(const Block& block, double* energy) const override {
    const double* v = values_.data() + block.first;
    for (Index k = 0; k < block.size; ++k)
      energy[k] += v[k] * (component_ < 0 ? block.whole_density(k)
                                          : block.density[static_cast<std::size_t>(component_)][k]);
  }

 protected:
  std::vector<double> values_;

 private:
  int component_;
};

class PotentialFormula final : public Sampled {
 public:
  PotentialFormula(const std::string& text, int component, int dimensions, const Coordinates& coordinates)
      : Sampled(std::vector<double>(
                    static_cast<std::size_t>(coordinates.rows().count * coordinates.rows().points)),
                component),
        expression_(text, space_time_variables(dimensions)),
        dimensions_(static_cast<std::size_t>(dimensions)),
        coordinates_(&coordinates),
        moves_(expression_.uses("t")) {
    sample(0);
  }
  void prepare(Components&, double t) override {
    if (moves_ && t != time_) sample(t);
  }

 private:
  void sample(double t) {
    std::array<double, 4> at{};
    at[dimensions_] = t;
    coordinates_->for_each([&](const Point& x, Index place) {
      std::copy_n(x.begin(), dimensions_, at.begin());
      values_[static_cast<std::size_t>(place)] = expression_(at);
    });
    time_ = t;
  }
  base::Expression expression_;
  std::size_t dimensions_;
  const Coordinates* coordinates_;
  bool moves_;
  double time_ = 0;
};

class Loss final : public Term {
 public:
  explicit Loss(const EquationParameters& p)
      : linear_(p.loss), two_(p.loss_two_body), three_(p.loss_three_body) {}
  void add(const Block& block, std::size_t, double*, double* growth) const override {
    for (Index k = 0; k < block.size; ++k) {
      const double n = block.whole_density(k);
      growth[k] -= linear_ + n * (two_ + n * three_);
    }
  }
  [[nodiscard]] bool grows() const override { return true; }

 private:
  double linear_, two_, three_;
};

class Absorber final : public Term {
 public:
  Absorber(const EquationParameters& p, const grid::Grid& grid, const Coordinates& coordinates)
      : rows_(coordinates.rows()) {
    for (std::size_t d = 0; d < grid.axes.size(); ++d) {
      const double lower = grid.axes[d].faces.front(), upper = grid.axes[d].faces.back();
      for (const double x : coordinates.axis(static_cast<int>(d))) {
        const double depth = 1 - std::min(x - lower, upper - x) / p.absorber_width;
        const double s = depth > 0 ? std::sin(0.5 * std::numbers::pi * depth) : 0;
        rate_.axis[d].push_back(p.absorber_strength * s * s);
      }
    }
  }
  void add(const Block& block, std::size_t, double*, double* growth) const override {
    const double outer = rate_.outer(rows_, block.row);
    const double* inner = rate_.axis[static_cast<std::size_t>(rows_.dimension)].data() + block.begin;
    for (Index k = 0; k < block.size; ++k) growth[k] -= outer + inner[k];
  }
  [[nodiscard]] bool grows() const override { return true; }

 private:
  Rows rows_;
  SeparablePotential rate_;
};

}  // namespace

std::unique_ptr<Term> make_cubic(const EquationParameters& parameters) {
  return std::make_unique<Cubic>(parameters);
}
std::unique_ptr<Term> make_quintic(double quintic) {
  return std::make_unique<DensityLaw<Quintic>>(Quintic{quintic});
}
std::unique_ptr<Term> make_saturable(double g, double saturation) {
  return std::make_unique<DensityLaw<Saturable>>(Saturable{g, saturation});
}
std::unique_ptr<Term> make_formula(const std::string& text) {
  return std::make_unique<DensityLaw<Formula>>(Formula{base::Expression(text, {"n"})});
}
std::unique_ptr<Term> make_separable(std::shared_ptr<const SeparablePotential> potential, const Rows& rows) {
  return std::make_unique<Separable>(std::move(potential), rows);
}
std::unique_ptr<Term> make_sampled(std::vector<double> values) {
  return std::make_unique<Sampled>(std::move(values), -1);
}
std::unique_ptr<Term> make_potential_formula(const std::string& text, int component, int dimensions,
                                             const Coordinates& coordinates) {
  return std::make_unique<PotentialFormula>(text, component, dimensions, coordinates);
}
std::unique_ptr<Term> make_loss(const EquationParameters& parameters) {
  return std::make_unique<Loss>(parameters);
}
std::unique_ptr<Term> make_absorber(const EquationParameters& parameters, const grid::Grid& grid,
                                    const Coordinates& coordinates) {
  return std::make_unique<Absorber>(parameters, grid, coordinates);
}

}  // namespace sluice::solvers::nlse
