#include "row_sums.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Independent partial sums side by side in vector registers: a fixed order, whatever the processor's width.
/// An extension of GCC and Clang, since neither makes them of plain loops here.
using Lanes [[gnu::vector_size(64)]] = double;
constexpr Index lanes = sizeof(Lanes) / sizeof(double);

void load(Lanes& to, const double* from) { std::memcpy(&to, from, sizeof to); }

double sum_of(const Lanes& l) { return ((l[0] + l[4]) + (l[1] + l[5])) + ((l[2] + l[6]) + (l[3] + l[7])); }

/// Partial sums, of lanes or of the numbers that remain at a row's end.
template <class T>
struct Partial {
  T positive{}, negative{}, net{}, cosine{}, sine{}, least = T{} + infinity, most = T{} - infinity;

  void add(const T& b, const T& width, const T& cos_phi, const T& sin_phi) {
    const T zero{}, flux = b * width;
    positive += b > zero ? flux : zero;
    negative += b > zero ? zero : flux;
    net += flux;
    cosine += flux * cos_phi;
    sine += flux * sin_phi;
    least = b < least ? b : least;
    most = b > most ? b : most;
  }
};

}  // namespace

RowSums sums_of_row(const double* b, const ColumnTables& columns, Index n) {
  Partial<Lanes> wide;
  Partial<double> rest;
  Index k = 0;
  for (; k + lanes <= n; k += lanes) {
    Lanes value, width, cosine, sine;
    load(value, b + k);
    load(width, columns.width + k);
    load(cosine, columns.cosine + k);
    load(sine, columns.sine + k);
    wide.add(value, width, cosine, sine);
  }
  for (; k < n; ++k) rest.add(b[k], columns.width[k], columns.cosine[k], columns.sine[k]);
  RowSums sums{.positive = sum_of(wide.positive) + rest.positive,
               .negative = sum_of(wide.negative) + rest.negative,
               .net = sum_of(wide.net) + rest.net,
               .cosine = sum_of(wide.cosine) + rest.cosine,
               .sine = sum_of(wide.sine) + rest.sine,
               .least = rest.least,
               .most = rest.most};
  for (Index l = 0; l < lanes; ++l) {
    sums.least = std::min(sums.least, static_cast<double>(wide.least[l]));
    sums.most = std::max(sums.most, static_cast<double>(wide.most[l]));
  }
  return sums;
}

RowFlux flux_of_row(const double* b, const double* width, Index n) {
  Lanes net{}, size{};
  Index k = 0;
  for (; k + lanes <= n; k += lanes) {
    Lanes value, flux;
    load(value, b + k);
    load(flux, width + k);
    flux *= value;
    net += flux;
    size += value < Lanes{} ? -flux : flux;
  }
  RowFlux sums{.net = sum_of(net), .size = sum_of(size)};
  for (; k < n; ++k) {
    sums.net += b[k] * width[k];
    sums.size += std::abs(b[k]) * width[k];
  }
  return sums;
}

}  // namespace sluice::solvers::flux_transport
