#include "flow_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "globe_map.hpp"
#include "numerics/sphere_advection.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using base::InputError;
using grid::Index;
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

std::string trimmed(std::string text) {
  const char* blank = " \t\r\n\"";
  text.erase(0, std::min(text.find_first_not_of(blank), text.size()));
  text.erase(text.find_last_not_of(blank) + 1);
  return text;
}

/// The number of a cell, if it is one.
std::optional<double> number(const std::string& text) {
  try {
    std::size_t used = 0;
    const double value = std::stod(text, &used);
    if (used == text.size() && std::isfinite(value)) return value;
  } catch (const std::exception&) {
  }
  return std::nullopt;
}

}  // namespace

std::vector<FlowFrame> read_flow_list(const FlowFileParameters& parameters) {
  const std::filesystem::path file = parameters.list;
  std::ifstream stream(file);
  if (!stream) throw InputError(file.string() + ": cannot be read");
  std::vector<FlowFrame> frames;
  double origin = parameters.origin.value_or(0);
  std::string line;
  for (int n = 1; std::getline(stream, line); ++n) {
    line = trimmed(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(trimmed(cell));
    const auto value = number(cells[0]);
    if (!value && frames.empty() && cells.size() == 3) continue;  // a header
    if (!value || cells.size() != 3 || cells[1].empty() || cells[2].empty())
      throw InputError(fmt::format("{}:{}: '{}'; a line is: time, file of v_theta, file of v_phi",
                                   file.string(), n, line));
    if (frames.empty() && parameters.time == "julian_date" && !parameters.origin) origin = *value;
    const double time = (*value - origin) * (parameters.time == "hours" ? 1 : 24);
    if (!frames.empty() && time <= frames.back().time)
      throw InputError(fmt::format("{}:{}: time {} is not above the line before; ascending times are allowed",
                                   file.string(), n, cells[0]));
    frames.push_back({time, file.parent_path() / cells[1], file.parent_path() / cells[2]});
    for (const auto& map : {frames.back().v_theta, frames.back().v_phi})
      if (!std::filesystem::exists(map))
        throw InputError(fmt::format("{}:{}: there is no file {}", file.string(), n, map.string()));
  }
  if (frames.empty()) throw InputError(file.string() + ": has no line; at least one frame is needed");
  return frames;
}

FlowBracket bracket(const std::vector<FlowFrame>& frames, double period, double t) {
  const std::size_t n = frames.size();
  const double spacing = n > 1 ? (frames[n - 1].time - frames[0].time) / double(n - 1) : period;
  const double tolerance = 1e-9 * spacing;
  double shift = 0;
  if (period > 0) shift = period * std::floor((t + tolerance - frames[0].time) / period);
  const double inside = t - shift + tolerance;
  if (inside < frames[0].time) return {0, 0, -infinite, frames[0].time};
  std::size_t i = n - 1;
  while (frames[i].time > inside) --i;
  if (i + 1 < n) return {i, i + 1, frames[i].time + shift, frames[i + 1].time + shift};
  if (period > 0) return {i, 0, frames[i].time + shift, frames[0].time + period + shift};
  return {i, i, -infinite, infinite};
}

FlowFiles::FlowFiles(const numerics::SphereBlock& block, const FlowFileParameters& parameters)
    : block_(block), parameters_(parameters), exchange_(block.layout()) {
  base::agree(block.layout()->communicator(), [&] { frames_ = read_flow_list(parameters_); });
  const double length = frames_.back().time - frames_.front().time;
  if (parameters_.repeat && frames_.size() > 1)
    period_ = parameters_.period.value_or(length * (1 + 1 / double(frames_.size() - 1)));
  if (period_ > 0 && period_ <= length)
    throw InputError(fmt::format("flow.files.period is {} h; above {} h, the length of the list, is allowed",
                                 period_, length));
  const grid::FieldInfo info{"velocity", "1", "velocity of a frame"};
  work_north_ = grid::RealField(info, block.layout());
  work_west_ = grid::RealField(info, block.layout());
}

void FlowFiles::begin(double t, const grid::RealField&) {
  bracket_ = bracket(frames_, period_, t);
  if (parameters_.interpolation == "held") bracket_.second = bracket_.first;
  if (second_.frame == bracket_.first && first_.frame != bracket_.first) std::swap(first_, second_);
  if (first_.frame != bracket_.first) load(first_, bracket_.first);
  if (bracket_.second != bracket_.first && second_.frame != bracket_.second) load(second_, bracket_.second);
}

void FlowFiles::load(Loaded& into, std::size_t frame) {
  const auto& communicator = block_.layout()->communicator();
  const GlobeMap south = read_globe_map(communicator, frames_[frame].v_theta),
                 east = read_globe_map(communicator, frames_[frame].v_phi);
  into.frame = frame;
  into.north.clear();
  into.west.clear();
  const double unit = parameters_.factor * speed_unit;
  for (Index i = 0; i < block_.rows(); ++i) {
    const Index j = block_.first_row() + i;
    for (Index k = 0; k < block_.columns(); ++k) {
      const Index column = block_.first_column() + k;
      into.north.push_back(j == 0 ? 0.0 : unit * south.at(block_.face[at(j)], block_.phi[at(column)]));
      into.west.push_back(
          block_.is_pole(j) ? 0.0 : unit * east.at(block_.theta[at(j)], block_.face_longitude(column)));
    }
  }
  into.rate = rate(into);
}

double FlowFiles::rate(const Loaded& loaded) {
  for (Index i = 0; i < block_.rows(); ++i) {
    std::copy_n(&loaded.north[at(i * block_.columns())], block_.columns(), work_north_.view().row(i));
    std::copy_n(&loaded.west[at(i * block_.columns())], block_.columns(), work_west_.view().row(i));
  }
  exchange_(work_north_);
  exchange_(work_west_);
  return numerics::fastest_rate(block_, work_north_, work_west_);
}

double FlowFiles::fastest_rate() const {
  return bracket_.first == bracket_.second ? first_.rate : std::max(first_.rate, second_.rate);
}

void FlowFiles::add(double t, grid::RealField& north, grid::RealField& west) const {
  const bool between = bracket_.first != bracket_.second;
  const double b =
      between ? std::clamp((t - bracket_.begin) / (bracket_.end - bracket_.begin), 0.0, 1.0) : 0.0;
  const Index n = block_.columns();
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < n; ++k) {
      const std::size_t cell = at(i * n + k);
      north.view()(i, k) +=
          between ? (1 - b) * first_.north[cell] + b * second_.north[cell] : first_.north[cell];
      west.view()(i, k) += between ? (1 - b) * first_.west[cell] + b * second_.west[cell] : first_.west[cell];
    }
}

}  // namespace sluice::solvers::flux_transport
