// Units of parameters: a quantity may be written with its own unit ("27 d" where the unit is s) and is
// converted.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sluice::base {

/// Factor that turns `value [from]` into `value [to]`; empty if the units are unknown or of different kinds.
/// Known: s ms us min h d yr; m cm mm km Mm R_sun; m s^-1, km s^-1, cm s^-1; km^2 s^-1, m^2 s^-1, cm^2 s^-1;
/// G, T, mT; rad, deg; 1 (dimensionless), B KiB MiB GiB. SI prefixes are not guessed.
[[nodiscard]] std::optional<double> unit_factor(std::string_view from, std::string_view to);
/// Units of the same kind as `unit`, for error messages ("s, ms, us, min, h, d, yr").
[[nodiscard]] std::string units_like(std::string_view unit);
/// "HH:MM:SS", "D-HH:MM:SS", "90 min", or a number of seconds; empty if it is none of these.
[[nodiscard]] std::optional<double> parse_duration(std::string_view text);

}  // namespace sluice::base
