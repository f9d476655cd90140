// The sums of a row, made in vector registers, are those of a plain loop, whatever remains at the row's end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "flux_transport/row_sums.hpp"

namespace {

using namespace sluice::solvers::flux_transport;

struct Row {
  std::vector<double> b, width, cosine, sine;
  explicit Row(std::size_t n) {
    for (std::size_t k = 0; k < n; ++k) {
      const auto x = static_cast<double>(k);
      b.push_back(3 * std::sin(1.7 * x + 0.2) - 0.5);
      width.push_back(0.1 + 0.01 * std::cos(x));
      cosine.push_back(std::cos(0.3 * x));
      sine.push_back(std::sin(0.3 * x));
    }
  }
  [[nodiscard]] RowSums sums() const {
    return sums_of_row(b.data(), {width.data(), cosine.data(), sine.data()},
                       static_cast<sluice::grid::Index>(b.size()));
  }
};

TEST(RowSums, ArePlainSums) {
  for (const std::size_t n : {1, 7, 8, 9, 33, 360}) {
    const Row row(n);
    long double positive = 0, negative = 0, cosine = 0, sine = 0;
    for (std::size_t k = 0; k < n; ++k) {
      const long double flux = static_cast<long double>(row.b[k]) * row.width[k];
      (flux > 0 ? positive : negative) += flux;
      cosine += flux * row.cosine[k];
      sine += flux * row.sine[k];
    }
    const RowSums sums = row.sums();
    const double round_off = 1e-15 * static_cast<double>(n);
    EXPECT_NEAR(sums.positive, static_cast<double>(positive), round_off) << n;
    EXPECT_NEAR(sums.negative, static_cast<double>(negative), round_off) << n;
    EXPECT_NEAR(sums.net, static_cast<double>(positive + negative), round_off) << n;
    EXPECT_NEAR(sums.cosine, static_cast<double>(cosine), round_off) << n;
    EXPECT_NEAR(sums.sine, static_cast<double>(sine), round_off) << n;
    EXPECT_EQ(sums.least, *std::min_element(row.b.begin(), row.b.end())) << n;
    EXPECT_EQ(sums.most, *std::max_element(row.b.begin(), row.b.end())) << n;
    const RowFlux flux =
        flux_of_row(row.b.data(), row.width.data(), static_cast<sluice::grid::Index>(row.b.size()));
    EXPECT_NEAR(flux.net, static_cast<double>(positive + negative), round_off) << n;
    EXPECT_NEAR(flux.size, static_cast<double>(positive - negative), round_off) << n;
  }
}

TEST(RowSums, TellWhatIsNoNumber) {
  for (const std::size_t place : {0, 5, 13, 18}) {
    Row row(19);
    row.b[place] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(std::isnan(row.sums().negative)) << place;
    EXPECT_TRUE(std::isnan(row.sums().net)) << place;
    row.b[place] = std::numeric_limits<double>::infinity();
    EXPECT_EQ(row.sums().most, std::numeric_limits<double>::infinity()) << place;
  }
}

}  // namespace
