#include "surrogate/preconditioner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace sluice::surrogate {

SurrogatePreconditioner::SurrogatePreconditioner(const std::string& where, Surrogate& surrogate,
                                                 const grid::Grid& grid, const grid::LayoutPtr& layout,
                                                 double contraction)
    : surrogate_(&surrogate), contraction_(contraction) {
  const auto is = [](const std::vector<Channel>& channels, const char* name) {
    return channels.size() == 1 && channels.front().field == name && channels.front().unit == "1";
  };
  if (!is(surrogate.inputs(), "residual") || !is(surrogate.outputs(), "correction"))
    throw base::InputError(
        fmt::format("{}: the surrogate '{}' maps {} inputs ('{}' [{}] ...) to {} outputs ('{}' [{}] ...); a "
                    "preconditioner maps "
                    "'residual' [1] to 'correction' [1]",
                    where, surrogate.name(), surrogate.inputs().size(), surrogate.inputs().front().field,
                    surrogate.inputs().front().unit, surrogate.outputs().size(),
                    surrogate.outputs().front().field, surrogate.outputs().front().unit));
  surrogate.bind(grid, layout);
}

bool SurrogatePreconditioner::apply(const grid::RealField& residual, grid::RealField& correction) {
  const std::array<ChannelView, 1> input{{{.data = residual.data(), .layout = residual.layout_pointer()}}};
  const Verdict verdict = surrogate_->call(input, {.part_of_step = true});
  if (verdict == Verdict::refused || verdict == Verdict::off) return false;
  std::ranges::copy(surrogate_->results().front().span(), correction.span().begin());
  return true;
}

bool SurrogatePreconditioner::take(double left) {
  if (left <= contraction_) {
    surrogate_->step_stands();
    return true;
  }
  surrogate_->overrule(
      fmt::format("its correction leaves {:.3g} of the residual (allowed: {:.3g})", left, contraction_));
  return false;
}

}  // namespace sluice::surrogate
