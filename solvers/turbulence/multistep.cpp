// Adams-Bashforth schemes of the published runs, with coefficients for steps of any length.
#include "turbulence/integrators.hpp"

namespace sluice::solvers::turbulence {
namespace {

/// Tendencies of the last steps and their lengths: all of it is state.
class History {
 public:
  History(const Space& space, std::size_t fields, int depth) {
    for (int back = 0; back < depth; ++back)
      tendencies_.push_back(make_all(space, fields, "tendency_" + std::to_string(back)));
    for (auto& one : tendencies_) states_.emplace_back(space, one);
    lengths_.assign(static_cast<std::size_t>(depth), 0.0);
  }
  /// Tendency `back` steps ago; 0 is the one of the step under way.
  [[nodiscard]] Modes& tendency(int back) {
    const auto depth = static_cast<std::int64_t>(tendencies_.size());
    return tendencies_[static_cast<std::size_t>((newest_ + back) % depth)];
  }
  /// Makes room for the tendency of a new step of length dt.
  void begin(double dt) {
    const auto depth = static_cast<std::int64_t>(tendencies_.size());
    newest_ = (newest_ + depth - 1) % depth;
    lengths_.pop_back();
    lengths_.insert(lengths_.begin(), dt);
    known_ = std::min(known_ + 1, depth);
  }
  /// The integral over the step under way of the polynomial through the known tendencies, as weights:
  /// explicit Euler at the first step, then Adams-Bashforth of growing order (Hairer, Norsett and Wanner I,
  /// sec. III.5).
  [[nodiscard]] std::vector<double> weights() const {
    const double h = lengths_[0];
    if (known_ == 1) return {h};
    const double h1 = lengths_[1];
    if (known_ == 2) return {h + h * h / (2 * h1), -h * h / (2 * h1)};
    const double h2 = lengths_[2], c1 = -h1, c2 = -h1 - h2;
    const auto moment = [h](double a, double b) {  // of (s - a)(s - b) over (0, h)
      return h * h * h / 3 - (a + b) * h * h / 2 + a * b * h;
    };
    return {moment(c1, c2) / (c1 * c2), moment(0, c2) / (c1 * (c1 - c2)), moment(0, c1) / (c2 * (c2 - c1))};
  }
  void forget() { known_ = 0; }
  [[nodiscard]] bool full() const { return known_ == static_cast<std::int64_t>(tendencies_.size()); }
  void state(run::State& state) {
    state.integer("multistep_newest", newest_);
    state.integer("multistep_known", known_);
    state.reals("multistep_lengths", lengths_);
    for (auto& one : states_) one.declare(state);
  }
  void restored() {
    for (auto& one : states_) one.restored();
  }

 private:
  std::vector<Modes> tendencies_;
  std::vector<ManyModesState> states_;
  std::vector<double> lengths_;
  std::int64_t newest_ = 0, known_ = 0;
};

class Multistep : public Integrator {
 public:
  Multistep(const Space& space, std::size_t fields, int depth)
      : Integrator(space), fields_(fields), history_(space, fields, depth) {}
  void state(run::State& state) override { history_.state(state); }
  void restored() override { history_.restored(); }
  void forget() override { history_.forget(); }
  [[nodiscard]] int stages() const override { return 1; }

 protected:
  void prepare(const Model& model) {
    if (!symbols_.empty() || !couplings_.empty()) return;
    if (model.coupled()) {
      couplings_ = couplings(*space_, model);
      return;
    }
    for (std::size_t f = 0; f < fields_; ++f) symbols_.push_back(symbols(*space_, model, f));
  }
  /// work(f, L) of every field, or once of both.
  template <class Work>
  void each_operator(Work work) const {
    if (!couplings_.empty()) return work(0, couplings_.data());
    for (std::size_t f = 0; f < symbols_.size(); ++f) work(f, symbols_[f].data());
  }
  /// kernel(symbol, u, weighted sum of the tendencies): one mode.
  template <class Kernel>
  void each(Modes& u, Kernel kernel) {
    auto weights = history_.weights();
    weights.resize(3, 0.0);
    // A weight of zero belongs to a tendency that is not known yet.
    const int second = weights[1] != 0 ? 1 : 0, third = weights[2] != 0 ? 2 : 0;
    const Modes &n0 = history_.tendency(0), &n1 = history_.tendency(second), &n2 = history_.tendency(third);
    each_operator([&]<class Number>(std::size_t f, const Number* symbol) {
      each_value<Number>(
          *space_, f,
          [=, w0 = weights[0], w1 = weights[1], w2 = weights[2]](Index i, auto& v, const auto& a,
                                                                 const auto& b, const auto& c) {
            kernel(symbol[i], v, w0 * a + w1 * b + w2 * c);
          },
          u, n0, n1, n2);
    });
  }
  std::size_t fields_;
  History history_;
  std::vector<std::vector<Complex>> symbols_;
  std::vector<Matrix2> couplings_;
};

/// Second-order Adams-Bashforth for N, Crank-Nicolson for L (waves keep their amplitude, whatever the step).
class Ab2Cn final : public Multistep {
 public:
  Ab2Cn(const Space& space, std::size_t fields) : Multistep(space, fields, 2) {}
  void step(Model& model, Modes& u, double t, double dt) override {
    prepare(model);
    history_.begin(dt);
    model.nonlinear(u, t, history_.tendency(0));
    each(u, [dt](const auto& symbol, auto& v, const auto& sum) {
      const auto forward = plus_identity(1, 0.5 * dt * symbol),
                 backward = plus_identity(1, -0.5 * dt * symbol);
      v = solve(backward, times(forward, v) + sum);
    });
  }
  [[nodiscard]] int order() const override { return 2; }
};

/// Third-order Adams-Bashforth for everything, as pyqg steps; its filter is the solver's dealiasing. The
/// first two steps are Heun's third-order Runge-Kutta scheme, so that the start costs no order.
class Ab3 final : public Multistep {
 public:
  Ab3(const Space& space, std::size_t fields) : Multistep(space, fields, 3) {}
  void step(Model& model, Modes& u, double t, double dt) override {
    history_.begin(dt);
    Modes& n = history_.tendency(0);
    if (!history_.full()) {
      whole(model, u, t, n);
      start(model, u, t, dt);
      return space_->apply_filter(u);
    }
    const bool is_whole = model.whole(u, t, n);
    if (!is_whole) {
      prepare(model);
      model.nonlinear(u, t, n);
    }
    const auto with_factor = [&](auto factor) { is_whole ? add(u, n, factor) : add_all(u, n, factor); };
    if (const double* filter = space_->filter().data())
      with_factor([filter](Index i) { return filter[i]; });
    else
      with_factor([](Index) { return 1.0; });
  }
  [[nodiscard]] int order() const override { return 3; }

 private:
  [[nodiscard]] bool filters() const override { return true; }
  /// n = L u + N(u)
  void whole(Model& model, const Modes& u, double t, Modes& n) {
    if (model.whole(u, t, n)) return;
    prepare(model);
    model.nonlinear(u, t, n);
    each_operator([&]<class Number>(std::size_t f, const Number* symbol) {
      each_value<Number>(
          *space_, f, [symbol](Index i, const auto& v, auto& rate) { rate += times(symbol[i], v); }, u, n);
    });
  }
  /// The step, and factor(i) of every mode, in one pass.
  template <class Factor>
  void add(Modes& u, const Modes& n, Factor factor) {
    const auto weights = history_.weights();
    const Modes &n1 = history_.tendency(1), &n2 = history_.tendency(2);
    for (std::size_t f = 0; f < fields_; ++f)
      each_value<Complex>(
          *space_, f,
          [factor, w0 = weights[0], w1 = weights[1], w2 = weights[2]](Index i, Complex& v, const Complex& a,
                                                                      const Complex& b, const Complex& c) {
            v = factor(i) * (v + (w0 * a + w1 * b + w2 * c));
          },
          u, n, n1, n2);
  }
  /// n += L u, and the same, in one pass.
  template <class Factor>
  void add_all(Modes& u, Modes& n, Factor factor) {
    const auto weights = history_.weights();
    const Modes &n1 = history_.tendency(1), &n2 = history_.tendency(2);
    each_operator([&]<class Number>(std::size_t f, const Number* symbol) {
      each_value<Number>(
          *space_, f,
          [symbol, factor, w0 = weights[0], w1 = weights[1], w2 = weights[2]](Index i, auto& v, auto& rate,
                                                                              const auto& b, const auto& c) {
            rate += times(symbol[i], v);
            v = factor(i) * (v + (w0 * rate + w1 * b + w2 * c));
          },
          u, n, n1, n2);
    });
  }
  /// to = u + h n
  void add(const Modes& u, double h, const Modes& n, Modes& to) const {
    for (std::size_t f = 0; f < fields_; ++f)
      space_->each_strip([&](Index at, Index, Index count) {
        for (Index i = at; i < at + count; ++i) to[f].data()[i] = u[f].data()[i] + h * n[f].data()[i];
      });
  }
  void start(Model& model, Modes& u, double t, double dt) {
    Modes stage = make_all(*space_, fields_, "stage"), n = make_all(*space_, fields_, "n");
    add(u, dt / 3, history_.tendency(0), stage);
    whole(model, stage, t + dt / 3, n);
    add(u, 2 * dt / 3, n, stage);
    whole(model, stage, t + 2 * dt / 3, n);
    add(u, dt / 4, history_.tendency(0), u);
    add(u, 3 * dt / 4, n, u);
  }
};

}  // namespace

std::unique_ptr<Integrator> make_ab2cn(const Space& space, std::size_t fields) {
  return std::make_unique<Ab2Cn>(space, fields);
}
std::unique_ptr<Integrator> make_ab3(const Space& space, std::size_t fields) {
  return std::make_unique<Ab3>(space, fields);
}

}  // namespace sluice::solvers::turbulence
