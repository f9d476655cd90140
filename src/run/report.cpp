#include "run/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/log.hpp"
#include "base/timer.hpp"
#include "run/hdf5.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

constexpr double mebibyte = 1024.0 * 1024.0;

void write_timing(const std::filesystem::path& file, const std::vector<base::TimerRow>& rows,
                  const Cost& cost, int ranks, double memory) {
  Hdf5File out = Hdf5File::create(base::Communicator::self(), file);
  const auto numbers = [&](const char* name, auto member) {
    std::vector<double> values;
    for (const base::TimerRow& row : rows) values.push_back(static_cast<double>(row.*member));
    out.write_reals(name, values);
  };
  std::string names;
  for (const base::TimerRow& row : rows) names += (names.empty() ? "" : "\n") + row.name;
  numbers("/calls", &base::TimerRow::calls);
  numbers("/minimum", &base::TimerRow::minimum);
  numbers("/mean", &base::TimerRow::mean);
  numbers("/maximum", &base::TimerRow::maximum);
  for (const char* name : {"/minimum", "/mean", "/maximum"})
    out.write_attribute(name, "unit", std::string("s"));
  out.write_attribute("/", "timers", names);  // one name a line, in the order of the datasets
  out.write_attribute("/", "ranks", std::int64_t{ranks});
  out.write_attribute("/", "steps", cost.steps);
  out.write_attribute("/", "cells", cost.cells);
  out.write_attribute("/", "step_seconds", cost.step_seconds);
  out.write_attribute("/", "total_seconds", cost.total_seconds);
  out.write_attribute("/", "peak_memory_bytes_of_all_ranks", memory);
  out.close();
}

}  // namespace

void report_cost(const base::Communicator& communicator, const std::filesystem::path& folder,
                 const Cost& cost) {
  const std::vector<base::TimerRow> rows = base::timer_table(communicator);
  const auto own_memory = static_cast<double>(base::peak_memory_bytes());
  const double most = communicator.max(own_memory);
  const double memory = communicator.sum(own_memory);
  std::string table = base::format_timer_table(rows, cost.total_seconds);
  while (table.ends_with('\n')) table.pop_back();
  base::log::info("{}", table);
  if (cost.steps > 0) {
    const double per_step = cost.step_seconds / static_cast<double>(cost.steps);
    base::log::info("{} steps in {:.3f} s: {:.4g} s a step, {:.4g} ns a cell-update", cost.steps,
                    cost.step_seconds, per_step,
                    1e9 * per_step / static_cast<double>(std::max<std::int64_t>(cost.cells, 1)));
  }
  base::log::info("peak memory: {:.1f} MiB on the fullest rank, {:.1f} MiB on all {}", most / mebibyte,
                  memory / mebibyte, communicator.size());
  try {
    output_on_root(communicator,
                   [&] { write_timing(folder / "timing.h5", rows, cost, communicator.size(), memory); });
  } catch (const OutputError& error) {
    base::log::warn("timing.h5 could not be written: {}", error.what());
  }
}

std::vector<std::string> conservation_lines(const std::vector<Quantity>& now,
                                            const std::vector<double>& initial) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < now.size() && i < initial.size(); ++i) {
    const double drift = now[i].value - initial[i];
    std::string line = fmt::format("{} [{}]: {:.10g} -> {:.10g}, change {:.3g}", now[i].name, now[i].unit,
                                   initial[i], now[i].value, drift);
    const double scale = now[i].scale > 0 ? now[i].scale : std::abs(initial[i]);
    if (std::abs(drift) < scale) line += fmt::format(" ({:.3g} relative)", drift / scale);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace sluice::run
