#include "grid/field.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.hpp"

namespace sluice::grid {

void* allocate_field_memory(std::size_t bytes) {
  constexpr std::size_t alignment = 64;  // a cache line, and the widest vector register
  const std::size_t rounded = std::max(bytes + alignment - 1, alignment) / alignment * alignment;
  void* memory = rounded < bytes ? nullptr : std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw base::Error("no memory for a field of " + std::to_string(bytes) + " bytes");
  return std::memset(memory, 0, rounded);
}

void free_field_memory(void* memory) noexcept { std::free(memory); }

namespace {

/// Calls `row(i, j, cells)` for each row of owned cells.
template <class Row>
void for_each_row(const Layout& layout, Row&& row) {
  const auto& count = layout.count();
  // The fastest used dimension is contiguous: a row of a 1-D or 2-D field runs along it, not along the unused
  // third.
  const int fastest = layout.dimensions() - 1;
  const Index cells = count[static_cast<std::size_t>(fastest)];
  const Index n0 = fastest > 0 ? count[0] : std::min<Index>(count[0], 1),
              n1 = fastest > 1 ? count[1] : std::min<Index>(count[1], 1);
  for (Index i = 0; i < n0; ++i)
    for (Index j = 0; j < n1; ++j) row(i, j, cells);
}

/// Calls `row(values, count)` for each row of owned cells; values of all components, interleaved.
template <class Row>
void for_each_row(const FieldView& field, Row&& row) {
  for_each_row(*field.layout, [&](Index i, Index j, Index cells) {
    row(field.data + field.layout->position(i, j) * field.components, cells * field.components);
  });
}

/// Fold of every value of one component with a function that keeps a NaN once it has one.
template <class Keep>
double fold(const FieldView& field, int component, double start, Keep&& keep) {
  double result = start;
  for_each_row(field, [&](const double* values, Index length) {
    for (Index n = component; n < length; n += field.components) result = keep(result, values[n]);
  });
  return result;
}

double larger(double a, double b) { return b > a || std::isnan(b) ? b : a; }
double smaller(double a, double b) { return b < a || std::isnan(b) ? b : a; }

/// Compensated sum in lanes, so that it runs at the speed of vector registers: each lane adds exactly (D.
/// Knuth, The Art of Computer Programming 2, 4.2.2, theorem B), the lanes are joined in their order.
class LaneSum {
 public:
  static constexpr Index lanes = 8;
  void add(Index lane, double value) {
    double& sum = sums_[static_cast<std::size_t>(lane)];
    const double total = sum + value, rest = total - sum;
    corrections_[static_cast<std::size_t>(lane)] += (sum - (total - rest)) + (value - rest);
    sum = total;
  }
  [[nodiscard]] double value() const {
    double plain = 0;
    for (const double sum : sums_) plain += sum;
    if (!std::isfinite(plain)) return plain;  // of infinite sums the corrections are NaN
    base::CompensatedSum total;
    for (const double sum : sums_) total.add(sum);
    for (const double correction : corrections_) total.add(correction);
    return total.value();
  }

 private:
  alignas(64) std::array<double, lanes> sums_{}, corrections_{};
};

template <class Term>
void add_row(LaneSum& total, Index terms, Term&& term) {
  Index n = 0;
  for (; n + LaneSum::lanes <= terms; n += LaneSum::lanes)
    for (Index lane = 0; lane < LaneSum::lanes; ++lane) total.add(lane, term(n + lane));
  for (Index lane = 0; n < terms; ++n, ++lane) total.add(lane, term(n));
}

double largest_modulus(const FieldView& field) {
  double result = 0;
  for_each_row(field, [&](const double* values, Index length) {
    for (Index n = 0; n < length; n += 2) {
      const double square = values[n] * values[n] + values[n + 1] * values[n + 1];
      result = larger(result, square);
    }
  });
  if (std::isnan(result) || (result > 1e-280 && result < 1e300)) return std::sqrt(result);
  result = 0;  // squares left the range of doubles
  for_each_row(field, [&](const double* values, Index length) {
    for (Index n = 0; n < length; n += 2) result = larger(result, std::hypot(values[n], values[n + 1]));
  });
  return result;
}

}  // namespace

double maximum_absolute(const FieldView& field) {
  const double local = field.components == 2
                           ? largest_modulus(field)
                           : fold(field, 0, 0.0, [](double a, double b) { return larger(a, std::abs(b)); });
  return field.layout->communicator().max(local);
}

double minimum(const FieldView& field, int component) {
  return field.layout->communicator().min(
      fold(field, component, std::numeric_limits<double>::infinity(), smaller));
}

double maximum(const FieldView& field, int component) {
  return field.layout->communicator().max(
      fold(field, component, -std::numeric_limits<double>::infinity(), larger));
}

double sum(const FieldView& field, int component) {
  LaneSum total;
  const Index components = field.components;
  for_each_row(field, [&](const double* values, Index length) {
    add_row(total, length / components, [&](Index n) { return values[n * components + component]; });
  });
  return field.layout->communicator().sum(total.value());
}

double norm2(const FieldView& field) {
  LaneSum total;
  for_each_row(field, [&](const double* values, Index length) {
    add_row(total, length, [&](Index n) { return values[n] * values[n]; });
  });
  return std::sqrt(field.layout->communicator().sum(total.value()));
}

namespace {

void add_rows(const FieldView& change, double* values, const Layout& layout, int components) {
  if (!change.layout->same_decomposition(layout) || change.components != components)
    throw base::AgreedError("'" + change.info.name +
                            "' cannot be added: it needs the decomposition of its "
                            "target and " +
                            std::to_string(components) + " components");
  for_each_row(layout, [&](Index i, Index j, Index cells) {
    const double* from = change.data + change.layout->position(i, j) * components;
    double* to = values + layout.position(i, j) * components;
    for (Index n = 0; n < cells * components; ++n) to[n] += from[n];
  });
}

}  // namespace

void add(const FieldView& change, RealField& field) { add_rows(change, field.data(), field.layout(), 1); }

void add(const FieldView& change, ComplexField& field) {
  add_rows(change, reinterpret_cast<double*>(field.data()), field.layout(), 2);
}

}  // namespace sluice::grid
