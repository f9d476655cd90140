#include "emergence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "csv_table.hpp"

namespace sluice::solvers::flux_transport {

namespace {

constexpr double longest = 1.25;  // periods: a cycle's last regions emerge beside the next one's first
constexpr double least_latitude = 2, most_latitude = 55;  // [deg]

// Shape of a cycle: D. H. Hathaway, R. M. Wilson, E. J. Reichmann, Solar Phys. 151 (1994) 177, eq. (1), with
// c = 0.71; t in months of a cycle of eleven years.
double activity(double t, double rise) {
  const double x = t / rise;
  return t <= 0 ? 0 : t * t * t / (std::exp(x * x) - 0.71);
}

/// Times of a cycle as shares of the period, by the inverse of the integrated shape.
class CycleTimes {
 public:
  explicit CycleTimes(double rise) : integral_(points + 1, 0.0) {
    for (int i = 1; i <= points; ++i) {
      const double t = longest * 132 * (i - 0.5) / points;
      integral_[static_cast<std::size_t>(i)] = integral_[static_cast<std::size_t>(i - 1)] + activity(t, rise);
    }
  }
  [[nodiscard]] double at(double u) const {
    const double wanted = u * integral_.back();
    const auto above = std::upper_bound(integral_.begin(), integral_.end(), wanted);
    const auto i = static_cast<std::size_t>(above - integral_.begin());
    if (i > static_cast<std::size_t>(points)) return longest;
    const double inside = (wanted - integral_[i - 1]) / (integral_[i] - integral_[i - 1]);
    return longest * (static_cast<double>(i - 1) + inside) / points;
  }

 private:
  static constexpr int points = 4000;
  std::vector<double> integral_;
};

/// Flux of one polarity, drawn again until it is within the bounds (the last try is cut to them).
double draw_flux(const RegionCycleParameters& p, const base::RandomKey& key, std::uint64_t i,
                 std::uint64_t step) {
  double flux = 0;
  for (std::uint64_t attempt = 0; attempt < 64; ++attempt) {
    flux = p.flux_median * std::exp(p.flux_spread * base::random_normal(key, i, step + 8 + attempt)[0]);
    if (flux >= p.flux_minimum && flux <= p.flux_maximum) return flux;
  }
  return std::clamp(flux, p.flux_minimum, p.flux_maximum);
}

void sort_by_time(std::vector<EmergingRegion>& regions) {
  std::stable_sort(regions.begin(), regions.end(),
                   [](const EmergingRegion& a, const EmergingRegion& b) { return a.time < b.time; });
}

}  // namespace

// Latitudes: mean 26.4 - 34.2 x + 16.1 x^2 [deg] and spread (0.14 + 1.05 x - 0.78 x^2) of it, x the phase of
// the cycle: J. Jiang, R. H. Cameron, D. Schmitt, M. Schuessler, Astron. Astrophys. 528 (2011) A82, eqs. (2)
// and (4). Log-normal sizes: T. J. Bogdan et al., Astrophys. J. 327 (1988) 451. Signs alternate from cycle to
// cycle and are opposite in the two hemispheres: G. E. Hale, S. B. Nicholson, Astrophys. J. 62 (1925) 270.
std::vector<EmergingRegion> cycle_regions(const RegionCycleParameters& p, const base::RandomKey& key,
                                          std::int64_t number) {
  const CycleTimes times(p.rise);
  const std::uint64_t step = static_cast<std::uint64_t>(number) * 128;  // of the random numbers
  const double leading = number % 2 == 0 ? p.northern_leading : -p.northern_leading;
  std::vector<EmergingRegion> regions;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(std::llround(p.regions)); ++i) {
    const double x = times.at(base::random_uniform(key, i, step));
    const double phase = std::min(x, 1.0);
    const double mean = p.latitude_factor * (26.4 - 34.2 * phase + 16.1 * phase * phase);
    const double spread = (0.14 + 1.05 * phase - 0.78 * phase * phase) * mean;
    const auto normal = base::random_normal(key, i, step + 1);
    const double distance = std::clamp(mean + spread * normal[0], least_latitude, most_latitude);
    const double side = base::random_uniform(key, i, step + 2) < 0.5 ? 1 : -1;
    const double tilt = std::asin(p.joy * std::sin(distance * degree)) / degree + p.tilt_scatter * normal[1];
    regions.push_back({.time = p.start + (static_cast<double>(number) + x) * p.period,
                       .region = {.latitude = side * distance,
                                  .longitude = 360 * base::random_uniform(key, i, step + 3),
                                  .flux = draw_flux(p, key, i, step),
                                  .tilt = std::clamp(tilt, -180.0, 180.0),
                                  .leading = side * leading}});
  }
  sort_by_time(regions);
  return regions;
}

std::vector<EmergingRegion> read_catalogue(const base::Communicator& communicator,
                                           const EmergenceParameters& parameters) {
  const CsvTable table(communicator, parameters.catalogue,
                       {{"time", "h"},
                        {"latitude", "deg"},
                        {"longitude", "deg"},
                        {"flux", "Mx"},
                        {"tilt", "deg", false},
                        {"leading", "1", false}});
  std::vector<EmergingRegion> regions;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto needed = [&](const std::string& column, double least, double most) {
      const auto value = table.number(row, column);
      if (!value) table.refuse(row, column, "is empty; a number is needed");
      if (*value < least || *value > most)
        table.refuse(row, column,
                     std::to_string(*value) + " is not allowed; " + std::to_string(least) + " to " +
                         std::to_string(most) + " are");
      return *value;
    };
    constexpr double any = std::numeric_limits<double>::max();
    const double latitude = needed("latitude", -80, 80);
    const auto leading = table.number(row, "leading");
    if (leading && *leading == 0) table.refuse(row, "leading", "is 0; a sign is needed, or nothing");
    regions.push_back(
        {.time = needed("time", -any, any),
         .region = {.latitude = latitude,
                    .longitude = needed("longitude", -any, any),
                    .flux = needed("flux", std::numeric_limits<double>::min(), any),
                    .tilt = table.number(row, "tilt"),
                    .leading = leading ? *leading : (latitude >= 0 ? 1 : -1) * parameters.northern_leading}});
  }
  sort_by_time(regions);
  return regions;
}

Emergence::Emergence(const base::Communicator& communicator, const EmergenceParameters& parameters,
                     const base::RandomKey& key)
    : parameters_(parameters), key_(key) {
  if (!parameters.catalogue.empty()) catalogue_ = read_catalogue(communicator, parameters);
}

void Emergence::collect(const std::vector<EmergingRegion>& regions, double t0, double t1,
                        std::vector<Share>& shares) const {
  const double growth = parameters_.growth;
  auto at = std::lower_bound(regions.begin(), regions.end(), t0 - growth,
                             [](const EmergingRegion& region, double t) { return region.time < t; });
  for (; at != regions.end() && at->time < t1; ++at) {
    const double begin = std::max(t0, at->time), end = std::min(t1, at->time + growth);
    const double share = growth == 0 ? (at->time >= t0 ? 1.0 : 0.0) : std::max(0.0, end - begin) / growth;
    if (share > 0) shares.push_back({at->region, share, at->time >= t0});
  }
}

std::vector<Emergence::Share> Emergence::between(double t0, double t1) {
  std::vector<Share> shares;
  collect(catalogue_, t0, t1, shares);
  const RegionCycleParameters& cycle = parameters_.cycle;
  if (cycle.regions > 0) {
    const auto number_at = [&](double t) { return std::floor((t - cycle.start) / cycle.period); };
    const auto first =
        static_cast<std::int64_t>(std::max(0.0, number_at(t0 - parameters_.growth - longest * cycle.period)));
    const auto last = static_cast<std::int64_t>(number_at(t1));
    for (std::int64_t n = first; n <= last; ++n) {
      auto found = cycles_.find(n);
      if (found == cycles_.end()) found = cycles_.emplace(n, cycle_regions(cycle, key_, n)).first;
      collect(found->second, t0, t1, shares);
    }
  }
  return shares;
}

}  // namespace sluice::solvers::flux_transport
