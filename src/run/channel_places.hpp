// Where the channels of a surrogate are among the outputs of a solver.
#pragma once
#include <string>
#include <vector>

#include "run/solver.hpp"
#include "surrogate/network.hpp"

namespace sluice::run {

/// "psi.re" -> output psi, component 0 of 2.
struct ChannelPlace {
  std::string output;
  int component = 0, components = 1;
};

[[nodiscard]] ChannelPlace place_of_channel(const std::string& field);

[[nodiscard]] surrogate::ChannelView view_of_channel(const grid::FieldView& field, const ChannelPlace& place);

/// The place of a channel ("its input 'u'"), whose values are rates if `time_unit` is not "1"; InputError
/// "where: ..." that says both sides if the solver has no such output, or in another unit or shape.
[[nodiscard]] ChannelPlace checked_place(const std::string& where, const surrogate::Channel& channel,
                                         const std::vector<Output>& outputs, const char* kind,
                                         const std::string& time_unit);

/// InputError "where: ..." if a network that is no map of single points does not fit the points of a grid
/// that is periodic along all axes (elsewhere the fields' own layouts decide).
void check_points(const std::string& where, const surrogate::Weights& weights, const grid::Grid& grid);

}  // namespace sluice::run
