#include "base/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <vector>

namespace sluice::base {

namespace {

struct Unit {
  std::string_view name;
  std::string_view kind;
  double size;  ///< In the kind's first unit.
};

// 1 h, 1 d exact; 1 yr = 365.25 d (Julian year, IAU). R_sun = 6.957e8 m (nominal solar radius, IAU 2015
// Resolution B3).
constexpr auto units = std::to_array<Unit>({
    {"s", "time", 1},
    {"ms", "time", 1e-3},
    {"us", "time", 1e-6},
    {"min", "time", 60},
    {"h", "time", 3600},
    {"d", "time", 86400},
    {"yr", "time", 31557600},
    {"m", "length", 1},
    {"cm", "length", 1e-2},
    {"mm", "length", 1e-3},
    {"km", "length", 1e3},
    {"Mm", "length", 1e6},
    {"R_sun", "length", 6.957e8},
    {"m s^-1", "speed", 1},
    {"km s^-1", "speed", 1e3},
    {"cm s^-1", "speed", 1e-2},
    {"m^2 s^-1", "diffusivity", 1},
    {"km^2 s^-1", "diffusivity", 1e6},
    {"cm^2 s^-1", "diffusivity", 1e-4},
    {"T", "flux density", 1},
    {"mT", "flux density", 1e-3},
    {"G", "flux density", 1e-4},
    {"rad", "angle", 1},
    {"deg", "angle", std::numbers::pi / 180},
    {"rad s^-1", "angular speed", 1},
    {"deg d^-1", "angular speed", std::numbers::pi / 180 / 86400},
    {"deg s^-1", "angular speed", std::numbers::pi / 180},
    {"urad s^-1", "angular speed", 1e-6},
    {"s^-1", "rate", 1},
    {"h^-1", "rate", 1.0 / 3600},
    {"d^-1", "rate", 1.0 / 86400},
    {"yr^-1", "rate", 1.0 / 31557600},
    {"B", "memory", 1},
    {"KiB", "memory", 1024},
    {"MiB", "memory", 1048576},
    {"GiB", "memory", 1073741824},
    {"1", "number", 1},
    {"%", "number", 1e-2},
});

const Unit* find(std::string_view name) {
  for (const Unit& unit : units)
    if (unit.name == name) return &unit;
  return nullptr;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// "HH:MM:SS" or "D-HH:MM:SS" (the days and the fields as Slurm writes them).
std::optional<double> clock_time(std::string_view text) {
  double days = 0;
  if (const auto dash = text.find('-'); dash != std::string_view::npos && dash > 0) {
    const auto value = number(text.substr(0, dash));
    if (!value || *value < 0 || *value != std::floor(*value)) return std::nullopt;
    days = *value;
    text.remove_prefix(dash + 1);
  }
  std::vector<double> fields;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const auto field = number(text.substr(begin, end - begin));
    if (!field || *field < 0 || text[begin] == '-') return std::nullopt;
    fields.push_back(*field);
    begin = end + 1;
  }
  if (fields.size() != 3 || fields[1] >= 60 || fields[2] >= 60) return std::nullopt;
  if (fields[0] != std::floor(fields[0]) || fields[1] != std::floor(fields[1])) return std::nullopt;
  return ((days * 24 + fields[0]) * 60 + fields[1]) * 60 + fields[2];
}

}  // namespace

std::optional<double> unit_factor(std::string_view from, std::string_view to) {
  if (from == to) return 1.0;
  const Unit* a = find(from);
  const Unit* b = find(to);
  if (a == nullptr || b == nullptr || a->kind != b->kind) return std::nullopt;
  return a->size / b->size;
}

std::string units_like(std::string_view unit) {
  const Unit* known = find(unit);
  if (known == nullptr) return std::string(unit);
  std::string names;
  for (const Unit& other : units)
    if (other.kind == known->kind) names += (names.empty() ? "" : ", ") + std::string(other.name);
  return names;
}

std::optional<double> parse_duration(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  if (text.find(':') != std::string_view::npos) return clock_time(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  const std::string_view rest = trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
  if (rest.empty()) return value;
  const auto factor = unit_factor(rest, "s");
  return factor ? std::optional(value * *factor) : std::nullopt;
}

}  // namespace sluice::base
